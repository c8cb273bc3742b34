"""What companies do in a random run, and the quotas and suspensions that they run into.

Each rule says the same to the naive lists and to the real rules; `give` compares the answers.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain import events as e
from domain.actor import Actor
from domain.changes import (
    ExtendReservation,
    RescheduleReservation,
    ShortenReservation,
    TransferReservation,
)
from domain.companies import ReinstateCompany, SetQuota, SuspendCompany
from domain.decisions import Command
from domain.overriding import Override
from domain.period import Period
from tests.domain.naive_laboratory import NaiveTestbed
from tests.domain.naive_rules import LONGEST, SLOT, Span
from tests.scenario import (
    AUT,
    ENE,
    HANBIT,
    HEA,
    KIM,
    LEE,
    MINUTE,
    MUDEUNG,
    SEALED,
    STAFF,
    at,
    cancel,
    reserve,
    transfer,
)
from tests.sentence import Scenario

Step = TypeVar("Step", bound=Callable[..., None])
MIDNIGHT = at("2026-10-30 00:00")
DEVICES = st.sampled_from([AUT, ENE, HEA])
COMPANIES = st.sampled_from([(MUDEUNG, KIM), (HANBIT, LEE)])
STARTS = st.integers(24, 144).map(lambda slots: slots * SLOT)
LENGTHS = st.integers(1, 24).map(lambda slots: slots * SLOT if slots < 24 else LONGEST + SLOT)
SLOTS = st.integers(0, 6).map(lambda slots: slots * SLOT)
WHICH = st.integers(0, 11)
MINUTES = st.integers(0, 90)


def moment(minute: int) -> datetime:
    return MIDNIGHT + minute * MINUTE


def period_of(span: Span) -> Period:
    return Period(moment(span[0]), moment(span[1]))


def span_of(period: Period) -> Span:
    """Minutes since midnight of the naive rules."""
    start, end = (divmod(edge - MIDNIGHT, MINUTE) for edge in (period.start, period.end))
    assert not start[1]
    assert not end[1]
    return start[0], end[0]


def having(*statuses: str) -> Callable[[Step], Step]:
    """A rule for runs in which some booking is in one of these statuses."""

    def among(run: Any) -> bool:
        return any(booking.status in statuses for booking in run.naive.bookings.values())

    return precondition(among)


class Commands:
    """What both kinds of commands need: the two sides, and a reservation to speak of."""

    naive: NaiveTestbed
    scenario: Scenario

    @abstractmethod
    def give(self, command: Command, broken: set[str]) -> None:
        """Give a command, which is refused by rules among `broken` or, without any, accepted."""

    def let_time_pass(self) -> None:
        """The real clock follows the naive one."""
        self.scenario.ledger.now = moment(self.naive.now)

    def any_booking(self, which: int, *statuses: str) -> str:
        """Mostly one in these statuses, sometimes one in another, to see that refused."""
        names = list(self.naive.bookings)
        fitting = [name for name in names if self.naive.bookings[name].status in statuses]
        return (fitting * 5 + names)[-1 - which % len(fitting * 5 + names)]

    def giver(self, name: str, staff: bool) -> Actor:
        return STAFF if staff else KIM if self.naive.bookings[name].company == MUDEUNG else LEE


class CompanyCommands(Commands):
    """Booking, changing and cancelling, by members and by staff for them."""

    @rule(device_id=DEVICES, by=COMPANIES, start=STARTS, length=LENGTHS, staff=st.booleans())
    def reserve(
        self, device_id: str, by: tuple[str, Actor], start: int, length: int, staff: bool
    ) -> None:
        name, span = f"r-{len(self.scenario.ledger.log)}", (start, start + length)
        company_id, member = by
        broken = self.naive.reserve(name, device_id, company_id, span, staff)
        command = reserve(
            *(moment(edge) for edge in span),
            by=STAFF if staff else member,
            reservation_id=name,
            device_id=device_id,
            company_id=company_id,
        )
        self.give(command, broken)

    @having("requested", "confirmed")
    @rule(which=WHICH, start=STARTS, length=LENGTHS, staff=st.booleans(), late=st.booleans())
    def reschedule(self, which: int, start: int, length: int, staff: bool, late: bool) -> None:
        """By staff, it may set the notice of moves and the quota aside."""
        name, span = self.any_booking(which, "requested", "confirmed"), (start, start + length)
        rules = ("change_notice", "quota") if staff and late else ()
        booking, pardoned = self.naive.bookings[name], frozenset(rules)
        device_id = booking.device
        needed = self.naive.against_booking(device_id, booking.company, span, name) & pardoned
        needed |= {"change_notice"} & pardoned if self.naive.too_late(booking) else set()
        broken = self.naive.move(name, device_id, span, staff, pardoned=pardoned)
        command = RescheduleReservation(
            by=self.giver(name, staff),
            reservation_id=name,
            period=period_of(span),
            override=Override(rules=rules, reason=SEALED) if rules else None,
        )
        before = len(self.scenario.ledger.log)
        self.give(command, broken)
        recorded = [one.event for one in self.scenario.ledger.log[before:]]
        said = [set(one.rules) for one in recorded if isinstance(one, e.PolicyOverridden)]
        assert said == ([needed] if needed and recorded else [])

    @having("requested", "confirmed")
    @rule(which=WHICH, device_id=DEVICES, staff=st.booleans())
    def transfer_to_a_device(self, which: int, device_id: str, staff: bool) -> None:
        name = self.any_booking(which, "requested", "confirmed")
        booking = self.naive.bookings[name]
        if booking.device != device_id:
            broken = self.naive.move(name, device_id, booking.period, staff)
            by = self.giver(name, staff)
            command = TransferReservation(by=by, reservation_id=name, to_device_id=device_id)
            self.give(command, broken)

    @having("requested", "confirmed")
    @rule(which=WHICH)
    def transfer_to_a_colleague(self, which: int) -> None:
        name = self.any_booking(which, "requested", "confirmed")
        colleague = f"a-{len(self.scenario.ledger.log)}"
        self.give(transfer(name, to_account_id=colleague), self.naive.hand_on(name, colleague))

    @having("requested", "confirmed", "in_use")
    @rule(which=WHICH, later=SLOTS, earlier=SLOTS)
    def shorten(self, which: int, later: int, earlier: int) -> None:
        name = self.any_booking(which, "requested", "confirmed", "in_use")
        start, end = self.naive.bookings[name].period
        span = start + later, max(start + later + SLOT, end - earlier)
        broken = self.naive.shorten(name, span)
        command = ShortenReservation(by=STAFF, reservation_id=name, period=period_of(span))
        self.give(command, broken)

    @having("requested", "confirmed", "in_use")
    @rule(which=WHICH, longer=SLOTS, staff=st.booleans())
    def extend(self, which: int, longer: int, staff: bool) -> None:
        name = self.any_booking(which, "requested", "confirmed", "in_use")
        start, end = self.naive.bookings[name].period
        broken = self.naive.extend(name, end + longer, staff)
        period, by = period_of((start, end + longer)), self.giver(name, staff)
        self.give(ExtendReservation(by=by, reservation_id=name, period=period), broken)

    @having("requested", "confirmed")
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        name = self.any_booking(which, "requested", "confirmed")
        self.give(cancel(name), self.naive.cancel(name))

    @rule(
        company_id=st.sampled_from([MUDEUNG, HANBIT]),
        sector=st.sampled_from(["automotive", "healthcare", None]),
        hours=st.none() | st.integers(0, 80).map(lambda halves: halves / 2),
    )
    def set_quota(self, company_id: str, sector: str | None, hours: float | None) -> None:
        if self.naive.quotas.get((company_id, sector)) != hours:
            self.naive.quotas[company_id, sector] = hours
            command = SetQuota(by=STAFF, company_id=company_id, sector=sector, hours=hours)
            self.give(command, set())

    @rule(company_id=st.sampled_from([MUDEUNG, HANBIT]))
    def suspend_or_reinstate(self, company_id: str) -> None:
        if company_id in self.naive.suspended:
            self.naive.reinstate(company_id)
            self.give(ReinstateCompany(by=STAFF, company_id=company_id), set())
        elif len(self.scenario.ledger.log) % 8 == 0:
            # Rarely, for a run in which nobody may book finds little.
            self.naive.suspend(company_id)
            self.give(SuspendCompany(by=STAFF, company_id=company_id), set())
