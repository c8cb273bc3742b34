"""Limits and actual values of refusals as people say them: lengths, times, and statuses.

The values themselves stay what they are, in minutes, RFC 3339 and by identifier, for programs to
read. Refusals that an earlier release recorded hold times as people read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.period import shown
from domain.text import Text

_DAY, _HOUR = 24 * 60, 60
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+09:00")


def length(minutes: int, language: str) -> str:
    """Minutes in days, hours and minutes: `1시간 30분`, `1 h 30 min`."""
    days, rest = divmod(minutes, _DAY)
    hours, left = divmod(rest, _HOUR)
    counted = ((days, _DAYS), (hours, _HOURS), (left, _MINUTES))
    parts = [f"{number}{unit.in_language(language)}" for number, unit in counted if number]
    return " ".join(parts) or f"0{_MINUTES.in_language(language)}"


def said(rule: str, value: Any, language: str) -> Any:
    """A value of a rule's refusal for a reader of `ko` or `en`."""
    if rule in _OF_LENGTHS and isinstance(value, int):
        return length(value, language)
    if rule == "month":
        return month_said(value, language)
    words = _IN_WORDS.get(rule)
    if words is not None and isinstance(value, str):
        named = [words.get(one) or Text(one, one) for one in value.split(", ")]
        return ", ".join(name.in_language(language) for name in named)
    return clocks_said(value) if isinstance(value, str) else value


def clocks_said(value: str) -> str:
    """Times of a value to the minute, as people of the laboratory read them."""
    return _STAMP.sub(lambda found: shown(datetime.fromisoformat(found[0])), value)


def weekday_said(value: str, language: str) -> str:
    """The name of a weekday such as `sun`; any other value stays what it is."""
    other = clocks_said(value)
    return _WEEKDAYS.get(value, Text(other, other)).in_language(language)


def month_said(month: str, language: str) -> str:
    """A `YYYY-MM` month: `2026년 12월`, `December 2026`."""
    year, number = (int(part) for part in month.split("-", 1))
    return Text(f"{year}년 {number}월", f"{_MONTHS[number - 1]} {year}").in_language(language)


_DAYS, _HOURS, _MINUTES = Text("일", " d"), Text("시간", " h"), Text("분", " min")
_OF_LENGTHS = frozenset(
    {"minimum", "maximum", "claim_length", "change_notice", "repeats_overlap", "slot"}
)
_WEEKDAYS: Mapping[str, Text] = {
    "mon": Text("월요일", "Monday"),
    "tue": Text("화요일", "Tuesday"),
    "wed": Text("수요일", "Wednesday"),
    "thu": Text("목요일", "Thursday"),
    "fri": Text("금요일", "Friday"),
    "sat": Text("토요일", "Saturday"),
    "sun": Text("일요일", "Sunday"),
}
RESERVATION_STATUSES: Mapping[str, Text] = {
    "requested": Text("승인 대기", "waiting for approval"),
    "confirmed": Text("확정", "confirmed"),
    "in_use": Text("사용 중", "in use"),
    "returned": Text("반납 완료", "returned"),
    "declined": Text("반려", "declined"),
    "expired": Text("기한 만료", "expired"),
    "cancelled": Text("취소", "cancelled"),
    "displaced": Text("점검·고장으로 밀림", "displaced by an outage"),
    "no_show": Text("미이용(노쇼)", "a no-show"),
}
WISH_STATUSES: Mapping[str, Text] = {
    "waiting": Text("대기 중", "waiting in line"),
    "offered": Text("제안됨", "offered"),
    "accepted": Text("수락함", "accepted"),
    "expired": Text("수락 기한 지남", "not accepted in time"),
    "left": Text("대기 취소됨", "given up"),
    "passed": Text("제안 없이 시간이 시작됨", "past its start without an offer"),
}
SECTORS: Mapping[str, Text] = {
    "automotive": Text("자동차", "automotive"),
    "healthcare": Text("헬스케어", "healthcare"),
    "energy": Text("에너지", "energy"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_IN_WORDS = {
    "wrong_status": RESERVATION_STATUSES,
    "wish_over": WISH_STATUSES,
    "sector": SECTORS,
}
