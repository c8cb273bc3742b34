"""Decisions of many parts: what was read once is remembered, and later parts see earlier ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from itertools import takewhile
from typing import Any, TypeVarTuple

from domain.decisions import Fact, Query, Recall
from domain.event import Event
from domain.quota import Quota
from domain.standing import Ahead

Facts = TypeVarTuple("Facts")
Key = tuple[tuple[type[Event], ...], tuple[str, ...], bool]
FOLDED_ONCE = (Ahead, Quota)
"""Facts over months of a company, which every member asks for with the same words: what was folded
for one is copied for the next. Their attributes are plain values and flat collections of such.
"""


class _Read(Fact):
    """The events that one query matches, kept as they came."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.events: list[tuple[int, Event]] = []

    @property
    def queries(self) -> Sequence[Query]:
        return [self.query]

    def when(self, event: Event, position: int) -> None:
        self.events.append((position, event))


class Remembering(Recall):
    """Recalls facts as `Recall` does, each query from the ledger once only.

    Two hundred dates of a series ask for the same few months: `ahead` reads what they share in one
    round trip. What a part of the decision brings about is told by `hear`, and facts that are
    recalled later fold it as if it had been recorded. The outer recall keeps position, time and
    boundary, so that the boundary of the whole is that of all its parts.
    """

    def __init__(self, outer: Recall) -> None:
        self._outer = outer
        self._known: dict[Key, list[tuple[int, Event]]] = {}
        self._queries: dict[Key, Query] = {}
        self._heard: list[tuple[int, Event]] = []
        self._folded: dict[tuple[type[Fact], str], tuple[int, dict[str, Any]]] = {}

    @property
    def now(self) -> datetime:
        return self._outer.now

    def recorded_at(self, position: int) -> datetime:
        """As the outer recall knows it; what this decision brings about is recorded now."""
        if position > self._outer.position:
            return self.now
        return self._outer.recorded_at(position)

    async def __call__(self, *facts: *Facts) -> tuple[*Facts]:
        """The same facts, brought up to date."""
        named = [fact for fact in facts if isinstance(fact, Fact)]
        await self.ahead(named)
        # Nothing waits for the ledger any more, and others of this process want their turn.
        await asyncio.sleep(0)
        for fact in named:
            self._bring_up_to_date(fact)
            version: int | None = getattr(fact, "terms_version", None)
            # Of several devices' terms, the newest: what was in force is found from there.
            self._outer.terms_version = max(version or 0, self._outer.terms_version or 0) or None
        return facts

    async def ahead(self, facts: Iterable[Fact]) -> None:
        """Reads in one round trip what these facts will ask for and nobody asked for yet."""
        asked = {_key(query): query for fact in facts for query in fact.queries}
        new = {key: _Read(query) for key, query in asked.items() if key not in self._known}
        if not new:
            return
        await self._outer(*new.values())
        for key, read in new.items():
            heard = [one for one in self._heard if _matches(read.query, one[1], one[1].tags())]
            self._known[key], self._queries[key] = [*read.events, *heard], read.query

    def _bring_up_to_date(self, fact: Fact) -> None:
        asked = repr(sorted(vars(fact).items())) if isinstance(fact, FOLDED_ONCE) else ""
        after, state = self._folded.get((type(fact), asked), (0, {}))
        vars(fact).update({name: copy(value) for name, value in state.items()})
        # A fact with several queries folds an event that matches two of them once.
        events: dict[int, Event] = {}
        for query in fact.queries:
            newer = takewhile(lambda one: one[0] > after, reversed(self._known[_key(query)]))
            events |= dict(newer)
        for position in sorted(events):
            fact.when(events[position], position)
        if asked:
            state = {name: copy(value) for name, value in vars(fact).items()}
            self._folded[type(fact), asked] = max((after, *events)), state

    def hear(self, events: Iterable[Event]) -> None:
        """What an earlier part of this decision brings about."""
        for event in events:
            position = self._outer.position + len(self._heard) + 1
            self._heard.append((position, event))
            tags = event.tags()
            for key, query in self._queries.items():
                if _matches(query, event, tags):
                    self._known[key].append((position, event))


def _key(query: Query) -> Key:
    return query.types, query.tags, query.newest


def _matches(query: Query, event: Event, tags: Sequence[str]) -> bool:
    return type(event) in query.types and all(tag in tags for tag in query.tags)
