"""`booking series preview|make|show|cancel|move`: a device booked on many dates."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import msgspec

from booking.app import Done
from booking.bearer import opaque_id
from booking.commands import series_changes
from booking.commands.asking import asked
from booking.commands.common import Commands, Refused, command, say, topic, with_testbed
from booking.commands.happened import say_happened
from booking.commands.series_rule import RULES, add_rule, rule_of
from booking.commands.together_members import Tried, members_refused, say_members
from booking.testbed import Testbed
from domain import events as e
from domain.refusing import rejected_of
from domain.rejected import Rejected
from domain.series import SeriesRule, occurrences
from domain.together import Member, ReserveTogether

PREVIEW_EXAMPLES = f"""\
  booking series preview AUT-018 --for kim@mudeung.example --every week --count 8 \\
      --from "2026-12-07 09:00" --to "2026-12-07 11:00"
  booking series preview AUT-018 --for kim@mudeung.example --every week --on mon,thu \\
      --until 2027-01-31 --from "2026-12-07 09:00" --to "2026-12-07 11:00"
{RULES}"""
MAKE_EXAMPLES = f"""\
  booking series make AUT-018 --for kim@mudeung.example --every weekday --until 2026-12-18 \\
      --from "2026-12-07 09:00" --to "2026-12-07 10:00" --purpose "burn-in, daily reading"
  booking series make AUT-018 --for kim@mudeung.example --every week --count 8 --only-free \\
      --from "2026-12-07 09:00" --to "2026-12-07 11:00"

All dates are booked or none; with --only-free, all that can be.
{RULES}"""


def add(commands: Commands) -> None:
    actions = topic(commands, "series", "repeating bookings, and changes of bundles")
    about = "list the dates of a rule, each free, taken or against a rule; book nothing"
    add_rule(command(actions, "preview", _preview, about, PREVIEW_EXAMPLES))
    about = "book a device on every date of a rule"
    parser = command(actions, "make", _make, about, MAKE_EXAMPLES)
    add_rule(parser)
    parser.add_argument(
        "--only-free", action="store_true", help="leave out the dates that cannot be booked"
    )
    series_changes.add(actions)


def _preview(options: argparse.Namespace) -> int:
    rule = rule_of(options)

    async def work(testbed: Testbed, _url: str) -> Sequence[Tried]:
        members = await _tried(testbed, await _order(testbed, options, rule))
        await testbed.projector.catch_up()
        await say_members(testbed, members)
        return members

    members = with_testbed(options, work)
    states = [member.state for member in members]
    counted = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    say(f"{len(members)} dates: {counted}. Nothing was booked.")
    return 0


def _make(options: argparse.Namespace) -> int:
    rule = rule_of(options)

    async def work(testbed: Testbed, _url: str) -> Done:
        order = await _order(testbed, options, rule)
        order = msgspec.structs.replace(order, only_free=options.only_free)
        try:
            return await testbed.booking.do(order)
        except Rejected as rejected:
            members = members_refused(order, rejected)
            if not any(member.violations for member in members):
                raise
            await testbed.projector.catch_up()
            await say_members(testbed, members)
            free = sum(not member.violations for member in members)
            remedy = f"; --only-free would book the other {free}." if free else "."
            raise Refused(
                f"nothing is booked: {len(members) - free} of {len(members)} dates cannot "
                f"be{remedy}"
            ) from rejected

    done = with_testbed(options, work)
    made = done.of(e.ReservationConfirmed, e.ReservationRequested)
    say_happened(made)
    left_out = sum(len({one.member for one in each.refusals}) for each in done.of(e.RequestRefused))
    say(f"{made[0].series_id}  {len(made)} booked{f', {left_out} left out' if left_out else ''}.")
    return 0


async def _order(
    testbed: Testbed, options: argparse.Namespace, rule: SeriesRule
) -> ReserveTogether:
    """Raises Rejected for a rule without dates or with too many."""
    members = tuple(
        Member(
            reservation_id=opaque_id("r"),
            device_id=options.device,
            period=one.period,
            missing=None if one.exists else one.local,
        )
        for one in occurrences(rule)
    )
    named = await asked(testbed, options)
    return ReserveTogether(members=members, series_id=opaque_id("s"), **named)


async def _tried(testbed: Testbed, order: ReserveTogether) -> Sequence[Tried]:
    asked_for = msgspec.structs.replace(order, only_free=True)
    try:
        happened = await testbed.booking.try_out(asked_for)
    except Rejected as rejected:
        if not any(one.member is not None for one in rejected.violations):
            raise
        return members_refused(order, rejected)
    refusals = [one for one in happened if isinstance(one, e.RequestRefused)]
    return members_refused(order, rejected_of(refusals[0]) if refusals else Rejected())
