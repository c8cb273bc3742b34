"""Usage and statements of all companies, for the laboratory: what is stated, what is not yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import month_of, months_before
from projections import statements, usage
from projections.usage import Line, Sum
from web.access import SEES_EVERYTHING, may
from web.forms import HttpRequest, query_of
from web.frame import page, present
from web.given import Given
from web.months import span_of
from web.usage_page import MONTHS_SHOWN, UsageQuery


class Stated(NamedTuple):
    """A statement with its fees (KRW) by the kind of line: why it differs from the month's fee."""

    statement: statements.Statement
    fees: Mapping[str, int]

    @classmethod
    def of(cls, statement: statements.Statement) -> Stated:
        fees = dict.fromkeys(("use", "late", "adjustment"), 0)
        for line in statement.lines:
            fees[line.kind] += line.fee
        return cls(statement, fees)


@get("/billing", opt=may(SEES_EVERYTHING))
async def billing(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], as_of: Given[int | None]
) -> Response[str]:
    """A month of every company; without `month`, the newest that is over."""
    asked, reader = query_of(request, UsageQuery), testbed.database.app
    now = await present(testbed, as_of)
    newest = month_of(now)
    month = asked.month or months_before(newest, 1)[0]
    span = span_of(month)
    await testbed.access_log.record(account.account_id, "read usage", "all companies")
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in await usage.lines(reader, span.start, span.end, as_of=as_of):
        lines[line.company_id].append(line)
    rows = []
    for company in await usage.companies(reader, as_of=as_of):
        of_month = lines[company.company_id]
        used = Sum.of(of_month)
        issued = await statements.statements_of(reader, company.company_id, as_of=as_of)
        stated = [Stated.of(one) for one in issued if one.month == month]
        billed = _billed(issued, {line.reservation_id for line in of_month})
        elsewhere = [(one, billed[one.statement_id]) for one in issued if one.month != month]
        rows.append((company, used, stated, elsewhere, used.fee - sum(billed.values())))
    return await page(
        request,
        "billing.html",
        as_of=as_of,
        month=month,
        months=[*months_before(newest, MONTHS_SHOWN - 1), newest][::-1],
        rows=rows,
        all_of_them=Sum.of([line for of_company in lines.values() for line in of_company]),
    )


def _billed(
    issued: Sequence[statements.Statement], reservation_ids: Container[str]
) -> dict[str, int]:
    """What each statement asks for some uses (KRW), whichever kind of line says so."""
    return {
        one.statement_id: sum(
            line.fee for line in one.lines if line.reservation_id in reservation_ids
        )
        for one in issued
    }


route_handlers = [billing]
