"""`booking waitlist list|join|accept|leave`: who waits in line for taken time (대기 신청)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args

from booking.bearer import opaque_id
from booking.commands.asking import TIMES, actor_of, add_asked, add_times, asked, period_of
from booking.commands.columns import aligned
from booking.commands.common import Commands, Run, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by, span
from booking.commands.happened import rebooked, say_happened
from booking.commands.reservation_list import listed
from booking.commands.taken import done_or_taken
from booking.testbed import Testbed
from domain.decisions import Command
from domain.period import shown
from domain.waiting import AcceptOffer, JoinWaitlist, LeaveWaitlist
from projections.waiting import Wish as Listed
from projections.waiting import WishStatus, list_wishes, wish

OPEN = "open"
STATUSES = (OPEN, *get_args(WishStatus))
MOST_LISTED = 1000
LIST_EXAMPLES = """\
  booking waitlist list                     who waits, and who has an offer
  booking waitlist list --device AUT-001
  booking waitlist list --company mudeung --status expired
"""
JOIN_EXAMPLES = f"""\
  booking waitlist join AUT-001 --for kim@mudeung.example \\
      --from "2026-12-07 09:00" --to "2026-12-07 11:00" --purpose "CAN FD latency"

What frees the time offers it to the first in line. {TIMES}
"""
ACCEPT_EXAMPLES = "  booking waitlist accept w-k3m9x2\n"
LEAVE_EXAMPLES = "  booking waitlist leave w-k3m9x2\n"


def add(commands: Commands) -> None:
    actions = topic(commands, "waitlist", "who waits in line for taken time, and offers")
    about = "list wishes: those that are open in the order of the line, then the newest"
    parser = command(actions, "list", _list, about, LIST_EXAMPLES)
    parser.add_argument("--device", metavar="ID", help="of this device alone")
    parser.add_argument("--company", metavar="ID", help="of this company alone")
    parser.add_argument("--status", choices=STATUSES, default=OPEN, help=f"({OPEN})")
    add_data(parser)
    about = "stand in line for taken time, for a company's person"
    parser = command(actions, "join", _join, about, JOIN_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    add_times(parser)
    add_asked(parser)
    _answer(actions, "accept", _accept, "take offered time: it is booked", ACCEPT_EXAMPLES)
    about = "wait no longer; time that was offered goes to the next in line"
    _answer(actions, "leave", _leave, about, LEAVE_EXAMPLES)


def _answer(actions: Commands, name: str, run: Run, about: str, examples: str) -> None:
    parser = command(actions, name, run, about, examples)
    parser.add_argument("wish", metavar="ID", help="as `booking waitlist list` shows it")
    add_by(parser)
    add_data(parser)


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Listed]:
        await testbed.projector.catch_up()
        await listed(testbed, "list waiting list", options)
        return await list_wishes(
            testbed.database.app,
            datetime.now(UTC),
            company_id=options.company,
            device_id=options.device,
            status=options.status,
            limit=MOST_LISTED,
        )

    found = with_testbed(options, work)
    say("\n".join(aligned(map(_row, found))) or "Nobody waits.")
    return 0


def _row(one: Listed) -> Sequence[str]:
    place = f"place {one.place}" if one.place is not None else ""
    time = span(one.period)
    return one.wish_id, one.status, place, one.device_id, time, one.company_id, _became(one)


def _became(one: Listed) -> str:
    """Until when it is to be accepted, or what was booked."""
    if one.status == "offered" and one.expires_at is not None:
        return f"to be accepted until {shown(one.expires_at)}"
    return rebooked(one.rebooked_as) if one.rebooked_as else one.reservation_id or ""


def _join(options: argparse.Namespace) -> int:
    period = period_of(options)

    async def work(testbed: Testbed, _url: str) -> Listed | None:
        order = JoinWaitlist(
            wish_id=opaque_id("w"),
            device_id=options.device,
            period=period,
            **await asked(testbed, options),
        )
        await testbed.booking.do(order)
        await testbed.projector.catch_up()
        return await wish(testbed.database.app, order.wish_id, datetime.now(UTC))

    joined = with_testbed(options, work)
    say("\n".join(aligned([_row(joined)] if joined is not None else [])))
    return 0


def _accept(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> None:
        by = await actor_of(testbed, options)
        order = AcceptOffer(by=by, wish_id=options.wish, reservation_id=opaque_id("r"))
        await _given(testbed, order)

    with_testbed(options, work)
    return 0


def _leave(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> None:
        order = LeaveWaitlist(by=await actor_of(testbed, options), wish_id=options.wish)
        await _given(testbed, order)

    with_testbed(options, work)
    return 0


async def _given(testbed: Testbed, order: Command) -> None:
    done = await done_or_taken(testbed, order)
    say_happened(one.event for one in done.events)
