"""Folds the whole ledger again and holds the live view against what comes out."""

from __future__ import annotations

import asyncpg

from projections import schema as schemas
from projections.comparing import Difference, first_difference
from projections.filling import Progress, alone, fill
from projections.position import positions_of
from projections.view import View


async def replay(pool: asyncpg.Pool, view: View, progress: Progress) -> Difference | None:
    """The first row that the live view has otherwise than the ledger says, or None.

    The live view may move on meanwhile: its rows carry their spans, so it is compared as it was at
    the position where the replay ends.
    """
    scratch = f"{view.schema}_replay"
    async with alone(pool, view) as connection:
        position = (await positions_of(connection, [view]))[view.name].position
        try:
            await fill(connection, view, scratch, position, progress)
            return await first_difference(connection, view, view.schema, scratch, position)
        finally:
            await schemas.drop(connection, scratch)
