"""Connections to PostgreSQL, and the schema brought up to date.

Three roles own and use the schema (made by the first migration): `booking_ledger` owns the ledger,
`booking_views` the views, and `booking_app` decides and appends. With one URL its user must be a
member of them; every connection acts as one role from its start, so that a bug of ours can't do
what that role may not. It doesn't guard against operators: the audit log does.

Any PostgreSQL 15 or later will do. With several hosts in the URL, connections go to the one that
accepts writes, and find the new one after a failover.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy import Connection

OWNER_ROLE = "booking_ledger"
APP_ROLE = "booking_app"
VIEWS_ROLE = "booking_views"
CONNECT_SECONDS = 10
APP_STATEMENT_SECONDS = 15
VIEWS_STATEMENT_SECONDS = 60
IDLE_IN_TRANSACTION_SECONDS = 10
# The server gives up first and says so; this is for a server that no longer answers at all.
CLIENT_GRACE_SECONDS = 5
MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as all versions of this program use the same: "booking" in ASCII.
MIGRATION_LOCK = int.from_bytes(b"booking")


@dataclass(frozen=True)
class Database:
    """The two pools that everything uses."""

    app: asyncpg.Pool[asyncpg.Record]
    views: asyncpg.Pool[asyncpg.Record]

    async def close(self) -> None:
        """Wait for connections in use, then close all."""
        await self.app.close()
        await self.views.close()


class SchemaNewer(Exception):  # noqa: N818 - the data is not at fault
    """The schema has a revision that this version does not know; the text names it."""


async def connect(url: str, *, app_size: int = 10, views_size: int = 3) -> Database:
    """Open both pools. Raises OSError or asyncpg.PostgresError when that fails."""
    app = await _pool(url, APP_ROLE, app_size, APP_STATEMENT_SECONDS, reset=_nothing_to_reset)
    try:
        views = await _pool(url, VIEWS_ROLE, views_size, VIEWS_STATEMENT_SECONDS)
    except BaseException:
        await app.close()
        raise
    return Database(app, views)


async def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the schema up to date (or, for a restore, up to an earlier revision): once, when
    several processes start together.

    Raises SchemaNewer for one that a newer version made.
    """
    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: connect_owner(owner_url)
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, revision)
    finally:
        await engine.dispose()


async def _pool(
    url: str,
    role: str,
    size: int,
    statement_seconds: int,
    reset: Callable[[Any], Awaitable[None]] | None = None,
) -> asyncpg.Pool[asyncpg.Record]:
    """A pool whose connections act as the role.

    The role is a setting of the connection's start, hence its default: neither the RESET ALL with
    which a pool takes back a connection nor a RESET ROLE gives the login's rights back.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_seconds + CLIENT_GRACE_SECONDS,
        target_session_attrs="read-write",
        reset=reset,
        server_settings={
            "role": role,
            "application_name": role,
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": f"{statement_seconds}s",
            "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
        },
    )


async def _nothing_to_reset(_: Any) -> None:
    """Spares a round trip for every use of a connection: decisions and pages change no setting and
    hold no lock beyond their transaction, which asyncpg itself rolls back before this.
    """


async def connect_alone(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection of the application outside its pool, whose session may hold a lock."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=APP_STATEMENT_SECONDS + CLIENT_GRACE_SECONDS,
        target_session_attrs="read-write",
        server_settings={
            "role": APP_ROLE,
            "application_name": "booking_worker",
            "timezone": "UTC",
            "statement_timeout": f"{APP_STATEMENT_SECONDS}s",
        },
    )


async def connect_owner(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection of the schema's owner, without a limit to what its statements may take."""
    # asyncpg reads the URL, as it does for the pools: SQLAlchemy knows no lists of hosts.
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        target_session_attrs="read-write",
        server_settings={"application_name": "booking_migrate", "timezone": "UTC"},
    )


def revisions() -> set[str]:
    """All revisions of the schema that this program knows."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _upgrade(connection: Connection, revision: str) -> None:
    # A lock of the session: it is kept through all migrations and goes when the connection does.
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
    connection.commit()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    _require_known(connection)
    command.upgrade(config, revision)


def _require_known(connection: Connection) -> None:
    """Refuses a schema that a newer version made, which this one could neither read nor bring up
    to date.
    """
    made_by = set(MigrationContext.configure(connection).get_current_heads())
    connection.commit()
    if unknown := made_by - revisions():
        raise SchemaNewer(", ".join(sorted(unknown)))
