"""What was booked together: the reservations of a bundle or of a series."""

from __future__ import annotations

from collections.abc import Sequence

from domain import events as e
from domain.decisions import Fact, Query, Recall
from domain.event import Event
from domain.reservation import Reservation


class Members(Fact):
    """Which reservations were booked together; how each stands now its own fact knows."""

    def __init__(self, together: str) -> None:
        self.together = together
        self.made: list[e.ReservationEvent] = []

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.ReservationRequested, e.ReservationConfirmed)
        return [Query(types=types, tags=(self.together,))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.ReservationEvent():
                self.made.append(event)
            case _:
                raise TypeError(f"members do not know {event!r}")


async def still_bundled(reservation: Reservation, recall: Recall) -> tuple[str, ...]:
    """The other reservations of a reservation's bundle that still hold their time."""
    group_id = reservation.require_made().group_id
    if group_id is None:
        return ()
    (members,) = await recall(Members(f"group:{group_id}"))
    names = [one.reservation_id for one in members.made]
    others = [Reservation(name) for name in names if name != reservation.reservation_id]
    if others:
        await recall(*others)
    return tuple(
        one.reservation_id for one in others if one.status in {"requested", "confirmed", "in_use"}
    )
