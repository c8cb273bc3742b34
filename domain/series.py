"""The dates of a repeating booking: a rule on the wall clock of a zone, and the periods it means.

The rules are those of RFC 5545 section 3.3.10, by `dateutil.rrule`: daily or weekly, by weekdays,
until a date or so many times.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from dateutil import rrule

from domain.period import Period, exists
from domain.rejected import Rejected

MOST_DATES = 200
"""The most dates of one series, and the most reservations that are made or changed together."""
FURTHEST_DAYS = 731
"""No series reaches further, whatever the device's horizon is; it bounds the search for dates."""
MOST_MINUTES = 366 * 24 * 60


class SeriesRule(msgspec.Struct, frozen=True, kw_only=True):
    """`minutes` from `start` on the wall clock of `zone`, on `first` and every so often after it.

    `weekdays` (Monday is 0) are those of each week or those that a daily series keeps; none are
    the weekday of `first`, or every day. It ends with the date `until` or after `count` dates.
    `first` itself is a date of the series only where the rule hits it.
    """

    first: date
    start: time
    minutes: int
    zone: str = "Asia/Seoul"
    every: Literal["day", "week"] = "week"
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One date. `local` is its start as the wall clock has it; `exists` is False where the zone's
    clocks skip its start or its end, and then `period` is what comes nearest.
    """

    local: str
    period: Period
    exists: bool


def occurrences(rule: SeriesRule) -> list[Occurrence]:
    """Every date of a series, in order; raises Rejected for none, too many or no end.

    Raises ValueError for a zone that is unknown and a time that has an offset of its own.
    """
    zone = zone_named(rule.zone)
    if rule.until is None and rule.count is None:
        raise Rejected("series_endless")
    # Clocks of one zone and numbers of days: the offsets come in only when dates are periods.
    first = datetime.combine(rule.first, rule.start)
    furthest = first + timedelta(days=FURTHEST_DAYS)
    last = datetime.combine(rule.until, time.max) if rule.until is not None else furthest
    if last > furthest:
        raise Rejected("series_too_far", limit=FURTHEST_DAYS, actual=rule.until)
    found = rrule.rrule(
        rrule.DAILY if rule.every == "day" else rrule.WEEKLY,
        dtstart=first,
        interval=rule.interval,
        byweekday=rule.weekdays or None,
        until=last,
    )
    most = MOST_DATES if rule.count is None else min(rule.count, MOST_DATES + 1)
    starts = [start for _, start in zip(range(most + (rule.count is None)), found, strict=False)]
    if len(starts) > MOST_DATES:
        raise Rejected("series_too_long", limit=MOST_DATES)
    if not starts or (rule.count is not None and len(starts) < rule.count and rule.until is None):
        raise Rejected("series_too_far" if starts else "series_empty", limit=FURTHEST_DAYS)
    return [_occurrence(start, start + timedelta(minutes=rule.minutes), zone) for start in starts]


NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})


def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA database; ValueError for anything else.

    What a server may keep beside them is refused: its own zone, placeholders, copies of the zones.
    """
    if name in NO_ZONES or name.startswith(("posix/", "right/")):
        raise ValueError(f"no such time zone: {name}")
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as unknown:
        raise ValueError(f"no such time zone: {name}") from unknown


def shifted(period: Period, by: Shift) -> Occurrence:
    """A period moved on the wall clock, so that local times stay across daylight saving.

    Raises ValueError where its end would not be after its start.
    """
    zone = zone_named(by.zone)
    start = period.start.astimezone(zone).replace(tzinfo=None, fold=0) + by.start
    end = period.end.astimezone(zone).replace(tzinfo=None, fold=0) + by.end
    return _occurrence(start, end, zone)


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How far the start and the end of a period move on the wall clock of a zone."""

    zone: str
    start: timedelta
    end: timedelta

    @classmethod
    def between(cls, before: Period, after: Period, zone: str) -> Shift:
        """What moves one period to another."""
        there = zone_named(zone)

        def wall(moment: datetime) -> datetime:
            return moment.astimezone(there).replace(tzinfo=None)

        return cls(
            zone=zone,
            start=wall(after.start) - wall(before.start),
            end=wall(after.end) - wall(before.end),
        )


def _occurrence(start: datetime, end: datetime, zone: ZoneInfo) -> Occurrence:
    if end <= start:
        raise ValueError("a period ends after it starts")
    # Of a local time that comes twice, the first (fold 0) is meant.
    there = start.replace(tzinfo=zone, fold=0), end.replace(tzinfo=zone, fold=0)
    first, last = (moment.astimezone(UTC) for moment in there)
    found = all(exists(moment) for moment in there)
    return Occurrence(
        local=start.isoformat(sep=" ", timespec="minutes"),
        period=Period(first, last if found else first + (end - start)),
        exists=found,
    )
