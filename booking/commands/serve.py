"""`booking serve` and `booking demo`."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial

from booking.backup_schedule import scheduled_backups
from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    progress_bar,
    say,
    settings_of,
)
from booking.config import Settings
from booking.demonstration import NoDemonstration, prepare, sign_ins
from booking.loading import open_ledger
from booking.serving import available_database, require_free_port, serve_web, when_listening
from booking.testbed import Testbed, open_testbed

SERVE_EXAMPLES = """\
  booking serve
  booking serve --port 9000 --data /srv/booking --workers 2
  BOOKING_DATABASE_URL=postgresql://booking@db/booking booking serve --host 0.0.0.0
"""
DEMO_EXAMPLES = """\
  booking demo
  booking demo --port 9000 --data /tmp/demo
"""


def add(commands: Commands) -> None:
    about = "serve the booking system; an empty ledger is opened as a real one"
    _add_options(command(commands, "serve", _serve, about, SERVE_EXAMPLES))
    about = "serve a demonstration: 50 devices, 12 companies and a made-up year"
    _add_options(command(commands, "demo", _demo, about, DEMO_EXAMPLES))


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="N", help="port to listen on (default: 8000)")
    parser.add_argument("--workers", metavar="N", help="web processes (default: 1)")
    add_data(parser)


def _serve(options: argparse.Namespace) -> int:
    return _run(options, demo=None)


def _demo(options: argparse.Namespace) -> int:
    return _run(options, demo=True)


def _run(options: argparse.Namespace, *, demo: bool | None) -> int:
    settings = settings_of(
        options,
        host=options.host,
        port=options.port,
        workers=options.workers,
        demo=None if demo is None else int(demo),
    )
    require_free_port(settings)
    with available_database(settings) as url:
        asyncio.run(_get_ready(url, settings, demo=bool(demo)))
        accounts = [sign_ins()] if demo else []
        lines = (f"\nThe booking system is at {settings.public_url}", *accounts)
        when_listening(settings, partial(say, "\n".join((*lines, "Stop it with Ctrl-C.\n"))))
        owner_url = settings.owner_url or url
        with scheduled_backups(owner_url, settings.backups, settings.backup_hours):
            serve_web(settings, url)
    return 0


async def _get_ready(url: str, settings: Settings, *, demo: bool) -> None:
    async with open_testbed(url, settings) as testbed:
        if demo:
            await _make_demonstration(testbed, url)
        else:
            await open_ledger(testbed, demonstration=False)
        await testbed.projector.catch_up()


async def _make_demonstration(testbed: Testbed, url: str) -> None:
    if (await testbed.ledger.head()).position == 0:
        say("Making a demonstration (only once): 50 devices, 12 companies, a year of history …")
    try:
        with progress_bar("A year of history") as progress:
            await prepare(testbed, url, progress)
    except NoDemonstration as error:
        raise Refused(
            "this ledger holds real bookings, so it does not become a demonstration: "
            "choose another folder with --data (or another BOOKING_DATABASE_URL)."
        ) from error
