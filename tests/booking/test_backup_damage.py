"""Files that were cut off, spoiled or tampered with are recognised; nothing is half-loaded."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from booking.backup_archive import MANIFEST, check_archive
from booking.backup_manifest import BackupError
from tests.booking.copied import backed_up, quietly, restored_into, rows_upto
from tests.booking.small_world import build


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_manifest(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("something", "else")


def of_the_future(path: Path) -> None:
    def newer(manifest: dict[str, Any]) -> None:
        manifest["format_version"] = 2

    rewrite(path, manifest=newer)


@pytest.mark.parametrize("damage", [cut_off, flip_a_bit, empty, no_manifest, of_the_future])
async def test_a_damaged_file_is_recognised_before_anything_begins(
    database_url: str, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Its check says what is wrong in one line, without a database."""
    await build(database_url)
    await backed_up(database_url, tmp_path)
    damage(tmp_path / "one.backup")
    with pytest.raises(BackupError, match=r"one\.backup"):
        check_archive(tmp_path / "one.backup", quietly)


def another_name(content: bytes) -> bytes:
    return content.replace(b"mudeung", b"hanbit1")


async def test_a_file_that_was_tampered_with_is_found_out_by_the_leaves(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """Checksums that were made to fit do not help; nothing is loaded, and a good file still is."""
    await build(database_url)
    await backed_up(database_url, tmp_path)
    good, path = tmp_path / "good.backup", tmp_path / "one.backup"
    good.write_bytes(path.read_bytes())
    rewrite(path, events=another_name)
    with pytest.raises(BackupError, match="leaf"):
        await restored_into(empty_database_url, tmp_path)
    assert await rows_upto(empty_database_url, 100) == []
    path.write_bytes(good.read_bytes())
    await restored_into(empty_database_url, tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("root", "00" * 32), ("tags", 1), ("position", 3), ("recorded_at", "2026-01-01T00:00:00Z")],
)
async def test_what_was_loaded_has_to_be_what_the_manifest_says(
    database_url: str, empty_database_url: str, tmp_path: Path, field: str, value: object
) -> None:
    """Root, tags, position and time are all held against the ledger that was loaded."""
    await build(database_url)
    await backed_up(database_url, tmp_path)

    def other(manifest: dict[str, Any]) -> None:
        manifest["head"][field] = value

    rewrite(tmp_path / "one.backup", manifest=other)
    with pytest.raises(BackupError):
        await restored_into(empty_database_url, tmp_path)
    assert await rows_upto(empty_database_url, 100) == []


async def test_a_file_cannot_name_tables_that_are_not_backed_up(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """What a manifest says goes into SQL, so it is held against the schema first."""
    await build(database_url)
    await backed_up(database_url, tmp_path)

    def elsewhere(manifest: dict[str, Any]) -> None:
        manifest["members"][0] |= {"schema": "pg_catalog", "table": "pg_authid"}

    rewrite(tmp_path / "one.backup", manifest=elsewhere)
    with pytest.raises(BackupError, match="does not fit"):
        await restored_into(empty_database_url, tmp_path)


def rewrite(
    path: Path,
    *,
    events: Callable[[bytes], bytes] | None = None,
    manifest: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Write an archive anew with other events or another manifest, whose checksums fit."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    said = msgspec.json.decode(members.pop(MANIFEST))
    for member in said["members"]:
        if events is not None and member["table"] == "events":
            members[member["name"]] = events(members[member["name"]])
            member["sha256"] = sha256(members[member["name"]])
    if manifest is not None:
        manifest(said)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, msgspec.json.encode(said))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
