"""`booking reservation approve|decline|cancel`, and how a step of a reservation is taken."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from booking.app import LedgerSource
from booking.commands.asking import (
    actor_of,
    add_override,
    override_of,
    reason_of,
    sealed_of,
    text_of,
)
from booking.commands.common import Commands, Refused, Run, add_data, command, with_testbed
from booking.commands.displacing import add_by
from booking.commands.happened import say_happened
from booking.commands.taken import done_or_taken
from booking.testbed import Testbed
from domain import events as e
from domain import reservations
from domain.decisions import Command, Recall
from domain.period import Period, shown
from domain.rejected import Rejected
from domain.reservation import Reservation

Then = Callable[[Testbed, e.ReservationEvent], Awaitable[None]]
Order = Callable[[Testbed, dict[str, Any], e.ReservationEvent], Awaitable[Command]]
"""Makes a step's command of who orders it, for which reservation, and how that stood before."""

APPROVE_EXAMPLES = """\
  booking reservation approve r-k3m9x2
  booking reservation approve r-k3m9x2 \\
      --by staff@lab.example --override quota --because "the project was extended"
"""
DECLINE_EXAMPLES = """\
  booking reservation decline r-k3m9x2 --by staff@lab.example --reason "the rig is booked out"
"""
CANCEL_EXAMPLES = """\
  booking reservation cancel r-k3m9x2
  booking reservation cancel r-k3m9x2 --by staff@lab.example --reason "asked for by phone"
"""


def add(actions: Commands) -> None:
    about = "confirm a request; everything is checked again"
    add_override(add_step(actions, "approve", _approve, about, APPROVE_EXAMPLES))
    about = "decline a request; its company reads the reason"
    parser = add_step(actions, "decline", _decline, about, DECLINE_EXAMPLES)
    reason = "sealed under the account of --by"
    parser.add_argument("--reason", metavar="TEXT", type=text_of, required=True, help=reason)
    about = "cancel a reservation that has not begun"
    parser = add_step(actions, "cancel", _cancel, about, CANCEL_EXAMPLES)
    parser.add_argument("--reason", metavar="TEXT", type=text_of, help=reason)


def add_step(
    actions: Commands, name: str, run: Run, about: str, examples: str
) -> argparse.ArgumentParser:
    parser = command(actions, name, run, about, examples)
    parser.add_argument("reservation", metavar="ID", help="as `booking reservation list` shows it")
    add_by(parser)
    add_data(parser)
    return parser


def step(options: argparse.Namespace, order: Order, then: Then | None = None) -> int:
    """Take a step of a reservation, and say what happened. Raises Rejected."""

    async def work(testbed: Testbed, _url: str) -> None:
        named = {"by": await actor_of(testbed, options), "reservation_id": options.reservation}
        latest = await latest_of(testbed, options.reservation)
        done = await done_or_taken(testbed, await order(testbed, named, latest), latest)
        say_happened(one.event for one in done.events)
        if then is not None:
            await then(testbed, latest)

    with_testbed(options, work)
    return 0


async def latest_of(testbed: Testbed, reservation_id: str) -> e.ReservationEvent:
    """How a reservation stands by the ledger itself; raises Rejected for an unknown one."""
    known = Reservation(reservation_id)
    await Recall(LedgerSource(testbed.ledger, None))(known)
    if known.latest is None:
        raise Rejected("reservation_unknown", actual=reservation_id)
    return known.latest


def between(start: datetime, end: datetime) -> Period:
    """Raises Refused where a time would end before it begins."""
    if end <= start:
        raise Refused(f"that is no time: from {shown(start)} to {shown(end)}.")
    return Period(start, end)


def _approve(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        override = await override_of(testbed, options)
        return reservations.ApproveReservation(**named, override=override)

    return step(options, order)


def _decline(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        reason = await sealed_of(testbed, options, "--reason", options.reason)
        return reservations.DeclineReservation(**named, reason=reason)

    return step(options, order)


def _cancel(options: argparse.Namespace) -> int:
    async def order(testbed: Testbed, named: dict[str, Any], _latest: Any) -> Command:
        reason = await reason_of(testbed, options)
        return reservations.CancelReservation(**named, reason=reason)

    return step(options, order)
