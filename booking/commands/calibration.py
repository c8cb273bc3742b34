"""`booking calibration record|list`: certificates of devices, and how long they are good."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from booking.commands.common import Commands, Refused, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import day_of, moment_of, staff_named
from booking.commands.named import device_named
from booking.commands.tables import say_table
from booking.csv_text import Cell
from booking.testbed import Testbed
from domain.maintenance import RecordCalibration
from domain.period import SEOUL, at_clock, last_day_before
from projections.calibrations import Due, due_calibrations

LONGEST_LINE = 200
EVER = timedelta(days=100 * 366)
"""Every certificate ends within this time."""
RECORD_EXAMPLES = """\
  booking calibration record AUT-001 --certificate KC-2026-1234 --valid-through 2027-11-30
  booking calibration record AUT-001 --certificate KC-2026-1234 --valid-through 2027-11-30 \\
      --at "2026-12-01 10:00" --laboratory "KOLAS 123" --by staff@lab.example

It is good through that day in Asia/Seoul; bookings past it are refused where the terms of the
device require a calibration.
"""
LIST_EXAMPLES = """\
  booking calibration list                the newest certificate of each device
  booking calibration list --device AUT-001

What ends soon is listed by `booking maintenance due`.
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "calibration", "calibration certificates of devices")
    about = "record the certificate of a calibration"
    parser = command(actions, "record", _record, about, RECORD_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument("--certificate", metavar="NUMBER", type=_line, required=True)
    last = "the last day on which it is good"
    parser.add_argument(
        "--valid-through", dest="last", metavar="DAY", type=day_of, required=True, help=last
    )
    parser.add_argument("--laboratory", metavar="TEXT", type=_line, help="who did it")
    parser.add_argument("--at", metavar="TIME", type=moment_of, help="if it is entered later")
    add_by(parser)
    add_data(parser)
    about = "list the newest certificates, the first to end first"
    parser = command(actions, "list", _list, about, LIST_EXAMPLES)
    parser.add_argument("--device", metavar="ID", help="of this device alone")
    add_data(parser)


def _record(options: argparse.Namespace) -> int:
    until = at_clock(options.last, "24:00")
    if options.at is None and until <= datetime.now(UTC):
        raise Refused(f"{options.last} is over; of an older certificate, say when it was: --at.")

    async def work(testbed: Testbed, _url: str) -> None:
        order = RecordCalibration(
            by=await staff_named(testbed, options.by),
            device_id=options.device,
            certificate=options.certificate,
            valid_until=until,
            at=options.at,
            laboratory=options.laboratory or "",
        )
        await testbed.booking.do(order)

    with_testbed(options, work)
    say(f"{options.device}  {options.certificate}  valid through {options.last}")
    return 0


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Due]:
        await testbed.projector.catch_up()
        if options.device is not None:
            await device_named(testbed, options.device)
        found = await due_calibrations(testbed.database.app, datetime.now(UTC), EVER)
        return [one for one in found if options.device in (None, one.device.device_id)]

    rows = list(_rows(with_testbed(options, work)))
    if not rows:
        say("No certificate was recorded.")
        return 0
    say_table(("Device", "Certificate", "Laboratory", "Calibrated", "Valid through", ""), rows)
    return 0


def _rows(found: Sequence[Due]) -> Iterator[Sequence[Cell | None]]:
    now = datetime.now(UTC)
    for one in found:
        at, until = one.calibrated_at, one.valid_until
        over = until is None or until <= now
        yield (
            *(one.device.device_id, one.certificate, one.laboratory or None),
            None if at is None else f"{at.astimezone(SEOUL):%Y-%m-%d}",
            None if until is None else f"{last_day_before(until)}",
            _state(required=one.required, over=over),
        )


def _state(*, required: bool, over: bool) -> str:
    if required:
        return "NOT BOOKABLE" if over else "required"
    return "over" if over else ""


def _line(text: str) -> str:
    line = text.strip()
    if 1 <= len(line) <= LONGEST_LINE and line.isprintable():
        return line
    raise argparse.ArgumentTypeError(f"one line of 1 to {LONGEST_LINE} characters")
