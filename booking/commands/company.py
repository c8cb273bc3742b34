"""`booking company suspend|reinstate|no-shows`: who may book, and what stays of who may not."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from booking.app import Done, LedgerSource
from booking.commands.asking import reason_of, text_of
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
from booking.commands.displacing import add_by
from booking.commands.happened import say_happened
from booking.commands.local_time import staff_named
from booking.commands.reservation_list import AHEAD
from booking.testbed import Testbed
from domain import events as e
from domain.actor import SYSTEM
from domain.companies import ReinstateCompany, SuspendCompany
from domain.decisions import Recall
from domain.no_shows import LONGEST_WINDOW_DAYS, NoShowPolicy, SetNoShowPolicy
from projections.calendar import list_reservations
from projections.waiting import list_wishes

MOST_COUNTED = 10_000
SUSPEND_EXAMPLES = """\
  booking company suspend mudeung
  booking company suspend mudeung --by staff@lab.example --reason "invoices are unpaid"
"""
REINSTATE_EXAMPLES = "  booking company reinstate mudeung --by staff@lab.example\n"
NO_SHOWS_EXAMPLES = """\
  booking company no-shows                                what holds now
  booking company no-shows --most 3 --days 90
  booking company no-shows --company mudeung --most 0     never suspends this one
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "company", "suspend or reinstate a company, no-show policy")
    about = "stop new bookings of a company"
    parser = _standing(actions, "suspend", _suspend, about, SUSPEND_EXAMPLES)
    reason = "sealed under the account of --by"
    parser.add_argument("--reason", metavar="TEXT", type=text_of, help=reason)
    about = "let a company book again; no-shows up to now count no more"
    _standing(actions, "reinstate", _reinstate, about, REINSTATE_EXAMPLES)
    about = "show or set how many no-shows suspend a company"
    parser = command(actions, "no-shows", _no_shows, about, NO_SHOWS_EXAMPLES)
    parser.add_argument("--company", metavar="ID", help="for this one alone")
    parser.add_argument("--most", metavar="N", type=int, help="so many suspend; 0 never does")
    parser.add_argument("--days", metavar="N", type=int, help="within so many days")
    add_data(parser)


def _standing(
    actions: Commands, name: str, run: Run, about: str, examples: str
) -> argparse.ArgumentParser:
    parser = command(actions, name, run, about, examples)
    parser.add_argument("company", metavar="ID")
    add_by(parser)
    add_data(parser)
    return parser


def _suspend(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> tuple[Done, int, int]:
        by = await staff_named(testbed, options.by)
        reason = await reason_of(testbed, options)
        order = SuspendCompany(by=by, company_id=options.company, reason=reason)
        done = await testbed.booking.do(order)
        await testbed.projector.catch_up()
        return done, *await _kept(testbed, options.company)

    done, booked, wished = with_testbed(options, work)
    withdrawn = done.of(e.OfferWithdrawn)
    say(f"{options.company} may not book.")
    say(f"Its open bookings stay: {booked}. Its offers that are withdrawn: {len(withdrawn)}.")
    say(f"Its wishes keep their places in line, and are offered nothing meanwhile: {wished}.")
    say_happened(one.event for one in done.events if isinstance(one.event, e.WaitlistEvent))
    return 0


async def _kept(testbed: Testbed, company_id: str) -> tuple[int, int]:
    """How many open bookings and wishes a company has."""
    reader, now = testbed.database.app, datetime.now(UTC)
    whose: dict[str, Any] = {"company_id": company_id, "limit": MOST_COUNTED}
    booked = await list_reservations(reader, statuses=AHEAD, **whose)
    return len(booked), len(await list_wishes(reader, now, status="open", **whose))


def _reinstate(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> None:
        by = await staff_named(testbed, options.by)
        await testbed.booking.do(ReinstateCompany(by=by, company_id=options.company))

    with_testbed(options, work)
    say(f"{options.company} may book again.")
    return 0


def _no_shows(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> NoShowPolicy:
        known = await _policy(testbed, options.company)
        if options.most is None and options.days is None:
            return known
        most = known.most if options.most is None else options.most
        days = known.window.days if options.days is None else options.days
        if most < 0 or not 1 <= days <= LONGEST_WINDOW_DAYS:
            raise Refused(f"--most is 0 or more, --days 1 to {LONGEST_WINDOW_DAYS}.")
        order = SetNoShowPolicy(by=SYSTEM, company_id=options.company, most=most, window_days=days)
        await testbed.booking.do(order)
        return await _policy(testbed, options.company)

    policy = with_testbed(options, work)
    whom = options.company or "a company without a policy of its own"
    if policy.most:
        say(f"{policy.most} no-shows within {policy.window.days} days suspend {whom}.")
    else:
        say(f"No-shows never suspend {whom}.")
    return 0


async def _policy(testbed: Testbed, company_id: str | None) -> NoShowPolicy:
    policy = NoShowPolicy(company_id)
    await Recall(LedgerSource(testbed.ledger, None))(policy)
    return policy
