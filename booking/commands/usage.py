"""`booking usage show|log`: a month of uses, hours, fees and quota; the use log (운영일지)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from booking import use_log
from booking.billing_csv import USAGE_HEADINGS, usage_rows
from booking.commands.common import Commands, Refused, add_data, command, say, topic, with_testbed
from booking.commands.local_time import month_of_year
from booking.commands.named import company_named, noted
from booking.commands.quota import quota_table
from booking.commands.tables import add_csv, say_table, write_csv, write_file
from booking.csv_text import SECTORS, Cell, headings_in, word_in
from booking.testbed import Testbed
from booking.use_log import Named
from domain.period import month_period
from domain.text import Text
from projections import usage
from projections.usage import Line, Month, Sum, sums_by

BY = {"device": "device_id", "sector": "sector", "company": "company_id"}
KEYS = {
    "device": Text("장비", "Device"),
    "sector": Text("분야", "Sector"),
    "company": Text("기업", "Company"),
}
SHOW_EXAMPLES = """\
  booking usage show --month 2026-11                       every company's sum
  booking usage show --month 2026-11 --by device           of all of them, by device
  booking usage show mudeung --month 2026-11               use by use, and its quota
  booking usage show mudeung --month 2026-11 --csv november.csv

A use belongs to the month of Asia/Seoul in which it began; quota hours are split by month. Figures
are corrected, and fees waived, by `booking reservation correct|waive`.
"""

LOG_EXAMPLES = """\
  booking usage log --month 2026-11                        into 운영일지-2026-11.csv
  booking usage log --month 2026-11 --csv /srv/log.csv

The national form, in Korean, with people's names: that it was read is kept, as for the page.
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "usage", "uses of a month: hours, fees, quota")
    about = "show a month's uses, of one company or of all"
    parser = command(actions, "show", _show, about, SHOW_EXAMPLES)
    parser.add_argument("company", metavar="COMPANY", nargs="?", help="without it, all of them")
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year, required=True)
    parser.add_argument("--by", choices=tuple(BY), help="sums instead of single uses")
    add_csv(parser)
    add_data(parser)
    about = "write the use log (운영일지) of a month to a file"
    parser = command(actions, "log", _log, about, LOG_EXAMPLES)
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year, required=True)
    name = "a new file, or one to write over; - is standard output"
    parser.add_argument("--csv", metavar="FILE", help=name)
    add_data(parser)


def _show(options: argparse.Namespace) -> int:
    by: str | None = options.by or ("company" if options.company is None else None)
    if by == "company" and options.company is not None:
        raise Refused("--by company is for all companies: leave COMPANY out.")

    async def work(testbed: Testbed, _url: str) -> tuple[Sequence[Line], Month | None]:
        await testbed.projector.catch_up()
        reader, span = testbed.database.app, month_period(options.month)
        if options.company is None:
            await noted(testbed, "read usage", "all companies")
            return await usage.lines(reader, span.start, span.end), None
        company = await company_named(testbed, options.company)
        await noted(testbed, "read usage", company.company_id)
        found = await usage.month(reader, company.company_id, options.month)
        return found.lines, found

    lines, month = with_testbed(options, work)
    headings = USAGE_HEADINGS if by is None else (KEYS[by], *_SUMS)
    language = "en" if options.csv is None else options.language
    rows = list(usage_rows(lines, language) if by is None else _sums(lines, BY[by], language))
    if options.csv is not None:
        write_csv(options, headings, rows)
        return 0
    if rows:
        say_table(headings_in("en", headings), rows)
    total = Sum.of(lines)
    say(f"Uses in {options.month}: {len(lines)}, {total.hours:,.2f} h, {total.fee:,} KRW.")
    if month is not None and by is None:
        say("")
        say_table(*quota_table(month.quota))
    return 0


_SUMS = (Text("이용 시간", "Hours of use"), Text("이용료(원)", "Fee (KRW)"))


def _sums(lines: Sequence[Line], field: str, language: str) -> Iterator[Sequence[Cell]]:
    words = SECTORS if field == BY["sector"] else {}
    for key, one in sums_by(lines, field):
        yield word_in(language, words, key), round(one.hours, 2), one.fee


def _log(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Named]:
        await testbed.projector.catch_up()
        await noted(testbed, "read the use log", options.month)
        span = month_period(options.month)
        found = await usage.lines(testbed.database.app, span.start, span.end)
        return await use_log.named(testbed, found)

    rows = use_log.rows(with_testbed(options, work))
    write_file(options.csv or use_log.file_name(options.month), use_log.HEADINGS, rows)
    return 0
