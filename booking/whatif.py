"""What if other terms had held: recorded requests decided once more, under proposed terms.

Every recorded append is heard in its order, at its recorded time. Requests, refused ones included,
and changes are decided by the same rules on the supposed ledger; what the laboratory did follows as
it was recorded, where the booking exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, get_args

import msgspec

from booking.whatif_answer import Found, Outcome
from booking.whatif_ledger import SupposedLedger
from booking.whatif_orders import (
    Giver,
    Made,
    order_changed,
    order_followed,
    order_made,
    order_out,
    orders_refused,
    override_in,
)
from booking.whatif_uses import Uses
from booking.whatif_waiting import Offers, accepted_in, order_waiting
from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.decisions import Command, Fact, Recall
from domain.event import Event, Recorded
from domain.handlers import decide
from domain.offering import offers_after
from domain.rejected import Rejected
from domain.remembering import Remembering
from domain.reservation import Reservation, Status
from domain.reservations import ApproveReservation
from domain.suspending import withdrawn_from
from domain.terms import Terms
from domain.terms_of_use import TermsOfUse

STATUSES: tuple[Status, ...] = get_args(Status)
Known = TypeVar("Known", bound=Fact)
_MAIN = (e.OutageEvent, e.BreakdownEvent)
_BEFORE: dict[type[Event], tuple[str, ...]] = {
    e.RequestExpired: ("requested",),
    e.NoShowRecorded: ("confirmed",),
    # What was only suspected is dismissed while it stands as confirmed.
    e.NoShowWithdrawn: ("no_show", "confirmed"),
}
"""The statuses in which a recorded step can follow; any, where none is named."""


class WhatIf:
    """The supposed past under `terms`, by device; hear it every append since the start, in order.

    `found` are the requests decided otherwise, `uses` the times in which devices would have been in
    hand.
    """

    def __init__(self, ledger: SupposedLedger, terms: Mapping[str, TermsOfUse]) -> None:
        self.found = Found()
        self.uses = Uses()
        self._ledger = ledger
        self._terms = terms
        self._happened: list[Event] = []
        self._offers = Offers()
        self._kept: list[Event] = []

    async def begin(self) -> None:
        """Puts the proposed terms in force."""
        for device_id, terms in sorted(self._terms.items()):
            now = await self._recall(Terms(device_id))
            if now.terms_version is not None:
                self._keep([e.TermsSet(device_id=device_id, sector=now.sector, terms=terms)])

    async def hear(self, append: Sequence[Recorded]) -> None:
        """What was recorded together, decided once more."""
        first = append[0]
        self._ledger.now = first.recorded_at
        for order in [*self._offers.over(first.recorded_at)]:
            await self._refusing([order])
        events = [recorded.event for recorded in append]
        made = [recorded for recorded in append if isinstance(recorded.event, Made)]
        if made:
            await self._hear_made(append, made)
        elif isinstance(first.event, e.RequestRefused):
            await self._hear_refused(first, first.event)
        elif any(isinstance(event, _MAIN) for event in events):
            await self._hear_outages(events)
        else:
            await self._hear_changed(append)
        await self._offer_freed()
        self._offers.hear_recorded(events)
        self._ledger.forget()

    async def _offer_freed(self) -> None:
        """What the laboratory's steps freed is offered to those who wait in the supposed past."""
        kept, self._kept = self._kept, []
        kept += await self._withdrawn(kept)
        memory = Remembering(Recall(self._ledger))
        offers = await offers_after(kept, memory, self._ledger.now)
        if offers:
            self._ledger.append(offers, SYSTEM.account_id)
            self._offers.hear(offers)

    async def _withdrawn(self, kept: Sequence[Event]) -> list[Event]:
        """What a suspension takes back of the offers that stand in the supposed past."""
        withdrawn: list[Event] = []
        for event in kept:
            if isinstance(event, e.CompanySuspended):
                withdrawn += await withdrawn_from(event.company_id, Recall(self._ledger))
        self._ledger.append(withdrawn, SYSTEM.account_id)
        self._offers.hear(withdrawn)
        return withdrawn

    async def _hear_made(self, append: Sequence[Recorded], made: Sequence[Recorded]) -> None:
        """Bookings of several devices stand or fall together, dates of a series alone."""
        bundle = any(getattr(one.event, "group_id", None) for one in made)
        for group in [made] if bundle else [[one] for one in made]:
            self.found.counts["requests"] += 1
            events = [one.event for one in group if isinstance(one.event, Made)]
            by = await self._giver(group[0], events[0].company_id)
            waited = any(isinstance(one, e.ReservationRequested) for one in events)
            before: Outcome = "waits for approval" if waited else "booked"
            override = override_in(append, by)
            every = [recorded.event for recorded in append]
            orders = [
                accepted_in(every, one.reservation_id, by) or order_made(one, by, override)
                for one in events
            ]
            rules = await self._refusing(orders)
            after: Outcome = "refused" if rules else await self._settled(events, before)
            if after != before:
                self.found.note(group[0], events[0], "ReserveDevice", (before, after), rules)

    async def _hear_refused(self, recorded: Recorded, refused: e.RequestRefused) -> None:
        self.found.counts["requests"] += 1
        by = await self._giver(recorded, refused.company_id)
        devices = sorted({refused.device_id or "", *(one for one, _ in refused.asked)})
        terms = {device_id: (await self._recall(Terms(device_id))).now for device_id in devices}
        orders = orders_refused(refused, recorded, by, terms)
        before = tuple(dict.fromkeys(refusal.rule for refusal in refused.refusals))
        if not orders:
            self.found.counts["left as recorded"] += 1
            return
        rules = await self._refusing(orders)
        if rules:
            self.found.counts["refused for another rule"] += set(rules) != set(before)
            return
        held = [one for one in self._happened if isinstance(one, e.ReservationEvent)]
        made = [one for one in held if isinstance(one, Made)]
        for one in made:
            self.uses.suppose(one)
        after: Outcome = await self._settled(made, "booked") if made else "changed"
        self.found.note(recorded, held[0], refused.command, ("refused", after), before)

    async def _hear_outages(self, events: Sequence[Event]) -> None:
        """An outage displaces what it would have hit."""
        for event in events:
            order = order_out(event, SYSTEM)
            moved = isinstance(event, e.ReservationEvent | e.WaitlistEvent)
            if not moved and (order is None or await self._refusing([order])):
                self._keep([event])

    async def _hear_changed(self, append: Sequence[Recorded]) -> None:
        """A change is decided once more, a step of the laboratory follows as it was recorded."""
        heard = set()
        for recorded in append:
            event = recorded.event
            reservation_id = getattr(event, "reservation_id", None)
            if isinstance(event, e.TermsSet) and event.device_id in self._terms:
                terms = self._terms[event.device_id]
                self._keep([msgspec.structs.replace(event, terms=terms)])
            elif isinstance(event, e.WaitlistEvent):
                await self._hear_waiting(recorded, event)
            elif reservation_id is None:
                self._keep([event])
            elif reservation_id not in heard:
                heard.add(reservation_id)
                of_one = [one for one in append if _is_of(one.event, reservation_id)]
                standing = await self._recall(Reservation(reservation_id))
                if standing.latest is None:
                    self.found.counts["steps without their booking"] += 1
                else:
                    await self._hear_step(append, of_one, standing)

    async def _hear_waiting(self, recorded: Recorded, event: e.WaitlistEvent) -> None:
        """Who joined a line is in it; what the rules offered, they offer again."""
        if isinstance(event, e.WaitlistJoined):
            self._keep([event])
            return
        by = await self._giver(recorded, event.company_id)
        order = order_waiting(event, by)
        if order is not None:
            await self._refusing([order])

    async def _hear_step(
        self, append: Sequence[Recorded], of_one: Sequence[Recorded], standing: Reservation
    ) -> None:
        first, latest = of_one[0], standing.require(*STATUSES)
        by = await self._giver(first, latest.company_id)
        events = [one.event for one in of_one]
        steps = [event for event in events if isinstance(event, e.ReservationEvent)]
        override = override_in(append, by)
        changes = (order_changed(event, latest, by, override) for event in steps)
        order = next((one for one in changes if one is not None), None)
        if order is not None:
            self.found.counts["requests"] += 1
            if rules := await self._refusing([order]):
                self.found.note(
                    first, steps[0], type(order).__name__, ("changed", "refused"), rules
                )
        elif (follow := order_followed(events, by, override)) is not None:
            rules = await self._refusing([follow])
            if rules and isinstance(follow, ApproveReservation) and standing.status == "requested":
                self.found.note(first, steps[0], "ApproveReservation", ("booked", "refused"), rules)
        else:
            self._follow(events, latest, standing.status or "")

    def _follow(self, events: Sequence[Event], latest: e.ReservationEvent, status: str) -> None:
        """Events that no order stands for, about the booking as it would have stood."""
        for event in events:
            if not isinstance(event, e.ReservationEvent):
                self._keep([event])
            elif status in _BEFORE.get(type(event), (status,)):
                same = {"period": latest.period, "occupied": latest.occupied}
                moved = msgspec.structs.replace(event, device_id=latest.device_id, **same)
                self._keep([moved])

    async def _settled(self, made: Sequence[Made], before: Outcome) -> Outcome:
        """The outcome of requests let pass; what waited for nobody is approved at once."""
        after: Outcome = "booked"
        for one in made:
            standing = await self._recall(Reservation(one.reservation_id))
            if standing.status == "requested":
                after = "waits for approval"
                if before == "booked":
                    approve = ApproveReservation(by=SYSTEM, reservation_id=one.reservation_id)
                    await self._refusing([approve])
        return after

    async def _refusing(self, orders: Sequence[Command]) -> tuple[str, ...]:
        """Gives orders, all or none; answers the rules that refuse them, none when all pass."""
        since = self._ledger.position
        self._happened = []
        for order in orders:
            try:
                happened = await decide(order, Recall(self._ledger))
            except Rejected as rejected:
                if self._happened:
                    self._ledger.take_back(since)
                return tuple(dict.fromkeys(one.rule for one in rejected.violations))
            self._ledger.append(happened, order.by.account_id)
            self._happened += happened
        for event in self._happened:
            self.uses.hear(event)
        self._offers.hear(self._happened)
        return ()

    def _keep(self, events: Sequence[Event]) -> None:
        """What is supposed to have happened just as it was recorded."""
        self._ledger.append(events, SYSTEM.account_id)
        for event in events:
            self.uses.hear(event)
        self._kept += events

    async def _giver(self, recorded: Recorded, company_id: str | None) -> Actor:
        return (await self._recall(Giver(recorded.by))).actor(company_id)

    async def _recall(self, fact: Known) -> Known:
        (known,) = await Recall(self._ledger)(fact)
        return known


def _is_of(event: Event, reservation_id: str) -> bool:
    return getattr(event, "reservation_id", None) == reservation_id
