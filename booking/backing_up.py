"""Making a backup: one consistent copy of the ledger and of people, from one snapshot.

Bookings go on meanwhile; what is appended after the snapshot is not in the copy, which therefore
holds the ledger up to one position and everything else as it was at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from booking.backup_archive import ArchiveWriter, Progress, new_archive
from booking.backup_manifest import BackupError, LedgerHead, Manifest, Member
from booking.backup_tables import EVENTS, Table, tables_of
from booking.database import OWNER_ROLE, connect_owner
from booking.tree_hash import TreeHash

EVENTS_AT_ONCE = 20_000
"""Events in one member of the archive, which is also how often progress is told."""


async def back_up(owner_url: str, target: Path, progress: Progress) -> tuple[Manifest, Path]:
    """Write a backup to a new file, or into a folder; answers what it holds and where it is.

    The user of the URL owns the schema; nothing is migrated.

    Raises BackupError when there is nothing to back up, when the file exists, and when an event
    does not match its leaf hash: a damaged ledger must not push good backups out.
    """
    connection = await connect_owner(owner_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            revision = await revision_of(connection)
            if revision is None:
                raise BackupError("there is no ledger in this database.")
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            with new_archive(target) as archive:
                manifest = await _Copying(connection, archive, progress).run(revision)
                archive.manifest(manifest)
    finally:
        await connection.close()
    return manifest, archive.path or target


async def revision_of(connection: asyncpg.Connection) -> str | None:
    """The migration that the database is at; None where there is none of ours."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


class _Copying:
    def __init__(
        self, connection: asyncpg.Connection, archive: ArchiveWriter, progress: Progress
    ) -> None:
        self._connection = connection
        self._archive = archive
        self._progress = progress

    async def run(self, revision: str) -> Manifest:
        head = await self._connection.fetchrow(_HEAD)
        if head is None or head["position"] == 0:
            raise BackupError("the ledger is empty: there is nothing to back up.")
        tables = await tables_of(self._connection)
        members = [
            await self._member(table, number=0)
            for table in tables
            if (table.schema, table.name) != EVENTS
        ]
        (events,) = (table for table in tables if (table.schema, table.name) == EVENTS)
        parts, root = await self._events(events, head["position"])
        return Manifest(
            made_at=head["made_at"],
            revision=revision,
            head=LedgerHead(
                position=head["position"],
                recorded_at=head["recorded_at"],
                rules=head["rules"],
                demonstration=head["demonstration"],
                repeats=head["repeats"],
                incarnation=str(head["incarnation"]),
                tags=head["tags"],
                root=root.hex(),
            ),
            members=(*members, *parts),
        )

    async def _events(self, table: Table, position: int) -> tuple[Sequence[Member], bytes]:
        """The ledger's events in parts, and the tree's root over their leaves."""
        parts, tree = [], TreeHash()
        for number, after in enumerate(range(0, position, EVENTS_AT_ONCE)):
            self._progress(after, position)
            upto = min(after + EVENTS_AT_ONCE, position)
            for row in await self._connection.fetch(_LEAVES, after, upto):
                if not row["whole"]:
                    raise BackupError(
                        f"the event at position {row['position']} does not match its leaf hash: "
                        "the ledger is damaged, and a copy of it would be, too."
                    )
                tree.add(row["leaf"])
            where = f" WHERE position > {after} AND position <= {upto} ORDER BY position"
            part = await self._member(table, number, where)
            if part.rows != upto - after:
                raise BackupError(f"events are missing between the positions {after} and {upto}.")
            parts.append(part)
        self._progress(position, position)
        return parts, tree.root()

    async def _member(self, table: Table, number: int, where: str = "") -> Member:
        name = f"{table.schema}.{table.name}.{number:05}"
        with self._archive.member(name) as writer:
            status = await self._connection.copy_from_query(
                f"SELECT {table.selected} FROM {table.quoted}{where}",
                output=writer.write,
                format="binary",
            )
        return Member(
            name=name,
            schema=table.schema,
            table=table.name,
            columns=table.columns,
            rows=int(status.split()[1]),
            sha256=writer.sha256,
        )


_HEAD = """
    SELECT h.*, now() AS made_at, (SELECT count(*) FROM ledger.event_tags) AS tags
    FROM ledger.head AS h
"""

_LEAVES = r"""
    SELECT position, leaf, leaf = sha256('\x00'::bytea || body) AS whole FROM ledger.events
    WHERE position > $1 AND position <= $2 ORDER BY position
"""
