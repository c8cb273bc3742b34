"""Backups that make themselves while the service runs: a thread of `booking serve`.

Whether one is due is read from the folder each time, so a service that was down or restarted makes
up for it at once. An advisory lock of the database lets one process at a time make a backup;
services on several machines that share the folder therefore share its backups, too.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from booking.backing_up import back_up
from booking.backup_manifest import BackupError
from booking.backups import delete_old, last_good
from booking.database import connect_owner

LOOK_SECONDS = 60.0
"""How often is looked whether a backup is due, and how soon one that failed is tried again."""
LOCK = int.from_bytes(b"backup")

_log = logging.getLogger(__name__)


@contextmanager
def scheduled_backups(
    owner_url: str, folder: Path, hours: int, look_seconds: float = LOOK_SECONDS
) -> Iterator[None]:
    """Make backups every `hours` for as long as this lasts; none at all with 0."""
    if hours == 0:
        yield
        return
    stop = threading.Event()
    arguments = (owner_url, folder, timedelta(hours=hours), look_seconds, stop)
    # Daemonic: a service that is told to stop does not wait for a copy of the whole ledger.
    thread = threading.Thread(target=_run, args=arguments, name="backups", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


async def back_up_when_due(owner_url: str, folder: Path, every: timedelta) -> Path | None:
    """Make a backup unless the folder has a good one younger than `every`; then delete old ones.

    Answers the new file; None when none was due, or another process is making it.
    """
    connection = await connect_owner(owner_url)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            return None
        now: datetime = await connection.fetchval("SELECT now()")
        last = last_good(folder)
        if last is not None and now - every < last.made_at <= now:
            delete_old(folder, now)
            return None
        _, made = await back_up(owner_url, folder, lambda _done, _total: None)
        delete_old(folder, now)
        return made
    finally:
        # The lock is the connection's, and goes with it.
        await connection.close()


def _run(
    owner_url: str, folder: Path, every: timedelta, look_seconds: float, stop: threading.Event
) -> None:
    while not stop.is_set():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = asyncio.run(back_up_when_due(owner_url, folder, every))
        except (BackupError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            _log.exception("no backup could be made; it is tried again")
        else:
            if made is not None:
                _log.info("backup made: %s", made)
        stop.wait(look_seconds)
