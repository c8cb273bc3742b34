"""Restoring a backup into an empty database, in one transaction that checks itself.

What comes out is a new incarnation of the ledger: positions after the backup will be given again
to other events, so nothing that readers kept from before (ETags, sync tokens, cursors) may fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import msgspec

from booking.backing_up import revision_of
from booking.backup_archive import ArchiveReader, Progress, opened_archive
from booking.backup_checks import check_ledger
from booking.backup_manifest import BackupError, Manifest, Member
from booking.backup_tables import EVENTS, Table, quoted, tables_of
from booking.database import OWNER_ROLE, VIEWS_ROLE, connect_owner, migrate, revisions
from booking.erasure import clear_old_pages, erase_listed
from domain.events import RULES


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore did. `erased` are the accounts that were erased once more."""

    manifest: Manifest
    incarnation: str
    erased: Sequence[str]


def require_restorable(manifest: Manifest) -> None:
    """Refuse what only a newer version of this program can read."""
    if manifest.revision not in revisions() or manifest.head.rules > RULES:
        raise BackupError("the backup was made by a newer version of this program than this one.")


async def restore(
    owner_url: str, path: Path, manifest: Manifest, erased: Sequence[str], progress: Progress
) -> Restored:
    """Load a checked backup into an empty database, and erase these accounts in it again.

    The schema is made as it was when the backup was made and brought up to date afterwards. Raises
    BackupError for a database that holds anything, and where what was loaded is not what the
    manifest says; then nothing was loaded.
    """
    require_restorable(manifest)
    connection = await connect_owner(owner_url)
    try:
        await _make_schema(connection, owner_url, manifest.revision)
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            # Whoever appends waits for this, and then meets the restored ledger.
            await connection.execute("SELECT FROM ledger.head FOR UPDATE")
            await _require_empty(connection)
            with opened_archive(path) as archive:
                await _Loading(connection, archive, manifest).run(progress)
            await check_ledger(connection, manifest.head)
            again = await erase_listed(connection, erased)
            incarnation = await connection.fetchval("SELECT incarnation::text FROM ledger.head")
        if again:
            await clear_old_pages(connection)
    finally:
        await connection.close()
    await migrate(owner_url)
    return Restored(manifest=manifest, incarnation=incarnation, erased=again)


async def _make_schema(connection: asyncpg.Connection, owner_url: str, revision: str) -> None:
    found = await revision_of(connection)
    if found is not None:
        await _require_empty(connection)
        if found != revision:
            # Nothing is in it, and a schema only ever moves forward.
            async with connection.transaction():
                await _drop_schema(connection)
    await migrate(owner_url, revision)


async def _require_empty(connection: asyncpg.Connection) -> None:
    for name in ("ledger.events", "identity.accounts"):
        there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name)
        if there and await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):
            raise BackupError(
                "this ledger is not empty, and a backup is restored into an empty one only: choose "
                "another folder with --data (or another BOOKING_DATABASE_URL)."
            )


async def _drop_schema(connection: asyncpg.Connection) -> None:
    names = await connection.fetch(_SCHEMAS, [OWNER_ROLE, VIEWS_ROLE])
    for row in names:
        await connection.execute(f"DROP SCHEMA {quoted(row['nspname'])} CASCADE")
    await connection.execute("DROP TABLE alembic_version")


class _Loading:
    def __init__(
        self, connection: asyncpg.Connection, archive: ArchiveReader, manifest: Manifest
    ) -> None:
        self._connection = connection
        self._archive = archive
        self._manifest = manifest

    async def run(self, progress: Progress) -> None:
        tables = {(table.schema, table.name): table for table in await tables_of(self._connection)}
        # What migrations put into tables themselves is in the backup as well.
        for table in reversed(tables.values()):
            await self._connection.execute(f"DELETE FROM {table.quoted}")
        loaded = 0
        for member in self._manifest.members:
            table = _table_of(member, tables)
            status = await self._connection.copy_to_table(
                table.name,
                schema_name=table.schema,
                columns=member.columns,
                source=self._archive.blocks(member),
                format="binary",
            )
            if int(status.split()[1]) != member.rows:
                raise BackupError(f"{member.name} holds {status.split()[1]} rows.")
            if (table.schema, table.name) == EVENTS:
                loaded += member.rows
                progress(loaded, self._manifest.head.position)
        for table in tables.values():
            await self._count_on(table)
        await self._connection.execute(_TAGS)
        await self._set_head()

    async def _count_on(self, table: Table) -> None:
        """Let columns that number themselves go on after the highest number."""
        for row in await self._connection.fetch(_NUMBERED, table.quoted):
            column = quoted(row["attname"])
            await self._connection.execute(
                f"SELECT setval(pg_get_serial_sequence($1, $2), max({column}))"
                f" FROM {table.quoted} HAVING max({column}) IS NOT NULL",
                table.quoted,
                row["attname"],
            )

    async def _set_head(self) -> None:
        head = self._manifest.head
        await self._connection.execute(
            "UPDATE ledger.head SET position = $1, recorded_at = $2, rules = $3,"
            " demonstration = $4, repeats = $5, incarnation = gen_random_uuid()",
            head.position,
            head.recorded_at,
            head.rules,
            head.demonstration,
            head.repeats,
        )


def _table_of(member: Member, tables: Mapping[tuple[str, str], Table]) -> Table:
    """The table that a member goes into: only into those of this schema, whatever it says."""
    table = tables.get((member.schema, member.table))
    if table is None or set(member.columns) != set(table.columns):
        raise BackupError(f"{member.name} does not fit any table of this schema.")
    return table


_SCHEMAS = """
    SELECT n.nspname FROM pg_namespace AS n JOIN pg_roles AS r ON r.oid = n.nspowner
    WHERE r.rolname = ANY ($1)
"""

# An event's tags are in its body, which its leaf hash covers. In their index's order, inserting
# is several times faster.
_TAGS = """
    INSERT INTO ledger.event_tags (tag, type, position)
    SELECT tag, e.type, e.position
    FROM ledger.events AS e
    CROSS JOIN LATERAL json_array_elements_text(convert_from(e.body, 'UTF8')::json -> 'tags') AS tag
    ORDER BY tag COLLATE "C", e.type, e.position
"""

_NUMBERED = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attidentity <> '' AND NOT attisdropped
"""
