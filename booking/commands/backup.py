"""`booking backup` and `booking restore`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from booking.backing_up import back_up
from booking.backup_archive import check_archive, require_new
from booking.backup_manifest import Manifest
from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    progress_bar,
    say,
    settings_of,
)
from booking.commands.files import require_folder_of
from booking.config import Settings
from booking.erasure_list import Erased, erasure_list_of, read_erasures
from booking.postgres import running_server
from booking.restoring import Restored, require_restorable, restore
from booking.testbed import open_testbed
from domain.actor import SYSTEM
from domain.people import ErasePerson

BACKUP_EXAMPLES = """\
  booking backup before-upgrade.backup
  booking backup                        # into the folder of those that serve makes by itself
  booking backup /mnt/nas/              # named by time and position
  BOOKING_BACKUP_HOURS=24 booking serve # makes them by itself
"""
RESTORE_EXAMPLES = """\
  booking restore before-upgrade.backup --data /srv/booking-2
  BOOKING_ERASURES=/srv/booking/erased.jsonl booking restore last.backup --data /srv/new
"""


def add(commands: Commands) -> None:
    about = "copy ledger and people, as of one moment, into a file; bookings go on meanwhile"
    parser = command(commands, "backup", _backup, about, BACKUP_EXAMPLES)
    target = (
        "a new file, or a folder for it; without it, the folder of the service's own backups, "
        "where staff see it as the last good one and where it is deleted after 30 days"
    )
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help=target)
    add_data(parser)
    about = "restore a backup into an empty folder or database, and verify it"
    parser = command(commands, "restore", _restore, about, RESTORE_EXAMPLES)
    parser.add_argument("file", metavar="FILE", type=Path)
    add_data(parser)


def _backup(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    if settings.embedded and not (settings.data / "postgres").exists():
        raise Refused(f"there is no database in {settings.data}: choose its folder with --data.")
    target = options.file or settings.backups
    if options.file is None:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not target.is_dir():
        require_folder_of(target)
        require_new(target)
    with _database(settings) as owner_url, progress_bar("Backing up") as progress:
        manifest, path = asyncio.run(back_up(owner_url, target, progress))
    say(f"{path}: {_held(manifest)}\nRoot of its leaves: {manifest.head.root}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    erasures = erasure_list_of(settings)
    # Whatever is wrong with the files is found before a database is started for them.
    with progress_bar("Checking the file") as progress:
        manifest = check_archive(options.file, progress)
    require_restorable(manifest)
    erased = read_erasures(erasures)

    async def work(owner_url: str) -> Restored:
        account_ids = [one.account_id for one in erased]
        with progress_bar("Restoring") as progress:
            restored = await restore(owner_url, options.file, manifest, account_ids, progress)
        async with open_testbed(settings.database_url or owner_url, settings) as testbed:
            for account_id in restored.erased:
                await testbed.booking.do(ErasePerson(by=SYSTEM, account_id=account_id))
            await testbed.projector.catch_up()
        return restored

    with _database(settings) as owner_url:
        restored = asyncio.run(work(owner_url))
    say(f"Restored and verified: {_held(manifest)}\nIncarnation: {restored.incarnation}")
    _tell(manifest, restored, erasures, erased)
    return 0


def _tell(manifest: Manifest, restored: Restored, erasures: Path, erased: Sequence[Erased]) -> None:
    """Say what was erased again, and what the restore could not know."""
    if erased:
        say(f"{len(restored.erased)} people erased again, as {erasures} asks.")
    else:
        _warn(
            f"there is no list of erased accounts in {erasures}. If people were erased since, set "
            "BOOKING_ERASURES to the list and restore into another empty place, or erase them "
            "again with `booking account erase`."
        )
    _warn(
        "everybody signs in again. What changed after "
        f"{manifest.made_at:%Y-%m-%d %H:%M} UTC is undone: accounts that were disabled since, API "
        "tokens and feeds that were revoked since are valid again."
    )


def _held(manifest: Manifest) -> str:
    head, rows = manifest.head, manifest.rows
    return (
        f"{head.position} events, the last of {head.recorded_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"{rows.get('identity.accounts', 0)} accounts, {rows.get('identity.api_tokens', 0)} API "
        f"tokens, {rows.get('identity.feeds', 0)} feeds."
    )


def _warn(text: str) -> None:
    print(f"Note: {text}", file=sys.stderr)  # noqa: T201 - not part of the answer


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The URL of the schema's owner, as the database is: a backup before an upgrade must not be
    the upgrade.
    """
    if settings.owner_url is not None:
        yield settings.owner_url
        return
    with running_server(settings.data) as server:
        yield server.url
