"""Searches the calendar of one device for free periods that its terms allow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from domain.period import Period
from domain.rejected import Rejected
from domain.terms import Terms, open_spans
from projections.availability import (
    blocked,
    closed_days,
    earliest_start,
    latest_start,
    slot_at_or_after,
    slot_at_or_before,
)
from projections.calendar import Entry
from projections.devices import Closure, Device


class DeviceTime(msgspec.Struct, frozen=True, kw_only=True):
    """A device with what holds its time in all the time that is asked about.

    While a safety stop holds for it (`stopped`) nothing of it can be booked.
    """

    device: Device
    entries: Sequence[Entry]
    stopped: bool = False


class FreeSearch:
    """Looks for free periods of one device within a span that begins with a day."""

    def __init__(
        self, time: DeviceTime, closures: Iterable[Closure], now: datetime, span: Period
    ) -> None:
        self._now, self._span = now, span
        self._usable = time.device.state == "in_service" and not time.stopped
        self._asked = time.device.terms
        self._closures = closed_days(closures, span)
        self._opened = list(open_spans(self._asked, span, self._closures))
        self._openings = [opened.start for opened in self._opened]
        self._taken = _joined(blocked(self._asked, _near(time.entries, span)))
        self._starts = [taken.start for taken in self._taken]
        self._last_start = latest_start(self._asked, now) or span.end
        self._last_end = span.end
        if self._asked.calibration_required:
            self._last_end = min(span.end, time.device.calibration_valid_until or span.start)
        self._terms = Terms(time.device.device_id)
        self._terms.now = self._asked

    def fits(self, period: Period) -> bool:
        """Whether the period is free and keeps to the terms."""
        if not self._usable or self._obstacle(period) is not None:
            return False
        try:
            self._terms.require_allowed(period, now=self._now, closures=self._closures)
        except Rejected:
            return False
        return period.end <= self._last_end

    def next_free(self, wanted: Period) -> Period | None:
        """The first period after the wanted one's start, and within the span, that fits."""
        if not self._possible(wanted.length):
            return None
        earliest = earliest_start(self._asked, self._now) or wanted.start
        start = slot_at_or_after(max(wanted.start, earliest), self._asked)
        while start + wanted.length <= self._last_end and start <= self._last_start:
            period = Period(start, start + wanted.length)
            obstacle = self._obstacle(period)
            onward = obstacle.end if obstacle is not None else self._opening(period)
            if onward is None and period != wanted and self.fits(period):
                return period
            onward = onward or start + timedelta(minutes=self._asked.slot_minutes)
            start = slot_at_or_after(onward, self._asked)
        return None

    def earlier(self, wanted: Period) -> Period | None:
        """The last period before the wanted one's start, and within the span, that fits."""
        if not self._possible(wanted.length):
            return None
        earliest = max(self._span.start, earliest_start(self._asked, self._now) or self._span.start)
        before = wanted.start - timedelta.resolution
        latest = min(before, self._last_start, self._last_end - wanted.length)
        start = slot_at_or_before(latest, self._asked)
        while start >= earliest:
            period = Period(start, start + wanted.length)
            obstacle = self._obstacle(period)
            onward = obstacle.start - period.length if obstacle else self._closing(period)
            if onward is None and self.fits(period):
                return period
            onward = onward or start - timedelta.resolution
            start = slot_at_or_before(onward, self._asked)
        return None

    def _possible(self, length: timedelta) -> bool:
        """Whether a period of this length can fit anywhere, so that nobody searches in vain."""
        asked = self._asked
        return (
            self._usable
            and not length % timedelta(minutes=asked.slot_minutes)
            and asked.minimum_minutes <= length.total_seconds() / 60 <= asked.maximum_minutes
        )

    def _obstacle(self, period: Period) -> Period | None:
        """What holds the device in a period: the last such time that begins before its end."""
        place = bisect_right(self._starts, period.end) - 1
        if place >= 0 and self._taken[place].start == period.end:
            place -= 1
        if place < 0 or self._taken[place].end <= period.start:
            return None
        return self._taken[place]

    def _opening(self, period: Period) -> datetime | None:
        """The next opening, where a period that begins so early can't keep opening hours."""
        place = bisect_right(self._openings, period.start) - 1
        inside = place >= 0 and period.start < self._opened[place].end
        if inside and (self._asked.runs_unattended or period.end <= self._opened[place].end):
            return None
        return self._openings[place + 1] if place + 1 < len(self._openings) else self._span.end

    def _closing(self, period: Period) -> datetime | None:
        """The last start before it, where a period that ends so late can't keep opening hours."""
        place = bisect_right(self._openings, period.start) - 1
        if place < 0:
            return self._span.start - timedelta.resolution
        closes = self._opened[place].end
        if self._asked.runs_unattended:
            return None if period.start < closes else closes - timedelta.resolution
        return None if period.end <= closes else closes - period.length


def _near(entries: Iterable[Entry], span: Period) -> Iterator[Entry]:
    """The entries that a booking within the span could meet with its buffers, and some more."""
    start, end = span.start - timedelta(days=1), span.end + timedelta(days=1)
    for entry in entries:
        if entry.occupied.start < end and start < entry.occupied.end:
            yield entry


def _joined(periods: Iterable[Period]) -> list[Period]:
    """Periods in order of start, joined where they touch or overlap."""
    joined: list[Period] = []
    for period in periods:
        if joined and period.start <= joined[-1].end:
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, period.end))
        else:
            joined.append(period)
    return joined
