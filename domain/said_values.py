"""Limits and actual values of refusals as people say them: lengths of time, and statuses.

The values themselves stay what they are, in minutes and by identifier, for programs to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.text import Text

_DAY, _HOUR = 24 * 60, 60


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
    words = _OF_STATUSES.get(rule)
    if words is not None and isinstance(value, str):
        named = [words.get(one) or Text(one, one) for one in value.split(", ")]
        return ", ".join(name.in_language(language) for name in named)
    return value


_DAYS, _HOURS, _MINUTES = Text("일", " d"), Text("시간", " h"), Text("분", " min")
_OF_LENGTHS = frozenset(
    {"minimum", "maximum", "claim_length", "change_notice", "repeats_overlap", "slot"}
)
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
_OF_STATUSES = {"wrong_status": RESERVATION_STATUSES, "wish_over": WISH_STATUSES}
