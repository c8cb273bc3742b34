"""`booking outage schedule|cancel|list`: time in which a device cannot be booked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

from booking.bearer import opaque_id
from booking.commands.common import Commands, Refused, add_data, command, say, with_testbed
from booking.commands.local_time import days_of, moment_of, staff_named
from booking.testbed import Testbed
from domain import events as e
from domain.event import Event
from domain.outages import CancelOutage, ScheduleOutage
from domain.period import Period, shown
from domain.repeating_outages import MOST_OUTAGES, Repeat, ScheduleOutages
from projections.calendar import Entry, entries_between

KINDS: tuple[e.OutageKind, ...] = get_args(e.OutageKind)
LISTED_DAYS = 90
SCHEDULE_EXAMPLES = """\
  booking outage schedule AUT-001 --from "2026-12-07 09:00" --to "2026-12-07 18:00" --dry-run
  booking outage schedule AUT-001 --from "2026-12-07 09:00" --to "2026-12-07 12:00" \\
      --kind calibration --every-weeks 4 --times 13
  booking outage schedule AUT-001 --from "2026-12-07 09:00" --to "2026-12-07 18:00" \\
      --by staff@lab.example --reason "filter change"

Times are those of Asia/Seoul unless they say an offset. Bookings that an outage hits are displaced,
never deleted; --dry-run lists them and records nothing.
"""


def add(commands: Commands) -> None:
    outage = commands.add_parser("outage", help="plan, cancel and list outages of devices")
    actions = outage.add_subparsers(metavar="ACTION", required=True)
    _add_schedule(actions)
    example = "  booking outage cancel o-k3m9x2\n"
    parser = command(actions, "cancel", _cancel, "cancel a planned outage", example)
    parser.add_argument("outage", metavar="ID", help="as `booking outage list` shows it")
    _add_by(parser)
    add_data(parser)
    example = "  booking outage list\n  booking outage list --device AUT-001 --days 365\n"
    parser = command(actions, "list", _list, "list outages and breakdowns that are ahead", example)
    parser.add_argument("--device", metavar="ID", help="of this device alone")
    parser.add_argument(
        "--days", metavar="N", type=days_of, default=LISTED_DAYS, help=f"so far ({LISTED_DAYS})"
    )
    add_data(parser)


def _add_schedule(actions: Commands) -> None:
    about = "take a device out of booking for some time"
    parser = command(actions, "schedule", _schedule, about, SCHEDULE_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument("--from", dest="start", metavar="TIME", type=moment_of, required=True)
    parser.add_argument("--to", dest="end", metavar="TIME", type=moment_of, required=True)
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0])
    weeks = f"again every so many weeks, 1 to {MOST_OUTAGES}"
    parser.add_argument("--every-weeks", metavar="N", type=_number, help=weeks)
    parser.add_argument("--times", metavar="N", type=_number, help="so many times in all")
    parser.add_argument("--reason", metavar="TEXT", help="sealed under the account of --by")
    _add_by(parser)
    parser.add_argument("--dry-run", action="store_true", help="list what it would displace")
    add_data(parser)


def _add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="EMAIL", help="who of the laboratory orders it")


def _schedule(options: argparse.Namespace) -> int:
    if options.end <= options.start:
        raise Refused("--to is later than --from.")
    if (options.every_weeks is None) != (options.times is None):
        raise Refused("--every-weeks and --times are given together.")
    if options.reason and options.by is None:
        raise Refused("--reason is kept under somebody's account: say whose with --by EMAIL.")

    async def work(testbed: Testbed, _url: str) -> Sequence[Event]:
        order = await _order(testbed, options)
        if options.dry_run:
            return await testbed.booking.try_out(order)
        done = await testbed.booking.do(order)
        return [recorded.event for recorded in done.events]

    happened = with_testbed(options, work)
    displaced = [one for one in happened if isinstance(one, e.ReservationDisplaced)]
    planned = [one for one in happened if isinstance(one, e.OutageScheduled)]
    for outage in planned:
        name = "would be planned" if options.dry_run else outage.outage_id
        say(f"{outage.device_id}  {outage.kind}  {_span(outage.occupied)}  {name}")
    verb = "would be displaced" if options.dry_run else "displaced"
    say(f"Bookings {verb}: {len(displaced)}.")
    for one in displaced:
        say(f"  {one.reservation_id}  {one.company_id}  {_span(one.period)}")
    return 0


async def _order(testbed: Testbed, options: argparse.Namespace) -> ScheduleOutage | ScheduleOutages:
    by = await staff_named(testbed, options.by)
    seal = testbed.seals.seal
    reason = await seal(by.account_id, options.reason) if options.reason else None
    period = Period(options.start, options.end)
    if options.times is None:
        return ScheduleOutage(
            by=by,
            device_id=options.device,
            outage_id=opaque_id("o"),
            kind=options.kind,
            period=period,
            reason=reason,
        )
    return ScheduleOutages(
        by=by,
        device_id=options.device,
        outage_ids=tuple(opaque_id("o") for _ in range(options.times)),
        series_id=opaque_id("s"),
        kind=options.kind,
        period=period,
        repeat=Repeat(every_weeks=options.every_weeks, count=options.times),
        reason=reason,
    )


def _cancel(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> None:
        by = await staff_named(testbed, options.by)
        await testbed.booking.do(CancelOutage(by=by, outage_id=options.outage))

    with_testbed(options, work)
    say(f"{options.outage} is cancelled; bookings that it displaced stay so.")
    return 0


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Entry]:
        await testbed.projector.catch_up()
        now = datetime.now(UTC)
        return await entries_between(
            testbed.database.app,
            now,
            now + timedelta(days=options.days),
            device_ids=[options.device] if options.device else None,
            kinds=(*KINDS, "breakdown"),
            statuses=("scheduled", "broken"),
        )

    found = with_testbed(options, work)
    for one in found:
        say(f"{one.device_id:<10} {one.kind:<12} {_span(one.period)}  {one.entry_id}")
    if not found:
        say(f"No outage is planned within {options.days} days.")
    return 0


def _span(period: Period) -> str:
    return f"{shown(period.start)} – {shown(period.end)}"


def _number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MOST_OUTAGES:
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_OUTAGES}, not {text!r}")
