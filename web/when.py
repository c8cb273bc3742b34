"""Days and hours as the forms have them: a date, and an hour chosen from the device's slots.

Browsers' own time fields follow the browser's language and print "AM/PM"; a list of hours does not.
All of it is on the clock of Asia/Seoul.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from domain.closures import Closures
from domain.period import SEOUL, Period, at_clock
from domain.rejected import Rejected
from domain.terms import Terms
from projections.devices import Device
from web.forms import day_within, period_of

ClockText = Annotated[str, Meta(pattern=r"\A(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)\Z")]
DAYS_LOOKED_AHEAD = 21
LEAST_SUGGESTED = timedelta(hours=1)


class When(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a period; without a last day it ends on its first."""

    start_day: date
    start_time: ClockText
    end_day: date | None = None
    end_time: ClockText

    @property
    def start(self) -> datetime:
        return moment_at("start_day", self.start_day, self.start_time)

    @property
    def end(self) -> datetime:
        return moment_at("end_day", self.end_day or self.start_day, self.end_time)

    @property
    def period(self) -> Period:
        """Raises Invalid for an end that is not after its start."""
        return period_of(self.start, self.end)


def fields_of(period: Period) -> dict[str, str]:
    """A period as the form's fields; an end at midnight is 24:00 of the day before."""
    start, end = period.start.astimezone(SEOUL), period.end.astimezone(SEOUL)
    midnight = end.time() == time.min
    last = end - timedelta(days=1) if midnight else end
    return {
        "start_day": start.date().isoformat(),
        "start_time": start.strftime("%H:%M"),
        "end_day": last.date().isoformat(),
        "end_time": "24:00" if midnight else end.strftime("%H:%M"),
    }


def hours_of(slot_minutes: int) -> list[str]:
    """The hours that a booking may start or end at, `00:00` to `24:00`."""
    step = max(1, slot_minutes)
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 24 * 60 + 1, step)]


def suggestion(
    device: Device, closed: Collection[date], held: Sequence[Period], now: datetime
) -> Period:
    """What an empty form starts with: the first period that the terms allow and nothing holds.

    Where there is none in three weeks, the next hour, so that there is something to change.
    """
    terms = Terms(device.device_id)
    terms.now = device.terms
    length = max(timedelta(minutes=device.terms.minimum_minutes), LEAST_SUGGESTED)
    slot = timedelta(minutes=device.terms.slot_minutes)
    earliest = now.astimezone(SEOUL) + timedelta(minutes=device.terms.notice_minutes)
    midnight = at_clock(earliest.date(), "00:00")
    start = first = midnight + slot * -(-(earliest - midnight) // slot)
    while start < first + timedelta(days=DAYS_LOOKED_AHEAD):
        period = Period(start, start + length)
        taken = any(terms.occupied(period).overlaps(other) for other in held)
        if not taken and _allowed(terms, period, closed, now):
            return period
        start += slot
    return Period(first, first + length)


def _allowed(terms: Terms, period: Period, closed: Collection[date], now: datetime) -> bool:
    closures = Closures(period)
    closures.days = set(closed)
    try:
        terms.require_allowed(period, now=now, closures=closures)
    except Rejected:
        return False
    return True


def moment_at(field: str, day: date, clock: str) -> datetime:
    """A clock time of Asia/Seoul on a day that the form's `field` says; raises Invalid."""
    return at_clock(day_within(field, day), clock)
