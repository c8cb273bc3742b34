"""Time as the rules see it: aware, half-open periods, and the calendar months of Asia/Seoul."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

SEOUL = ZoneInfo("Asia/Seoul")
"""The zone of the laboratory: opening hours, closures and months are read on its clock."""


class Period(msgspec.Struct, frozen=True, order=True):
    """A half-open span of time: `start` belongs to it, `end` does not.

    Both ends are aware and kept in UTC, so that equal periods are equal bytes in the ledger.
    `Period(nine, ten)` touches `Period(ten, eleven)` and does not overlap it.
    Raises ValueError for naive times, for an end that is not after its start, and at the edges of
    what a date can hold.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs times with an offset")
        if self.end <= self.start:
            raise ValueError("a period ends after it starts")
        # A frozen struct is completed here only, before anyone has seen it.
        try:
            msgspec.structs.force_setattr(self, "start", self.start.astimezone(UTC))
            msgspec.structs.force_setattr(self, "end", self.end.astimezone(UTC))
        except OverflowError as overflow:
            raise ValueError("a period lies between the years 1 and 9999 of UTC") from overflow

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded down."""
        return int(self.length.total_seconds() // 60)

    @property
    def hours(self) -> float:
        return self.length.total_seconds() / 3600

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def padded(self, before: timedelta, after: timedelta) -> Period:
        return Period(self.start - before, self.end + after)

    def until(self, end: datetime) -> Period:
        return Period(self.start, end)

    def part_in(self, other: Period) -> Period | None:
        """The common part of two periods, or None where they do not overlap."""
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))


def month_of(moment: datetime) -> str:
    """The calendar month of Asia/Seoul that `moment` lies in, as `YYYY-MM`."""
    return moment.astimezone(SEOUL).strftime("%Y-%m")


def month_period(month: str) -> Period:
    """The span of a `YYYY-MM` month of Asia/Seoul; ValueError for anything else."""
    year, number = (int(part) for part in month.split("-", 1))
    first = datetime(year, number, 1, tzinfo=SEOUL)
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=SEOUL)
    return Period(first, following)


def months_touched(period: Period) -> list[str]:
    """The months of Asia/Seoul that a period lies in, in order; an end at midnight touches none."""
    months = []
    current = period.start.astimezone(SEOUL)
    last = (period.end - timedelta(microseconds=1)).astimezone(SEOUL)
    year, number = current.year, current.month
    while (year, number) <= (last.year, last.month):
        months.append(f"{year:04d}-{number:02d}")
        year, number = year + number // 12, number % 12 + 1
    return months


def months_before(month: str, number: int) -> list[str]:
    """So many months before a `YYYY-MM` month, in order."""
    year, of_year = (int(part) for part in month.split("-", 1))
    last = year * 12 + of_year - 1
    pairs = (divmod(count, 12) for count in range(last - number, last))
    return [f"{year:04d}-{index + 1:02d}" for year, index in pairs]


def hours_by_month(period: Period) -> dict[str, float]:
    """The hours of a period split by month of Asia/Seoul, as quotas and statements count them."""
    shares = {}
    for month in months_touched(period):
        part = period.part_in(month_period(month))
        if part is not None:
            shares[month] = part.hours
    return shares


def days_touched(period: Period) -> Iterator[date]:
    """The dates of Asia/Seoul that a period lies in, in order."""
    day = period.start.astimezone(SEOUL).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(SEOUL).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def day_period(day: date) -> Period:
    """Midnight to midnight of a date in Asia/Seoul."""
    return Period(at_clock(day, "00:00"), at_clock(day, "24:00"))


def at_clock(day: date, clock: str) -> datetime:
    """The moment of `HH:MM` on a date in Asia/Seoul; `24:00` is the next midnight."""
    hours, minutes = (int(part) for part in clock.split(":", 1))
    start = datetime.combine(day, time.min, tzinfo=SEOUL)
    # Arithmetic within one zone is on the wall clock, which is what opening hours mean.
    return start + timedelta(hours=hours, minutes=minutes)


def last_day_before(end: datetime) -> date:
    """The last date of Asia/Seoul on which something is good that ends at `end`, exclusive."""
    return (end.astimezone(SEOUL) - timedelta(microseconds=1)).date()


def stamp(moment: datetime) -> str:
    """A moment as programs read it in a refusal: RFC 3339 on the clock of Asia/Seoul."""
    return moment.astimezone(SEOUL).isoformat(timespec="seconds")


def shown(moment: datetime) -> str:
    """A moment as people of the laboratory read it: the clock of Asia/Seoul, to the minute."""
    return moment.astimezone(SEOUL).strftime("%Y-%m-%d %H:%M")


def exists(moment: datetime) -> bool:
    """False for a local time that its zone's clocks skip (the hour lost to daylight saving)."""
    if moment.tzinfo is None:
        return False
    there = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there.replace(tzinfo=None) == moment.replace(tzinfo=None)
