"""Group commit: appends that wait at the same moment travel in one transaction.

Each has its own condition and its own answer. That is what makes a total order fast: while one
batch is being flushed, the next gathers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil
from time import monotonic
from typing import Any

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

MOST_MEMBERS = 128
"""Appends in one transaction at most; it bounds how long the head stays locked."""
LANES = 2
"""Connections that append in turn."""
SHARED_FROM = 4
"""Appends under way from which the lanes share them; fewer go together."""
MOST_WAITING = 10_000
"""Appends that may wait in a process; one more is refused as unreachable."""
GIVE_UP_SECONDS = 10.0
"""How long an append is tried again when the database cannot be reached."""
RETRY_SECONDS = 0.1

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # What asyncpg says when the connection breaks between two messages of one call.
    asyncpg.InternalClientError,
)
"""Errors after which an append is sent again: the database is away, or the connection broke."""

_CALL = (
    "SELECT outcome, first, last, recorded_at FROM ledger.append("
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
)


class NewEvent(msgspec.Struct, frozen=True):
    """An event ready for the ledger; `tail` is its JSON object as `domain.stored` encodes it."""

    type: str
    tags: Sequence[str]
    tail: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Events to append together, unless the request was appended before or a query matches.

    Without events it only asks what its request did. `after` None means without a condition.
    Queries are pairs of types and tags, joined by U+001F.
    `at` is the time of recording, which only a demonstration ledger accepts.
    """

    request_tag: str
    digest: str
    events: Sequence[NewEvent]
    query_types: Sequence[str] = ()
    query_tags: Sequence[str] = ()
    after: int | None = None
    at: datetime | None = None


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """Where the events stand. `repeated` when the request had been appended before."""

    first: int
    last: int
    recorded_at: datetime
    repeated: bool = False


class Conflict(Exception):  # noqa: N818 - an answer, not a fault
    """Something was recorded since that the decision would have had to know."""


class RequestMismatch(Exception):  # noqa: N818 - an answer, not a fault
    """The idempotency key was used before for another request."""


class LedgerNewer(Exception):  # noqa: N818 - it names the state of the ledger
    """The ledger was written by newer code than this; this code may read on, not append."""


class Unreachable(Exception):  # noqa: N818 - it names the state of the database
    """The database did not answer in time. Whether the append happened is unknown."""


class _Waiting(msgspec.Struct):
    draft: Draft
    answer: asyncio.Future[Appended]
    since: float


class Writer:
    """Appends for a whole process, over two lanes. They start with the first append."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], rules: int) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._more = asyncio.Event()
        self._lanes = [_Lane(pool, rules) for _ in range(LANES)]
        self._tasks: list[asyncio.Task[None]] = []
        self._sent = 0  # appends that the lanes have under way

    async def append(self, draft: Draft) -> Appended:
        if len(self._waiting) >= MOST_WAITING:
            raise Unreachable("too many appends are waiting")
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run(lane)) for lane in self._lanes]
        waiting = _Waiting(draft, asyncio.get_running_loop().create_future(), monotonic())
        self._waiting.append(waiting)
        self._more.set()
        return await waiting.answer

    async def close(self) -> None:
        """End the tasks. Whoever still waits is told that the outcome is unknown."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        _answer(self._waiting, Unreachable("the ledger was closed"))
        self._waiting.clear()

    async def _run(self, lane: _Lane) -> None:
        try:
            while True:
                await self._more.wait()
                batch = self._taken()
                if batch:
                    self._sent += len(batch)
                    try:
                        await lane.write(batch)
                    finally:
                        self._sent -= len(batch)
                    # Whoever was answered may append again at once, and then travels with the rest.
                    await asyncio.sleep(0)
        finally:
            await lane.let_go()

    def _taken(self) -> list[_Waiting]:
        """What a lane sends next: all that waits or, where many append at the same time, its share.

        Did one lane take all of them, then the database would rest while their callers go on, and
        they while it works.
        """
        under_way = len(self._waiting) + self._sent
        share = MOST_MEMBERS if under_way < SHARED_FROM else ceil(under_way / LANES)
        count = min(len(self._waiting), MOST_MEMBERS, share)
        batch = [self._waiting.popleft() for _ in range(count)]
        if not self._waiting:
            self._more.clear()
        return batch


class _Lane:
    """One connection's turn at appending. While it waits for the disk, the other lane's batch is on
    its way; the lock on the ledger's head puts them in order.
    """

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], rules: int) -> None:
        self._pool = pool
        self._rules = rules
        self._connection: PoolConnectionProxy | None = None

    async def write(self, batch: Sequence[_Waiting]) -> None:
        """Send a batch until it is answered; the requests in it make repeating it harmless."""
        try:
            while not await self._answered(batch):
                pass
        except asyncio.CancelledError:
            _answer(batch, Unreachable("the ledger was closed"))
            raise
        except Exception as error:  # noqa: BLE001 - one batch's fault must not end the lane
            _answer(batch, error)

    async def _answered(self, batch: Sequence[_Waiting]) -> bool:
        try:
            rows = await self._send(batch)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            if len(batch) == 1:
                _answer(batch, error)
            else:
                # The fault is in one member, so each goes alone and only that one hears of it.
                for member in batch:
                    await self.write([member])
            return True
        except asyncpg.DiskFullError as error:
            # Nothing was written, and trying again would only keep the callers waiting.
            _answer(batch, error)
            return True
        except UNREACHABLE as error:
            await self.let_go()
            if monotonic() - min(one.since for one in batch) < GIVE_UP_SECONDS:
                await asyncio.sleep(RETRY_SECONDS)
                return False
            _answer(batch, Unreachable(str(error) or type(error).__name__))
            return True
        for waiting, row in zip(batch, rows, strict=True):
            _deliver(waiting, row)
        return True

    async def _send(self, batch: Sequence[_Waiting]) -> list[asyncpg.Record]:
        # The connection is kept: giving it back would cost a round trip for every batch.
        connection = self._connection
        if connection is None:
            connection = await self._pool.acquire(timeout=GIVE_UP_SECONDS)
            self._connection = connection
        arguments = _arguments([waiting.draft for waiting in batch])
        rows: list[asyncpg.Record] = await connection.fetch(_CALL, self._rules, *arguments)
        return rows

    async def let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*UNREACHABLE):
                await self._pool.release(connection)


def _arguments(drafts: Sequence[Draft]) -> list[list[Any]]:
    """The arrays that `ledger.append` takes after the version of the rules."""
    events = [event for draft in drafts for event in draft.events]
    event_from, event_to = _bounds([len(draft.events) for draft in drafts])
    query_from, query_to = _bounds([len(draft.query_types) for draft in drafts])
    return [
        [draft.request_tag for draft in drafts],
        [draft.digest for draft in drafts],
        [draft.after for draft in drafts],
        [draft.at for draft in drafts],
        event_from,
        event_to,
        [event.type for event in events],
        ["\x1f".join(event.tags) for event in events],
        [event.tail for event in events],
        query_from,
        query_to,
        [member for member, draft in enumerate(drafts, start=1) for _ in draft.query_types],
        [types for draft in drafts for types in draft.query_types],
        [tags for draft in drafts for tags in draft.query_tags],
        list(_names_earlier(drafts)),
    ]


def _names_earlier(drafts: Sequence[Draft]) -> Iterator[bool]:
    """Of each draft, whether its request or its queries name a tag of an earlier one's events."""
    carried: set[str] = set()
    for draft in drafts:
        named = {tag for tags in draft.query_tags for tag in tags.split("\x1f")}
        # A query without tags asks for all of them.
        yield bool(carried) and ("" in named or not carried.isdisjoint({draft.request_tag, *named}))
        carried.update(tag for event in draft.events for tag in event.tags)


def _bounds(sizes: Sequence[int]) -> tuple[list[int], list[int]]:
    """The first and last place, counted from one, of each run in a row of runs."""
    starts, ends, before = [], [], 0
    for size in sizes:
        starts.append(before + 1)
        ends.append(before + size)
        before += size
    return starts, ends


def _deliver(waiting: _Waiting, row: asyncpg.Record) -> None:
    match row["outcome"]:
        case "appended" | "repeated" as outcome:
            if not waiting.answer.done():
                waiting.answer.set_result(
                    Appended(
                        first=row["first"],
                        last=row["last"],
                        recorded_at=row["recorded_at"],
                        repeated=outcome == "repeated",
                    )
                )
        case "conflict":
            _answer([waiting], Conflict())
        case "mismatch":
            _answer([waiting], RequestMismatch())
        case "unknown":
            _answer([waiting], LookupError("no such request was appended"))
        case _:
            _answer([waiting], LedgerNewer())


def _answer(batch: Sequence[_Waiting] | deque[_Waiting], error: Exception) -> None:
    for waiting in batch:
        # A caller that went away has cancelled its answer; the writer goes on for the others.
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
