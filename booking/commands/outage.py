"""`booking outage schedule|move|cancel|list`: time in which a device cannot be booked."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import get_args

from booking.app import Done
from booking.bearer import opaque_id
from booking.commands.asking import add_times, period_of
from booking.commands.common import Commands, Refused, add_data, command, say, topic, with_testbed
from booking.commands.displacing import (
    Outcome,
    add_by,
    add_dry_run,
    say_displaced,
    span,
    tried_or_done,
)
from booking.commands.happened import say_offers
from booking.commands.local_time import days_of, staff_named
from booking.commands.named import device_named
from booking.testbed import Testbed
from domain import events as e
from domain.cancelling_outages import CancelOutages
from domain.outages import CancelOutage, RescheduleOutage, ScheduleOutage
from domain.period import Period
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
MOVE_EXAMPLES = """\
  booking outage move o-k3m9x2 --from "2026-12-08 09:00" --to "2026-12-08 18:00" --dry-run
"""
SCOPES = ("this", "later", "all")
CANCEL_EXAMPLES = """\
  booking outage cancel o-k3m9x2
  booking outage cancel o-k3m9x2 --scope later    # it and those of its series after it
  booking outage cancel o-k3m9x2 --scope all      # every one of its series that is not over
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "outage", "plan, cancel and list outages of devices")
    _add_schedule(actions)
    _add_move(actions)
    about = "cancel a planned outage, or several that were planned together"
    parser = command(actions, "cancel", _cancel, about, CANCEL_EXAMPLES)
    parser.add_argument("outage", metavar="ID", help="as `booking outage list` shows it")
    scope = f"of a series (default: {SCOPES[0]}, the outage ID alone)"
    parser.add_argument("--scope", choices=SCOPES, default=SCOPES[0], help=scope)
    add_by(parser)
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
    add_times(parser)
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0])
    weeks = f"again every so many weeks, 1 to {MOST_OUTAGES}"
    parser.add_argument("--every-weeks", metavar="N", type=_number, help=weeks)
    parser.add_argument("--times", metavar="N", type=_number, help="so many times in all")
    parser.add_argument("--reason", metavar="TEXT", help="sealed under the account of --by")
    add_by(parser)
    add_dry_run(parser)
    add_data(parser)


def _add_move(actions: Commands) -> None:
    about = "move a planned outage to another time, or prolong one that runs"
    parser = command(actions, "move", _move, about, MOVE_EXAMPLES)
    parser.add_argument("outage", metavar="ID", help="as `booking outage list` shows it")
    add_times(parser)
    add_by(parser)
    add_dry_run(parser)
    add_data(parser)


def _schedule(options: argparse.Namespace) -> int:
    period = period_of(options)
    if (options.every_weeks is None) != (options.times is None):
        raise Refused("--every-weeks and --times are given together.")
    if options.reason and options.by is None:
        raise Refused("--reason is kept under somebody's account: say whose with --by EMAIL.")

    async def work(testbed: Testbed, _url: str) -> Outcome:
        order = await _order(testbed, options, period)
        return await tried_or_done(testbed, order, dry_run=options.dry_run)

    return _say(with_testbed(options, work), "planned")


def _move(options: argparse.Namespace) -> int:
    period = period_of(options)

    async def work(testbed: Testbed, _url: str) -> Outcome:
        by = await staff_named(testbed, options.by)
        order = RescheduleOutage(by=by, outage_id=options.outage, period=period)
        return await tried_or_done(testbed, order, dry_run=options.dry_run)

    return _say(with_testbed(options, work), "moved")


def _say(outcome: Outcome, verb: str) -> int:
    for one in outcome.happened:
        if isinstance(one, (e.OutageScheduled, e.OutageRescheduled)):
            name = f"would be {verb}" if outcome.tried else one.outage_id
            say(f"{one.device_id}  {one.kind}  {span(one.occupied)}  {name}")
    say_displaced(outcome)
    return 0


async def _order(
    testbed: Testbed, options: argparse.Namespace, period: Period
) -> ScheduleOutage | ScheduleOutages:
    by = await staff_named(testbed, options.by)
    seal = testbed.seals.seal
    reason = await seal(by.account_id, options.reason) if options.reason else None
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
    async def work(testbed: Testbed, _url: str) -> Done:
        by = await staff_named(testbed, options.by)
        order: CancelOutage | CancelOutages = CancelOutage(by=by, outage_id=options.outage)
        if options.scope != SCOPES[0]:
            order = CancelOutages(by=by, outage_id=options.outage, scope=options.scope)
        return await testbed.booking.do(order)

    done = with_testbed(options, work)
    for one in done.of(e.OutageCancelled):
        say(f"{one.device_id}  {one.kind}  {span(one.occupied)}  {one.outage_id} is cancelled")
    say_offers(one.event for one in done.events)
    return 0


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Entry]:
        await testbed.projector.catch_up()
        if options.device is not None:
            await device_named(testbed, options.device)
        now = datetime.now(UTC)
        return await entries_between(
            testbed.database.app,
            now,
            now + timedelta(days=options.days),
            device_ids=None if options.device is None else [options.device],
            kinds=(*KINDS, "breakdown"),
            statuses=("scheduled", "broken"),
        )

    found = with_testbed(options, work)
    for one in found:
        say(f"{one.device_id:<10} {one.kind:<12} {span(one.period)}  {one.entry_id}")
    if not found:
        say(f"No outage is planned within {options.days} days.")
    return 0


def _number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MOST_OUTAGES:
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_OUTAGES}, not {text!r}")
