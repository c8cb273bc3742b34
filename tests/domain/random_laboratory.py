"""What the laboratory does in a random run, and the passing of time."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.actor import SYSTEM
from domain.cancelling_outages import CancelOutages
from domain.deadlines import DismissNoShow, ExpireRequest, RecordMissedStart
from domain.decisions import Command
from domain.outages import CancelOutage, ExtendBreakdown, RepairDevice, RescheduleOutage
from domain.overriding import Override
from domain.reservations import ApproveReservation
from domain.usage import WithdrawNoShow
from tests.domain.naive_laboratory import GRACE
from tests.domain.naive_rules import SLOT
from tests.domain.random_commands import (
    DEVICES,
    LENGTHS,
    MINUTES,
    STARTS,
    WHICH,
    Commands,
    having,
    moment,
    period_of,
)
from tests.scenario import SEALED, STAFF, break_down, decline, hand_out, no_show, outage, take_back

ASIDE = st.sampled_from([(), (), ("quota",)])


class LaboratoryCommands(Commands):
    """Answers, hand-outs, returns, no-shows, outages and breakdowns."""

    @rule(minutes=st.integers(1, 400))
    def time_passes(self, minutes: int) -> None:
        self.naive.now += minutes
        self.let_time_pass()

    @having("requested")
    @rule(which=WHICH, yes=st.booleans(), rules=ASIDE)
    def answer(self, which: int, yes: bool, rules: tuple[str, ...]) -> None:
        """Staff who approve may set the quota aside."""
        name = self.any_booking(which, "requested")
        if not yes:
            self.give(decline(name), self.naive.answer(name, yes))
            return
        override = Override(rules=rules, reason=SEALED) if rules else None
        command = ApproveReservation(by=STAFF, reservation_id=name, override=override)
        self.give(command, self.naive.answer(name, yes, pardoned=frozenset(rules)))

    @having("confirmed", "no_show", "withdrawn")
    @rule(which=WHICH, back=MINUTES, early=MINUTES)
    def hand_out(self, which: int, back: int, early: int) -> None:
        name = self.any_booking(which, "confirmed", "no_show", "withdrawn")
        start = self.naive.bookings[name].period[0]
        self.time_passes(max(0, start + SLOT - early - self.naive.now))
        minute = self.naive.now - back
        self.give(hand_out(name, moment(minute)), self.naive.hand_out(name, minute))

    @having("in_use")
    @rule(which=WHICH, back=MINUTES, minutes=st.integers(0, 400))
    def take_back(self, which: int, back: int, minutes: int) -> None:
        self.time_passes(minutes)
        name, minute = self.any_booking(which, "in_use"), self.naive.now - back
        self.give(take_back(name, moment(minute)), self.naive.take_back(name, minute))

    @having("confirmed")
    @rule(which=WHICH)
    def no_show(self, which: int) -> None:
        name = self.any_booking(which, "confirmed")
        start = self.naive.bookings[name].period[0]
        self.time_passes(max(0, start - self.naive.now - which // 6))
        self.give(no_show(name), self.naive.no_show(name))

    @having("requested")
    @rule(which=WHICH, early=st.integers(-1, 1))
    def expire(self, which: int, early: int) -> None:
        name = self.any_booking(which, "requested")
        self.time_passes(max(0, self.naive.bookings[name].answer_by - self.naive.now - early))
        command = ExpireRequest(by=SYSTEM, reservation_id=name)
        self.give(command, self.naive.expire(name))

    @having("confirmed")
    @rule(which=WHICH, early=st.integers(-1, 1))
    def miss(self, which: int, early: int) -> None:
        name = self.any_booking(which, "confirmed")
        start = self.naive.bookings[name].period[0]
        self.time_passes(max(0, start + GRACE - self.naive.now - early))
        command = RecordMissedStart(by=SYSTEM, reservation_id=name)
        self.give(command, self.naive.miss(name))

    @having("confirmed")
    @rule(which=WHICH)
    def dismiss_no_show(self, which: int) -> None:
        name = self.any_booking(which, "confirmed")
        command = DismissNoShow(by=STAFF, reservation_id=name)
        self.give(command, self.naive.dismiss(name))

    @having("no_show")
    @rule(which=WHICH)
    def withdraw_no_show(self, which: int) -> None:
        name = self.any_booking(which, "no_show")
        command = WithdrawNoShow(by=STAFF, reservation_id=name)
        self.give(command, self.naive.withdraw(name))

    @having("confirmed")
    @rule(which=WHICH, back=MINUTES)
    def be_there_after_all(self, which: int, back: int) -> None:
        """A no-show that is withdrawn, and the hand-out entered late; each may be refused."""
        self.no_show(which)
        self.withdraw_no_show(which)
        name, minute = self.any_booking(which, "withdrawn"), self.naive.now - back
        self.give(hand_out(name, moment(minute)), self.naive.hand_out(name, minute))

    @rule(device_id=DEVICES, start=STARTS, length=LENGTHS)
    def plan_outage(self, device_id: str, start: int, length: int) -> None:
        name, span = f"o-{len(self.scenario.ledger.log)}", (start, start + length)
        broken = self.naive.plan_outage(name, device_id, span)
        command = outage(moment(span[0]), moment(span[1]), name, device_id=device_id)
        self.give(command, broken)

    @precondition(lambda self: self.naive.outages)
    @rule(which=WHICH, start=STARTS, length=LENGTHS)
    def move_outage(self, which: int, start: int, length: int) -> None:
        name = sorted(self.naive.outages)[which % len(self.naive.outages)]
        device_id, span = self.naive.outages[name][0], (start, start + length)
        broken = self.naive.plan_outage(name, device_id, span)
        command = RescheduleOutage(by=STAFF, outage_id=name, period=period_of(span))
        self.give(command, broken)

    @precondition(lambda self: self.naive.outages)
    @rule(which=WHICH)
    def cancel_outage(self, which: int) -> None:
        name = sorted(self.naive.outages)[which % len(self.naive.outages)]
        over = self.naive.outages[name][1][1] <= self.naive.now
        if not over:
            del self.naive.outages[name]
        # Planned alone, an outage is a series of one: its cancellation is the same in any scope.
        commands: tuple[Command, ...] = (
            CancelOutage(by=STAFF, outage_id=name),
            CancelOutages(by=STAFF, outage_id=name, scope="later"),
            CancelOutages(by=STAFF, outage_id=name, scope="all"),
        )
        self.give(commands[which % len(commands)], {"past"} if over else set())

    @rule(device_id=DEVICES, minutes=st.integers(1, 900))
    def break_down(self, device_id: str, minutes: int) -> None:
        name, until = f"b-{len(self.scenario.ledger.log)}", self.naive.now + minutes
        broken = self.naive.break_down(name, device_id, until)
        self.give(break_down(moment(until), name, device_id), broken)

    @precondition(lambda self: self.naive.broken)
    @rule(device_id=DEVICES, minutes=st.integers(-60, 900))
    def extend_breakdown(self, device_id: str, minutes: int) -> None:
        until = self.naive.now + minutes
        broken = self.naive.last_until(device_id, until)
        command = ExtendBreakdown(by=STAFF, device_id=device_id, expected_until=moment(until))
        self.give(command, broken)

    @precondition(lambda self: self.naive.broken)
    @rule(device_id=DEVICES)
    def repair(self, device_id: str) -> None:
        command = RepairDevice(by=STAFF, device_id=device_id)
        self.give(command, self.naive.repair(device_id))
