"""A ledger's events written straight into its table, so that a test says exactly what is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from domain.event import Event, Recorded
from domain.stored import Envelope, encode_tail

BEGIN = datetime(2026, 10, 26, 0, 0, tzinfo=UTC)


class WrittenLedger:
    """Writes appends as the ledger's owner. Each comes a minute after the one before."""

    def __init__(self, owner: asyncpg.Pool) -> None:
        self._owner = owner
        self.head = 0

    async def append(self, *events: Event) -> int:
        """One append; answers the position of its last event."""
        first, self.head = self.head + 1, self.head + len(events)
        now = BEGIN + timedelta(minutes=first)
        await self.write([[_recorded(event, first + n, now) for n, event in enumerate(events)]])
        return self.head

    async def write(self, appends: Sequence[Sequence[Recorded]]) -> None:
        """Appends as they were recorded elsewhere."""
        rows = [_row(recorded, append[0].position) for append in appends for recorded in append]
        columns = ["position", "first", "type", "recorded_at", "body", "leaf"]
        async with self._owner.acquire() as connection, connection.transaction():
            await connection.copy_records_to_table(
                "events", schema_name="ledger", columns=columns, records=rows
            )
            self.head = rows[-1][0]
            await connection.execute("UPDATE ledger.head SET position = $1", self.head)

    async def begin_anew(self) -> None:
        """An empty ledger, which is another one than before."""
        self.head = 0
        await self._owner.execute(
            "TRUNCATE ledger.events;"
            "UPDATE ledger.head SET position = 0, incarnation = gen_random_uuid()"
        )


def _recorded(event: Event, position: int, now: datetime) -> Recorded:
    return Recorded(
        position=position,
        recorded_at=now,
        type=type(event).__name__,
        tags=tuple(event.tags()),
        event=event,
        by="staff-1",
    )


def _row(recorded: Recorded, first: int) -> tuple[int, int, str, datetime, bytes, bytes]:
    stamp = recorded.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    tail = encode_tail(recorded.event, recorded.tags, Envelope(by=recorded.by))
    body = f'{{"position":{recorded.position},"recorded_at":"{stamp}",{tail}'.encode()
    return recorded.position, first, recorded.type, recorded.recorded_at, body, b""
