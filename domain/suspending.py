"""A company's suspension takes back the time that is held for it, in the append that suspends it.

Who may not book could not accept, and the time would stay held from everybody until the offer ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain import events as e
from domain.agenda import OFFERS
from domain.decisions import Fact, Happened, Query, Recall
from domain.event import Event
from domain.waitlist import wished


class OwnOffers(Fact):
    """The offers to a company that stand, of any device and however far ahead.

    Not read by months, for the first claim to a booking beyond all horizons, which the laboratory
    may have allowed, is offered as well. What is read is a company's offers and nothing else, and
    only when it is suspended.
    """

    def __init__(self, company_id: str) -> None:
        self.company_id = company_id
        self.standing: dict[str, e.SlotOffered] = {}

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=OFFERS, tags=(f"company:{self.company_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.SlotOffered():
                self.standing[event.wish_id] = event
            case e.WaitlistEvent():
                self.standing.pop(event.wish_id, None)
            case _:
                raise TypeError(f"a company's offers do not know {event!r}")


async def suspended(event: e.CompanySuspended, recall: Recall) -> Happened:
    """A suspension with all that it ends: bookings stand, and wishes keep their place in line.

    An offer whose deadline has passed unrecorded is withdrawn too, or a later note of downtime
    would extend it.
    """
    return [event, *await withdrawn_from(event.company_id, recall)]


async def withdrawn_from(company_id: str, recall: Recall) -> list[e.OfferWithdrawn]:
    """The ends of all offers to a company that stand, in the order in which they were made."""
    (own,) = await recall(OwnOffers(company_id))
    return [e.OfferWithdrawn(**wished(offer), suspended=True) for offer in own.standing.values()]
