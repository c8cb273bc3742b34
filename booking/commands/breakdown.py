"""`booking breakdown report|extend|repaired`: a device that is broken, and its repair."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

from booking.app import Done
from booking.bearer import opaque_id
from booking.commands.common import (
    Commands,
    Refused,
    Run,
    add_data,
    command,
    say,
    topic,
    with_testbed,
)
from booking.commands.displacing import (
    Outcome,
    add_by,
    add_dry_run,
    say_displaced,
    span,
    tried_or_done,
)
from booking.commands.happened import say_offers
from booking.commands.local_time import moment_of, staff_named
from booking.testbed import Testbed
from domain import events as e
from domain.actor import Actor
from domain.decisions import Command
from domain.outages import ExtendBreakdown, RepairDevice, ReportBreakdown
from domain.sealed import Sealed

REPORT_EXAMPLES = """\
  booking breakdown report AUT-001 --until "2026-12-07 18:00" --dry-run
  booking breakdown report AUT-001 --until "2026-12-07 18:00" --by staff@lab.example \\
      --reason "power supply"

The device is broken from now on. Bookings until then are displaced, never deleted; --dry-run lists
them and records nothing. Times are those of Asia/Seoul unless they say an offset.
"""
EXTEND_EXAMPLES = """\
  booking breakdown extend AUT-001 --until "2026-12-09 18:00" --dry-run
"""
REPAIRED_EXAMPLES = """\
  booking breakdown repaired AUT-001
  booking breakdown repaired AUT-001 --at "2026-12-07 16:30" --by staff@lab.example \\
      --repairer "Hong, Mudeung Service"
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "breakdown", "report broken devices and their repair")
    about = "take a broken device out of booking from now on"
    parser = _expecting(actions, "report", _report, about, REPORT_EXAMPLES)
    parser.add_argument("--reason", metavar="TEXT", help="sealed under the account of --by")
    about = "say that a repair takes longer"
    _expecting(actions, "extend", _extend, about, EXTEND_EXAMPLES)
    about = "say that a broken device is repaired"
    parser = command(actions, "repaired", _repaired, about, REPAIRED_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument("--at", metavar="TIME", type=moment_of, help="if it is entered later")
    parser.add_argument("--repairer", metavar="TEXT", help="sealed under the account of --by")
    add_by(parser)
    add_data(parser)


def _expecting(
    actions: Commands, name: str, run: Run, about: str, examples: str
) -> argparse.ArgumentParser:
    parser = command(actions, name, run, about, examples)
    parser.add_argument("device", metavar="DEVICE")
    expected = "until when, as far as anyone knows"
    parser.add_argument("--until", metavar="TIME", type=moment_of, required=True, help=expected)
    add_by(parser)
    add_dry_run(parser)
    add_data(parser)
    return parser


def _report(options: argparse.Namespace) -> int:
    _require_author(options.reason, "--reason", options.by)

    async def order(testbed: Testbed, by: Actor) -> Command:
        return ReportBreakdown(
            by=by,
            device_id=options.device,
            breakdown_id=opaque_id("b"),
            expected_until=options.until,
            reason=await _sealed(testbed, by, options.reason),
        )

    return _say(_done(options, order))


def _extend(options: argparse.Namespace) -> int:
    async def order(_testbed: Testbed, by: Actor) -> Command:
        return ExtendBreakdown(by=by, device_id=options.device, expected_until=options.until)

    return _say(_done(options, order))


def _repaired(options: argparse.Namespace) -> int:
    _require_author(options.repairer, "--repairer", options.by)

    async def work(testbed: Testbed, _url: str) -> Done:
        by = await staff_named(testbed, options.by)
        repairer = await _sealed(testbed, by, options.repairer)
        order = RepairDevice(by=by, device_id=options.device, at=options.at, repairer=repairer)
        return await testbed.booking.do(order)

    done = with_testbed(options, work)
    (mended,) = done.of(e.DeviceRepaired)
    say(f"{mended.device_id}  repaired  {span(mended.occupied)}  {mended.breakdown_id}")
    say("It can be booked again.")
    say_offers(one.event for one in done.events)
    return 0


def _done(
    options: argparse.Namespace, order: Callable[[Testbed, Actor], Awaitable[Command]]
) -> Outcome:
    async def work(testbed: Testbed, _url: str) -> Outcome:
        by = await staff_named(testbed, options.by)
        return await tried_or_done(testbed, await order(testbed, by), dry_run=options.dry_run)

    return with_testbed(options, work)


def _say(outcome: Outcome) -> int:
    for one in outcome.happened:
        if isinstance(one, (e.BreakdownReported, e.BreakdownExtended)):
            name = "would be recorded" if outcome.tried else one.breakdown_id
            say(f"{one.device_id}  breakdown  {span(one.occupied)}  {name}")
    say_displaced(outcome)
    return 0


async def _sealed(testbed: Testbed, by: Actor, text: str | None) -> Sealed | None:
    return await testbed.seals.seal(by.account_id, text) if text else None


def _require_author(text: str | None, option: str, by: str | None) -> None:
    """A text is sealed under somebody's key, and goes when that account is erased."""
    if text and by is None:
        raise Refused(f"{option} is kept under somebody's account: say whose with --by EMAIL.")
