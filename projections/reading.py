"""Reads the ledger for projections: in order, and whole appends only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg
import msgspec

from domain.event import Recorded
from domain.stored import decode_body
from projections.operations import UnreadableEventError

Appends = list[list[asyncpg.Record]]


class Page(NamedTuple):
    """Appends in order, and whether there is more to read after them."""

    appends: Appends
    more: bool

    @property
    def last(self) -> int:
        """The position of the last event; IndexError for an empty page."""
        position: int = self.appends[-1][-1]["position"]
        return position


async def read_appends(
    connection: asyncpg.Connection, after: int, upto: int | None, most: int
) -> Page:
    """The appends after a position, about `most` events of them and at least one append.

    An append that reaches beyond `upto` is left out: within one, things may not add up yet.
    """
    while True:
        wanted = most if upto is None else min(most, upto - after)
        if wanted <= 0:
            return Page([], more=False)
        rows = await connection.fetch(_READ, after, wanted + 1)
        appends = _by_append(rows)
        if len(rows) <= wanted:
            return Page(appends, more=False)
        # One row more than wanted was read; with it goes everything that belongs to its append.
        appends.pop()
        if appends or wanted < most:
            return Page(appends, more=bool(appends))
        most *= 2


def decoded(append: Sequence[asyncpg.Record]) -> list[Recorded]:
    """The events of an append's rows. Raises UnreadableEventError."""
    return [_decoded(row) for row in append]


async def head_of(connection: asyncpg.Connection) -> int:
    """The position of the ledger's newest event; 0 for an empty ledger."""
    head: int = await connection.fetchval("SELECT position FROM ledger.head")
    return head


async def rules_of(connection: asyncpg.Connection) -> int:
    """The version of the rules that the ledger was last written by."""
    rules: int = await connection.fetchval("SELECT rules FROM ledger.head")
    return rules


_READ = """
SELECT position, first, body FROM ledger.events WHERE position > $1 ORDER BY position LIMIT $2
"""


def _decoded(row: asyncpg.Record) -> Recorded:
    try:
        return decode_body(row["body"])
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise UnreadableEventError(row["position"], error) from error


def _by_append(rows: list[asyncpg.Record]) -> Appends:
    appends: Appends = []
    for row in rows:
        if appends and appends[-1][0]["first"] == row["first"]:
            appends[-1].append(row)
        else:
            appends.append([row])
    return appends
