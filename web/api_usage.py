"""`GET /api/companies/{id}/usage`: a company's month of uses, hours, fee and quota."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import get

from booking.account import Account
from booking.testbed import Testbed
from domain.events import UsageType
from projections import usage
from projections.usage import QuotaUse
from web.access import SIGNED_IN, may, require_company
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, query_of, require_id
from web.given import FromPath, Given
from web.months import MonthText, span_of
from web.problem import Problem


class UsageQuery(AsOf, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul."""

    month: MonthText


class UsageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A use from hand-out to return. `hours` are those paid for; `rate` and `fee` are KRW."""

    device_id: str
    reservation_id: str
    start: datetime
    end: datetime
    hours: float
    rate: int
    fee: int
    usage_type: UsageType
    waived: bool
    corrected: int


class UsageMonth(msgspec.Struct, frozen=True, kw_only=True):
    company_id: str
    month: str
    lines: Sequence[UsageLine]
    hours: float
    fee: int
    quota: dict[str, QuotaUse]


@get(
    "/api/companies/{company_id:str}/usage",
    opt=may(SIGNED_IN, query=UsageQuery, answer=UsageMonth),
)
async def company_usage(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> UsageMonth:
    require_company(account, require_id(company_id))
    query = query_of(request, UsageQuery)
    span_of(query.month)
    as_of = await position_of(testbed, query.as_of, "usage")
    reader = testbed.database.app
    if await usage.company(reader, company_id) is None:
        raise Problem("not-found")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read usage", company_id)
    return _shown(await usage.month(reader, company_id, query.month, as_of=as_of))


def _shown(month: usage.Month) -> UsageMonth:
    return UsageMonth(
        company_id=month.company_id,
        month=month.month,
        hours=month.hours,
        fee=month.fee,
        quota=month.quota,
        lines=[
            UsageLine(
                device_id=line.device_id,
                reservation_id=line.reservation_id,
                start=line.used.start,
                end=line.used.end,
                hours=line.hours,
                rate=line.krw_per_hour,
                fee=0 if line.waived else line.fee,
                usage_type=line.usage_type,
                waived=line.waived,
                corrected=line.corrected,
            )
            for line in month.lines
        ],
    )


route_handlers = [company_usage]
