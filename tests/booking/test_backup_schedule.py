"""Backups that make themselves: when one is due, by whom, and how long they are kept."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from booking.backup_archive import check_archive, new_archive
from booking.backup_manifest import LedgerHead, Manifest
from booking.backup_schedule import LOCK, back_up_when_due, scheduled_backups
from booking.backups import backups_in, delete_old, last_good
from tests.booking.small_world import build
from tests.conftest import run

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


async def test_one_is_made_when_it_is_due_and_by_one_process(
    database_url: str, tmp_path: Path
) -> None:
    """Several look at the same moment: one file. While a good one is young enough, none is made."""
    await build(database_url)
    made = await asyncio.gather(*(back_up_when_due(database_url, tmp_path, HOUR) for _ in range(4)))
    (path,) = filter(None, made)
    manifest = check_archive(path, quietly)
    (backup,) = backups_in(tmp_path)
    assert (backup.file, backup.position) == (path.name, manifest.head.position)
    assert backup.made_at == manifest.made_at.replace(microsecond=0)
    assert await back_up_when_due(database_url, tmp_path, HOUR) is None
    age(path, 2 * HOUR)
    assert await back_up_when_due(database_url, tmp_path, HOUR) is not None
    assert len(backups_in(tmp_path)) == 2


async def test_none_is_made_while_another_process_makes_one(
    database_url: str, tmp_path: Path
) -> None:
    """The advisory lock of the database is held by whoever makes one."""
    await build(database_url)
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_advisory_lock($1)", LOCK)
    assert await back_up_when_due(database_url, tmp_path, HOUR) is None
    await other.close()
    assert await back_up_when_due(database_url, tmp_path, HOUR) is not None


async def test_a_file_that_was_cut_off_does_not_count(database_url: str, tmp_path: Path) -> None:
    """It has a good name and is no good backup, so that a new one is due."""
    await build(database_url)
    cut = file(tmp_path, datetime.now(UTC), 7, good=False)
    assert last_good(tmp_path) is None
    path = await back_up_when_due(database_url, tmp_path, HOUR)
    assert path is not None
    good = last_good(tmp_path)
    assert good is not None
    assert good.file == path.name != cut.name


def test_a_running_service_makes_them_by_itself(database_url: str, tmp_path: Path) -> None:
    """The thread makes the folder and the file; with 0 hours there is neither."""
    run(build(database_url))
    with scheduled_backups(database_url, tmp_path / "never", 0):
        pass
    with scheduled_backups(database_url, tmp_path / "hourly", 1, look_seconds=0.1):
        end = time.monotonic() + 30
        while last_good(tmp_path / "hourly") is None:
            assert time.monotonic() < end, "no backup was made"
            time.sleep(0.05)
    assert not (tmp_path / "never").exists()
    assert (tmp_path / "hourly").stat().st_mode & 0o777 == 0o700


def test_a_failure_is_told_and_tried_again(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An empty ledger cannot be backed up; as soon as it holds something, it is."""
    with scheduled_backups(database_url, tmp_path, 1, look_seconds=0.1):
        end = time.monotonic() + 30
        while "no backup could be made" not in caplog.text:
            assert time.monotonic() < end
            time.sleep(0.05)
        run(build(database_url))
        while last_good(tmp_path) is None:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_backups_are_deleted_after_thirty_days(tmp_path: Path) -> None:
    """A person's key may not outlive an erasure in them; foreign files stay where they are."""
    old = file(tmp_path, NOW - 31 * DAY, 10)
    kept = [file(tmp_path, NOW - 29 * DAY, 20), file(tmp_path, NOW - DAY, 30)]
    foreign = tmp_path / "booking-notes.txt"
    foreign.write_text("not ours", encoding="utf-8")
    assert delete_old(tmp_path, NOW) == [old.name]
    assert {path.name for path in tmp_path.iterdir()} == {
        foreign.name,
        *(path.name for path in kept),
    }
    assert delete_old(tmp_path, NOW) == []


def test_the_newest_good_one_is_never_deleted(tmp_path: Path) -> None:
    """However old it is, and even when newer ones were cut off."""
    good = file(tmp_path, NOW - 90 * DAY, 10)
    older = file(tmp_path, NOW - 91 * DAY, 9)
    bad = file(tmp_path, NOW - 40 * DAY, 20, good=False)
    young_and_bad = file(tmp_path, NOW - DAY, 30, good=False)
    assert set(delete_old(tmp_path, NOW)) == {older.name, bad.name}
    assert {path.name for path in tmp_path.iterdir()} == {good.name, young_and_bad.name}


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    """An unfinished file goes after a day without a write; a younger one may be under way."""
    abandoned, under_way = tmp_path / ".a1.unfinished", tmp_path / ".b2.unfinished"
    for path, written in ((abandoned, NOW - 2 * DAY), (under_way, NOW - HOUR)):
        path.write_bytes(b"PK")
        os.utime(path, (written.timestamp(), written.timestamp()))
    delete_old(tmp_path, NOW)
    assert [path.name for path in tmp_path.iterdir()] == [under_way.name]


def file(folder: Path, made_at: datetime, position: int, *, good: bool = True) -> Path:
    """A file of that name which can be opened, or one that cannot."""
    path = folder / f"booking-{made_at:%Y%m%dT%H%M%SZ}-{position}.backup"
    head = LedgerHead(
        position=position,
        recorded_at=made_at,
        rules=1,
        demonstration=False,
        repeats=0,
        incarnation="00000000-0000-0000-0000-000000000000",
        tags=0,
        root="",
    )
    manifest = Manifest(made_at=made_at, revision="0002_identity", head=head, members=())
    with new_archive(path) as archive:
        archive.manifest(manifest)
    if not good:
        path.write_bytes(path.read_bytes()[:-20])
    return path


def age(path: Path, by: timedelta) -> None:
    """Rename a backup as if it had been made earlier."""
    _, made_at, rest = path.name.split("-")
    earlier = datetime.strptime(made_at, "%Y%m%dT%H%M%S%z") - by
    path.rename(path.with_name(f"booking-{earlier:%Y%m%dT%H%M%SZ}-{rest}"))


def quietly(_done: int, _total: int) -> None:
    """Progress that nobody watches."""
