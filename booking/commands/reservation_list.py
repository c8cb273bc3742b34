"""`booking reservation list`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from booking.commands.asking import TIMES
from booking.commands.columns import aligned
from booking.commands.common import Commands, add_data, command, say, with_testbed
from booking.commands.displacing import span
from booking.commands.local_time import days_of, moment_of
from booking.commands.named import company_named, device_named, noted
from booking.testbed import Testbed
from domain.reservation import Status
from projections import calendar
from projections.calendar import Entry, Noted

STATUSES: tuple[Status, ...] = get_args(Status)
NOTED: tuple[Noted, ...] = get_args(Noted)
AHEAD: tuple[Status, ...] = ("requested", "confirmed", "in_use")
ANY = "any"
LISTED_DAYS, MOST_LISTED = 30, 1000
LIST_EXAMPLES = f"""\
  booking reservation list                             what holds time, for {LISTED_DAYS} days
  booking reservation list --device AUT-001 --days 7
  booking reservation list --status requested          waits for approval
  booking reservation list --status suspected          no-shows that staff have to look at
  booking reservation list --company mudeung --status any --from "2026-11-01 00:00"

Overdue returns and suspected no-shows are listed whatever their time. {TIMES}
"""


def add(actions: Commands) -> None:
    about = "list reservations by their start"
    parser = command(actions, "list", _list, about, LIST_EXAMPLES)
    parser.add_argument("--device", metavar="ID", help="of this device alone")
    parser.add_argument("--company", metavar="ID", help="of this company alone")
    choices = (*STATUSES, *NOTED, ANY)
    status = f"{', '.join(choices)} (default: {', '.join(AHEAD)})"
    parser.add_argument("--status", metavar="STATUS", choices=choices, help=status)
    parser.add_argument("--from", dest="start", metavar="TIME", type=moment_of, help="else now")
    parser.add_argument(
        "--days", metavar="N", type=days_of, default=LISTED_DAYS, help=f"so far ({LISTED_DAYS})"
    )
    add_data(parser)


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Entry]:
        await testbed.projector.catch_up()
        await listed(testbed, "list reservations", options)
        return await calendar.list_reservations(
            testbed.database.app,
            device_id=options.device,
            company_id=options.company,
            limit=MOST_LISTED + 1,
            **_which(options),
        )

    found = with_testbed(options, work)
    say("\n".join(aligned(map(row_of, found[:MOST_LISTED]))) or "No such reservation.")
    if len(found) > MOST_LISTED:
        say(f"Only the first {MOST_LISTED} are listed: ask for fewer --days.")
    return 0


def _which(options: argparse.Namespace) -> Mapping[str, Any]:
    if options.status in NOTED:
        return {"noted": options.status}
    start = options.start or datetime.now(UTC)
    wanted: Sequence[str] | None = AHEAD if options.status is None else (options.status,)
    return {
        "start": start,
        "end": start + timedelta(days=options.days),
        "statuses": None if options.status == ANY else wanted,
    }


async def listed(testbed: Testbed, what: str, options: argparse.Namespace) -> None:
    """Keeps that somebody looked. Raises Refused for a company or a device that there is not."""
    if options.company is not None:
        await company_named(testbed, options.company)
    if options.device is not None:
        await device_named(testbed, options.device)
    subject = f"{options.company or 'all companies'}, {options.device or 'all devices'}"
    await noted(testbed, what, subject)


def row_of(entry: Entry) -> Sequence[str]:
    """The line of a list: id, status, device, time, whose, and what it was booked with."""
    together = entry.series_id or entry.group_id or ""
    whose = entry.company_id or ""
    return entry.entry_id, entry.status, entry.device_id, span(entry.period), whose, together
