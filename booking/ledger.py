"""The ledger: one table of events in a total order, read and appended to over asyncpg.

It speaks the words of `eventsourcing.dcb` (events with a type and tags; append unless something
matches a query after a position), asynchronously. What is promised stands in `ledger.sql`
and `ledger_append.sql`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from booking.writer import Appended, Draft, NewEvent, Writer
from domain.decisions import Query, Slice
from domain.event import Event, Recorded
from domain.events import RULES, name_of
from domain.stored import Envelope, decode_body, encode_tail

SEPARATOR = "\x1f"
"""Joins lists on their way into the database; no type and no tag may contain it."""
MOST_EVENTS_APPENDED = 999
"""The most events of one append (`ledger_append.sql` counts on it)."""
MOST_EVENTS_READ = 1_000
"""The most events that one look-up by type or tag returns."""


class Request(msgspec.Struct, frozen=True):
    """What makes a repeated order recognisable: a tag from account and key, a digest of its body.

    `named` is True when the client gave the key, so that it may have been used before.
    """

    tag: str
    digest: str
    named: bool = False

    @classmethod
    def of(cls, account_id: str, key: str | None, body: bytes) -> Request:
        """The request of an account with its idempotency key, or a new key when it sent none."""
        used = key if key is not None else secrets.token_hex(16)
        name = hashlib.sha256(f"{account_id}\x00{used}".encode()).hexdigest()
        return cls(f"request:{name}", hashlib.sha256(body).hexdigest(), named=key is not None)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The newest position, its time, the rules it was written by, and which ledger this is."""

    position: int
    recorded_at: datetime
    rules: int
    demonstration: bool
    incarnation: str


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as an auditor sees it: the exact stored bytes and their leaf hash."""

    position: int
    body: bytes
    leaf: bytes


class Ledger:
    """Reads, and appends through this process's one writer. Close it to end the writer."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], *, rules: int = RULES) -> None:
        self._pool = pool
        self._writer = Writer(pool, rules)

    async def close(self) -> None:
        await self._writer.close()

    async def append(self, draft: Draft) -> Appended:
        """Append a draft's events (at least one), or answer what its request did before.

        Raises Conflict when the boundary was touched, RequestMismatch when the request's key was
        used for something else, LedgerNewer when newer code wrote here, and Unreachable when the
        database cannot be reached; then the outcome is unknown, and the same draft may be sent
        again: it is recorded once.
        """
        if not draft.events:
            raise ValueError("an append has at least one event")
        if len(draft.events) > MOST_EVENTS_APPENDED:
            raise ValueError(f"an append has at most {MOST_EVENTS_APPENDED} events")
        return await self._writer.append(draft)

    async def acknowledge(self, request: Request) -> Appended:
        """Where the events of an appended request stand, answered by a write as the first time.

        Raises LookupError when it was never appended, RequestMismatch when it was another.
        """
        return await self._writer.append(
            Draft(request_tag=request.tag, digest=request.digest, events=())
        )

    async def head(self) -> Head:
        row = await self._pool.fetchrow("SELECT * FROM ledger.head")
        if row is None:
            raise LookupError("the ledger has lost its head")
        return Head(
            position=row["position"],
            recorded_at=row["recorded_at"],
            rules=row["rules"],
            demonstration=row["demonstration"],
            incarnation=str(row["incarnation"]),
        )

    async def recall(self, queries: Sequence[Query], upto: int | None) -> Slice:
        """What facts are folded from, in one snapshot and one round trip."""
        types, tags = joined(queries)
        rows = await self._pool.fetch(
            "SELECT position, recorded_at, numbers, body FROM ledger.recall($1, $2, $3, $4)",
            types,
            tags,
            [query.newest for query in queries],
            upto,
        )
        head = rows[0]
        return Slice(
            head=head["position"],
            now=head["recorded_at"],
            events=[(decode_body(row["body"]), row["numbers"]) for row in rows[1:]],
        )

    async def of_request(self, request: Request) -> list[Recorded]:
        """The events that a request caused, if it was appended before. Rests on a plain look-up,
        so an append still under way is not seen; `append` decides that.
        """
        rows = await self._pool.fetch(
            "SELECT e.body FROM ledger.event_tags AS t"
            " JOIN ledger.events AS begun ON begun.position = t.position"
            " JOIN ledger.events AS e ON e.first = begun.first"
            " AND e.position BETWEEN begun.first AND begun.first + $2"
            " WHERE t.tag = $1 ORDER BY e.position",
            request.tag,
            MOST_EVENTS_APPENDED - 1,
        )
        return [decode_body(row["body"]) for row in rows]

    async def stored(
        self, *, types: Sequence[str] = (), tags: Sequence[str] = (), after: int = 0, limit: int
    ) -> list[StoredEvent]:
        """Events of any of `types` with all of `tags` after a position, oldest first."""
        rows = await self._pool.fetch(
            "SELECT e.position, e.body, e.leaf FROM ledger.matching($1, $2, $3) AS m (position)"
            " JOIN ledger.events AS e USING (position) ORDER BY position LIMIT $4",
            list(types),
            list(tags),
            after,
            min(limit, MOST_EVENTS_READ),
        )
        return [
            StoredEvent(position=row["position"], body=row["body"], leaf=row["leaf"])
            for row in rows
        ]

    async def position_at(self, moment: datetime) -> int:
        """The position of the newest event recorded at or before a moment; 0 before the first."""
        found: Any = await self._pool.fetchval("SELECT ledger.position_at($1)", moment)
        return int(found)


def drafted(events: Sequence[Event], request: Request, envelope: Envelope) -> list[NewEvent]:
    """Events as an append takes them; the first carries the request, by which it is found again."""
    all_tags = [event.tags() for event in events]
    if any(SEPARATOR in tag for tags in all_tags for tag in tags):
        raise ValueError("a tag may not contain U+001F")
    all_tags[0].append(request.tag)
    return [
        NewEvent(name_of(event), tags, encode_tail(event, tags, envelope))
        for event, tags in zip(events, all_tags, strict=True)
    ]


def joined(queries: Sequence[Query]) -> tuple[list[str], list[str]]:
    """The types and the tags of queries as the functions of the ledger take them.

    Raises ValueError for a tag that could be taken for two, which would weaken a condition.
    """
    if any(SEPARATOR in tag for query in queries for tag in query.tags):
        raise ValueError("a tag may not contain U+001F")
    return (
        # In order, as the index has them: the database then need not sort them for every look-up.
        [SEPARATOR.join(sorted(name_of(one) for one in query.types)) for query in queries],
        [SEPARATOR.join(query.tags) for query in queries],
    )
