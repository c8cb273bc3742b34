"""What a calendar will look like after events that it has not folded yet."""

from __future__ import annotations

from collections.abc import Iterable

from domain import events as e
from domain.event import Event
from projections.alternatives import Supposed


def supposed_after(happened: Iterable[Event]) -> Supposed:
    """What outages and breakdowns take and displace, offers withdrawn, and offers of what is left.

    What is displaced could be booked again at once, so its claim needs no notice.
    """
    gone: set[str] = set()
    held = []
    for event in happened:
        match event:
            case e.ReservationDisplaced():
                gone.add(event.reservation_id)
            case e.OfferWithdrawn():
                gone.add(event.wish_id)
            case e.OutageRescheduled():
                gone.add(event.outage_id)
                held.append((event.device_id, event.occupied))
            case (
                e.OutageScheduled()
                | e.BreakdownReported()
                | e.BreakdownExtended()
                | e.SlotOffered()
            ):
                held.append((event.device_id, event.occupied))
    return Supposed(gone=frozenset(gone), held=held, claim=True)
