"""What an outage displaces: bookings and offers lose their time, and wait for it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain import events as e
from domain.agenda import Agenda
from domain.claims import claim_wish
from domain.decisions import Happened, Recall
from domain.event import Event
from domain.period import Period
from domain.reservation import MadeEvent, Reservation, carried
from domain.waitlist import wished

MOST_EVENTS = 800
"""Of one append, what an outage displaces and who waits for it; the rest is for what follows. It
takes a device that is booked out for months to come near; the soonest then wait, the others have
their claim on another time.
"""


async def displacing(
    agenda: Agenda,
    occupied: Period,
    recall: Recall,
    *,
    outage_id: str | None = None,
    breakdown_id: str | None = None,
) -> Happened:
    """What an outage frees, and who waits for that; it comes before what takes the time."""
    by = {"outage_id": outage_id, "breakdown_id": breakdown_id}
    return await first_in_line([*displaced(agenda, occupied, recall.now, **by)], recall)


def displaced(
    agenda: Agenda,
    occupied: Period,
    now: datetime,
    *,
    outage_id: str | None = None,
    breakdown_id: str | None = None,
) -> Iterator[e.ReservationDisplaced | e.OfferWithdrawn]:
    """What loses its time to an outage; bookings gone by stay as they are.

    Who had an offer of that time waits on, at the same place in line.
    """
    by: dict[str, Any] = {"outage_id": outage_id, "breakdown_id": breakdown_id}
    for reservation in agenda.displaced_by(occupied):
        if reservation.period.end > now:
            yield e.ReservationDisplaced(**carried(reservation), **by)
    for offer in agenda.withdrawn_by(occupied):
        yield e.OfferWithdrawn(**wished(offer), **by)


async def first_in_line(gone: Sequence[Event], recall: Recall) -> Happened:
    """The same, and the wishes of all whose time had not begun, which come before all others.

    In the order of their times, and each for what its booking was made for.
    """
    ahead = [
        event
        for event in gone
        # For time that has begun nobody can wait any more.
        if isinstance(event, e.ReservationDisplaced) and event.period.start > recall.now
    ]
    waiting = sorted(ahead, key=lambda event: event.period.start)
    waiting = waiting[: max(0, MOST_EVENTS - len(gone))]
    reservations = [Reservation(event.reservation_id) for event in waiting]
    if reservations:
        await recall(*reservations)
    joined = [
        _joined(event, reservation.require_made())
        for event, reservation in zip(waiting, reservations, strict=True)
    ]
    wishes = {wish.replaces: wish.wish_id for wish in joined}
    return [*(_noted(event, wishes) for event in gone), *joined]


def _joined(displaced: e.ReservationDisplaced, made: MadeEvent) -> e.WaitlistJoined:
    return e.WaitlistJoined(
        wish_id=claim_wish(displaced.reservation_id),
        device_id=displaced.device_id,
        company_id=displaced.company_id,
        sector=displaced.sector,
        account_id=displaced.account_id,
        period=displaced.period,
        occupied=displaced.occupied,
        purpose=made.purpose,
        usage_type=made.usage_type,
        people=made.people,
        irb_number=made.irb_number,
        replaces=displaced.reservation_id,
    )


def _noted(event: Event, wishes: Mapping[str | None, str]) -> Event:
    if not isinstance(event, e.ReservationDisplaced):
        return event
    return msgspec.structs.replace(event, waits_as=wishes.get(event.reservation_id))
