"""The first claim of a displaced booking: it is made again elsewhere, once, without notice.

The laboratory took the time away, at times from one day to the next, so that the notice which the
terms ask of a company cannot be asked here. Every other rule holds as for any new booking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain import events as e
from domain.decisions import Fact, Query, Recall
from domain.event import Event
from domain.rejected import Rejected
from domain.reservation import Reservation

if TYPE_CHECKING:
    from domain.reservations import ReserveDevice

WAIVED = ("notice",)
"""The rules that a displaced booking need not keep when it is made again."""


class Replaced(Fact):
    """Which reservation took the place of one that was displaced."""

    def __init__(self, reservation_id: str) -> None:
        self.reservation_id = reservation_id
        self.by: str | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.ReservationRequested, e.ReservationConfirmed)
        return [Query(types=types, tags=(f"replaces:{self.reservation_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.ReservationRequested() | e.ReservationConfirmed():
                self.by = event.reservation_id
            case _:
                raise TypeError(f"what was replaced does not know {event!r}")

    def require_open(self) -> None:
        """Refuses a second use of the claim, whatever became of the first."""
        if self.by is not None:
            raise Rejected("rebooked_already", actual=self.by)


async def claimed(command: ReserveDevice, recall: Recall) -> tuple[str, ...]:
    """The rules waived for a booking that takes the place of a displaced one.

    Refuses one of another company, one that was not displaced or was replaced already, and more
    time than was lost.
    """
    if command.replaces is None:
        return ()
    displaced, replaced = await recall(Reservation(command.replaces), Replaced(command.replaces))
    latest = displaced.latest
    if latest is None or latest.company_id != command.company_id:
        raise Rejected("reservation_unknown", actual=command.replaces)
    displaced.require("displaced")
    replaced.require_open()
    if command.period.length > latest.period.length:
        raise Rejected("maximum", limit=latest.period.minutes, actual=command.period.minutes)
    return WAIVED
