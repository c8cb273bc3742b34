"""`booking series show|cancel|move`: what was booked together, a bundle as well as a series."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from booking.app import Done
from booking.commands.asking import TIMES, actor_of, add_times, period_of, reason_of, text_of
from booking.commands.columns import aligned
from booking.commands.common import Commands, Refused, add_data, command, say, with_testbed
from booking.commands.displacing import add_by
from booking.commands.happened import say_happened
from booking.commands.named import noted
from booking.commands.reservation_list import row_of
from booking.commands.series_rule import zone_of
from booking.commands.taken import done_or_taken
from booking.commands.together_members import moves_refused, say_members
from booking.commands.together_named import (
    ALONE,
    SCOPES,
    require_said,
    scope_of,
    together_named,
)
from booking.testbed import Testbed
from domain import events as e
from domain.changes import RescheduleReservation
from domain.decisions import Command
from domain.rejected import Rejected
from domain.reservations import CancelReservation
from domain.series import MOST_DATES
from domain.together_changes import CancelTogether, RescheduleTogether
from projections.calendar import Entry, list_reservations

ID_HELP = "a reservation of it, or the series or bundle itself"
CANCEL_EXAMPLES = """\
  booking series cancel s-m2x4k9 --scope all        # all of it that has not begun
  booking series cancel r-k3m9x2 --scope later      # this one and those that start after it
  booking series cancel r-k3m9x2 --scope this --by staff@lab.example --reason "holiday"
"""
MOVE_EXAMPLES = f"""\
  booking series move r-k3m9x2 --scope later --from "2026-12-15 13:00" --to "2026-12-15 15:00"

The reservation ID moves to --from and --to, the others of the scope as far on the clock of --zone;
all of them or none. {TIMES}
"""


def add(actions: Commands) -> None:
    show = "  booking series show s-m2x4k9\n"
    parser = command(actions, "show", _show, "list what was booked together", show)
    parser.add_argument("id", metavar="ID", help=ID_HELP)
    add_data(parser)
    about = "cancel one, this and later, or all of what was booked together"
    parser = command(actions, "cancel", _cancel, about, CANCEL_EXAMPLES)
    _add_scope(parser, "`this` where ID is a reservation; a series or bundle needs `all`")
    reason = "sealed under the account of --by"
    parser.add_argument("--reason", metavar="TEXT", type=text_of, help=reason)
    about = "move one, this and later, or all of what was booked together"
    parser = command(actions, "move", _move, about, MOVE_EXAMPLES)
    _add_scope(parser, f"(default: {SCOPES[0]})")
    add_times(parser)
    zone = "whose clock the others keep (Asia/Seoul)"
    parser.add_argument("--zone", metavar="NAME", type=zone_of, default="Asia/Seoul", help=zone)


def _add_scope(parser: argparse.ArgumentParser, scope: str) -> None:
    parser.add_argument("id", metavar="ID", help=ID_HELP)
    parser.add_argument("--scope", choices=SCOPES, help=scope)
    add_by(parser)
    add_data(parser)


def _show(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> Sequence[Entry]:
        together = await together_named(testbed, options.id)
        if together.tag == ALONE:
            raise Refused(f"{options.id} was booked alone: `booking reservation show` shows it.")
        kind, _, name = together.tag.partition(":")
        await testbed.projector.catch_up()
        await noted(testbed, f"read {'series' if kind == 'series' else 'bundle'}", name)
        return await list_reservations(
            testbed.database.app,
            series_id=name if kind == "series" else None,
            group_id=name if kind == "group" else None,
            limit=MOST_DATES,
        )

    found = with_testbed(options, work)
    for line in aligned(map(row_of, found)):
        say(line)
    return 0


def _cancel(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> None:
        together = await together_named(testbed, options.id)
        by = await actor_of(testbed, options)
        reason = await reason_of(testbed, options)
        scope = scope_of(together, options)
        await require_said(testbed, together, options)
        order: Command
        if scope is None:
            order = CancelReservation(by=by, reservation_id=options.id, reason=reason)
        else:
            order = CancelTogether(
                by=by,
                together=together.tag,
                scope=scope,
                reservation_id=together.reservation_id,
                reason=reason,
            )
        _say(await testbed.booking.do(order))

    with_testbed(options, work)
    return 0


def _move(options: argparse.Namespace) -> int:
    period = period_of(options)

    async def work(testbed: Testbed, _url: str) -> None:
        together = await together_named(testbed, options.id)
        if together.reservation_id is None:
            which = f"`booking series show {options.id}` lists them."
            raise Refused(f"say which of its reservations moves to --from and --to; {which}")
        by = await actor_of(testbed, options)
        scope = scope_of(together, options)
        if scope is None:
            one = RescheduleReservation(by=by, reservation_id=options.id, period=period)
            done = await done_or_taken(testbed, one)
        else:
            order = RescheduleTogether(
                by=by,
                together=together.tag,
                scope=scope,
                reservation_id=options.id,
                period=period,
                zone=options.zone,
            )
            done = await _moved(testbed, order)
        _say(done)

    with_testbed(options, work)
    return 0


def _say(done: Done) -> None:
    """By start, and then what followed from it."""
    changed: list[e.ReservationEvent] = done.of(e.ReservationEvent)
    followed = [one.event for one in done.events if one.event not in changed]
    say_happened([*sorted(changed, key=lambda event: event.period.start), *followed])


async def _moved(testbed: Testbed, order: RescheduleTogether) -> Done:
    try:
        return await testbed.booking.do(order)
    except Rejected as rejected:
        members = moves_refused(rejected)
        if not members:
            raise
        await testbed.projector.catch_up()
        await say_members(testbed, members)
        blocked = sum(bool(member.violations) for member in members)
        text = f"nothing was moved: {blocked} of {len(members)} cannot be."
        raise Refused(text) from rejected
