"""Backup and restore: a prefix of the ledger, the same people, and a new incarnation."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from booking.account import Account
from booking.backing_up import back_up
from booking.backup_manifest import BackupError
from booking.backup_tables import LEFT_OUT, tables_of
from booking.config import Settings
from booking.database import migrate
from booking.restoring import require_restorable
from booking.testbed import open_testbed
from domain.events import RULES, ReservationConfirmed
from tests.booking.copied import backed_up, names_in, quietly, restored_into, rows_upto
from tests.booking.small_world import EMAIL, PASSWORD, PURPOSE, book, build
from tests.booking.test_cli import SMALL, environment


async def test_a_backup_made_while_people_book_is_a_prefix_that_replays(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """Restored, it serves and books on; the ledger it was taken from went on meanwhile."""
    kim = await build(database_url)
    async with open_testbed(database_url, Settings()) as testbed:
        for slot in range(5):
            await book(testbed, kim, slot)
        booking = asyncio.create_task(keep_booking(testbed, kim))
        manifest = await backed_up(database_url, tmp_path)
        await asyncio.sleep(0.1)
        booking.cancel()
        await asyncio.gather(booking, return_exceptions=True)
        source = await testbed.ledger.head()
    restored = await restored_into(empty_database_url, tmp_path)
    position = manifest.head.position
    assert 0 < position < source.position
    assert restored.incarnation not in {source.incarnation, manifest.head.incarnation}
    assert await rows_upto(empty_database_url, position) == await rows_upto(database_url, position)
    async with open_testbed(empty_database_url, Settings()) as testbed:
        head = await testbed.ledger.head()
        assert (head.position, head.incarnation) == (position, restored.incarnation)
        await testbed.projector.catch_up()
        assert await testbed.projector.replay_check(quietly) is None
        epochs = {view.epoch for view in (await testbed.projector.positions()).values()}
        assert all(epoch.startswith(restored.incarnation) for epoch in epochs)
        assert await book(testbed, kim, 300) == position + 1


async def test_people_come_back_with_tokens_and_texts_but_sign_in_again(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """Password, API token, feed and sealed text work; the session that was open does not."""
    kim = await build(database_url)
    async with open_testbed(database_url, Settings()) as testbed:
        await book(testbed, kim, 0)
        token = await testbed.api_tokens.issue(kim.account_id, "export")
        feed = await testbed.feeds.issue(kim.account_id, "mine", "full", "ko")
        secret, session = await testbed.sessions.open(kim.account_id), await count_of(testbed)
        assert session == 1
        await testbed.access_log.record(kim.account_id, "read something", "before the backup")
    await backed_up(database_url, tmp_path)
    await restored_into(empty_database_url, tmp_path)
    async with open_testbed(empty_database_url, Settings()) as testbed:
        assert secret
        assert await count_of(testbed) == 0
        assert await testbed.api_tokens.find(token) is not None
        assert len(await testbed.feeds.list(kim.account_id)) == 1
        assert feed
        assert await testbed.sign_in.attempt(EMAIL, PASSWORD, "203.0.113.7")
        (event,) = await testbed.ledger.stored(types=["ReservationConfirmed"], limit=5)
        assert await testbed.seals.open(purpose_in(event.body)) == PURPOSE
        # Numbers that tables give themselves go on after those that were restored.
        await testbed.access_log.record(kim.account_id, "read something", "after the restore")


async def test_the_erased_are_erased_again(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """A backup from before an erasure brings back neither the person nor what they typed."""
    kim = await build(database_url)
    async with open_testbed(database_url, Settings()) as testbed:
        await book(testbed, kim, 0)
        await testbed.api_tokens.issue(kim.account_id, "export")
    await backed_up(database_url, tmp_path)
    listed = [kim.account_id, "a-unknown"]
    restored = await restored_into(empty_database_url, tmp_path, erased=listed)
    assert restored.erased == [kim.account_id]
    async with open_testbed(empty_database_url, Settings()) as testbed:
        account = await testbed.accounts.by_id(kim.account_id)
        assert account is not None
        assert (account.email, account.name("ko")) == ("", "삭제된 계정")
        (event,) = await testbed.ledger.stored(types=["ReservationConfirmed"], limit=5)
        assert await testbed.seals.open(purpose_in(event.body)) is None
        for table in ("person_keys", "api_tokens"):
            count = f"SELECT count(*) FROM identity.{table}"
            assert await testbed.database.app.fetchval(count) == 0


async def test_a_ledger_that_holds_anything_is_not_restored_into(
    database_url: str, tmp_path: Path
) -> None:
    """Nothing of it changes, not even when it is the ledger that the backup was made of."""
    await build(database_url)
    await backed_up(database_url, tmp_path)
    before = await rows_upto(database_url, 100)
    with pytest.raises(BackupError, match="not empty"):
        await restored_into(database_url, tmp_path)
    assert await rows_upto(database_url, 100) == before


@pytest.mark.parametrize("revision", ["0001_ledger", "head"])
async def test_an_empty_ledger_is_restored_into_whatever_its_revision(
    database_url: str, empty_database_url: str, tmp_path: Path, revision: str
) -> None:
    """A database that was migrated, and never used, counts as empty."""
    await build(database_url)
    manifest = await backed_up(database_url, tmp_path)
    await migrate(empty_database_url, revision)
    await restored_into(empty_database_url, tmp_path)
    async with open_testbed(empty_database_url, Settings()) as testbed:
        assert (await testbed.ledger.head()).position == manifest.head.position


async def test_every_table_is_copied_or_left_out_by_name(database_url: str) -> None:
    """A table that a later migration makes is in backups, unless it is of a view."""
    async with open_testbed(database_url, Settings()):
        connection = await asyncpg.connect(database_url)
        copied = {(table.schema, table.name) for table in await tables_of(connection)}
        rows = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|view)'"
            " AND schemaname <> 'information_schema' AND tablename <> 'alembic_version'"
        )
        await connection.close()
    assert {tuple(row) for row in rows} == copied | LEFT_OUT


async def test_newer_rules_are_refused(database_url: str, tmp_path: Path) -> None:
    """Older code could read such a ledger and not go on with it, so it restores none."""
    await build(database_url)
    manifest = await backed_up(database_url, tmp_path)
    head = msgspec.structs.replace(manifest.head, rules=RULES + 1)
    for newer in (
        msgspec.structs.replace(manifest, head=head),
        msgspec.structs.replace(manifest, revision="9999_future"),
    ):
        with pytest.raises(BackupError, match="newer version"):
            require_restorable(newer)


async def test_a_damaged_ledger_is_not_backed_up(database_url: str, tmp_path: Path) -> None:
    """Else its copies would push the good ones out; the event is named and no file is left."""
    await build(database_url)
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "UPDATE ledger.events SET body = body || convert_to(' ', 'UTF8') WHERE position = 2"
    )
    await connection.close()
    with pytest.raises(BackupError, match="position 2"):
        await backed_up(database_url, tmp_path)
    assert names_in(tmp_path) == []


async def test_a_backup_is_private_and_writes_over_nothing(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """Only its owner reads it; an existing file stays; an empty database is nothing to back up."""
    await build(database_url)
    await backed_up(database_url, tmp_path)
    path = tmp_path / "one.backup"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(BackupError, match="exists"):
        await backed_up(database_url, tmp_path)
    for statement in ("no ledger", "empty"):
        with pytest.raises(BackupError, match=statement):
            await back_up(empty_database_url, tmp_path / "two.backup", quietly)
        await migrate(empty_database_url)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["one.backup"]


def test_the_commands_copy_an_embedded_ledger_into_a_new_folder(folder: Path) -> None:
    """Whoever was erased since is erased again; a second restore is refused with exit code 1."""
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    assert run_booking(folder, "one", "load", "small.yaml").returncode == 0
    missing = run_booking(folder, "nothing", "backup", "small.backup")
    assert (missing.returncode, (folder / "nothing").exists()) == (1, False)
    made = run_booking(folder, "one", "backup", "small.backup")
    assert made.returncode == 0, made.stderr
    erased = run_booking(folder, "one", "account", "erase", "staff@lab.example", "--yes")
    assert erased.returncode == 0, erased.stderr
    (folder / "cut.backup").write_bytes((folder / "small.backup").read_bytes()[:1000])
    cut = run_booking(folder, "two", "restore", "cut.backup")
    assert (cut.returncode, (folder / "two").exists()) == (1, False)
    assert cut.stderr.splitlines()[-1].startswith("booking: cut.backup is no whole backup")
    restored = run_booking(folder, "two", "restore", "small.backup", erasures="one/erased.jsonl")
    assert restored.returncode == 0, restored.stderr
    assert "1 accounts" in restored.stdout
    assert "1 people erased again" in restored.stdout
    unknown = run_booking(folder, "two", "token", "staff@lab.example")
    assert "there is no account" in unknown.stderr
    assert run_booking(folder, "two", "audit", "replay", "--check").returncode == 0
    again = run_booking(folder, "two", "restore", "small.backup")
    assert again.returncode == 1
    assert "not empty" in again.stderr


def run_booking(
    folder: Path, data: str, *arguments: str, erasures: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "booking", *arguments],
        env=environment("") | {"BOOKING_DATA": str(folder / data), "BOOKING_ERASURES": erasures},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def keep_booking(testbed: Any, kim: Account) -> None:
    for slot in range(5, 290):
        await book(testbed, kim, slot)


async def count_of(testbed: Any) -> int:
    count: int = await testbed.database.app.fetchval("SELECT count(*) FROM identity.sessions")
    return count


def purpose_in(body: bytes) -> Any:
    event = msgspec.json.decode(body)["data"]
    return msgspec.convert(event, ReservationConfirmed).purpose
