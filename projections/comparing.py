"""Compares the rows of a view in two schemas, as they were at a position."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from projections import schema as schemas
from projections.view import View


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The first row in which two folds of a view differ, in order of position and key.

    `columns` has, for each column that differs, the live value and the replayed one; a row that
    one side lacks differs in every column, that side's values being None.
    """

    view: str
    table: str
    key: dict[str, Any]
    since: int
    columns: dict[str, tuple[Any, Any]]

    def __str__(self) -> str:
        key = ", ".join(f"{name} {value}" for name, value in self.key.items())
        columns = "; ".join(
            f"{name}: live {live!r}, replayed {replayed!r}"
            for name, (live, replayed) in self.columns.items()
        )
        return f"{self.view}.{self.table}, {key}, since {self.since}: {columns}"


async def digest(connection: asyncpg.Connection, view: View, schema: str, upto: int) -> str:
    """SHA-256 (hex) over every row of every table, spans included, as the rows were at `upto`."""
    digests = [
        await connection.fetchval(_digest_sql(view, schema, name), upto, timeout=_TIMEOUT)
        for name in view.tables
    ]
    joined: str = await connection.fetchval(
        "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", "\n".join(digests)
    )
    return joined


async def first_difference(
    connection: asyncpg.Connection, view: View, live: str, replayed: str, upto: int
) -> Difference | None:
    """The first row that differs at `upto` between the live schema and the replayed one."""
    if await digest(connection, view, live, upto) == await digest(connection, view, replayed, upto):
        return None
    for name, table in view.tables.items():
        sql = _difference_sql(view, live, replayed, name)
        row = await connection.fetchrow(sql, upto, timeout=_TIMEOUT)
        if row is not None:
            return _difference(view, name, table.info["key"], row["live"], row["replayed"])
    return None


_TIMEOUT = schemas.LONG_SECONDS


def _digest_sql(view: View, schema: str, table: str) -> str:
    return f"""
    SELECT '{table} ' || count(*) || ' ' || encode(sha256(coalesce(
        string_agg(sha256(convert_to(r::text, 'UTF8')), ''::bytea ORDER BY {_order(view, table)}),
        '')), 'hex')
    FROM ({_rows(view, schema, table)}) AS r
    """


def _difference_sql(view: View, live: str, replayed: str, table: str) -> str:
    order = _order(view, table)
    joined = ", ".join((*view.tables[table].info["key"], "since"))
    return f"""
    SELECT to_jsonb(l) AS live, to_jsonb(r) AS replayed
    FROM ({_rows(view, live, table)}) AS l
    FULL JOIN ({_rows(view, replayed, table)}) AS r USING ({joined})
    WHERE l::text IS DISTINCT FROM r::text
    ORDER BY since, {order}
    LIMIT 1
    """


def _rows(view: View, schema: str, table: str) -> str:
    """The rows as of position $1: those that came later are left out, and so are later ends."""
    columns = [column.name for column in view.tables[table].columns if column.name != "until"]
    return f"""
    SELECT {", ".join(columns)}, CASE WHEN until <= $1 THEN until END AS until
    FROM {schema}.{table} WHERE since <= $1
    """


def _order(view: View, table: str) -> str:
    """By key and span; texts byte by byte, as every server orders them alike."""
    key = (f'{name}::text COLLATE "C"' for name in view.tables[table].info["key"])
    return ", ".join((*key, "since"))


def _difference(
    view: View, table: str, key: tuple[str, ...], live: str | None, replayed: str | None
) -> Difference:
    ours: dict[str, Any] = msgspec.json.decode(live) if live else {}
    theirs: dict[str, Any] = msgspec.json.decode(replayed) if replayed else {}
    either = ours or theirs
    return Difference(
        view=view.name,
        table=table,
        key={name: either[name] for name in key},
        since=either["since"],
        columns={
            name: (ours.get(name), theirs.get(name))
            for name in either
            if not (ours and theirs) or ours[name] != theirs[name]
        },
    )
