"""How a rule says no: its name, its limit, the actual value, and the words for the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from domain.period import Period
from domain.said_values import said, weekday_said
from domain.words import ASKED, CLOSED, QUOTAS, WORDS


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule. `limit` and `actual` are JSON values: minutes, hours, statuses.

    `member` is the number, from 0, of the part of a command about several reservations. `about` has
    the sentences of `CLOSED` that say more than the rule's own, each with the value that it names;
    of a quota, the month and the sector that it is of.
    """

    rule: str
    limit: Any = None
    actual: Any = None
    member: int | None = None
    about: tuple[tuple[str, str], ...] = ()

    def message(self, language: str) -> str:
        """What is wrong, and the remedy, for a reader of `ko` or `en`."""
        if self.about and self.rule == "quota":
            return self._of_quota(language)
        actual = said(self.rule, self.actual, language)
        if self.about:
            sentences = [
                CLOSED[name][language].format(weekday_said(value, language))
                for name, value in self.about
            ]
            return " ".join(
                [*sentences, ASKED[language].format(said(self.rule, self.actual, language))]
            )
        limit = said(self.rule, self.limit, language)
        actual = said(self.rule, self.actual, language)
        return WORDS[self.rule][language].format(limit=limit, actual=actual)

    def _of_quota(self, language: str) -> str:
        named = {name: said(name, value, language) for name, value in self.about}
        words = QUOTAS["sector" if "sector" in named else "month"][language]
        return words.format(limit=self.limit, actual=self.actual, **named)


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a device that is taken already; it never says by whom."""

    device_id: str
    period: Period
    kind: str
    member: int | None = None


class Rejected(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A command that the rules refuse. Nothing has happened.

    `violations` holds every rule that was broken, `conflicts` the time that was in the way. `asked`
    is each device and time of a command about several, where the command itself does not name them.
    """

    def __init__(
        self,
        rule: str | None = None,
        *,
        limit: Any = None,
        actual: Any = None,
        violations: Sequence[Violation] = (),
        conflicts: Sequence[Conflict] = (),
        asked: Sequence[tuple[str, Period]] = (),
    ) -> None:
        if rule is not None:
            violations = (*violations, Violation(rule=rule, limit=limit, actual=actual))
        self.violations = tuple(violations)
        self.conflicts = tuple(conflicts)
        self.asked = tuple(asked)
        super().__init__("; ".join(v.message("en") for v in self.violations))

    @property
    def is_conflict(self) -> bool:
        """True where somebody else was first, rather than a rule forbidding it."""
        return any(violation.rule == "slot_taken" for violation in self.violations)
