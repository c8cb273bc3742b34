"""Statements of one shape are compiled once, and each is still answered with its own values."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import (
    Column,
    MetaData,
    Select,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from projections.query import COMPILED, KEPT_MOST, among, fetch, fetch_one
from projections.view import valid, versioned

marks = versioned(
    "marks", MetaData(schema="tried"), Column("name", Text, nullable=False), key=("name",)
)
ROWS = (("a", 1, 4), ("a", 4, None), ("b", 2, None), ("c", 3, 5))
"""Name, and the positions since and until which each row is valid."""


class Twice(FunctionElement[str]):
    """A function of our own making that does not let SQLAlchemy keep what it compiled."""

    inherit_cache = False
    type = Text()


@compiles(Twice)
def _twice(element: Twice, compiler: SQLCompiler, **options: Any) -> str:
    return f"repeat({compiler.process(element.clauses, **options)}, 2)"


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database that holds the marks."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "CREATE SCHEMA tried;CREATE TABLE tried.marks (name text, since bigint, until bigint)"
    )
    await connection.executemany("INSERT INTO tried.marks VALUES ($1, $2, $3)", ROWS)
    yield connection
    await connection.close()


async def names(reader: asyncpg.Connection, statement: Select[Any]) -> list[str]:
    return [row["name"] for row in await fetch(reader, statement.order_by(marks.c.name))]


def named(*values: str) -> Select[Any]:
    return select(marks.c.name).where(marks.c.name.in_(values), valid(marks, None))


async def test_values_are_of_the_statement_at_hand(reader: asyncpg.Connection) -> None:
    """Two statements of one shape are compiled once and answered each with its own values."""
    COMPILED.clear()
    found = []
    for name, limit in (("a", 1), ("b", 2), ("c", 3)):
        query = select(marks.c.name, literal(limit).label("of")).where(marks.c.name == name)
        row = await fetch_one(reader, query.limit(limit))
        assert row is not None
        found.append((row["name"], row["of"]))
    assert found == [("a", 1), ("b", 2), ("c", 3)]
    assert len(COMPILED) == 1


async def test_now_and_then_are_two_statements(reader: asyncpg.Connection) -> None:
    """What is valid now and as of a position are told apart, and so are two positions."""
    asked = (None, 1, 3, None, 4, 5, 0)
    found = [await names(reader, select(marks.c.name).where(valid(marks, at))) for at in asked]
    now = ["a", "b"]
    assert found == [now, ["a"], ["a", "b", "c"], now, ["a", "b", "c"], ["a", "b"], []]


async def test_lists_of_any_length(reader: asyncpg.Connection) -> None:
    """`IN (…)` holds as many values as it is given each time, none among them."""
    lists = (("a",), ("b", "a"), (), ("c", "a", "x"), ("b",))
    found = [await names(reader, named(*values)) for values in lists]
    assert found == [["a"], ["a", "b"], [], ["a"], ["b"]]
    arrays = [
        await names(reader, select(marks.c.name).where(among(marks.c.name, values)).distinct())
        for values in lists
    ]
    assert arrays == [["a"], ["a", "b"], [], ["a", "c"], ["b"]]


async def test_a_list_among_other_values(reader: asyncpg.Connection) -> None:
    """Values before and after a list stay with their own conditions, whatever its length."""
    found = []
    for values, since in ((("a", "b"), 2), (("a", "b", "c"), 4), (("a",), 2)):
        later = named(*values).where(marks.c.since >= since, marks.c.since < since + 2)
        found.append(await names(reader, later))
    assert found == [["b"], ["a"], []]


async def test_values_written_into_the_text(reader: asyncpg.Connection) -> None:
    """Values that are to stand in the statement's text are those of the statement at hand."""
    for name in ("a", "it's", "b"):
        written = bindparam("name", name, Text, literal_execute=True)
        row = await fetch_one(reader, select(written.label("said"), literal_column("'x'")))
        assert row is not None
        assert list(row) == [name, "x"]


async def test_values_given_to_the_statement_as_a_whole(reader: asyncpg.Connection) -> None:
    """Named parameters take the values that were given for this very statement."""
    query = select(marks.c.name).where(marks.c.name == bindparam("wanted"), valid(marks, None))
    assert [await names(reader, query.params(wanted=name)) for name in "abc"] == [["a"], ["b"], []]


async def test_a_statement_without_a_key(reader: asyncpg.Connection) -> None:
    """A statement that cannot be kept is compiled each time and answered all the same."""
    for word in ("a", "b"):
        before = len(COMPILED)
        row = await fetch_one(reader, select(Twice(literal(word)).label("said")))
        assert row is not None
        assert row["said"] == word + word
        assert len(COMPILED) == before


async def test_only_so_many_are_kept(reader: asyncpg.Connection) -> None:
    """However many shapes there are, no more than a bounded number stay compiled."""
    for number in range(KEPT_MOST + 5):
        await fetch_one(reader, select(func.lower("A").label(f"column_{number}")))
    assert len(COMPILED) == KEPT_MOST
    row = await fetch_one(reader, select(func.lower("B").label("column_0")))
    assert row is not None
    assert row["column_0"] == "b"
