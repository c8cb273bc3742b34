"""A company's month and its statements as tables: the same file from page and command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from booking.csv_text import Cell, hours, wall_clock, word_in
from booking.use_log import USAGE_TYPES
from domain.text import Text
from projections.statements import Statement
from projections.usage import Line

_RESERVATION, _DEVICE = Text("예약", "Reservation"), Text("장비", "Device")
_FROM, _TO = Text("시작", "From"), Text("종료", "To")
_HOURS = Text("이용 시간", "Hours of use")
_RATE = Text("시간당 요금(원)", "KRW an hour")
_FEE = Text("이용료(원)", "Fee (KRW)")
_TYPE, _WAIVED = Text("이용유형", "Usage type"), Text("면제", "Waived")

LINE_KINDS = {"use": "이용", "late": "늦게 입력", "adjustment": "정정"}
"""Kinds of a statement's lines in the words of its page."""

STATEMENT_HEADINGS = (
    *(Text("구분", "Line"), _RESERVATION, _DEVICE, Text("이름", "Name")),
    *(_FROM, _TO, _HOURS, _RATE, _FEE, _TYPE, _WAIVED),
)
USAGE_HEADINGS = (
    *(_RESERVATION, _DEVICE, _FROM, _TO, _HOURS, _RATE, _FEE, _TYPE, _WAIVED),
    Text("정정 횟수", "Corrections"),
)


def statement_rows(statement: Statement, language: str) -> Iterator[Sequence[Cell]]:
    """The lines of a statement as it was issued; fees are KRW, times those of Asia/Seoul."""
    for line in statement.lines:
        yield (
            *(word_in(language, LINE_KINDS, line.kind), line.reservation_id, line.device_id),
            line.device_name.in_language(language),
            *(wall_clock(line.used.start), wall_clock(line.used.end)),
            *(hours(line.minutes), line.krw_per_hour, line.fee),
            *(word_in(language, USAGE_TYPES, line.usage_type), int(line.waived)),
        )


def usage_rows(lines: Sequence[Line], language: str) -> Iterator[Sequence[Cell]]:
    """Lines of the use log with what each costs: nothing, where it was waived."""
    for line in lines:
        yield (
            *(line.reservation_id, line.device_id),
            *(wall_clock(line.used.start), wall_clock(line.used.end)),
            *(hours(line.billed_minutes), line.krw_per_hour, 0 if line.waived else line.fee),
            word_in(language, USAGE_TYPES, line.usage_type),
            *(int(line.waived), line.corrected),
        )
