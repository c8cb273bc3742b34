"""The schemas of views: made, guarded with constraints and indexes, and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import asyncpg
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from projections.view import View

READER_ROLE = "booking_app"
"""The role that pages and feeds read views with. It may not write them."""

LONG_SECONDS = 3600.0
"""How long a statement over a whole view may take: an index, a digest, a copy."""

POSITIONS = f"""
CREATE SCHEMA IF NOT EXISTS views;
CREATE TABLE IF NOT EXISTS views.positions (
    view          text    NOT NULL,
    version       integer NOT NULL,
    position      bigint  NOT NULL DEFAULT 0,
    stopped_at    bigint,  -- position of the event that can't be applied
    stopped_error text,
    incarnation   uuid    NOT NULL,  -- of the ledger that the view was folded from
    repairs       integer NOT NULL DEFAULT 0,  -- rebuilds that came out different
    epoch         text    NOT NULL
        GENERATED ALWAYS AS (incarnation::text || '.' || version || '.' || repairs) STORED,
    PRIMARY KEY (view, version)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS views.resumptions (
    view          text        NOT NULL,
    version       integer     NOT NULL,
    stopped_at    bigint      NOT NULL,
    stopped_error text        NOT NULL,
    through       bigint      NOT NULL,
    resumed_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT USAGE ON SCHEMA views TO {READER_ROLE};
GRANT SELECT ON views.positions, views.resumptions TO {READER_ROLE};
"""


async def create(connection: asyncpg.Connection, view: View, schema: str) -> None:
    """A schema with the view's empty, unguarded tables, in place of any that has its name."""
    await drop(connection, schema)
    statements = [f"CREATE SCHEMA {schema}", f"GRANT USAGE ON SCHEMA {schema} TO {READER_ROLE}"]
    for table in tables_in(view, schema).values():
        # Constructed first, so that CREATE TABLE leaves the constraints to `guard`.
        list(_constraints(table))
        statements.append(str(CreateTable(table).compile(dialect=_DIALECT)))
    statements.append(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER_ROLE}")
    await connection.execute(";\n".join(statements))


async def guard(connection: asyncpg.Connection, view: View, schema: str) -> None:
    """Adds keys, constraints and indexes, which is many times faster after the rows than before."""
    for table in tables_in(view, schema).values():
        for statement in (*_constraints(table), *_indexes(table), f"ANALYZE {table.fullname}"):
            await connection.execute(statement, timeout=LONG_SECONDS)


async def drop(connection: asyncpg.Connection, schema: str) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE", timeout=LONG_SECONDS)


@cache
def tables_in(view: View, schema: str) -> dict[str, Table]:
    """The view's tables as they stand in a schema."""
    metadata = MetaData()
    return {name: table.to_metadata(metadata, schema=schema) for name, table in view.tables.items()}


def _constraints(table: Table) -> Iterator[str]:
    for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
        yield str(AddConstraint(constraint).compile(dialect=_DIALECT))


def _indexes(table: Table) -> Iterator[str]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield str(CreateIndex(index).compile(dialect=_DIALECT))


_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
