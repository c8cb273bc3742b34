"""`booking statement issue|show|list`: what companies are asked to pay for a month."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from booking.billing_csv import STATEMENT_HEADINGS, statement_rows
from booking.commands.common import Commands, Refused, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.files import make_folder
from booking.commands.local_time import month_of_year, staff_named
from booking.commands.named import companies_named, company_named
from booking.commands.tables import STANDARD_OUTPUT, add_csv, say_table, write_csv
from booking.csv_text import headings_in
from booking.testbed import Testbed
from domain import events as e
from domain.actor import Actor
from domain.period import shown
from domain.rejected import Rejected
from domain.statements import IssueStatement
from projections import statements
from projections.statements import Statement

NOTHING_NEW = "statement_issued"
ISSUE_EXAMPLES = """\
  booking statement issue mudeung --month 2026-11
  booking statement issue --all --month 2026-11 --by staff@lab.example

The month is over, in Asia/Seoul. What a statement says never changes; what is corrected, waived or
entered afterwards goes to the next one. Where nothing is new, --all issues nothing, so it may run
twice. Companies without uses get one too: it is by then that late entries are known as late.
"""
SHOW_EXAMPLES = """\
  booking statement show mudeung --month 2026-11
  booking statement show mudeung-2026-11-2                        a further one of that month
  booking statement show mudeung --month 2026-11 --csv november.csv
  booking statement show --all --month 2026-11 --csv statements/  a file each, in that folder,
                                                                  which is made if need be
"""
LIST_EXAMPLES = """\
  booking statement list mudeung
  booking statement list --month 2026-11
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "statement", "issue, show and list statements of months")
    about = "issue the statement of a month that is over"
    parser = command(actions, "issue", _issue, about, ISSUE_EXAMPLES)
    _add_whose(parser, "COMPANY", required=True)
    add_by(parser)
    add_data(parser)
    about = "show statements as they were issued"
    parser = command(actions, "show", _show, about, SHOW_EXAMPLES)
    _add_whose(parser, "COMPANY|STATEMENT", required=False)
    add_csv(parser)
    add_data(parser)
    parser = command(actions, "list", _list, "list statements, newest first", LIST_EXAMPLES)
    parser.add_argument("company", metavar="COMPANY", nargs="?", help="without it, all of them")
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year)
    add_data(parser)


def _add_whose(parser: argparse.ArgumentParser, name: str, *, required: bool) -> None:
    parser.add_argument("company", metavar=name, nargs="?")
    parser.add_argument("--all", action="store_true", help="of every company")
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year, required=required)


def _issue(options: argparse.Namespace) -> int:
    _require_whose(options)

    async def work(testbed: Testbed, _url: str) -> list[e.StatementIssued | str]:
        await testbed.projector.catch_up()
        by = await staff_named(testbed, options.by)
        if not options.all:
            return [await _issued(testbed, by, options.company, options.month)]
        companies = await companies_named(testbed, None)
        return [await _new_or_none(testbed, by, one.company_id, options.month) for one in companies]

    found = with_testbed(options, work)
    issued = [one for one in found if isinstance(one, e.StatementIssued)]
    for one in found:
        if isinstance(one, e.StatementIssued):
            sums = f"lines: {len(one.lines)}, {one.hours:,.2f} h, {one.fee:,} KRW"
            say(f"{one.statement_id}  {sums}")
        else:
            say(f"{one}: nothing new.")
    if options.all:
        fee = sum(one.fee for one in issued)
        say(f"Statements of {options.month} issued now: {len(issued)}, {fee:,} KRW.")
    return 0


async def _issued(testbed: Testbed, by: Actor, company_id: str, month: str) -> e.StatementIssued:
    order = IssueStatement(by=by, company_id=company_id, month=month)
    issued: e.StatementIssued = (await testbed.booking.do(order)).of(e.StatementIssued)[0]
    return issued


async def _new_or_none(
    testbed: Testbed, by: Actor, company_id: str, month: str
) -> e.StatementIssued | str:
    """The statement, or the company whose statement there is already and holds everything."""
    try:
        return await _issued(testbed, by, company_id, month)
    except Rejected as rejected:
        if any(one.rule != NOTHING_NEW for one in rejected.violations):
            raise
        return company_id


def _show(options: argparse.Namespace) -> int:
    _require_whose(options)

    async def work(testbed: Testbed, _url: str) -> list[Statement]:
        await testbed.projector.catch_up()
        reader = testbed.database.app
        if options.company is not None and options.month is None:
            one = await statements.statement(reader, options.company)
            if one is None:
                raise Refused(
                    f"there is no statement {options.company}: give a company with --month, "
                    "or an id that `booking statement list` shows."
                )
            return [one]
        if options.month is None:
            raise Refused("say of which month: --month YYYY-MM.")
        return await _of_month(testbed, options.company, options.month)

    found = with_testbed(options, work)
    if not found:
        raise Refused(f"no statement of {options.month} was issued yet.")
    if options.csv is None:
        for one in found:
            _say_in_full(one)
    else:
        _write(options, found)
    return 0


def _write(options: argparse.Namespace, found: Sequence[Statement]) -> None:
    folder = Path(options.csv)
    if options.all and options.csv != STANDARD_OUTPUT:
        make_folder(folder)
    if len(found) > 1 and not folder.is_dir():
        ids = ", ".join(one.statement_id for one in found)
        raise Refused(f"several ({ids}): give --csv a folder that is there, or name one.")
    for one in found:
        if folder.is_dir():
            options.csv = str(folder / f"{one.statement_id}.csv")
        write_csv(options, STATEMENT_HEADINGS, statement_rows(one, options.language))


def _say_in_full(one: Statement) -> None:
    say(f"{one.statement_id}  {one.company_name.en}, no. {one.number} of the company")
    say(f"Issued {shown(one.issued_at)}; holds everything up to event {one.through_position}.")
    if one.lines:
        say_table(headings_in("en", STATEMENT_HEADINGS), statement_rows(one, "en"))
    say(f"Lines: {len(one.lines)}, {one.hours:,.2f} h, {one.fee:,} KRW.\n")


def _list(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Statement]:
        await testbed.projector.catch_up()
        return await _of_month(testbed, options.company, options.month)

    found = sorted(with_testbed(options, work), key=lambda one: one.issued_at, reverse=True)
    if not found:
        say("No statement was issued.")
        return 0
    headings = ("Statement", "Month", "Issued", "Through event", "Lines", "Hours", "Fee (KRW)")
    say_table(
        headings,
        [
            (
                *(one.statement_id, one.month, shown(one.issued_at), one.through_position),
                *(len(one.lines), one.hours, one.fee),
            )
            for one in found
        ],
    )
    return 0


async def _of_month(testbed: Testbed, company_id: str | None, month: str | None) -> list[Statement]:
    """Statements of one company or of all, of one month or of any, in the order of their issue."""
    reader = testbed.database.app
    if company_id is not None:
        await company_named(testbed, company_id)
    found = [
        one
        for company in await companies_named(testbed, company_id)
        for one in reversed(await statements.statements_of(reader, company.company_id))
    ]
    return [one for one in found if month in (None, one.month)]


def _require_whose(options: argparse.Namespace) -> None:
    if (options.company is not None) == options.all:
        raise Refused("name one company, or all of them with --all.")
