"""Applies operations to rows in memory, for filling a view in bulk. The same fold as live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table

from domain.event import Recorded
from projections.operations import (
    Change,
    End,
    NoCurrentRowError,
    Operation,
    Put,
)
from projections.view import View

Row = list[Any]


class Fold:
    """A view's current rows in memory; `closed` rows are final and wait to be written."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.tables = {name: TableFold(table) for name, table in view.tables.items()}

    def apply(self, recorded: Recorded) -> None:
        """Raises NoCurrentRowError, or what `project` raises."""
        for operation in self._view.project(recorded):
            self.tables[operation.table].apply(operation, recorded.position)


class TableFold:
    """The rows of one table, columns in the table's order."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.columns = [column.name for column in table.columns]
        self._place = {name: place for place, name in enumerate(self.columns)}
        self._since, self._until = self._place["since"], self._place["until"]
        self._key: tuple[str, ...] = table.info["key"]
        self.current: dict[tuple[Any, ...], Row] = {}
        self.closed: list[Row] = []

    def apply(self, operation: Operation, position: int) -> None:
        key = tuple(operation.key[name] for name in self._key)
        match operation:
            case Put():
                self._close(key, position)
                row: Row = [None] * len(self.columns)
                self._set(row, operation.key)
                self._set(row, operation.values)
                row[self._since] = position
                self.current[key] = row
            case Change():
                row = self._require(key, operation, position)[:]
                self._close(key, position)
                self._set(row, operation.values)
                for name, amount in operation.add.items():
                    row[self._place[name]] += amount
                row[self._since] = position
                self.current[key] = row
            case End():
                self._require(key, operation, position)
                self._close(key, position)

    def taken(self) -> Iterator[Row]:
        """The closed rows, which are forgotten."""
        rows, self.closed = self.closed, []
        return iter(rows)

    def _require(self, key: tuple[Any, ...], operation: Operation, position: int) -> Row:
        row = self.current.get(key)
        if row is None:
            raise NoCurrentRowError(operation, position)
        return row

    def _close(self, key: tuple[Any, ...], position: int) -> None:
        row = self.current.pop(key, None)
        # A row that the same event opened was never there for anyone to see.
        if row is not None and row[self._since] < position:
            row[self._until] = position
            self.closed.append(row)

    def _set(self, row: Row, values: Any) -> None:
        for name, value in values.items():
            row[self._place[name]] = value
