"""`booking load` and `booking simulate`."""

from __future__ import annotations

import argparse
from pathlib import Path

from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    progress_bar,
    say,
    with_testbed,
)
from booking.demonstration import EVENTS, SEED, begin, demonstration_habits
from booking.fixture_files import read_fixtures
from booking.loading import load, open_ledger
from booking.simulation import simulate
from booking.testbed import Testbed

LOAD_EXAMPLES = """\
  booking load terms.yaml devices.yaml companies.yaml people.yaml
  booking load more-devices.yaml terms.yaml --data /srv/booking
"""
SIMULATE_EXAMPLES = """\
  booking simulate
  booking simulate --events 1000 --seed 7 --data /tmp/demo
"""
MOST_EVENTS = 1_000_000


def add(commands: Commands) -> None:
    about = "load devices, terms, companies and people from files; twice changes nothing"
    parser = command(commands, "load", _load, about, LOAD_EXAMPLES)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="YAML or JSON file")
    add_data(parser)
    about = "append made-up history to a demonstration, through the same rules"
    parser = command(commands, "simulate", _simulate, about, SIMULATE_EXAMPLES)
    parser.add_argument(
        "--events", metavar="N", type=_number, default=EVENTS, help=f"about so many ({EVENTS})"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=SEED, help=f"which history it will be ({SEED})"
    )
    add_data(parser)


def _load(options: argparse.Namespace) -> int:
    # Mistakes in the files are found before a database is started for them.
    fixtures = read_fixtures(options.files)

    async def work(testbed: Testbed, _url: str) -> int:
        opened = await open_ledger(testbed, demonstration=False)
        loaded = await load(testbed, fixtures)
        await testbed.projector.catch_up()
        return opened + loaded

    events = with_testbed(options, work, makes=True)
    say(f"{events} events appended." if events else "Nothing new.")
    return 0


def _simulate(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, url: str) -> int:
        head = await testbed.ledger.head()
        if head.position and not head.demonstration:
            raise Refused(
                "this ledger holds real bookings; history is made up for a demonstration only."
            )
        if head.position == 0:
            await begin(testbed)
        with progress_bar("Made-up history") as progress:
            events = await simulate(
                url,
                demonstration_habits(),
                events=options.events,
                seed=options.seed,
                progress=progress,
            )
        await testbed.projector.catch_up()
        return events

    say(f"{with_testbed(options, work, makes=True)} events appended.")
    return 0


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_EVENTS:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_EVENTS}, not {text!r}")
    return int(text)
