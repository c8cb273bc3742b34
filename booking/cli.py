"""The command `booking`. Exit codes: 0 done, 1 refused or found wrong, 2 misused."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import asyncpg

from booking.account_fields import storable
from booking.app import OutOfTries
from booking.backup_manifest import BackupError
from booking.commands import (
    account,
    backup,
    breakdown,
    calibration,
    company,
    demand,
    load,
    maintenance,
    notices,
    outage,
    problem,
    quota,
    rate,
    reports,
    reservation,
    series,
    serve,
    statement,
    usage,
    views,
    waitlist,
    whatif,
)
from booking.commands.common import Refused
from booking.commands.hints import refusal
from booking.config import ConfigurationError
from booking.database import SchemaNewer
from booking.erasure_list import ErasureListError
from booking.fixture_files import FixtureError
from booking.identity_error import IdentityError
from booking.postgres_programs import EmbeddedServerError
from booking.serving import ServingError
from booking.simulation import SimulationError
from booking.writer import LedgerNewer, Unreachable
from domain.rejected import Rejected
from projections.operations import ProjectionStoppedError

REFUSED, MISUSED = 1, 2
INTERRUPTED, TERMINATED = 130, 143
"""As shells count a process that ended by SIGINT or SIGTERM."""

EXAMPLES = """\
examples:
  booking demo                                    a demonstration on http://127.0.0.1:8000
  booking serve --data /srv/booking --port 9000
  booking load terms.yaml devices.yaml companies.yaml people.yaml
  booking account add hong@lab.example --name-ko 홍길동 --role administrator
  booking reservation list --device AUT-001 --days 7
  booking outage schedule AUT-001 --from "2026-12-07 09:00" --to "2026-12-07 18:00" --dry-run
  booking audit replay --check
  booking backup booking.backup

`booking COMMAND --help` tells more. Settings are BOOKING_* variables, listed in the README.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Mistakes are one line on standard error."""
    parser, given = _parser(), sys.argv[1:] if arguments is None else arguments
    if not all(map(storable, given)):
        parser.error("an argument is no text in UTF-8.")
    options, unknown = parser.parse_known_args(given)
    if unknown:
        options.misused(f"unrecognized arguments: {' '.join(unknown)}")
    # Only a process's own main thread may say what a signal does.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Rejected as rejected:
        return _fail(Refused(refusal(rejected, options)))
    except tuple(_FAILURES) as error:
        return _fail(error)
    return code


_FAILURES: dict[type[Exception], str] = {
    ConfigurationError: "{}",
    Refused: "{}",
    BackupError: "{}",
    ErasureListError: "{}",
    FixtureError: "{}",
    SimulationError: "{}",
    ServingError: "{}",
    IdentityError: "{}",
    EmbeddedServerError: "{}",
    ProjectionStoppedError: "{}",
    LedgerNewer: "the ledger was written by a newer version than this one.",
    SchemaNewer: "the data was made by a newer version of booking (revision {}): upgrade booking, "
    "or choose another folder with --data.",
    OutOfTries: "others were faster every time; try again.",
    Unreachable: "the database does not answer ({}); try again.",
    OSError: "a file or the database is out of reach: {}",
    asyncpg.PostgresError: "the database refuses: {}",
    asyncpg.InterfaceError: "the database is out of reach: {}",
}
"""What people may run into, and how they hear of it; whatever else happens is a bug."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="booking",
        description="Booking of shared demonstration devices on one event ledger.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for topic in _TOPICS:
        topic.add(commands)
    return parser


_TOPICS = (
    *(serve, load, account, company, reservation, series, waitlist),
    *(outage, breakdown, problem, maintenance, calibration),
    *(usage, statement, rate, quota, demand, notices, reports, backup, views, whatif),
)


def _fail(error: Exception) -> int:
    text = next(text for kind, text in _FAILURES.items() if isinstance(error, kind))
    line = " ".join(text.format(error).split())
    sys.stderr.write(f"booking: {line}\n")
    return MISUSED if isinstance(error, ConfigurationError) else REFUSED


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    # Ends like an error would, so that the embedded database is left in good order.
    raise SystemExit(TERMINATED)
