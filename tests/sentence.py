"""What a sentence of `tests.scenario` does: decide commands on a ledger in a list, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from domain.decisions import Command, Recall
from domain.event import Event
from domain.handlers import decide
from domain.rejected import Rejected
from tests.boundaries import require_months_agree, require_own_boundary
from tests.in_memory import InMemoryLedger


class Scenario:
    """A ledger with a past, to which commands are given one after another."""

    def __init__(self, past: Sequence[Event], now: datetime) -> None:
        self.ledger = InMemoryLedger(now)
        self.ledger.append(past)
        self._steps: list[Command | datetime] = []

    def at(self, now: datetime) -> Scenario:
        """It is `now` when the next command is given."""
        self._steps.append(now)
        return self

    def when(self, *commands: Command) -> Scenario:
        """Give commands in turn; all but the last of a sentence have to be accepted."""
        self._steps.extend(commands)
        return self

    async def happened(self, *types: type[Event], **fields: Any) -> Scenario:
        """The last command brought about events of exactly these types, in this order.

        Each field holds for every event that has it, and at least one event has it.
        """
        happened = await self.accepted()
        assert [type(event).__name__ for event in happened] == [kind.__name__ for kind in types]
        for name, expected in fields.items():
            having = [event for event in happened if hasattr(event, name)]
            assert having, f"no event has {name}"
            assert [getattr(event, name) for event in having] == [expected] * len(having)
        return self

    async def nothing_happened(self) -> Scenario:
        """The last command was accepted and changed nothing."""
        return await self.happened()

    async def rejected(self, *rules: str, **values: Any) -> Scenario:
        """The last command broke exactly these rules; `limit` and `actual` are of the first."""
        with pytest.raises(Rejected) as refusal:
            await self.accepted()
        rejected = refusal.value
        assert [one.rule for one in rejected.violations] == list(rules)
        for language in ("ko", "en"):
            assert all(one.message(language) for one in rejected.violations)
        for name, expected in values.items():
            holder = rejected if name == "conflicts" else rejected.violations[0]
            assert getattr(holder, name) == expected
        return self

    async def accepted(self) -> list[Event]:
        """What the last command brought about; raises Rejected."""
        steps, self._steps = self._steps, []
        last = next(step for step in reversed(steps) if isinstance(step, Command))
        happened: list[Event] = []
        for step in steps:
            if isinstance(step, datetime):
                self.ledger.now = step
                continue
            try:
                happened = await self.give(step)
            except Rejected as rejected:
                if step is last:
                    raise
                raise AssertionError(f"{step!r} was refused: {rejected}") from rejected
        return happened

    async def give(self, command: Command) -> list[Event]:
        """Decide one command and keep what happened; raises Rejected."""
        recall = Recall(self.ledger)
        happened = await decide(command, recall)
        require_own_boundary(command, happened, recall.boundary)
        self.ledger.append(happened)
        require_months_agree(self.ledger, happened)
        return happened
