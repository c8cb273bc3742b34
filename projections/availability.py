"""When a device is busy and when it can be booked: a suggestion, for the agenda decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from domain.closures import Closures
from domain.period import SEOUL, Period
from domain.terms import open_spans
from domain.terms_of_use import TermsOfUse
from projections.calendar import SHOWN, Entry
from projections.devices import Closure

BusyKind = Literal["reservation", "buffer", "maintenance", "calibration", "breakdown", "closed"]


class Busy(msgspec.Struct, frozen=True, kw_only=True):
    """Time [start, end) in which a device can't be had, and why. It never says by whom."""

    start: datetime
    end: datetime
    kind: BusyKind


def availability(
    terms: TermsOfUse,
    closures: Iterable[Closure],
    entries: Iterable[Entry],
    window: Period,
    *,
    now: datetime | None = None,
) -> tuple[list[Busy], list[Period]]:
    """What fills the window, and what of it can be booked.

    `busy` may overlap itself: a night can be closed and reserved. Any period within one `free` span
    that keeps to the slots and lengths of the terms can be booked: its own buffers have room, the
    span lies on the grid of slots and is no shorter than the shortest booking. With `now`, notice
    and horizon are kept too.

    Closed time is always shown as busy. A device that runs unattended may still be booked across
    it, so that its free spans reach over closed time, but begin and end in opening hours.
    """
    holding = [entry for entry in entries if entry.status in SHOWN]
    opened = list(open_spans(terms, window, closed_days(closures, window)))
    busy = [part for entry in holding for part in _parts(entry)]
    busy += [Busy(start=gap.start, end=gap.end, kind="closed") for gap in without([window], opened)]
    clipped = [cut for one in busy if (cut := _clip(one, window)) is not None]
    free = list(bookable_spans(terms, opened, blocked(terms, holding), window, now))
    return sorted(clipped, key=lambda one: (one.start, one.end, one.kind)), free


def bookable_spans(
    terms: TermsOfUse,
    opened: Sequence[Period],
    taken: Sequence[Period],
    window: Period,
    now: datetime | None,
) -> Iterator[Period]:
    """The spans of the window in which every aligned period of a fitting length can be booked."""
    spans = [window] if terms.runs_unattended else _within(opened, window)
    slot, shortest = timedelta(minutes=terms.slot_minutes), timedelta(minutes=terms.minimum_minutes)
    earliest, latest = earliest_start(terms, now), latest_start(terms, now)
    for span in without(spans, taken):
        start, end = span.start, span.end
        if earliest is not None:
            start = max(start, earliest)
        if terms.runs_unattended:
            start, end = _open_from(start, opened), _open_until(end, opened)
        start, end = slot_at_or_after(start, terms), slot_at_or_before(end, terms)
        if latest is not None and start > latest:
            return
        if end - start >= max(shortest, slot):
            yield Period(start, end)


def blocked(terms: TermsOfUse, entries: Iterable[Entry]) -> list[Period]:
    """The time that no booking may reach into, with room for the booking's own buffers, in order.

    An entry holds its time with its own buffers; a booking before it needs its buffer after, and
    one after it its buffer before.
    """
    before, after = timedelta(minutes=terms.buffer_before), timedelta(minutes=terms.buffer_after)
    return sorted(
        entry.occupied.padded(after, before)
        for entry in entries
        if entry.status in SHOWN and entry.status != "repaired"
    )


def earliest_start(terms: TermsOfUse, now: datetime | None) -> datetime | None:
    """As the notice of the terms has it; without notice the slot just begun may still be booked."""
    if now is None:
        return None
    if terms.notice_minutes:
        return now + timedelta(minutes=terms.notice_minutes)
    # A start one whole slot ago is too long ago.
    return now - timedelta(minutes=terms.slot_minutes) + timedelta.resolution


def latest_start(terms: TermsOfUse, now: datetime | None) -> datetime | None:
    return None if now is None else now + timedelta(days=terms.horizon_days)


def closed_days(closures: Iterable[Closure], window: Period) -> Closures:
    """The closed days as the rules of opening hours ask for them."""
    days = Closures(window)
    days.days.update(closure.day for closure in closures)
    return days


def without(spans: Iterable[Period], taken: Sequence[Period]) -> Iterator[Period]:
    """What is left of the spans; `taken` is in order of start and may overlap itself."""
    for span in spans:
        start = span.start
        for one in taken:
            if one.end <= start:
                continue
            if one.start >= span.end:
                break
            if one.start > start:
                yield Period(start, one.start)
            start = max(start, one.end)
        if start < span.end:
            yield Period(start, span.end)


def slot_at_or_after(moment: datetime, terms: TermsOfUse) -> datetime:
    """The first start of a slot at or after a moment; slots count from midnight in Asia/Seoul."""
    floor = slot_at_or_before(moment, terms)
    if floor == moment:
        return floor
    following = floor.astimezone(SEOUL) + timedelta(minutes=terms.slot_minutes)
    midnight = floor.astimezone(SEOUL).replace(hour=0, minute=0) + timedelta(days=1)
    return min(following, midnight)


def slot_at_or_before(moment: datetime, terms: TermsOfUse) -> datetime:
    local = moment.astimezone(SEOUL)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return local - (local - midnight) % timedelta(minutes=terms.slot_minutes)


def _parts(entry: Entry) -> Iterator[Busy]:
    """An entry's own time, and the buffers around it."""
    held = entry.held
    yield Busy(start=held.start, end=held.end, kind=entry.told_kind)
    for buffer in entry.buffers:
        if buffer is not None:
            yield Busy(start=buffer.start, end=buffer.end, kind="buffer")


def _clip(one: Busy, window: Period) -> Busy | None:
    start, end = max(one.start, window.start), min(one.end, window.end)
    return Busy(start=start, end=end, kind=one.kind) if start < end else None


def _within(spans: Iterable[Period], window: Period) -> list[Period]:
    return [part for span in spans if (part := span.part_in(window)) is not None]


def _open_from(moment: datetime, opened: Sequence[Period]) -> datetime:
    """The moment itself in opening hours, or the next opening."""
    return next((max(moment, span.start) for span in opened if moment < span.end), moment)


def _open_until(moment: datetime, opened: Sequence[Period]) -> datetime:
    """The moment itself in opening hours, or the closing before it."""
    before = (min(moment, span.end) for span in reversed(opened) if span.start < moment)
    return next(before, moment)
