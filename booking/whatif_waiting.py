"""The waiting list in the supposed past: its steps as orders, and offers that nobody answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.decisions import Command
from domain.event import Event
from domain.waiting import AcceptOffer, ExpireOffer, LeaveWaitlist, PassWish

SLACK = timedelta(hours=1)
"""So long after its deadline the recorded end of an offer is waited for, and so far apart may the
deadlines be of an offer that was recorded as well.
"""


class Offers:
    """The offers that stand in the supposed past. Not all of them were made in the recorded one."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._recorded: dict[str, datetime] = {}

    def hear(self, events: Iterable[Event]) -> None:
        """What is supposed to have happened."""
        _note(events, self._until)

    def hear_recorded(self, events: Iterable[Event]) -> None:
        """What happened in fact."""
        _note(events, self._recorded)

    def over(self, now: datetime) -> Iterator[Command]:
        """The orders that end offers which nobody has answered, the first to end first.

        One that stands in the recorded past too ends as it did there, however late: the system may
        have been down, and have given more time.
        """
        for wish_id, until in sorted(self._until.items(), key=lambda one: (one[1], one[0])):
            recorded = self._recorded.get(wish_id)
            stands = recorded is not None and abs(until - recorded) < SLACK
            if until + SLACK <= now and not stands:
                del self._until[wish_id]
                yield ExpireOffer(by=SYSTEM, wish_id=wish_id)


def order_waiting(event: e.WaitlistEvent, by: Actor) -> Command | None:
    """The order of a step of somebody who waits; None for what the rules do by themselves."""
    match event:
        case e.WaitlistLeft():
            return LeaveWaitlist(by=by, wish_id=event.wish_id)
        case e.WaitlistPassed():
            return PassWish(by=SYSTEM, wish_id=event.wish_id)
        case e.OfferExpired() | e.OfferExtended():
            down = isinstance(event, e.OfferExtended)
            return ExpireOffer(by=SYSTEM, wish_id=event.wish_id, system_was_down=down)
        case _:
            return None


def accepted_in(append: Iterable[Event], reservation_id: str, by: Actor) -> AcceptOffer | None:
    """The order of a booking that was made by accepting an offer; None for any other."""
    for event in append:
        if isinstance(event, e.OfferAccepted) and event.reservation_id == reservation_id:
            return AcceptOffer(by=by, wish_id=event.wish_id, reservation_id=reservation_id)
    return None


def _note(events: Iterable[Event], until: dict[str, datetime]) -> None:
    """Until when an offer stands; no longer, once anything else is heard of its wish."""
    for event in events:
        match event:
            case e.SlotOffered() | e.OfferExtended():
                until[event.wish_id] = event.expires_at
            case e.WaitlistEvent():
                until.pop(event.wish_id, None)
