"""Rebuilds a view beside the live one, compares the two, and lets the new one take over."""

from __future__ import annotations

import asyncpg
import msgspec

from projections import schema as schemas
from projections.apply import Applier
from projections.catching_up import EVENTS_AT_ONCE, apply_page
from projections.comparing import Difference, first_difference
from projections.filling import Progress, alone, fill
from projections.position import lock_position, move, positions_of
from projections.reading import head_of, read_appends
from projections.view import View


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """A view that was rebuilt: where it stands, and what the old one had else, if anything."""

    view: str
    position: int
    difference: Difference | None


async def rebuild(
    pool: asyncpg.Pool, view: View, progress: Progress, *, only_empty: bool = False
) -> Rebuilt:
    """Readers see the old rows until the new ones take over, and never none.

    With `only_empty`, a view that holds anything already is left alone. Raises
    ProjectionStoppedError where the ledger can't be applied; then everything stays as it was.
    """
    fresh = f"{view.schema}_next"
    async with alone(pool, view) as connection:
        live = (await positions_of(connection, [view]))[view.name]
        if only_empty and live.position > 0:
            return Rebuilt(view=view.name, position=live.position, difference=None)
        head = await head_of(connection)
        await fill(connection, view, fresh, head, progress)
        position = await _follow(connection, view, fresh, head)
        live = (await positions_of(connection, [view]))[view.name]
        both = min(position, live.position)
        difference = await first_difference(connection, view, view.schema, fresh, both)
        position = await _swap(connection, view, fresh, position, differs=difference is not None)
        await schemas.drop(connection, f"{view.schema}_old")
    return Rebuilt(view=view.name, position=position, difference=difference)


async def _follow(
    connection: asyncpg.Connection, view: View, schema: str, position: int, upto: int | None = None
) -> int:
    """Applies to the new rows what was recorded while they were filled."""
    applier, more = Applier(view, schema), True
    while more:
        async with connection.transaction():
            page = await read_appends(connection, position, upto, EVENTS_AT_ONCE)
            await apply_page(connection, view, applier, page)
        position = page.last if page.appends else position
        more = page.more
    return position


async def _swap(
    connection: asyncpg.Connection, view: View, fresh: str, position: int, *, differs: bool
) -> int:
    """Takes over in one transaction, at the position of the old rows or further."""
    old = f"{view.schema}_old"
    await schemas.drop(connection, old)
    async with connection.transaction():
        live = await lock_position(connection, view)
        if live.position > position:
            position = await _follow(connection, view, fresh, position, live.position)
        await connection.execute(
            f"ALTER SCHEMA {view.schema} RENAME TO {old};"
            f"ALTER SCHEMA {fresh} RENAME TO {view.schema}"
        )
        await move(connection, view, position)
        if differs:
            await connection.execute(
                "UPDATE views.positions SET repairs = repairs + 1 WHERE view = $1 AND version = $2",
                view.name,
                view.version,
            )
    return position
