"""Applies operations to a view's tables, each as one SQL statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import asyncpg
from sqlalchemy import BigInteger, ColumnElement, Table, and_, bindparam, func, null, select
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.dialects.postgresql import insert as sql_insert
from sqlalchemy.sql import Select

from domain.event import Recorded
from projections.operations import (
    Change,
    End,
    NoCurrentRowError,
    Operation,
    Put,
)
from projections.schema import tables_in
from projections.view import View


class Applier:
    """Applies a view's operations to the tables of one schema. Statements are compiled once."""

    def __init__(self, view: View, schema: str) -> None:
        self._view = view
        self._tables = tables_in(view, schema)
        self._deferrable = any(
            getattr(constraint, "deferrable", None)
            for table in self._tables.values()
            for constraint in table.constraints
        )
        self._compiled: dict[tuple[object, ...], tuple[str, Sequence[str]]] = {}

    async def check_each(self, connection: asyncpg.Connection) -> None:
        """From now on the transaction looks at its constraints after every append."""
        if self._deferrable:
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    async def apply(
        self, connection: asyncpg.Connection, append: Sequence[Recorded], *, checked: bool
    ) -> None:
        """Applies an append; `checked` where `check_each` was called before.

        Raises NoCurrentRowError, what `project` raises, or what PostgreSQL says about the rows.
        """
        operations = [
            (operation, recorded.position)
            for recorded in append
            for operation in self._view.project(recorded)
        ]
        # Within an append things may not add up yet, but where there is no within, one asks less.
        loosely = checked and self._deferrable and len(operations) > 1
        if loosely:
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
        for operation, position in operations:
            await self._execute(connection, operation, position)
        if loosely:
            await self.check_each(connection)

    async def _execute(
        self, connection: asyncpg.Connection, operation: Operation, position: int
    ) -> None:
        sql, names = self._statement(operation)
        parameters: dict[str, Any] = {"position": position, **operation.key}
        if not isinstance(operation, End):
            parameters |= operation.values
        if isinstance(operation, Change):
            parameters |= operation.add
        touched = await connection.fetchval(sql, *(parameters[name] for name in names))
        if not touched:
            raise NoCurrentRowError(operation, position)

    def _statement(self, operation: Operation) -> tuple[str, Sequence[str]]:
        values: Iterable[str] = () if isinstance(operation, End) else operation.values
        added: Iterable[str] = operation.add if isinstance(operation, Change) else ()
        shape = (type(operation), operation.table, tuple(values), tuple(added))
        if shape not in self._compiled:
            statement = _STATEMENTS[type(operation)](self._tables[operation.table], operation)
            compiled = statement.compile(dialect=_DIALECT)
            names = cast("Any", compiled).positiontup
            self._compiled[shape] = (str(compiled), names)
        return self._compiled[shape]


_POSITION = bindparam("position", type_=BigInteger)
_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]


def _put(table: Table, operation: Put) -> Select[Any]:
    closed = _closing(table, operation).returning(table.c.since).cte("closed")
    # Counting what was closed makes the row close before the next opens, or both were current.
    first = select(func.count().label("rows")).select_from(closed).subquery("first")
    given = {name: _parameter(table, name) for name in (*operation.key, *operation.values)}
    row = select(*given.values(), _POSITION.label("since")).select_from(first)
    opened = sql_insert(table).from_select([*given, "since"], row)
    # The same event put the row before: it is replaced, not opened twice.
    opened = opened.on_conflict_do_update(
        index_elements=[*operation.key, "since"],
        set_={name: opened.excluded[name] for name in operation.values} | {"until": null()},
    )
    return _counting(opened.returning(table.c.since).cte("opened"))


def _change(table: Table, operation: Change) -> Select[Any]:
    closed = _closing(table, operation).returning(*table.c).cte("closed")
    row = {column.name: closed.c[column.name] for column in table.c} | {
        "since": _POSITION,
        "until": null(),
        **_changes(table, operation, closed.c),
    }
    opened = sql_insert(table).from_select(list(row), select(*row.values()).select_from(closed))
    amended = (
        sql_update(table)
        .where(_current(table, operation), table.c.since == _POSITION)
        .values(_changes(table, operation, table.c))
    )
    return _counting(
        opened.returning(table.c.since).cte("opened"),
        amended.returning(table.c.since).cte("amended"),
    )


def _end(table: Table, operation: End) -> Select[Any]:
    # A row that the same event opened was never there for anyone to see.
    undone = sql_delete(table).where(_current(table, operation), table.c.since == _POSITION)
    return _counting(
        _closing(table, operation).returning(table.c.since).cte("closed"),
        undone.returning(table.c.since).cte("undone"),
    )


_STATEMENTS: dict[type[Operation], Any] = {Put: _put, Change: _change, End: _end}


def _closing(table: Table, operation: Operation) -> Any:
    earlier = and_(_current(table, operation), table.c.since < _POSITION)
    return sql_update(table).where(earlier).values(until=_POSITION)


def _current(table: Table, operation: Operation) -> ColumnElement[bool]:
    key = (table.c[name] == _parameter(table, name) for name in operation.key)
    return and_(*key, table.c.until.is_(None))


def _changes(table: Table, operation: Change, before: Any) -> dict[str, ColumnElement[Any]]:
    changed = {name: _parameter(table, name) for name in operation.values}
    return changed | {name: before[name] + _parameter(table, name) for name in operation.add}


def _parameter(table: Table, name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=table.c[name].type)


def _counting(*parts: Any) -> Select[Any]:
    """How many rows the parts touched, in one row."""
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return select(sum(counts[1:], start=counts[0]))
