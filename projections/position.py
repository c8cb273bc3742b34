"""How far each view has come, and what stopped it."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import msgspec

from projections.operations import ProjectionStoppedError
from projections.view import View


class ViewPosition(msgspec.Struct, frozen=True, kw_only=True):
    """A view holds all events up to `position`, which is always the end of an append.

    `stopped_at` is the position of an event that it can't apply. `epoch` changes when positions and
    rows no longer mean what they did: with the ledger's incarnation, the view's version, or a
    rebuild that came out different. It belongs into every ETag, sync token and cursor.
    """

    view: str
    position: int
    stopped_at: int | None
    stopped_error: str | None
    epoch: str


async def positions_of(
    reader: asyncpg.Connection | asyncpg.Pool, views: Sequence[View]
) -> dict[str, ViewPosition]:
    """The positions of the views by name, from one snapshot."""
    rows = await reader.fetch(
        f"{_SELECT} WHERE (view, version) IN (SELECT * FROM unnest($1::text[], $2::integer[]))",
        [view.name for view in views],
        [view.version for view in views],
    )
    return {row["view"]: _position(row) for row in rows}


async def lock_position(connection: asyncpg.Connection, view: View) -> ViewPosition:
    """Waits for whoever moves the view now; held until the transaction ends.

    The transaction then commits without waiting for the disk: what a crash loses of a view is
    projected again.
    """
    row = await connection.fetchrow(
        f"{_SELECT} WHERE view = $1 AND version = $2 FOR UPDATE", view.name, view.version
    )
    if row is None:
        raise LookupError(f"the view {view.name} is not installed")
    return _position(row)


async def move(connection: asyncpg.Connection, view: View, position: int) -> None:
    """The view now holds everything up to `position`, and nothing stops it."""
    await connection.execute(
        "UPDATE views.positions SET position = $3, stopped_at = NULL, stopped_error = NULL"
        " WHERE view = $1 AND version = $2",
        view.name,
        view.version,
        position,
    )


async def record_stop(
    connection: asyncpg.Connection, view: View, error: ProjectionStoppedError
) -> None:
    """The view stays before the failing append, unless somebody has got it further since."""
    await connection.execute(
        "UPDATE views.positions SET stopped_at = $4, stopped_error = $5"
        " WHERE view = $1 AND version = $2 AND position = $3",
        view.name,
        view.version,
        error.before,
        error.position,
        error.reason,
    )


async def record_resumption(
    connection: asyncpg.Connection, view: View, stopped: ViewPosition, through: int
) -> None:
    """Keeps what stopped the view, and through which position somebody had it go on."""
    await connection.execute(
        "INSERT INTO views.resumptions (view, version, stopped_at, stopped_error, through)"
        " VALUES ($1, $2, $3, $4, $5)",
        view.name,
        view.version,
        stopped.stopped_at,
        stopped.stopped_error,
        through,
    )


_SELECT = """
SELECT view, position, stopped_at, stopped_error, epoch,
       set_config('synchronous_commit', 'off', true)
FROM views.positions
"""


def _position(row: asyncpg.Record) -> ViewPosition:
    return ViewPosition(
        view=row["view"],
        position=row["position"],
        stopped_at=row["stopped_at"],
        stopped_error=row["stopped_error"],
        epoch=row["epoch"],
    )
