"""What a view is: tables whose rows are valid for spans of positions, and the fold that fills them.

A row is valid from position `since` (inclusive) until position `until` (exclusive, NULL while it is
current). Time travel is one more condition in a query, and what changed after a position is
`since > position or until > position`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    or_,
)

from domain.event import Recorded
from projections.operations import Operation

Moment = TIMESTAMP(timezone=True)


@dataclass(frozen=True)
class View:
    """A view as the projector sees it. `project` is pure: no clock, no ids, no other views."""

    name: str
    version: int
    metadata: MetaData
    project: Callable[[Recorded], Iterator[Operation]]

    @property
    def schema(self) -> str:
        """The schema of the live tables; it names the version, so that two can live together."""
        return schema_of(self.name, self.version)

    @property
    def tables(self) -> dict[str, Table]:
        return {table.name: table for table in self.metadata.sorted_tables}


def schema_of(name: str, version: int) -> str:
    return f"view_{name}_v{version}"


def versioned(name: str, metadata: MetaData, *columns: Column[Any], key: Sequence[str]) -> Table:
    """A table with the columns, one current row for each key, and the span of each row."""
    table = Table(
        name,
        metadata,
        *columns,
        Column("since", BigInteger, nullable=False),
        Column("until", BigInteger),
        info={"key": tuple(key)},
    )
    table.append_constraint(PrimaryKeyConstraint(*key, "since", name=f"{name}_versions"))
    current = table.c.until.is_(None)
    Index(f"{name}_current", *(table.c[k] for k in key), unique=True, postgresql_where=current)
    return table


def valid(table: FromClause, as_of: int | None) -> ColumnElement[bool]:
    """The rows as of a position, or (None) the current ones."""
    if as_of is None:
        return table.c.until.is_(None)
    return and_(table.c.since <= as_of, or_(table.c.until.is_(None), table.c.until > as_of))
