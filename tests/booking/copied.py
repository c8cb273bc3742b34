"""What the tests of backup and restore share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg

from booking.backing_up import back_up
from booking.backup_archive import check_archive
from booking.backup_manifest import Manifest
from booking.restoring import Restored, restore


async def backed_up(url: str, folder: Path) -> Manifest:
    manifest, _ = await back_up(url, folder / "one.backup", quietly)
    return manifest


async def restored_into(url: str, folder: Path, erased: list[str] | None = None) -> Restored:
    path = folder / "one.backup"
    return await restore(url, path, check_archive(path, quietly), erased or [], quietly)


async def rows_upto(url: str, position: int) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT e.*, array_agg(t.tag ORDER BY t.tag) FROM ledger.events AS e"
            " JOIN ledger.event_tags AS t USING (position) WHERE position <= $1"
            " GROUP BY e.position ORDER BY e.position",
            position,
        )
    finally:
        await connection.close()
    return [tuple(row) for row in rows]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def quietly(_done: int, _total: int) -> None:
    """Progress that nobody watches."""
