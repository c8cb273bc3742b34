"""Moves one view forward on its live tables, append by append, and stops it where it must."""

from __future__ import annotations

import logging
from functools import cache

import asyncpg
import msgspec

from domain.events import RULES
from projections.apply import Applier
from projections.operations import ProjectionStoppedError
from projections.position import (
    ViewPosition,
    lock_position,
    move,
    positions_of,
    record_resumption,
    record_stop,
)
from projections.reading import Page, decoded, read_appends, rules_of
from projections.view import View

EVENTS_AT_ONCE = 500
"""About how many events a transaction applies, so that nobody waits long for the position."""


async def catch_up(
    pool: asyncpg.Pool, view: View, applier: Applier, upto: int | None
) -> ViewPosition:
    """Applies everything after the view's position up to the head (or `upto`), whole appends.

    Faults of the connection or the server are raised; an event that can't be applied stops the
    view before its append. In a ledger of newer rules it only waits there: while processes of two
    releases run, the older ones leave the event to those who know it.
    """
    more = True
    while more:
        try:
            found, more = await _step(pool, view, applier, upto)
        except ProjectionStoppedError as error:
            # What came before the failing append was rolled back with it, and is good.
            await catch_up(pool, view, applier, error.before)
            rules = await rules_of(pool)
            if rules > RULES:
                _say_newer(view.name, rules)
            else:
                await _stop(pool, view, error)
            return (await positions_of(pool, [view]))[view.name]
    return found


async def resume(pool: asyncpg.Pool, view: View, through: int) -> int:
    """Applies everything through `through` in one transaction; see Projector.resume."""
    before = (await positions_of(pool, [view]))[view.name].position
    try:
        async with pool.acquire() as connection, connection.transaction():
            return await _resume(connection, view, through)
    except Exception as error:
        if not _is_lasting(error) or isinstance(error, LookupError):
            raise
        raise ProjectionStoppedError.by(error, view.name, before + 1) from error


async def apply_page(
    connection: asyncpg.Connection, view: View, applier: Applier, page: Page, *, check: bool = True
) -> None:
    """Applies appends in the connection's transaction; constraints are checked after each.

    Raises ProjectionStoppedError for the append that fails, whatever the reason that lies in it.
    """
    if check:
        await applier.check_each(connection)
    for append in page.appends:
        try:
            await applier.apply(connection, decoded(append), checked=check)
        except Exception as error:
            if not _is_lasting(error):
                raise
            first: int = append[0]["position"]
            raise ProjectionStoppedError.by(error, view.name, first) from error


async def _resume(connection: asyncpg.Connection, view: View, through: int) -> int:
    found = await lock_position(connection, view)
    applier, reached = Applier(view, view.schema), found.position
    while reached < through:
        page = await read_appends(connection, reached, through, EVENTS_AT_ONCE)
        if not page.appends:
            raise LookupError(f"the event {through} is not the last of its append")
        await apply_page(connection, view, applier, page, check=False)
        reached = page.last
    await move(connection, view, reached)
    if found.stopped_at is not None:
        await record_resumption(connection, view, found, reached)
    return reached


async def _step(
    pool: asyncpg.Pool, view: View, applier: Applier, upto: int | None
) -> tuple[ViewPosition, bool]:
    """One transaction: the view's new position, and whether there is more to apply."""
    async with pool.acquire() as connection, connection.transaction():
        found = await lock_position(connection, view)
        if found.stopped_at is not None:
            return found, False
        page = await read_appends(connection, found.position, upto, EVENTS_AT_ONCE)
        if not page.appends:
            return found, False
        await apply_page(connection, view, applier, page)
        await move(connection, view, page.last)
    return msgspec.structs.replace(found, position=page.last), page.more


@cache
def _say_newer(view: str, rules: int) -> None:
    """Said once: the view is tried again every second, until this process is replaced."""
    _log.warning("the view %s waits for newer code: the ledger has rules %d", view, rules)


async def _stop(pool: asyncpg.Pool, view: View, error: ProjectionStoppedError) -> None:
    _log.error("%s", error)
    async with pool.acquire() as connection:
        await record_stop(connection, view, error)


def _is_lasting(error: Exception) -> bool:
    """True where the same event would fail again: the fault lies in it, not in the server."""
    if isinstance(error, asyncpg.PostgresError):
        lasting = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
        return isinstance(error, lasting)
    return not isinstance(error, OSError | asyncpg.InterfaceError)


_log = logging.getLogger(__name__)
