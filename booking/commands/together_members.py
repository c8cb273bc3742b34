"""What became, or would become, of each device or date of a bundle or a series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from booking.commands.columns import aligned
from booking.commands.common import say
from booking.commands.displacing import span
from booking.commands.hints import hinted
from booking.commands.taken import said_conflicts
from booking.testbed import Testbed
from domain.period import Period
from domain.rejected import Conflict, Rejected, Violation
from domain.together import ReserveTogether


class Tried(NamedTuple):
    """One device at one time, with what is in its way."""

    device_id: str
    period: Period
    violations: Sequence[Violation]
    conflicts: Sequence[Conflict]

    @property
    def taken(self) -> bool:
        """True where nothing but somebody else's time is in the way."""
        return {one.rule for one in self.violations} == {"slot_taken"}

    @property
    def state(self) -> str:
        if not self.violations:
            return "free"
        return "taken" if self.taken else "against a rule"


def members_refused(order: ReserveTogether, rejected: Rejected) -> list[Tried]:
    """Every member of an order, in its order; those without violations could be booked."""
    return _tried([(one.device_id, one.period) for one in order.members], rejected)


def moves_refused(rejected: Rejected) -> list[Tried]:
    """The same of a change of several, by start; empty where the refusal names none."""
    return sorted(_tried(rejected.asked, rejected), key=lambda one: one.period.start)


async def say_members(testbed: Testbed, members: Iterable[Tried]) -> None:
    """A line each: device, time, and whether it is free, taken (by what) or against which rule."""
    rows = [
        (one.device_id, span(one.period), one.state, await _why(testbed, one)) for one in members
    ]
    for line in aligned(rows):
        say(line)


async def _why(testbed: Testbed, one: Tried) -> str:
    by = "; ".join(await said_conflicts(testbed, one.conflicts))
    rules = " ".join(hinted(each) for each in one.violations if each.rule != "slot_taken")
    return "; ".join(filter(None, (f"by {by}" if by else "", rules)))


def _tried(asked: Sequence[tuple[str, Period]], rejected: Rejected) -> list[Tried]:
    return [
        Tried(
            device_id=device_id,
            period=period,
            violations=[one for one in rejected.violations if one.member == number],
            conflicts=[one for one in rejected.conflicts if one.member == number],
        )
        for number, (device_id, period) in enumerate(asked)
    ]
