"""Tables as CSV files that spreadsheets open without running anything in them (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from domain import said_values
from domain.period import SEOUL
from domain.text import Text

Cell = str | int | float
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection)."""
SECTORS = {name: text.ko for name, text in said_values.SECTORS.items()}
WEEKDAYS = {
    "Mon": "월",
    "Tue": "화",
    "Wed": "수",
    "Thu": "목",
    "Fri": "금",
    "Sat": "토",
    "Sun": "일",
}
"""From Monday on."""


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The file, in UTF-8 with the mark by which Excel reads Korean."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def headings_in(language: str, headings: Sequence[Text]) -> list[str]:
    return [heading.in_language(language) for heading in headings]


def word_in(language: str, words: Mapping[str, str], code: str) -> str:
    """A code in the Korean `words` of a Korean file; in an English one as programs know it."""
    return words.get(code, code) if language == "ko" else code


def wall_clock(moment: datetime) -> str:
    """`2026-11-02 09:00` on the clock of Asia/Seoul, which spreadsheets know as a time."""
    return moment.astimezone(SEOUL).strftime("%Y-%m-%d %H:%M")


def hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _safe(cell: Cell) -> Cell:
    """Text that could begin a formula is marked as text; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
