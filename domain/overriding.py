"""Rules that the laboratory may set aside for one booking, by naming them and giving a reason.

Never set aside are the rules that protect people, devices and other people's bookings: taken time,
calibration, safety stops, suspended and retired devices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from domain import events as e
from domain.actor import Actor
from domain.rejected import Rejected, Violation
from domain.sealed import Sealed

OF_MOVES = "change_notice"
"""Until when before its start a booking may be moved, which a new booking never breaks."""
OVERRIDABLE = ("notice", "horizon", "opening_hours", "minimum", "maximum", "quota", OF_MOVES)
"""Notice, horizon, hours, length (shortest and longest), quota, and the notice of moves."""
KEPT_WHEN_EXTENDED = ("notice", "horizon", "minimum")
"""What was set aside for a booking and holds no more of a longer one with the same start."""
KEPT_WHEN_SHORTENED = ("notice", "maximum", "quota")
"""The same of a shorter one within the time that it had."""


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that must not refuse this one booking, and why."""

    rules: tuple[str, ...]
    reason: Sealed


class Pardon:
    """Lets some rules be broken and remembers which ones really were, in the order of breaking."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = frozenset(rules)
        self.needed: list[str] = []

    @contextmanager
    def given(self) -> Iterator[None]:
        """Refuses with what is not pardoned alone, or lets the plan pass when all of it is."""
        try:
            yield
        except Rejected as rejected:
            left = [one for one in rejected.violations if one.rule not in self.rules]
            if left:
                raise Rejected(violations=left, conflicts=rejected.conflicts) from rejected
            broken = (one.rule for one in rejected.violations)
            self.needed += [rule for rule in dict.fromkeys(broken) if rule not in self.needed]


def named_rules(override: Override | None, by: Actor) -> tuple[str, ...]:
    """The rules that an override names.

    Refuses one of a company's people, one without rules, and rules that nobody may set aside.
    """
    if override is None:
        return ()
    if by.of_company:
        raise Rejected("override_by_company")
    fixed = [rule for rule in override.rules if rule not in OVERRIDABLE]
    if fixed or not override.rules:
        limit = ", ".join(OVERRIDABLE)
        named = fixed or ["—"]
        raise Rejected(
            violations=[Violation(rule="not_overridable", limit=limit, actual=one) for one in named]
        )
    return override.rules


def kept(set_aside: Sequence[str], rules: Sequence[str]) -> tuple[str, ...]:
    """Of what was set aside for a booking, what stays so where a step keeps `rules` alone."""
    return tuple(rule for rule in set_aside if rule in rules)


def overridden(
    override: Override | None, needed: Sequence[str], changed: e.ReservationEvent
) -> list[e.PolicyOverridden]:
    """What is recorded beside a booking that an override let pass; nothing if none was needed."""
    broken = tuple(rule for rule in needed if override is not None and rule in override.rules)
    if override is None or not broken:
        return []
    return [
        e.PolicyOverridden(
            reservation_id=changed.reservation_id,
            device_id=changed.device_id,
            company_id=changed.company_id,
            rules=broken,
            reason=override.reason,
        )
    ]
