"""What else could be booked when a slot is taken: suggestions, none of them a promise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from domain.period import SEOUL, Period, day_period
from projections.calendar import Entry, entries_between
from projections.devices import Closure, Device, closures_between, get_device
from projections.free_search import DeviceTime, FreeSearch
from projections.maintenance import stopped_devices
from projections.query import Reader

AlternativeKind = Literal["same", "next_free", "earlier", "compatible"]

LOOKED_AT_FIRST = timedelta(days=14)
"""Only a device that is full for so long is looked at up to its horizon."""


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """A period that looks free.

    `same` is the very time that was wanted, where it is free again, `next_free` is the same device
    later, `earlier` the same device before that on the same day, `compatible` another device at the
    time that was wanted. Where there is none of these, `earlier` is the nearest on a day before.
    """

    device_id: str
    start: datetime
    end: datetime
    kind: AlternativeKind


class Supposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a search takes for granted beside what the calendar says.

    `gone` are entries that would give their time back, `held` devices' time that something else
    would take. A `claim` needs no notice, and its own old time is looked at first.
    """

    gone: frozenset[str] = frozenset()
    held: Sequence[tuple[str, Period]] = ()
    claim: bool = False


async def find_alternatives(
    reader: Reader,
    device_id: str,
    wanted: Period,
    now: datetime,
    *,
    but: str | None = None,
    supposed: Supposed | None = None,
    as_of: int | None = None,
) -> list[Alternative]:
    """The alternatives to a period of a device; `but` is the reservation that would move."""
    device = await get_device(reader, device_id, as_of=as_of)
    if device is None:
        return []
    supposed = supposed or Supposed()
    gone = supposed.gone | ({but} if but is not None else set())
    reading = _Reading(reader, now, gone, supposed, as_of)
    horizon = max(wanted.end, now + timedelta(days=device.terms.horizon_days) + wanted.length)
    found: list[Alternative] = []
    for until in sorted({min(wanted.end + LOOKED_AT_FIRST, horizon), horizon}):
        day = day_period(wanted.start.astimezone(SEOUL).date())
        span = Period(day.start, max(until, day.end))
        times, closures = await reading.within(span, device_id, *device.compatible)
        found = alternatives(
            wanted, times[0], closures, now, times[1:], until=until, itself=supposed.claim
        )
        if any(one.kind == "next_free" for one in found):
            break
    return found or await _on_a_day_before(reading, device, wanted)


def alternatives(
    wanted: Period,
    own: DeviceTime,
    closures: Iterable[Closure],
    now: datetime,
    compatible: Sequence[DeviceTime] = (),
    *,
    until: datetime,
    itself: bool = False,
) -> list[Alternative]:
    """The same, from what was read: entries and closed days from `wanted`'s day up to `until`.

    All have the length that was wanted and keep every term of their device: slots, lengths,
    buffers, notice, horizon and opening hours; and its calibration where that is required. What
    depends on the person or on the quota is not looked at. With `itself` the wanted period counts.
    """
    days = list(closures)
    day = day_period(wanted.start.astimezone(SEOUL).date())
    span = Period(day.start, max(until, day.end))
    search = FreeSearch(own, days, now, span)
    same_time = Period(day.start, max(wanted.end, day.end))
    pairs: list[tuple[AlternativeKind, DeviceTime, Period | None]] = [
        ("same", own, wanted if itself and search.fits(wanted) else None),
        ("next_free", own, search.next_free(wanted)),
        *(
            (
                "compatible",
                other,
                wanted if FreeSearch(other, days, now, same_time).fits(wanted) else None,
            )
            for other in compatible
        ),
        ("earlier", own, search.earlier(wanted)),
    ]
    return [_alternative(kind, time.device, one) for kind, time, one in pairs if one is not None]


def _alternative(kind: AlternativeKind, device: Device, period: Period) -> Alternative:
    return Alternative(device_id=device.device_id, start=period.start, end=period.end, kind=kind)


class _Reading(NamedTuple):
    """What all reads of one search have in common."""

    reader: Reader
    now: datetime
    gone: Collection[str]
    supposed: Supposed
    as_of: int | None

    async def within(
        self, span: Period, *device_ids: str
    ) -> tuple[list[DeviceTime], list[Closure]]:
        """The devices with what holds them in a span, and its closed days."""
        times = await device_times(self.reader, device_ids, span, self.gone, self.as_of)
        first, last = (edge.astimezone(SEOUL).date() for edge in (span.start, _after(span.end)))
        closures = await closures_between(self.reader, first, last, as_of=self.as_of)
        return [_supposing(time, self.supposed, self.now) for time in times], closures


async def _on_a_day_before(reading: _Reading, device: Device, wanted: Period) -> list[Alternative]:
    """The nearest time before the wanted one's day, down to now; the days next to it first."""
    horizon = _after(reading.now + timedelta(days=device.terms.horizon_days))
    today, until = (
        day_period(moment.astimezone(SEOUL).date()).start
        for moment in (reading.now, min(wanted.start, horizon))
    )
    near = max(today, until - LOOKED_AT_FIRST)
    for first, end in ((near, until), (today, near)):
        if first < end:
            # What begins before the end may last beyond it.
            span = Period(first, end + wanted.length)
            (time,), closures = await reading.within(span, device.device_id)
            found = FreeSearch(time, closures, reading.now, span).earlier(wanted)
            if found is not None:
                return [_alternative("earlier", device, found)]
    return []


def _supposing(time: DeviceTime, supposed: Supposed, now: datetime) -> DeviceTime:
    """The device's time as it is supposed to be."""
    device = time.device
    if supposed.claim:
        terms = msgspec.structs.replace(device.terms, notice_minutes=0)
        device = msgspec.structs.replace(device, terms=terms)
    held = [
        _taken(device, occupied, now)
        for device_id, occupied in supposed.held
        if device_id == device.device_id
    ]
    return msgspec.structs.replace(time, device=device, entries=[*time.entries, *held])


def _taken(device: Device, occupied: Period, now: datetime) -> Entry:
    """Time that is taken as an outage takes it."""
    return Entry(
        entry_id="",
        kind="maintenance",
        device_id=device.device_id,
        sector=device.sector,
        company_id=None,
        account_id=None,
        status="scheduled",
        period=occupied,
        occupied=occupied,
        sequence=0,
        created_at=now,
        changed_at=now,
        made_position=0,
        changed_position=0,
    )


async def device_times(
    reader: Reader,
    device_ids: Sequence[str],
    span: Period,
    gone: Collection[str],
    as_of: int | None,
) -> list[DeviceTime]:
    """The devices that exist, in order, with their entries in a span."""
    held: dict[str, list[Entry]] = {device_id: [] for device_id in device_ids}
    # A device's own buffers reach out of the span.
    wide = span.padded(timedelta(days=1), timedelta(days=1))
    found = await entries_between(reader, wide.start, wide.end, device_ids=device_ids, as_of=as_of)
    for entry in found:
        if entry.entry_id not in gone:
            held[entry.device_id].append(entry)
    stopped = await stopped_devices(reader, as_of=as_of)
    devices = [await get_device(reader, device_id, as_of=as_of) for device_id in device_ids]
    return [
        DeviceTime(
            device=device, entries=held[device.device_id], stopped=device.device_id in stopped
        )
        for device in devices
        if device is not None
    ]


def _after(moment: datetime) -> datetime:
    return moment + timedelta(days=1)
