"""Statements of a company's months: issued by staff, read by the company for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.statements import IssueStatement
from domain.text import Text
from projections import statements, usage
from projections.statements import Statement
from web.access import LAB, SIGNED_IN, may, may_see_company, require_company
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, body_of, query_of, require_id
from web.given import FromPath, Given
from web.lists import Page, Paged, cursor, read_cursor
from web.months import MonthText, span_of
from web.problem import Problem
from web.writes import give, written


class IssueBody(msgspec.Struct, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul that is over."""

    month: MonthText


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list goes on: before the statement of this number."""

    number: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a reservation adds to a statement: `hours` and `fee` (KRW) may be less than nothing."""

    kind: e.StatementLineKind
    reservation_id: str
    device_id: str
    device_name: Text
    start: datetime
    end: datetime
    usage_type: e.UsageType
    rate: int
    hours: float
    fee: int
    waived: bool


class StatementShown(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it was issued. It holds what was recorded through ledger `position`."""

    statement_id: str
    company_id: str
    company_name: Text
    month: str
    number: int
    position: int
    issued_at: datetime
    hours: float
    fee: int
    lines: Sequence[StatementLine]


@get(
    "/api/companies/{company_id:str}/statements",
    opt=may(SIGNED_IN, query=Paged, answer=Page[StatementShown]),
)
async def company_statements(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Page[StatementShown]:
    """A company's statements, newest first."""
    query = query_of(request, Paged)
    await require_registered(testbed, account, company_id)
    place = read_cursor(query.after, Place)
    as_of = await position_of(testbed, query.as_of, "statements")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read statements", company_id)
    found = await statements.statements_of(
        testbed.database.app,
        company_id,
        limit=query.limit + 1,
        before=None if place is None else place.number,
        as_of=as_of,
    )
    page = found[: query.limit]
    further = cursor(Place(page[-1].number)) if len(found) > query.limit else None
    return Page(items=[shown(one) for one in page], next=further)


@post(
    "/api/companies/{company_id:str}/statements",
    status_code=201,
    opt=may(LAB, body=IssueBody, answer=StatementShown),
)
async def issue(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Response[Any]:
    """Issues the statement of a month that is over."""
    await require_registered(testbed, account, company_id)
    body = await body_of(request, IssueBody)
    span_of(body.month)
    command = IssueStatement(by=account.actor, company_id=company_id, month=body.month)
    done = await give(request, testbed, command, body)
    (recorded,) = done.events
    issued = recorded.event
    if not isinstance(issued, e.StatementIssued):
        raise TypeError(f"a statement is issued by {issued!r}")
    # From the event itself, which no view can be behind of.
    statement = Statement(
        **{name: getattr(issued, name) for name in _SAME},
        through_position=issued.position,
        issued_at=recorded.recorded_at,
        issued_by=recorded.by,
    )
    location = f"/api/statements/{issued.statement_id}"
    return written(shown(statement), done, status=201, location=location)


@get("/api/statements/{statement_id:str}", opt=may(SIGNED_IN, query=AsOf, answer=StatementShown))
async def one_statement(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    statement_id: FromPath[str],
) -> StatementShown:
    """A statement; a stranger's is answered as one that does not exist."""
    as_of = await position_of(testbed, query_of(request, AsOf).as_of, "statements")
    return shown(await statement_for(testbed, account, statement_id, as_of))


async def require_registered(testbed: Testbed, account: Account, company_id: str) -> usage.Company:
    """The company, whose people and the laboratory's may see it; 404 for all others."""
    require_company(account, require_id(company_id))
    company = await usage.company(testbed.database.app, company_id)
    if company is None:
        raise Problem("not-found")
    return company


async def statement_for(
    testbed: Testbed,
    account: Account,
    statement_id: str,
    as_of: int | None = None,
    *,
    look: str = "read statement",
) -> Statement:
    """A statement that this account may see; 404 for all others.

    That the laboratory or audit looked at it is recorded, as `look`.
    """
    found = await statements.statement(testbed.database.app, require_id(statement_id), as_of=as_of)
    if found is None or not may_see_company(account, found.company_id):
        raise Problem("not-found")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, look, found.statement_id)
    return found


def shown(statement: Statement) -> StatementShown:
    return StatementShown(
        statement_id=statement.statement_id,
        company_id=statement.company_id,
        company_name=statement.company_name,
        month=statement.month,
        number=statement.number,
        position=statement.through_position,
        issued_at=statement.issued_at,
        hours=statement.hours,
        fee=statement.fee,
        lines=[
            StatementLine(
                kind=line.kind,
                reservation_id=line.reservation_id,
                device_id=line.device_id,
                device_name=line.device_name,
                start=line.used.start,
                end=line.used.end,
                usage_type=line.usage_type,
                rate=line.krw_per_hour,
                hours=line.minutes / 60,
                fee=line.fee,
                waived=line.waived,
            )
            for line in statement.lines
        ],
    )


_SAME = (
    *("statement_id", "company_id", "company_name", "company_kind"),
    *("month", "number", "lines", "hours", "fee"),
)

route_handlers = [company_statements, issue, one_statement]
