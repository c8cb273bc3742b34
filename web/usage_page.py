"""A company's usage (이용 명세): its months as bars, a month line by line, statements, files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from booking.account import Account
from booking.billing_csv import USAGE_HEADINGS, usage_rows
from booking.csv_text import headings_in
from booking.testbed import Testbed
from domain import events as e
from domain.period import month_of, months_before
from domain.rejected import Rejected
from domain.statements import IssueStatement
from projections import devices, statements, usage
from projections.usage import Company, Line, Sum, sums_by
from web.access import LAB, SIGNED_IN, may
from web.api_statements import IssueBody, require_registered
from web.book import key_of
from web.csv_text import csv_file
from web.done import Seen, done_words
from web.forms import HttpRequest, form_fields, form_of, query_of
from web.frame import go_to, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.months import MonthText, span_of
from web.reader import language_of
from web.writes import give

MONTHS_SHOWN = 12


class UsageQuery(Seen, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul; without one it is the present month."""

    month: MonthText | None = None


@get("/companies/{company_id:str}/usage", opt=may(SIGNED_IN))
async def usage_page(
    request: HttpRequest, company_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, UsageQuery)
    return await _page(request, company_id, asked.month, as_of, done=asked.done)


@post("/companies/{company_id:str}/statements", opt=may(LAB))
async def issue(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Response[Any]:
    """Issues a month's statement and leads to it."""
    await require_registered(testbed, account, company_id)
    body, fields = await form_of(request, IssueBody), await form_fields(request)
    span_of(body.month)
    command = IssueStatement(by=account.actor, company_id=company_id, month=body.month)
    try:
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Rejected as rejected:
        said = [violation.message(language_of(request)) for violation in rejected.violations]
        return await _page(request, company_id, body.month, None, refusals=said)
    (issued,) = done.of(e.StatementIssued)
    return go_to(f"/statements/{issued.statement_id}")


@get("/companies/{company_id:str}/usage.csv", opt=may(SIGNED_IN))
async def usage_file(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
    as_of: Given[int | None],
) -> Response[bytes]:
    """A month's lines as a file, in the reader's language."""
    company = await require_registered(testbed, account, company_id)
    asked = query_of(request, UsageQuery)
    month = asked.month or month_of(await present(testbed, as_of))
    span_of(month)
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "download usage", company_id)
    found = await usage.month(testbed.database.app, company.company_id, month, as_of=as_of)
    language = language_of(request)
    headings = headings_in(language, USAGE_HEADINGS)
    rows = usage_rows(found.lines, language)
    return csv_file(f"{company.company_id}-{month}.csv", headings, rows)


async def _nothing_new(testbed: Testbed, account: Account, company_id: str, month: str) -> bool:
    """Whether a statement of the month would be refused, for one was issued and nothing changed."""
    command = IssueStatement(by=account.actor, company_id=company_id, month=month)
    try:
        await testbed.booking.try_out(command)
    except Rejected as rejected:
        return any(one.rule == "statement_issued" for one in rejected.violations)
    return False


async def _page(
    request: HttpRequest,
    company_id: str,
    month: str | None,
    as_of: int | None,
    *,
    done: str | None = None,
    refusals: Sequence[str] = (),
) -> Response[str]:
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    reader = testbed.database.app
    shown_company = await require_registered(testbed, account, company_id)
    now = await present(testbed, as_of)
    month = month or month_of(now)
    span = span_of(month)
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read usage", company_id)
    found = await usage.month(reader, company_id, month, as_of=as_of)
    by_month = await _by_month(reader, company_id, now, as_of)
    known = await devices.list_devices(reader, limit=10_000, as_of=as_of)
    return await page(
        request,
        "usage.html",
        status=422 if refusals else 200,
        as_of=as_of,
        home=f"/companies/{company_id}/usage?month={month}",
        done=done_words(done, in_language(language_of(request))),
        refusals=refusals,
        shown_company=shown_company,
        month=month,
        found=found,
        sums=Sum.of(found.lines),
        by_month=by_month,
        by_device=sums_by(found.lines, "device_id"),
        by_sector=sums_by(found.lines, "sector"),
        devices={device.device_id: device for device in known},
        issued=await statements.statements_of(reader, company_id, limit=60, as_of=as_of),
        is_over=span.end <= now,
        nothing_new=account.is_lab
        and as_of is None
        and span.end <= now
        and await _nothing_new(testbed, account, company_id, month),
        others=await _others(testbed, account, shown_company),
        issues=account.is_lab and as_of is None,
    )


async def _by_month(
    reader: Any, company_id: str, now: datetime, as_of: int | None
) -> list[tuple[str, Sum]]:
    """The last twelve months, the present one last."""
    newest = month_of(now)
    months = [*months_before(newest, MONTHS_SHOWN - 1), newest]
    start, end = span_of(months[0]).start, span_of(newest).end
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in await usage.lines(reader, start, end, company_id=company_id, as_of=as_of):
        lines[month_of(line.used.start)].append(line)
    return [(month, Sum.of(lines[month])) for month in months]


async def _others(testbed: Testbed, account: Account, company: Company) -> Sequence[Company]:
    """The companies that the reader may go on to."""
    return await usage.companies(testbed.database.app) if account.sees_everything else [company]


route_handlers = [usage_page, issue, usage_file]
