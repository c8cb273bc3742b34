"""`GET /api/backups`: the backups in the service's own folder, and the last good one.

The service makes them there by itself, and `booking backup` without FILE puts its own there too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get
from msgspec import Meta

from booking.backups import Backup, backups_in, last_good
from booking.testbed import Testbed
from web.access import LAB, may
from web.forms import HttpRequest, query_of
from web.given import Given
from web.lists import Limit
from web.problem import wrong

LATE = 2
"""A backup this many times older than it should get is late."""


class BackupsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The files after one of that name, the newest first."""

    limit: Limit = 50
    after: Annotated[str, Meta(max_length=100)] | None = None


class BackupShown(msgspec.Struct, frozen=True, kw_only=True):
    """A file: when it was made (UTC), the ledger's position that it goes up to, its size."""

    file: str
    made_at: datetime
    position: int
    bytes: int


class BackupsShown(msgspec.Struct, frozen=True, kw_only=True):
    """The files in the folder of this machine; `last_good` is the newest that can be opened.

    `every_hours` is how often one is made; 0 for never.
    """

    items: Sequence[BackupShown]
    next: str | None
    last_good: BackupShown | None
    every_hours: int


class BackupState(msgspec.Struct, frozen=True, kw_only=True):
    """What staff should know about backups at a glance."""

    last: Backup | None
    every_hours: int
    is_late: bool


@get("/api/backups", opt=may(LAB, query=BackupsQuery, answer=BackupsShown))
async def list_backups(request: HttpRequest, testbed: Given[Testbed]) -> BackupsShown:
    query = query_of(request, BackupsQuery)
    found = await asyncio.to_thread(backups_in, testbed.settings.backups)
    start = _start(found, query.after)
    listed = found[start : start + query.limit]
    more = start + query.limit < len(found)
    state = await backup_state(testbed)
    return BackupsShown(
        items=[_shown(backup) for backup in listed],
        next=listed[-1].file if more else None,
        last_good=None if state.last is None else _shown(state.last),
        every_hours=state.every_hours,
    )


async def backup_state(testbed: Testbed) -> BackupState:
    """The last good backup, and whether the next one is late."""
    settings = testbed.settings
    last = await asyncio.to_thread(last_good, settings.backups)
    allowed = timedelta(hours=LATE * settings.backup_hours)
    late = settings.backup_hours > 0 and (
        last is None or datetime.now(UTC) - last.made_at > allowed
    )
    return BackupState(last=last, every_hours=settings.backup_hours, is_late=late)


def backup_gauges(state: BackupState) -> Iterator[str]:
    """Lines for Prometheus; the age is left out while there is no good backup."""
    yield "# HELP booking_backup_interval_seconds Time between backups; 0 when none are made."
    yield "# TYPE booking_backup_interval_seconds gauge"
    yield f"booking_backup_interval_seconds {state.every_hours * 3600}"
    if state.last is not None:
        age = (datetime.now(UTC) - state.last.made_at).total_seconds()
        yield "# HELP booking_backup_age_seconds Age of the newest good backup."
        yield "# TYPE booking_backup_age_seconds gauge"
        yield f"booking_backup_age_seconds {age:.0f}"


def _start(found: Sequence[Backup], after: str | None) -> int:
    if after is None:
        return 0
    names = [backup.file for backup in found]
    if after not in names:
        raise wrong("after", "cursor")
    return names.index(after) + 1


def _shown(backup: Backup) -> BackupShown:
    return BackupShown(
        file=backup.file,
        made_at=backup.made_at,
        position=backup.position,
        bytes=backup.bytes,
    )


route_handlers = [list_backups]
