"""`booking series show|cancel|move`: what was booked together, a bundle as well as a series."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple, get_args

from booking.app import Done, LedgerSource
from booking.commands.asking import TIMES, actor_of, add_times, period_of, reason_of, text_of
from booking.commands.columns import aligned
from booking.commands.common import Commands, Refused, Run, add_data, command, say, with_testbed
from booking.commands.displacing import add_by
from booking.commands.happened import say_happened
from booking.commands.named import noted
from booking.commands.reservation_list import row_of
from booking.commands.series_rule import zone_of
from booking.commands.taken import done_or_taken
from booking.commands.together_members import moves_refused, say_members
from booking.testbed import Testbed
from domain import events as e
from domain.changes import RescheduleReservation
from domain.decisions import Command, Recall
from domain.members import Members
from domain.rejected import Rejected
from domain.reservation import Reservation
from domain.reservations import CancelReservation
from domain.series import MOST_DATES
from domain.together_changes import CancelTogether, RescheduleTogether, Scope
from projections.calendar import Entry, list_reservations

SCOPES = ("this", *reversed(get_args(Scope)))
ID_HELP = "a reservation of it, or the series or bundle itself"
CANCEL_EXAMPLES = """\
  booking series cancel s-m2x4k9                    # all of it that has not begun
  booking series cancel r-k3m9x2 --scope later      # this one and those that start after it
  booking series cancel r-k3m9x2 --scope this --by staff@lab.example --reason "holiday"
"""
MOVE_EXAMPLES = f"""\
  booking series move r-k3m9x2 --scope later --from "2026-12-15 13:00" --to "2026-12-15 15:00"

The reservation ID moves to --from and --to, the others of the scope as far on the clock of --zone;
all of them or none. {TIMES}
"""


ALONE = ""


class Together(NamedTuple):
    """A tag (`series:…`, `group:…` or ALONE), and the reservation by which it was named, if any."""

    tag: str
    reservation_id: str | None


def add(actions: Commands) -> None:
    show = "  booking series show s-m2x4k9\n"
    parser = command(actions, "show", _show, "list what was booked together", show)
    parser.add_argument("id", metavar="ID", help=ID_HELP)
    add_data(parser)
    about = "cancel one, this and later, or all of what was booked together"
    parser = _scoped(actions, "cancel", _cancel, about, CANCEL_EXAMPLES)
    reason = "sealed under the account of --by"
    parser.add_argument("--reason", metavar="TEXT", type=text_of, help=reason)
    about = "move one, this and later, or all of what was booked together"
    parser = _scoped(actions, "move", _move, about, MOVE_EXAMPLES)
    add_times(parser)
    zone = "whose clock the others keep (Asia/Seoul)"
    parser.add_argument("--zone", metavar="NAME", type=zone_of, default="Asia/Seoul", help=zone)


def _scoped(
    actions: Commands, name: str, run: Run, about: str, examples: str
) -> argparse.ArgumentParser:
    parser = command(actions, name, run, about, examples)
    parser.add_argument("id", metavar="ID", help=ID_HELP)
    scope = "`this` where ID is a reservation, `all` where it is the series"
    parser.add_argument("--scope", choices=SCOPES, help=scope)
    add_by(parser)
    add_data(parser)
    return parser


def _show(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> Sequence[Entry]:
        together = await _named(testbed, options.id)
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
        together = await _named(testbed, options.id)
        by = await actor_of(testbed, options)
        reason = await reason_of(testbed, options)
        scope = _scope(together, options)
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
        together = await _named(testbed, options.id)
        if together.reservation_id is None:
            which = f"`booking series show {options.id}` lists them."
            raise Refused(f"say which of its reservations moves to --from and --to; {which}")
        by = await actor_of(testbed, options)
        scope = _scope(together, options)
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


def _scope(together: Together, options: argparse.Namespace) -> Scope | None:
    """None for the one reservation alone; raises Refused where ID does not say which."""
    named = together.reservation_id is not None
    scope = options.scope or ("this" if named else "all")
    chosen: Scope | None = next((one for one in get_args(Scope) if one == scope), None)
    if not named and scope != "all":
        raise Refused(f"--scope {scope} needs the id of a reservation, not of all of them.")
    if together.tag == ALONE and chosen is not None:
        raise Refused(f"{options.id} was booked alone; --scope is for series and bundles.")
    return chosen


async def _named(testbed: Testbed, name: str) -> Together:
    """What an id names, by the ledger itself; raises Rejected for an unknown one."""
    one, series, bundle = Reservation(name), Members(f"series:{name}"), Members(f"group:{name}")
    await Recall(LedgerSource(testbed.ledger, None))(one, series, bundle)
    for members in (series, bundle):
        if members.made:
            return Together(members.together, None)
    made = one.made
    if made is None:
        raise Rejected("reservation_unknown", actual=name)
    if made.series_id is not None:
        return Together(f"series:{made.series_id}", name)
    return Together(f"group:{made.group_id}" if made.group_id else ALONE, name)
