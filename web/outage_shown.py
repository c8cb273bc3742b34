"""Outages and breakdowns as they are answered, with the reservations that they displace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from booking.app import Done
from booking.testbed import Testbed
from domain import events as e
from domain.device import Service
from domain.event import Event
from projections.supposing import supposed_after
from web.forms import require_id
from web.problem import Problem
from web.refused import Alternative, alternatives_to
from web.shown import Reservation, in_full
from web.writes import entry_after, recalled

MOST_WITH_ALTERNATIVES = 50
"""Displaced reservations for which other times are looked for; the rest are listed without."""


class Displaced(Reservation, frozen=True, kw_only=True):
    """A reservation that loses its time, and where it could go.

    `because` is `time` where the device is out during the booking, and `buffer` where only its
    clearing time is hit: the minutes before or after it in which the device is set up or cleared.
    """

    because: Literal["time", "buffer"]
    alternatives: Sequence[Alternative]


class Repetition(msgspec.Struct, frozen=True, kw_only=True):
    """One of the outages that were planned together; `outage_id` is null in a dry run."""

    outage_id: str | None
    start: datetime
    end: datetime


class OutageShown(msgspec.Struct, frozen=True, kw_only=True):
    """An outage or a breakdown (`outage_id` is either's id), and what it displaces.

    Of outages that were planned together the first is shown, with all of them as `repeats`; of
    those that were cancelled together the one that was named.
    """

    outage_id: str
    device_id: str
    kind: str
    status: str
    start: datetime
    end: datetime
    reason: str | None
    position: int
    displaced: Sequence[Displaced] = ()
    series_id: str | None = None
    repeats: Sequence[Repetition] = ()


async def require_device(testbed: Testbed, device_id: str) -> None:
    """Refuses (404) an address that names no device; one that is retired was one."""
    service = Service(require_id(device_id))
    await recalled(testbed, service)
    if not service.commissioned:
        raise Problem("not-found")


async def show_outage(testbed: Testbed, language: str, entry_id: str, done: Done) -> OutageShown:
    entry = await entry_after(testbed, entry_id, done)
    reason = await testbed.seals.open(entry.reason) if entry.reason else None
    happened = [recorded.event for recorded in done.events]
    together = [
        event for event in happened if isinstance(event, (e.OutageScheduled, e.OutageCancelled))
    ]
    return OutageShown(
        outage_id=entry.entry_id,
        device_id=entry.device_id,
        kind=entry.kind,
        status=entry.status,
        start=entry.period.start,
        end=entry.period.end,
        reason=reason,
        position=entry.changed_position,
        displaced=await displaced_by(testbed, language, happened, done),
        series_id=entry.series_id,
        repeats=repetitions(together) if len(together) > 1 else (),
    )


async def displaced_by(
    testbed: Testbed, language: str, happened: Sequence[Event], done: Done | None = None
) -> list[Displaced]:
    """The reservations that lose their time, each with times that it could move to.

    These are the same in a dry run as when it is done: what the calendar does not hold yet, and
    what it holds no more, follows from what happens.
    """
    done = done or Done(events=(), position=0)
    hit = [event for event in happened if isinstance(event, e.ReservationDisplaced)]
    entries = [await entry_after(testbed, event.reservation_id, done) for event in hit]
    shown = await in_full(testbed, language, entries)
    supposed = supposed_after(happened)
    displaced = []
    for number, (event, one) in enumerate(zip(hit, shown, strict=True)):
        found: Sequence[Alternative] = ()
        if number < MOST_WITH_ALTERNATIVES:
            found = await alternatives_to(testbed, event.device_id, event.period, supposed=supposed)
        values = {name: getattr(one, name) for name in Reservation.__struct_fields__}
        because = hit_because(event, happened)
        displaced.append(Displaced(**values, because=because, alternatives=found))
    return displaced


def hit_because(
    displaced: e.ReservationDisplaced, happened: Sequence[Event]
) -> Literal["time", "buffer"]:
    """What of a reservation the outages or breakdowns hit that were decided with its displacing."""
    outages = [
        event.occupied for event in happened if isinstance(event, (e.OutageEvent, e.BreakdownEvent))
    ]
    return "time" if any(map(displaced.period.overlaps, outages)) else "buffer"


def repetitions(planned: Sequence[e.OutageEvent], *, tried: bool = False) -> list[Repetition]:
    """The times of outages that were planned or cancelled together, or (`tried`) would be."""
    return [
        Repetition(
            outage_id=None if tried else one.outage_id,
            start=one.occupied.start,
            end=one.occupied.end,
        )
        for one in planned
    ]
