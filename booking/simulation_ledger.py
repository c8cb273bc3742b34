"""The ledger as the simulator uses it: read once, then remembered while it appends.

A year of history is twenty thousand decisions one after another. Recalled from memory, they cost
what the rules cost; the appends are real ones, each with its boundary as condition, so that anyone
else's events in between are noticed just as always.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg

from booking.database import APP_ROLE
from booking.ledger import Ledger
from booking.remembered import Remembered
from booking.writer import Appended, Conflict, Draft
from domain.decisions import Query, Slice
from domain.event import Recorded
from domain.stored import decode_body

EVENTS_READ_AT_ONCE = 5_000
Listener = Callable[[Recorded], None]


class RememberedLedger(Ledger):
    """Answers recalls from memory; `listener` hears every event once, in order of position."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], listener: Listener) -> None:
        super().__init__(pool)
        self._connections = pool
        self._listener = listener
        self._remembered = Remembered()
        self._lead = timedelta()
        self.position = 0
        self.recorded_at = datetime.min.replace(tzinfo=UTC)

    @property
    def now(self) -> datetime:
        """The time that the next event would get if it came now: the database's, never back."""
        return max(datetime.now(UTC) + self._lead, self.recorded_at)

    async def catch_up(self) -> None:
        """Read what others have appended, and the database's clock."""
        clock = await self._connections.fetchval("SELECT clock_timestamp()")
        self._lead = clock - datetime.now(UTC)
        while rows := await self._connections.fetch(_NEXT, self.position, EVENTS_READ_AT_ONCE):
            for row in rows:
                self._remember(decode_body(row["body"]))

    async def recall(self, queries: Sequence[Query], upto: int | None) -> Slice:
        bound = self.position if upto is None else upto
        found: dict[int, tuple[Recorded, list[int]]] = {}
        for number, query in enumerate(queries):
            for recorded in self._remembered.matching(query, bound):
                found.setdefault(recorded.position, (recorded, []))[1].append(number)
        events = [found[position] for position in sorted(found)]
        return Slice(head=self.position, now=self.now, events=events)

    async def append(self, draft: Draft) -> Appended:
        try:
            appended = await super().append(draft)
        except Conflict:
            # Somebody else wrote; the decision is made again from what is true now.
            await self.catch_up()
            raise
        if appended.first == self.position + 1:
            stamp = appended.recorded_at.isoformat()
            for position, event in enumerate(draft.events, start=appended.first):
                head = f'{{"position":{position},"recorded_at":"{stamp}",'
                self._remember(decode_body((head + event.tail).encode()))
        else:
            await self.catch_up()
        return appended

    def _remember(self, recorded: Recorded) -> None:
        self._remembered.add(recorded)
        self.position, self.recorded_at = recorded.position, recorded.recorded_at
        self._listener(recorded)


@asynccontextmanager
async def remembered_ledger(
    url: str, listener: Listener
) -> AsyncIterator[tuple[RememberedLedger, asyncpg.Pool[asyncpg.Record]]]:
    """The ledger with everything in it read, over connections of its own.

    They do not wait for the disk: what a crash loses of made-up history can be made up again.
    """
    async with asyncpg.create_pool(
        url,
        min_size=1,
        # Two for the writer's lanes, and as many for keys of sealed texts and for locks.
        max_size=4,
        target_session_attrs="read-write",
        server_settings={
            "role": APP_ROLE,
            "application_name": "booking_simulate",
            "timezone": "UTC",
            "jit": "off",
            "synchronous_commit": "off",
        },
    ) as pool:
        ledger = RememberedLedger(pool, listener)
        try:
            await ledger.catch_up()
            yield ledger, pool
        finally:
            await ledger.close()


_NEXT = "SELECT body FROM ledger.events WHERE position > $1 ORDER BY position LIMIT $2"
