"""The folder of the service's own backups: their names, the last good one, retention.

    booking-20261123T021500Z-20482.backup    the time of its snapshot (UTC) and its position

A file only ever gets such a name when it is whole and was read back. The folder itself is the
record: what somebody deletes or loses from it is not there any more, whatever a table might say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from booking.backup_archive import UNFINISHED, read_manifest
from booking.backup_manifest import BackupError

KEPT = timedelta(days=30)
"""A backup made before an erasure still holds the person's key; it may not be kept longer."""
ABANDONED = timedelta(days=1)
"""An unfinished file that has not been written to for so long was left by a process that died."""

_NAME = re.compile(r"booking-(\d{8}T\d{6}Z)-(\d{1,18})\.backup", re.ASCII)


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the folder, by its name: times are UTC, `bytes` is its size."""

    file: str
    made_at: datetime
    position: int
    bytes: int


def backups_in(folder: Path) -> list[Backup]:
    """What the folder holds, the newest first; nothing where there is no folder."""
    found = [backup for path in _files(folder) if (backup := _backup(path)) is not None]
    return sorted(found, key=lambda backup: (backup.made_at, backup.position), reverse=True)


def last_good(folder: Path) -> Backup | None:
    """The newest backup whose archive can be opened: one that was cut off since is passed over."""
    return next((backup for backup in backups_in(folder) if _is_good(folder / backup.file)), None)


def delete_old(folder: Path, now: datetime) -> list[str]:
    """Delete backups of more than 30 days, never the newest good one, and what was abandoned.

    Answers the names of the backups that were deleted.
    """
    for path in _files(folder):
        if path.name.endswith(UNFINISHED) and _written(path) < now - ABANDONED:
            path.unlink(missing_ok=True)
    newest = last_good(folder)
    old = [
        backup.file
        for backup in backups_in(folder)
        if backup.made_at < now - KEPT and backup != newest
    ]
    for name in old:
        (folder / name).unlink(missing_ok=True)
    return old


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from folder.iterdir()


def _backup(path: Path) -> Backup | None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        made_at = datetime.strptime(found[1], "%Y%m%dT%H%M%S%z")
        size = path.stat().st_size
    except (ValueError, FileNotFoundError):  # no date, or deleted at this moment
        return None
    return Backup(file=path.name, made_at=made_at, position=int(found[2]), bytes=size)


def _is_good(path: Path) -> bool:
    try:
        read_manifest(path)
    except (BackupError, OSError):
        return False
    return True


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.now(UTC)
