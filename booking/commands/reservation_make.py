"""`booking reservation make`: one device, or several for one time, all or none."""

from __future__ import annotations

import argparse

from booking.app import Done
from booking.bearer import opaque_id
from booking.commands.asking import (
    TIMES,
    add_asked,
    add_override,
    add_times,
    asked,
    override_of,
    period_of,
)
from booking.commands.common import Commands, Refused, command, say, with_testbed
from booking.commands.happened import say_happened
from booking.commands.taken import done_or_taken, say_alternatives
from booking.commands.together_members import members_refused, say_members
from booking.testbed import Testbed
from domain import events as e
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from domain.together import Member, ReserveTogether

EXAMPLES = f"""\
  booking reservation make AUT-018 --for kim@mudeung.example \\
      --from "2026-12-07 09:00" --to "2026-12-07 11:00" --purpose "CAN FD latency"
  booking reservation make AUT-001 AUT-003 --for park@mudeung.example --by staff@lab.example \\
      --from "2026-12-14 09:00" --to "2026-12-16 18:00" --people kim@mudeung.example
  booking reservation make AUT-002 --for kim@mudeung.example --by staff@lab.example \\
      --from "2026-12-01 13:00" --to "2026-12-01 17:00" \\
      --override notice --because "audit of the customer"

Several devices are a bundle: all of them are booked, or none. What the laboratory books needs no
approval. {TIMES}
"""


def add(actions: Commands) -> None:
    about = "book a device, or several at once, for a company's person"
    parser = command(actions, "make", _make, about, EXAMPLES)
    parser.add_argument("devices", metavar="DEVICE", nargs="+")
    add_times(parser)
    replaces = "the displaced reservation whose place it takes, once and without notice"
    parser.add_argument("--replaces", metavar="ID", help=replaces)
    add_override(parser)
    add_asked(parser)


def _make(options: argparse.Namespace) -> int:
    period = period_of(options)
    if len(options.devices) > 1 and (options.override or options.replaces):
        raise Refused("--override and --replaces are for one device: book these one by one.")
    twice = {one for one in options.devices if options.devices.count(one) > 1}
    if twice:
        raise Refused(f"named twice: {', '.join(sorted(twice))}.")

    async def work(testbed: Testbed, _url: str) -> Done:
        if len(options.devices) > 1:
            return await _bundle(testbed, options, period)
        return await _single(testbed, options, period)

    done = with_testbed(options, work)
    say_happened(one.event for one in done.events)
    (first, *others) = done.of(e.ReservationConfirmed, e.ReservationRequested)
    if others:
        say(f"{first.group_id}  {1 + len(others)} booked together.")
    return 0


async def _single(testbed: Testbed, options: argparse.Namespace, period: Period) -> Done:
    order = ReserveDevice(
        reservation_id=opaque_id("r"),
        device_id=options.devices[0],
        period=period,
        override=await override_of(testbed, options),
        replaces=options.replaces,
        **await asked(testbed, options),
    )
    return await done_or_taken(testbed, order)


async def _bundle(testbed: Testbed, options: argparse.Namespace, period: Period) -> Done:
    order = ReserveTogether(
        members=tuple(
            Member(reservation_id=opaque_id("r"), device_id=device_id, period=period)
            for device_id in options.devices
        ),
        group_id=opaque_id("g"),
        **await asked(testbed, options),
    )
    try:
        return await testbed.booking.do(order)
    except Rejected as rejected:
        members = members_refused(order, rejected)
        if not any(member.violations for member in members):
            raise
        await testbed.projector.catch_up()
        await say_members(testbed, members)
        for member in members:
            if member.taken:
                await say_alternatives(testbed, member.device_id, member.period)
        raise Refused("nothing is booked: some of these devices cannot be.") from rejected
