"""Connections act as their role and are bounded; migrations run once, whole, and for everyone."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy.exc import SQLAlchemyError

import booking.database
from booking.database import (
    APP_ROLE,
    MIGRATIONS,
    VIEWS_ROLE,
    Database,
    SchemaNewer,
    connect,
    migrate,
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Both pools on a migrated database; one connection each, so that they are used again."""
    opened = await connect(database_url, app_size=1, views_size=1)
    yield opened
    await opened.close()


async def test_connections_act_as_their_role_for_ever(database: Database) -> None:
    """Neither a return to the pool nor RESET ROLE gives back the rights of the login."""
    for pool, role in ((database.app, APP_ROLE), (database.views, VIEWS_ROLE)):
        for undo in ("RESET ROLE", "RESET ALL", "SELECT 1"):
            async with pool.acquire() as connection:
                assert await connection.fetchval("SELECT current_user") == role
                await connection.execute(undo)
                assert await connection.fetchval("SELECT current_user") == role


async def test_the_application_can_not_touch_the_ledger(database: Database) -> None:
    """The application's role may read events and not write them: only the append function may."""
    assert await database.app.fetchval("SELECT count(*) FROM ledger.events") == 0
    for statement in (
        "DELETE FROM ledger.events",
        "UPDATE ledger.head SET position = 9",
        "TRUNCATE ledger.events",
        "CREATE TABLE ledger.mine (x integer)",
    ):
        for pool in (database.app, database.views):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement)


async def test_connections_are_bounded(database: Database) -> None:
    """No statement and no idle transaction holds a connection, or a lock, for ever."""
    for pool in (database.app, database.views):
        async with pool.acquire() as connection:
            shown = {
                name: await connection.fetchval(f"SHOW {name}")
                for name in ("statement_timeout", "idle_in_transaction_session_timeout")
            }
        assert "0" not in shown.values()
        assert shown["idle_in_transaction_session_timeout"] == "10s"
    assert await database.app.fetchval("SHOW TimeZone") == "UTC"
    assert await database.app.fetchval("SHOW jit") == "off"


async def test_a_statement_that_takes_too_long_is_ended(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends a statement after its time, and the connection can be used again."""
    monkeypatch.setattr(booking.database, "APP_STATEMENT_SECONDS", 1)
    opened = await connect(database_url, app_size=1)
    try:
        with pytest.raises(asyncpg.QueryCanceledError):
            await opened.app.execute("SELECT pg_sleep(60)")
        assert await opened.app.fetchval("SELECT 1") == 1
    finally:
        await opened.close()


async def test_several_hosts_lead_to_the_one_that_answers(database_url: str) -> None:
    """With several hosts in the URL, those that are down are passed over."""
    parts = urlsplit(database_url)
    place = parse_qs(parts.query)["host"][0]
    url = f"postgresql://postgres@{parts.path}?host=/nowhere,{place}&port=5432,5432"
    opened = await connect(url, app_size=1, views_size=1)
    try:
        assert await opened.app.fetchval("SELECT current_user") == APP_ROLE
    finally:
        await opened.close()
    await migrate(url)


async def test_a_standby_is_not_used(database_url: str) -> None:
    """A server that takes no writes, as a standby, is refused instead of failing at a booking."""
    connection = await asyncpg.connect(database_url)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await connection.close()
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await connect(database_url)


async def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    """Four starts at once make the schema once; a later one finds it up to date."""
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    connection = await asyncpg.connect(empty_database_url)
    first = await connection.fetch("SELECT version_num, xmin::text FROM alembic_version")
    await migrate(empty_database_url)
    again = await connection.fetch("SELECT version_num, xmin::text FROM alembic_version")
    await connection.close()
    assert len(first) == 1
    assert again == first


async def test_a_migration_that_fails_leaves_nothing(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration is done or not done; what came before it stays, and the lock is free."""
    copy = tmp_path / "100% new" / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    for old in (copy / "versions").glob("0*.py"):
        old.unlink()
    write_revision(copy, "first", None, "CREATE TABLE one (x integer)")
    write_revision(copy, "second", "first", "CREATE TABLE two (x integer)", "SELECT 1 / 0")
    monkeypatch.setattr(booking.database, "MIGRATIONS", copy)
    with pytest.raises((SQLAlchemyError, asyncpg.PostgresError), match="division by zero"):
        await migrate(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    tables = "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relkind = 'r' "
    assert await connection.fetchval(f"{tables} AND relname IN ('one', 'two')") == ["one"]
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "first"
    write_revision(copy, "second", "first", "CREATE TABLE two (x integer)")
    await asyncio.wait_for(migrate(empty_database_url), 30)
    assert await connection.fetchval(f"{tables} AND relname IN ('one', 'two')") == ["one", "two"]
    await connection.close()


async def test_a_schema_of_a_newer_version_is_left_alone(empty_database_url: str) -> None:
    """It is refused by name, instead of a failure on a migration that is not there."""
    await migrate(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute("UPDATE alembic_version SET version_num = '9999_newer'")
    with pytest.raises(SchemaNewer, match=r"\A9999_newer\Z"):
        await migrate(empty_database_url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "9999_newer"
    await connection.close()


def test_there_is_one_line_of_migrations() -> None:
    """Every migration but the first names its predecessor, and no two the same."""
    revisions = {}
    for path in sorted((MIGRATIONS / "versions").glob("0*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.revision == path.stem
        revisions[path.stem] = module.down_revision
    assert list(revisions.values()) == [None, *list(revisions)[:-1]]


def write_revision(folder: Path, name: str, before: str | None, *statements: str) -> None:
    lines = [
        "from alembic import op",
        f"revision, down_revision = {name!r}, {before!r}",
        "def upgrade() -> None:",
        *(f"    op.execute({statement!r})" for statement in statements),
    ]
    (folder / "versions" / f"{name}.py").write_text("\n".join(lines), encoding="utf-8")
