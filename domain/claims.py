"""The first claim of a displaced booking: on its old time, and once on any other without notice.

Whoever was displaced stands first in line for the time that was lost, and books it again by
accepting its offer; or another time, by naming the displaced booking. The laboratory took the time
away, at times from one day to the next, so that the notice which the terms ask of a company cannot
be asked here. Every other rule holds as for any new booking; what the laboratory had set aside for
the lost one stays set aside at its own time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from domain import events as e
from domain.decisions import Fact, Query, Recall
from domain.event import Event
from domain.rejected import Rejected
from domain.reservation import Reservation
from domain.waitlist import OPEN, Wish, wished

if TYPE_CHECKING:
    from domain.reservations import ReserveDevice

WAIVED = ("notice",)
"""The rules that a displaced booking need not keep when it is made again."""
_CLAIM = "claim-"


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


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What naming a displaced booking means: rules that are waived, and a place in line given up.

    `left` ends the wish `wish_id`, if it is still open: whoever has another time waits no longer.
    """

    waived: tuple[str, ...] = ()
    wish_id: str | None = None
    left: tuple[e.WaitlistLeft, ...] = ()


def claim_wish(reservation_id: str) -> str:
    """The wish as which a displaced reservation waits for its time.

    A reservation is displaced once. All other wishes are named by the server, at random and
    otherwise, so that nobody can take this name before.
    """
    return f"{_CLAIM}{reservation_id}"


def is_of_claim(wish_id: str | None) -> bool:
    """Whether a displaced reservation waits as this wish."""
    return wish_id is not None and wish_id.startswith(_CLAIM)


async def claimed(command: ReserveDevice, recall: Recall) -> Claim:
    """What a booking may claim that takes the place of a displaced one.

    Refuses one of another company, one that was not displaced or was replaced already, and more
    time than was lost.
    """
    if command.replaces is None:
        return Claim()
    displaced, replaced, wish = await recall(
        Reservation(command.replaces),
        Replaced(command.replaces),
        Wish(claim_wish(command.replaces)),
    )
    latest = displaced.latest
    if latest is None or latest.company_id != command.company_id:
        raise Rejected("reservation_unknown", actual=command.replaces)
    displaced.require("displaced")
    replaced.require_open()
    if command.period.length > latest.period.length:
        lost, asked = latest.period.minutes, command.period.minutes
        raise Rejected("claim_length", limit=lost, actual=asked)
    if wish.joined is None or wish.status not in OPEN:
        return Claim(waived=WAIVED)
    offered = wish.status == "offered"
    left = e.WaitlistLeft(
        **wished(wish.joined), offered=offered, rebooked_as=command.reservation_id
    )
    return Claim(waived=WAIVED, wish_id=wish.wish_id, left=(left,))


async def set_aside_for(replaces: str | None, recall: Recall) -> tuple[str, ...]:
    """What the laboratory had set aside for a displaced booking; None is no claim at all."""
    if replaces is None:
        return ()
    (displaced,) = await recall(Reservation(replaces))
    return displaced.set_aside


async def require_unused(replaces: str | None, recall: Recall) -> None:
    """Refuses the second use of a claim; None is no claim at all."""
    if replaces is not None:
        (replaced,) = await recall(Replaced(replaces))
        replaced.require_open()
