"""Which tables a backup holds: all that the ledger's owner keeps, but what can be made anew.

Views are folded from the ledger, and tags stand in the events themselves, so neither is copied.
Sessions and failed sign-ins are left out on purpose: somebody who signed out after the backup was
made would be signed in again. So are answered requests, with which sessions show secrets again.
"""

from __future__ import annotations

from graphlib import TopologicalSorter

import asyncpg
import msgspec

from booking.database import OWNER_ROLE

EVENTS = ("ledger", "events")
LEFT_OUT = {
    ("ledger", "head"),  # stands in the manifest
    ("ledger", "event_tags"),  # stands in the events
    ("identity", "answered"),
    ("identity", "sessions"),
    ("identity", "sign_in_failures"),
}


class Table(msgspec.Struct, frozen=True):
    """A table to be copied, with the columns that hold its data."""

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def quoted(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def selected(self) -> str:
        """The columns as a list in SQL."""
        return ", ".join(map(quoted, self.columns))


async def tables_of(connection: asyncpg.Connection) -> list[Table]:
    """The tables in an order in which they can be filled: what others refer to comes first."""
    found = {
        (row["schema"], row["name"]): Table(row["schema"], row["name"], tuple(row["columns"]))
        for row in await connection.fetch(_TABLES, OWNER_ROLE)
    }
    order: TopologicalSorter[tuple[str, str]] = TopologicalSorter(dict.fromkeys(found, ()))
    for row in await connection.fetch(_REFERENCES):
        key, other = (row["schema"], row["name"]), (row["to_schema"], row["to_name"])
        if key in found and other in found and key != other:
            order.add(key, other)
    return [found[key] for key in order.static_order() if key not in LEFT_OUT]


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


_TABLES = """
    SELECT n.nspname AS schema, c.relname AS name,
           array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND n.nspowner = (SELECT oid FROM pg_roles WHERE rolname = $1)
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY n.nspname, c.relname
    ORDER BY n.nspname, c.relname
"""

_REFERENCES = """
    SELECT n.nspname AS schema, c.relname AS name, m.nspname AS to_schema, d.relname AS to_name
    FROM pg_constraint AS r
    JOIN pg_class AS c ON c.oid = r.conrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_class AS d ON d.oid = r.confrelid
    JOIN pg_namespace AS m ON m.oid = d.relnamespace
    WHERE r.contype = 'f'
"""
