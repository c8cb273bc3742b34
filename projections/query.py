"""Runs a SQLAlchemy statement on asyncpg, whose own prepared statements are then used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql import Select
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler

Reader: TypeAlias = asyncpg.Connection | asyncpg.Pool
Decoded = TypeVar("Decoded")

KEPT_MOST = 500
"""Compiled statements that are kept: more than there are queries with all their conditions."""

COMPILED: dict[object, SQLCompiler] = {}
"""Statements by their shape. Compiling one anew costs more than running it."""

_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]


async def fetch(reader: Reader, statement: Select[Any]) -> list[asyncpg.Record]:
    sql, arguments = _compiled(statement)
    return cast("list[asyncpg.Record]", await reader.fetch(sql, *arguments))


async def fetch_one(reader: Reader, statement: Select[Any]) -> asyncpg.Record | None:
    sql, arguments = _compiled(statement)
    return await reader.fetchrow(sql, *arguments)


def among(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """`column` is one of the values, as one array, so that the statement's text stays the same."""
    return column == any_(literal(list(values), ARRAY(Text)))


def from_json(text: str | None, kind: type[Decoded]) -> Decoded | None:
    """The value of a `jsonb` column, or None for NULL."""
    return None if text is None else msgspec.json.decode(text, type=kind)


def _compiled(statement: Select[Any]) -> tuple[str, list[Any]]:
    """The statement's text and its arguments, in the order of $1, $2 …."""
    key = statement._generate_cache_key()  # noqa: SLF001 - SQLAlchemy offers it nowhere else
    # What the key leaves out, and so must come from this statement, is the values alone.
    if key is None:
        compiled = statement.compile(dialect=_DIALECT)
        values = compiled.construct_params()
    else:
        compiled = _kept(statement, key)
        # `statement.params(…)`, which SQLAlchemy 2.0 puts into the statement itself.
        given = getattr(key, "params", None)
        values = compiled.construct_params(given, key.bindparams)
    if compiled.post_compile_params or compiled.literal_execute_params:
        # `IN (…)`, whose text depends on how many values there are.
        expanded = compiled.construct_expanded_state(values)
        return expanded.statement, list(expanded.positional_parameters)
    return compiled.string, [values[name] for name in compiled.positiontup or ()]


def _kept(statement: Select[Any], key: CacheKey) -> SQLCompiler:
    """The compiled form of statements of this shape; when there are too many, the oldest goes.

    SQLAlchemy keeps them by itself only where it also executes them.
    """
    compiled = COMPILED.get(key.key)
    if compiled is None:
        compiled = COMPILED[key.key] = statement.compile(dialect=_DIALECT, cache_key=key)
        if len(COMPILED) > KEPT_MOST:
            del COMPILED[next(iter(COMPILED))]
    return compiled
