"""`booking company suspend|reinstate|no-shows`."""

from __future__ import annotations

import argparse

from booking.app import LedgerSource
from booking.commands.common import Commands, Refused, add_data, command, say, with_testbed
from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.companies import ReinstateCompany, SuspendCompany
from domain.decisions import Command, Recall
from domain.no_shows import LONGEST_WINDOW_DAYS, NoShowPolicy, SetNoShowPolicy

NO_SHOWS_EXAMPLES = """\
  booking company no-shows                                what holds now
  booking company no-shows --most 3 --days 90
  booking company no-shows --company mudeung --most 0     never suspends this one
"""


def add(commands: Commands) -> None:
    company = commands.add_parser("company", help="suspend or reinstate a company, no-show policy")
    actions = company.add_subparsers(metavar="ACTION", required=True)
    for name, about in (
        ("suspend", "stop new bookings of a company"),
        ("reinstate", "let a company book again; no-shows up to now count no more"),
    ):
        parser = command(actions, name, _standing, about, f"  booking company {name} mudeung\n")
        parser.add_argument("company", metavar="ID")
        parser.set_defaults(action=name)
        add_data(parser)
    about = "show or set how many no-shows suspend a company"
    parser = command(actions, "no-shows", _no_shows, about, NO_SHOWS_EXAMPLES)
    parser.add_argument("--company", metavar="ID", help="for this one alone")
    parser.add_argument("--most", metavar="N", type=int, help="so many suspend; 0 never does")
    parser.add_argument("--days", metavar="N", type=int, help="within so many days")
    add_data(parser)


def _standing(options: argparse.Namespace) -> int:
    kind = SuspendCompany if options.action == "suspend" else ReinstateCompany
    order: Command = kind(by=SYSTEM, company_id=options.company)

    async def work(testbed: Testbed, _url: str) -> None:
        await testbed.booking.do(order)

    with_testbed(options, work)
    may = "may not book" if options.action == "suspend" else "may book again"
    say(f"{options.company} {may}.")
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
