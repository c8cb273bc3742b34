"""Problems and their safety stops, overrides, and claims of displaced bookings, in a random run."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain import events as e
from domain.actor import Actor
from domain.decisions import Command
from domain.maintenance import ReportProblem, ResolveProblem, TriageProblem
from domain.overriding import Override
from tests.domain.naive_rules import Span
from tests.domain.random_commands import (
    COMPANIES,
    DEVICES,
    LENGTHS,
    STARTS,
    WHICH,
    Commands,
    having,
    moment,
)
from tests.scenario import SEALED, STAFF, reserve

PARDONED = st.lists(st.sampled_from(["quota", "maximum"]), min_size=1, unique=True).map(tuple)


class UpkeepCommands(Commands):
    """What the laboratory sees to, and the rules that it sets aside."""

    @rule(device_id=DEVICES, resolved=st.booleans())
    def stop_or_lift(self, device_id: str, resolved: bool) -> None:
        """Rarely a stop, since a run in which nobody may book finds little, and soon its end."""
        held = sorted(name for name, of in self.naive.stops.items() if of == device_id)
        named = {"by": STAFF, "device_id": device_id}
        if held and resolved:
            self.naive.lift(held[0])
            self.give(ResolveProblem(problem_id=held[0], **named), set())
        elif held:
            self.naive.lift(held[0])
            self.give(TriageProblem(problem_id=held[0], urgency="low", **named), set())
        else:
            name, stop = (
                f"p-{len(self.scenario.ledger.log)}",
                len(self.scenario.ledger.log) % 4 == 0,
            )
            if stop:
                self.naive.stops[name] = device_id
            report = ReportProblem(problem_id=name, text=SEALED, safety_stop=stop, **named)
            self.give(report, set())

    @rule(device_id=DEVICES, by=COMPANIES, start=STARTS, length=LENGTHS, pardoned=PARDONED)
    def reserve_anyway(
        self,
        device_id: str,
        by: tuple[str, Actor],
        start: int,
        length: int,
        pardoned: tuple[str, ...],
    ) -> None:
        """An override lets its rules pass and no other, and is recorded where it was needed."""
        name, span = f"r-{len(self.scenario.ledger.log)}", (start, start + length)
        broken = self.naive.against_booking(device_id, by[0], span)
        needed = broken & set(pardoned)
        command = reserve(
            *(moment(edge) for edge in span),
            by=STAFF,
            reservation_id=name,
            device_id=device_id,
            company_id=by[0],
            override=Override(rules=pardoned, reason=SEALED),
        )
        before = len(self.scenario.ledger.log)
        self.naive.reserve(name, device_id, by[0], span, staff=True, pardoned=frozenset(pardoned))
        self.give(command, broken - needed)
        recorded = [one.event for one in self.scenario.ledger.log[before:]]
        overridden = [set(one.rules) for one in recorded if isinstance(one, e.PolicyOverridden)]
        assert overridden == ([needed] if needed and recorded else [])

    @having("displaced")
    @rule(which=WHICH, device_id=DEVICES, start=STARTS, shorter=st.integers(0, 3))
    def rebook(self, which: int, device_id: str, start: int, shorter: int) -> None:
        """A displaced booking is made again elsewhere, once, and never for longer."""
        old = self.any_booking(which, "displaced")
        booking = self.naive.bookings[old]
        length = booking.period[1] - booking.period[0] + 30 - 30 * shorter
        self.make_again(old, device_id, (start, start + max(30, length)))

    def make_again(self, old: str, device_id: str, span: Span) -> None:
        """Staff book another time in place of a displaced booking."""
        name, booking = f"r-{len(self.scenario.ledger.log)}", self.naive.bookings[old]
        broken = self.naive.rebook(old, name, device_id, span)
        command: Command = reserve(
            *(moment(edge) for edge in span),
            by=STAFF,
            reservation_id=name,
            device_id=device_id,
            company_id=booking.company,
            replaces=old,
        )
        self.give(command, broken)
