"""Waiting for taken time in a random run: joining, accepting, leaving, and letting offers go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.actor import SYSTEM, Actor
from domain.companies import ReinstateCompany, SuspendCompany
from domain.waiting import AcceptOffer, ExpireOffer, JoinWaitlist, LeaveWaitlist, PassWish
from tests.domain.naive_rules import SLOT, Booking, Span, overlap
from tests.domain.naive_waiting import NaiveLine
from tests.domain.random_commands import (
    COMPANIES,
    SLOTS,
    WHICH,
    Commands,
    Step,
    having,
    moment,
    period_of,
)
from tests.scenario import KIM, LEE, MUDEUNG, STAFF, break_down, cancel, outage


def waiting(*statuses: str) -> Callable[[Step], Step]:
    """A rule for runs in which some wish is in one of these statuses."""

    def among(run: Any) -> bool:
        return any(wish.status in statuses for wish in run.naive.wishes.values())

    return precondition(among)


class WaitingCommands(Commands):
    """Companies wait for times about those that others have, and staff answer for them as well."""

    naive: NaiveLine

    @having("requested", "confirmed", "in_use")
    @rule(which=WHICH, by=COMPANIES, earlier=SLOTS, length=st.integers(1, 8), staff=st.booleans())
    def join(
        self, which: int, by: tuple[str, Actor], earlier: int, length: int, staff: bool
    ) -> None:
        taken = self.naive.bookings[self.any_booking(which, "requested", "confirmed", "in_use")]
        start = max(0, taken.period[0] - earlier)
        self.stand_in_line(taken, by, (start, start + length * SLOT), staff=staff)

    def stand_in_line(
        self, taken: Booking, by: tuple[str, Actor], span: Span, *, staff: bool = False
    ) -> None:
        """Somebody waits for a time about that of a booking."""
        name, (company_id, member) = f"w-{len(self.scenario.ledger.log)}", by
        broken = self.naive.join(name, taken.device, company_id, member.account_id, span)
        command = JoinWaitlist(
            by=STAFF if staff else member,
            wish_id=name,
            device_id=taken.device,
            company_id=company_id,
            account_id=member.account_id,
            period=period_of(span),
        )
        self.give(command, broken)

    @waiting("waiting")
    @rule(which=WHICH, answer=st.sampled_from(["", "member", "staff"]))
    def free(self, which: int, answer: str) -> None:
        """Cancels what somebody waits for, which chance alone would do too rarely."""
        waits = self.any_wish(which, "waiting")
        wish = self.naive.wishes[waits]
        hit = [
            name
            for name, booking in self.naive.bookings.items()
            if booking.device == wish.device and overlap(booking.occupied, wish.occupied)
            if booking.status in {"requested", "confirmed"}
        ]
        for name in hit:
            self.give(cancel(name), self.naive.cancel(name))
        if answer:
            self.take(waits, staff=answer == "staff")

    @waiting("waiting", "offered")
    @rule(which=WHICH, length=st.integers(1, 8), breaks=st.booleans())
    def take_away(self, which: int, length: int, breaks: bool) -> None:
        """An outage or a breakdown over an offer, or over what somebody waits for."""
        wish = self.naive.wishes[self.any_wish(which, "waiting", "offered")]
        start, number = wish.period[0], len(self.scenario.ledger.log)
        if breaks:
            name, until = f"b-{number}", max(self.naive.now + 1, start + length)
            broken = self.naive.break_down(name, wish.device, until)
            self.give(break_down(moment(until), name, wish.device), broken)
            return
        name, span = f"o-{number}", (start, start + length * SLOT)
        broken = self.naive.plan_outage(name, wish.device, span)
        edges = (moment(edge) for edge in span)
        self.give(outage(*edges, name, device_id=wish.device), broken)

    @waiting("offered")
    @rule(which=WHICH, staff=st.booleans(), late=st.integers(-9, 1))
    def accept(self, which: int, staff: bool, late: int) -> None:
        name = self.any_wish(which, "offered")
        wish = self.naive.wishes[name]
        if late >= -1:
            self.naive.now = max(self.naive.now, wish.expires_at + late)
            self.let_time_pass()
        self.take(name, staff)

    def take(self, name: str, staff: bool) -> None:
        wish, reservation_id = self.naive.wishes[name], f"r-{len(self.scenario.ledger.log)}"
        broken = self.naive.accept(name, reservation_id, staff)
        by = STAFF if staff else KIM if wish.company == MUDEUNG else LEE
        self.give(AcceptOffer(by=by, wish_id=name, reservation_id=reservation_id), broken)

    @waiting("waiting", "offered")
    @precondition(lambda self: len(self.scenario.ledger.log) % 2)
    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        name = self.any_wish(which, "offered", "waiting")
        self.give(LeaveWaitlist(by=STAFF, wish_id=name), self.naive.leave(name))

    @waiting("offered")
    @precondition(lambda self: not self.naive.suspended)
    @rule(which=WHICH, reinstated=st.booleans())
    def suspend_who_is_offered(self, which: int, reinstated: bool) -> None:
        """Mostly for a short while, for a run in which nobody may book finds little."""
        company_id = self.naive.wishes[self.any_wish(which, "offered")].company
        self.naive.suspend(company_id)
        self.give(SuspendCompany(by=STAFF, company_id=company_id), set())
        if reinstated or which % 4:
            self.naive.reinstate(company_id)
            self.give(ReinstateCompany(by=STAFF, company_id=company_id), set())

    @waiting("offered")
    @rule(which=WHICH, late=st.integers(-1, 1), down=st.booleans())
    def expire_offer(self, which: int, late: int, down: bool) -> None:
        name = self.any_wish(which, "offered")
        self.naive.now = max(self.naive.now, self.naive.wishes[name].expires_at + late)
        self.let_time_pass()
        command = ExpireOffer(by=SYSTEM, wish_id=name, system_was_down=down)
        self.give(command, self.naive.expire_offer(name, down))

    @waiting("waiting")
    @rule(which=WHICH, late=st.integers(-9, 1))
    def pass_wish(self, which: int, late: int) -> None:
        name = self.any_wish(which, "waiting")
        if late >= -1:
            self.naive.now = max(self.naive.now, self.naive.wishes[name].period[0] + late)
            self.let_time_pass()
        self.give(PassWish(by=SYSTEM, wish_id=name), self.naive.pass_wish(name))

    def any_wish(self, which: int, *statuses: str) -> str:
        """Mostly one in these statuses, sometimes one in another, to see that refused."""
        names = list(self.naive.wishes)
        fitting = [name for name in names if self.naive.wishes[name].status in statuses]
        return (fitting * 5 + names)[-1 - which % len(fitting * 5 + names)]
