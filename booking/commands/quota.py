"""`booking quota list|set`: hours that companies may use in a month."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args

from booking.commands.common import Commands, Refused, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import month_of_year, staff_named
from booking.commands.named import companies_named, one_of
from booking.commands.tables import say_table
from booking.csv_text import Cell
from booking.fixture_files import Sector
from booking.testbed import Testbed
from domain.companies import SetMostAhead, SetQuota
from domain.decisions import Command
from domain.period import month_of, month_period
from projections.quota import QuotaUse, quota_use
from projections.usage import Company
from projections.usage_fold import ALL_SECTORS

NO_LIMIT = "none"
SECTORS: tuple[str, ...] = get_args(Sector)
MOST_HOURS, MOST_AHEAD = 100_000.0, 100_000
LIST_EXAMPLES = """\
  booking quota list                        this month, of every company
  booking quota list mudeung --month 2026-11
"""
SET_EXAMPLES = """\
  booking quota set mudeung --hours 400                    of all sectors together
  booking quota set mudeung --hours 80 --sector energy     both limits hold
  booking quota set mudeung --hours none --sector energy   lifts that limit
  booking quota set mudeung --ahead 20                     reservations ahead of it at one time

Hours are those of a month of Asia/Seoul. A limit holds from now on; bookings made before stand.
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "quota", "hours that companies may use in a month")
    about = "list limits, and what a month has used of them"
    parser = command(actions, "list", _list, about, LIST_EXAMPLES)
    parser.add_argument("company", metavar="COMPANY", nargs="?", help="without it, all of them")
    parser.add_argument("--company", dest="of_company", metavar="ID", help="the same")
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year, help="default: this one")
    add_data(parser)
    about = "set or lift a company's limits"
    parser = command(actions, "set", _set, about, SET_EXAMPLES)
    parser.add_argument("company", metavar="COMPANY")
    parser.add_argument("--hours", metavar="H", type=_hours, help=f"a month, or {NO_LIMIT}")
    parser.add_argument("--sector", choices=SECTORS, help="without it, all sectors together")
    about = f"reservations ahead of it at one time, or {NO_LIMIT}"
    parser.add_argument("--ahead", metavar="N", type=_ahead, help=about)
    add_by(parser)
    add_data(parser)


def quota_table(
    quota: Mapping[str, QuotaUse],
) -> tuple[Sequence[str], list[Sequence[Cell | None]]]:
    """Headings and rows: for each sector, what may be used, what counts, and what is left."""
    return ("Sector", "Quota (h)", "Counted (h)", "Left (h)"), list(_rows(quota))


def _rows(quota: Mapping[str, QuotaUse]) -> Iterator[Sequence[Cell | None]]:
    for sector, one in quota.items():
        left = None if one.limit is None else one.limit - one.used
        yield sector, one.limit, one.used, left


def _list(options: argparse.Namespace) -> int:
    month = options.month or month_of(datetime.now(UTC))
    company_id = one_of(options.company, options.of_company, "--company")

    async def work(testbed: Testbed, _url: str) -> list[tuple[Company, dict[str, QuotaUse]]]:
        await testbed.projector.catch_up()
        reader, span = testbed.database.app, month_period(month)
        return [
            (company, await quota_use(reader, company.company_id, span, None))
            for company in await companies_named(testbed, company_id)
        ]

    found = with_testbed(options, work)
    headings, _ = quota_table({})
    rows = [(one.company_id, *row) for one, quota in found for row in _rows(quota)]
    say(f"Quotas of {month}; sector {ALL_SECTORS!r} is all of them together.")
    say_table(("Company", *headings), rows)
    for company, _ in found:
        if company.most_ahead is not None:
            say(f"{company.company_id} may have {company.most_ahead} reservations ahead.")
    return 0


def _set(options: argparse.Namespace) -> int:
    if options.hours is None and options.ahead is None:
        raise Refused("say what to set: --hours or --ahead.")
    if options.sector is not None and options.hours is None:
        raise Refused("--sector belongs to --hours.")
    company_id: str = options.company

    async def work(testbed: Testbed, _url: str) -> None:
        by = await staff_named(testbed, options.by)
        orders: list[Command] = []
        if options.hours is not None:
            limit = None if math.isinf(options.hours) else options.hours
            orders.append(
                SetQuota(by=by, company_id=company_id, sector=options.sector, hours=limit)
            )
        if options.ahead is not None:
            most = None if math.isinf(options.ahead) else int(options.ahead)
            orders.append(SetMostAhead(by=by, company_id=company_id, reservations=most))
        for order in orders:
            await testbed.booking.do(order)

    with_testbed(options, work)
    if options.hours is not None:
        where = f"of {options.sector}" if options.sector else "of all sectors together"
        say(f"{company_id} may use {_said(options.hours)} hours a month {where}.")
    if options.ahead is not None:
        say(f"{company_id} may have {_said(options.ahead)} reservations ahead.")
    return 0


def _said(limit: float) -> str:
    return "any number of" if math.isinf(limit) else f"{limit:g}"


def _hours(text: str) -> float:
    """Infinity stands for no limit."""
    return _limit(text, MOST_HOURS, "hours")


def _ahead(text: str) -> float:
    limit = _limit(text, MOST_AHEAD, "reservations")
    if math.isfinite(limit) and (limit < 1 or limit % 1):
        raise argparse.ArgumentTypeError(f"a whole number from 1, or {NO_LIMIT}, not {text!r}")
    return limit


def _limit(text: str, most: float, what: str) -> float:
    if text == NO_LIMIT:
        return math.inf
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not 0 <= limit <= most:
        raise argparse.ArgumentTypeError(f"{what} from 0 to {most:g}, or {NO_LIMIT}, not {text!r}")
    return limit
