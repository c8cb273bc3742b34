"""Fills a schema with a view's rows in bulk: folds in memory, copies, then adds the constraints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

import asyncpg

from projections import schema as schemas
from projections.fold import Fold, Row, TableFold
from projections.operations import ProjectionStoppedError
from projections.reading import decoded, read_appends
from projections.view import View

Progress = Callable[[int, int], None]

EVENTS_AT_ONCE = 2_000
ROWS_AT_ONCE = 20_000


@asynccontextmanager
async def alone(pool: asyncpg.Pool, view: View) -> AsyncIterator[asyncpg.Connection]:
    """A connection for long work on a view, which one process does at a time; others wait."""
    async with pool.acquire() as connection:
        # The pool takes its settings back and gives the lock up when the connection returns.
        await connection.execute("SET statement_timeout = 0; SET synchronous_commit = off")
        await connection.execute(
            "SELECT pg_advisory_lock(hashtextextended('view ' || $1, 0))",
            view.schema,
            timeout=schemas.LONG_SECONDS,
        )
        yield connection


async def fill(
    connection: asyncpg.Connection, view: View, schema: str, upto: int, progress: Progress
) -> None:
    """Makes `schema` anew with the view's rows as of `upto`, the end of an append.

    All current rows are held in memory meanwhile. Raises ProjectionStoppedError.
    """
    await schemas.create(connection, view, schema)
    fold, position = Fold(view), 0
    while position < upto:
        page = await read_appends(connection, position, upto, EVENTS_AT_ONCE)
        if not page.appends:
            raise LookupError(f"the event {upto} is not the last of its append")
        for append in page.appends:
            _fold(fold, view, append)
        position = page.last
        for table in fold.tables.values():
            if len(table.closed) >= ROWS_AT_ONCE:
                await _copy(connection, schema, table, table.taken())
        progress(position, upto)
    for table in fold.tables.values():
        await _copy(connection, schema, table, table.taken())
        await _copy(connection, schema, table, table.current.values())
    try:
        await schemas.guard(connection, view, schema)
    except asyncpg.IntegrityConstraintViolationError as error:
        reason = f"{error}; {error.detail}"
        raise ProjectionStoppedError(view.name, upto, reason, before=upto) from error


def _fold(fold: Fold, view: View, append: Sequence[asyncpg.Record]) -> None:
    try:
        for recorded in decoded(append):
            fold.apply(recorded)
    except Exception as error:
        raise ProjectionStoppedError.by(error, view.name, append[0]["position"]) from error


async def _copy(
    connection: asyncpg.Connection, schema: str, table: TableFold, rows: Iterable[Row]
) -> None:
    await connection.copy_records_to_table(
        table.name,
        schema_name=schema,
        columns=table.columns,
        records=rows,
        timeout=schemas.LONG_SECONDS,
    )
