"""When the system was up: spans of time in which some worker looked after deadlines.

What fell due outside of them was nobody's fault, for nobody could have recorded anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

SILENCE = timedelta(minutes=2)
"""Between two beats, this long at most: a longer silence is an outage of the system. A restart or
a failover is shorter."""
KEPT = timedelta(days=400)


async def beat(connection: asyncpg.Connection[asyncpg.Record], now: datetime) -> None:
    """The system is up now. After a long silence a new span begins."""
    extended = await connection.fetchval(
        "UPDATE worker.awake SET awake_until = greatest(awake_until, $1)"
        " WHERE awake_from = (SELECT max(awake_from) FROM worker.awake)"
        " AND awake_until >= $2 RETURNING awake_from",
        now,
        now - SILENCE,
    )
    if extended is None:
        await connection.execute(
            "INSERT INTO worker.awake VALUES ($1, $1) ON CONFLICT DO NOTHING", now
        )
        await connection.execute("DELETE FROM worker.awake WHERE awake_until < $1", now - KEPT)


async def awake_throughout(
    connection: asyncpg.Connection[asyncpg.Record], start: datetime, end: datetime
) -> bool:
    """Whether the system was up at every moment from `start` to `end`."""
    awake: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM worker.awake WHERE awake_from <= $1 AND awake_until >= $2)",
        start,
        end,
    )
    return awake
