"""Bundles in a random run: several devices at once, all or none, and given back together."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.actor import Actor
from domain.together import Member, ReserveTogether
from domain.together_changes import CancelTogether
from tests.domain.random_commands import COMPANIES, DEVICES, STARTS, WHICH, Commands, period_of
from tests.scenario import STAFF

LENGTHS = st.integers(1, 8).map(lambda slots: slots * 30)


def bundles(names: list[str]) -> list[str]:
    """The groups among the names of bookings: `g-7-0` and `g-7-1` are of `g-7`."""
    return sorted({name.rpartition("-")[0] for name in names if name.startswith("g-")})


class BundleCommands(Commands):
    """A bundle may name a device twice, which its own members then forbid."""

    @rule(
        devices=st.lists(DEVICES, min_size=2, max_size=3),
        by=COMPANIES,
        start=STARTS,
        length=LENGTHS,
        staff=st.booleans(),
    )
    def reserve_together(
        self, devices: list[str], by: tuple[str, Actor], start: int, length: int, staff: bool
    ) -> None:
        group, span, (company_id, person) = (
            f"g-{len(self.scenario.ledger.log)}",
            (start, start + length),
            by,
        )
        names = [f"{group}-{number}" for number in range(len(devices))]
        broken: set[str] = set()
        for name, device_id in zip(names, devices, strict=True):
            broken |= self.naive.reserve(name, device_id, company_id, span, staff)
            if name in self.naive.bookings:
                self.naive.bookings[name].account = person.account_id
        if broken:
            for name in names:
                self.naive.bookings.pop(name, None)
        members = tuple(
            Member(reservation_id=name, device_id=device_id, period=period_of(span))
            for name, device_id in zip(names, devices, strict=True)
        )
        command = ReserveTogether(
            by=STAFF if staff else person,
            members=members,
            company_id=company_id,
            account_id=person.account_id,
            group_id=group,
        )
        self.give(command, broken)

    @precondition(lambda self: bundles(list(self.naive.bookings)))
    @rule(which=WHICH)
    def cancel_together(self, which: int) -> None:
        groups = bundles(list(self.naive.bookings))
        group = groups[which % len(groups)]
        ahead = [
            name
            for name, booking in self.naive.bookings.items()
            if name.startswith(f"{group}-")
            and booking.status in {"requested", "confirmed"}
            and booking.period[1] > self.naive.now
        ]
        broken = set() if ahead else {"nothing_to_change"}
        for name in ahead:
            broken |= self.naive.cancel(name)
        self.give(CancelTogether(by=STAFF, together=f"group:{group}"), broken)
