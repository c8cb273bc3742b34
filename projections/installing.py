"""Makes the schemas of views and their positions, once, when several processes start together."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from projections import schema
from projections.view import View


async def install(pool: asyncpg.Pool, views: Sequence[View]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_ONE_AT_A_TIME)
        await connection.execute(schema.POSITIONS)
        incarnation = await connection.fetchval("SELECT incarnation FROM ledger.head")
        for view in views:
            await _install(connection, view, incarnation)


async def _install(connection: asyncpg.Connection, view: View, incarnation: UUID) -> None:
    known = await connection.fetchval(
        "SELECT incarnation FROM views.positions WHERE view = $1 AND version = $2",
        view.name,
        view.version,
    )
    if known == incarnation:
        return
    # New, or folded from another ledger, as after a restore: there is nothing in it to keep.
    await schema.create(connection, view, view.schema)
    await schema.guard(connection, view, view.schema)
    await connection.execute(
        "INSERT INTO views.positions (view, version, incarnation) VALUES ($1, $2, $3)"
        " ON CONFLICT (view, version) DO UPDATE SET incarnation = excluded.incarnation,"
        " position = 0, stopped_at = NULL, stopped_error = NULL",
        view.name,
        view.version,
        incarnation,
    )


_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('views are installed', 0))"
