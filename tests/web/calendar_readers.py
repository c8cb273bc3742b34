"""Readers of calendar feeds: the plainest of our own, and two that others wrote."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import vobject

from domain.period import SEOUL

with warnings.catch_warnings():
    # The parser generator that `ics` rests on warns about itself while it is imported.
    warnings.simplefilter("ignore")
    import ics


class Read(NamedTuple):
    """An entry as a reader understood it; times in UTC."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    location: str
    description: str


def lines_of(calendar: bytes) -> list[str]:
    """The unfolded content lines (RFC 5545, 3.1)."""
    assert calendar.endswith(b"\r\n")
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    return calendar.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]


def events_of(calendar: bytes) -> list[dict[str, str]]:
    """Each VEVENT's lines by name with parameters, TEXT as it was escaped."""
    events: list[dict[str, str]] = []
    current: dict[str, str] | None = None
    for line in lines_of(calendar):
        if line == "BEGIN:VEVENT":
            current = {}
        elif line == "END:VEVENT":
            assert current is not None
            events.append(current)
            current = None
        elif current is not None:
            name, _, value = line.partition(":")
            assert name not in current, f"{name} twice"
            current[name] = value
    return events


def read_by_vobject(calendar: bytes) -> list[Read]:
    parsed: Any = vobject.readOne(calendar.decode())
    return [
        Read(
            uid=event.uid.value,
            start=_moment(event.dtstart.value),
            end=_moment(event.dtend.value),
            summary=event.summary.value,
            location=event.location.value,
            description=_value(event, "description"),
        )
        for event in parsed.contents.get("vevent", [])
    ]


def read_by_ics(calendar: bytes) -> list[Read]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed: Any = ics.Calendar(calendar.decode())
        return [
            Read(
                uid=event.uid,
                start=_of_ics(event, event.begin),
                end=_of_ics(event, event.end),
                summary=event.name,
                location=event.location,
                description=event.description or "",
            )
            for event in sorted(parsed.events, key=lambda event: event.begin)
        ]


def _moment(value: datetime | date) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, tzinfo=SEOUL).astimezone(UTC)
    return value.astimezone(UTC)


def _of_ics(event: Any, value: Any) -> datetime:
    if event.all_day:
        return datetime.combine(value.date(), time.min, tzinfo=SEOUL).astimezone(UTC)
    moment: datetime = value.datetime
    return moment.astimezone(UTC)


def _value(event: Any, name: str) -> str:
    found = event.contents.get(name)
    return str(found[0].value) if found else ""
