"""A ledger in a list: what facts are recalled from where a test needs no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from domain.decisions import Query, Slice
from domain.event import Event, Recorded
from domain.events import decode, name_of


class InMemoryLedger:
    """Events in order of position, read as the real ledger reads them. `now` is set by the test.

    Every event is stored as JSON and read back, so a test also proves that it survives storage.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.log: list[Recorded] = []

    @property
    def events(self) -> list[Event]:
        return [recorded.event for recorded in self.log]

    def append(self, events: Iterable[Event], by: str = "staff-1") -> None:
        for event in events:
            stored = decode(name_of(event), msgspec.json.encode(event))
            assert stored == event, f"{event!r} does not survive storage"
            position = len(self.log) + 1
            self.log.append(
                Recorded(
                    position=position,
                    recorded_at=self.now + timedelta(microseconds=position),
                    type=name_of(stored),
                    tags=tuple(stored.tags()),
                    event=stored,
                    by=by,
                )
            )

    async def read(self, queries: Sequence[Query], upto: int | None) -> Slice:
        """What the ledger answers: each event once, with the numbers of the queries it matched."""
        return self.read_now(queries, upto)

    def read_now(self, queries: Sequence[Query], upto: int | None = None) -> Slice:
        seen = self.log if upto is None else self.log[:upto]
        found: dict[int, list[int]] = {}
        for number, query in enumerate(queries):
            for recorded in _answer(query, seen):
                found.setdefault(recorded.position, []).append(number)
        events = [(self.log[position - 1], found[position]) for position in sorted(found)]
        return Slice(head=len(self.log), now=self.now, events=events)


def matches(query: Query, event: Event) -> bool:
    """Whether an append condition on `query` would notice this event."""
    return type(event) in query.types and set(query.tags) <= set(event.tags())


def _answer(query: Query, seen: Sequence[Recorded]) -> Iterable[Recorded]:
    matching = [
        recorded
        for recorded in seen
        if type(recorded.event) in query.types and set(query.tags) <= set(recorded.tags)
    ]
    if not query.newest:
        return matching
    return {type(recorded.event): recorded for recorded in matching}.values()
