"""Runs a SQLAlchemy statement on asyncpg, whose own prepared statements are then used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql import Select

Reader: TypeAlias = asyncpg.Connection | asyncpg.Pool
Decoded = TypeVar("Decoded")

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
    compiled = statement.compile(dialect=_DIALECT)
    names = cast("Any", compiled).positiontup or ()
    return str(compiled), [compiled.params[name] for name in names]
