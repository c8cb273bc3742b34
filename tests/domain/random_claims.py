"""First claims in a random run: bookings that are displaced, and get their time back or another."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain.actor import Actor
from domain.outages import CancelOutage, RepairDevice
from domain.waiting import LeaveWaitlist
from tests.domain.naive_rules import overlap
from tests.domain.random_commands import COMPANIES, DEVICES, STARTS, WHICH, having, moment
from tests.domain.random_upkeep import UpkeepCommands
from tests.domain.random_waiting import WaitingCommands, waiting
from tests.scenario import STAFF, outage


class ClaimCommands(UpkeepCommands, WaitingCommands):
    """Stories of a displaced booking, of which chance alone would tell few to their end."""

    @having("requested", "confirmed")
    @rule(which=WHICH, by=COMPANIES, joins=st.booleans(), given_back=st.booleans())
    def lose_the_time(
        self, which: int, by: tuple[str, Actor], joins: bool, given_back: bool
    ) -> None:
        """To an outage, over a booking for whose time somebody waits or nobody."""
        old = self.any_booking(which, "requested", "confirmed")
        booking = self.naive.bookings[old]
        if joins:
            self.stand_in_line(booking, by, booking.period)
        name = f"o-{len(self.scenario.ledger.log)}"
        broken = self.naive.plan_outage(name, booking.device, booking.period)
        edges = (moment(edge) for edge in booking.period)
        self.give(outage(*edges, name, device_id=booking.device), broken)
        if given_back and not broken:
            self.end_what_is_over(f"claim-{old}")

    @waiting("waiting")
    @rule(which=WHICH)
    def give_back(self, which: int) -> None:
        """Ends the outages and the breakdown over what somebody waits for."""
        self.end_what_is_over(self.any_wish(which, "waiting"))

    @waiting("waiting", "offered")
    @rule(
        which=WHICH,
        how=st.sampled_from(["accept", "leave", "elsewhere"]),
        device_id=DEVICES,
        start=STARTS,
    )
    def use_the_claim(self, which: int, how: str, device_id: str, start: int) -> None:
        """Where it is offered its time, or while it waits for that."""
        claims = [name for name, wish in self.naive.wishes.items() if wish.claims]
        named = [one for one in claims if self.naive.wishes[one].status in {"waiting", "offered"}]
        if not named:
            return
        name = named[which % len(named)]
        wish = self.naive.wishes[name]
        if how == "accept":
            self.take(name, staff=which % 2 == 0)
        elif how == "leave":
            self.give(LeaveWaitlist(by=STAFF, wish_id=name), self.naive.leave(name))
        else:
            length = wish.period[1] - wish.period[0]
            # Often about its own time, which its own offer must not keep from it.
            start = wish.period[0] + 30 * (which % 3) if which % 2 else start
            self.make_again(wish.claims, device_id, (start, start + length))

    def end_what_is_over(self, wish_id: str) -> None:
        wish = self.naive.wishes.get(wish_id)
        if wish is None:
            return
        for name, (device_id, span) in sorted(self.naive.outages.items()):
            if device_id == wish.device and overlap(span, wish.occupied):
                over = span[1] <= self.naive.now
                if not over:
                    del self.naive.outages[name]
                self.give(CancelOutage(by=STAFF, outage_id=name), {"past"} if over else set())
        broken = dict(self.naive.broken.values())
        if wish.device in broken and overlap(broken[wish.device], wish.occupied):
            command = RepairDevice(by=STAFF, device_id=wish.device)
            self.give(command, self.naive.repair(wish.device))
