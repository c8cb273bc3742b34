"""How a command is decided: recall facts, say no, or say what happened.

Recalling a fact declares the consistency boundary of the decision, so the two cannot drift apart:
the append fails when anything that a recalled fact would have folded was recorded since.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVarTuple

import msgspec
from eventsourcing.dcb.domain import Selector

from domain.actor import Actor
from domain.event import Event, Recorded

Facts = TypeVarTuple("Facts")
Happened = list[Event]


@dataclass
class Query(Selector):
    """Which events a fact folds: any of `types` that carries all of `tags`.

    `newest` reads only the newest event of each type, for a fact that its newest event decides.
    """

    types: tuple[type[Event], ...] = ()
    tags: tuple[str, ...] = ()
    newest: bool = False


class Fact:
    """A small state folded from the events that its queries match, with `require_…` methods."""

    @property
    @abstractmethod
    def queries(self) -> Sequence[Query]:
        """The events that decide this fact; each query is part of the boundary."""

    @abstractmethod
    def when(self, event: Event, position: int) -> None:
        """Fold one event. Events come once each, in the order of their positions."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """An order, and who gives it. Ids and times are data: no rule invents or reads one."""

    by: Actor

    def keys(self) -> tuple[str, ...]:
        """The tags that decisions contending with this one share; they queue on these."""
        named = (
            ("device", "device_id"),
            ("company", "company_id"),
            ("reservation", "reservation_id"),
            ("wish", "wish_id"),
        )
        values = ((kind, getattr(self, field, None)) for kind, field in named)
        return tuple(f"{kind}:{value}" for kind, value in values if value)


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answers: the ledger's head, its time, and events in order of position.

    Each event appears once, with the numbers of the queries that it matched.
    """

    head: int
    now: datetime
    events: Sequence[tuple[Recorded, Sequence[int]]]


class Source(Protocol):
    """Where facts come from: the ledger, or a list of events in a test."""

    async def read(self, queries: Sequence[Query], upto: int | None) -> Slice: ...


class Recall:
    """Brings facts up to date in one round trip and remembers what the decision rests on.

    The first recall fixes `position`; later ones read up to it, so that all facts of a decision
    are of one moment. `now` is the database's time, never the web machine's.
    """

    _unknown: ClassVar[int] = -1

    def __init__(self, source: Source) -> None:
        self._source = source
        self._now: datetime | None = None
        self._read: list[Slice] = []
        self.position = self._unknown
        self.boundary: list[Query] = []
        self.terms_version: int | None = None

    @property
    def now(self) -> datetime:
        if self._now is None:
            raise RuntimeError("recall a fact before asking for the time")
        return self._now

    def recorded_at(self, position: int) -> datetime:
        """When an event was recorded that a recalled fact folded; LookupError for any other.

        Facts keep positions and no times, for what was recorded when matters to few rules.
        """
        times = (
            recorded.recorded_at
            for answer in self._read
            for recorded, _ in answer.events
            if recorded.position == position
        )
        found = next(times, None)
        if found is None:
            raise LookupError(f"no fact was recalled that folds position {position}")
        return found

    async def __call__(self, *facts: *Facts) -> tuple[*Facts]:
        """The same facts, brought up to date."""
        queries: list[Query] = []
        owners: list[Fact] = []
        for fact in facts:
            if not isinstance(fact, Fact):
                raise TypeError(f"{fact!r} is not a fact")
            queries.extend(fact.queries)
            owners.extend([fact] * len(fact.queries))
        upto = None if self.position == self._unknown else self.position
        answer = await self._source.read(queries, upto)
        self._read.append(answer)
        self._fold(answer, owners)
        self.boundary.extend(queries)
        if upto is None:
            self.position, self._now = answer.head, answer.now
        self._note_version(facts)
        return facts

    @staticmethod
    def _fold(answer: Slice, owners: list[Fact]) -> None:
        for recorded, numbers in answer.events:
            # A fact with several queries folds an event that matches two of them once.
            for fact in {id(owners[number]): owners[number] for number in numbers}.values():
                fact.when(recorded.event, recorded.position)

    def _note_version(self, facts: Sequence[Any]) -> None:
        for fact in facts:
            version: int | None = getattr(fact, "terms_version", None)
            self.terms_version = version or self.terms_version
