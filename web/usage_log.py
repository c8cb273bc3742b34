"""The use log (운영일지) of a month: `GET /api/log`, and the file that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Response, get

from booking import use_log
from booking.account import Account
from booking.testbed import Testbed
from booking.use_log import Named
from domain.events import UsageType
from domain.text import Text
from projections import usage
from web.access import SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.csv_text import csv_file
from web.forms import HttpRequest, query_of
from web.given import Given
from web.months import MonthText, span_of
from web.shown import Person


class LogQuery(AsOf, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul; a line belongs to that in which it began."""

    month: MonthText


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the use log. `fee` is KRW, nothing where it was waived; people as of today.

    `notes` are those of the return; null without any, and once their author was erased.
    """

    reservation_id: str
    device_id: str
    device_name: Text
    registration_number: str
    keeper: Person | None
    author: Person
    start: datetime
    end: datetime
    company_id: str
    company_name: Text
    company_kind: str | None
    user: Person
    samples: int
    staff_minutes: int
    fee: int
    usage_type: UsageType
    waived: bool
    corrected: int
    notes: str | None


class Log(msgspec.Struct, frozen=True, kw_only=True):
    month: str
    lines: Sequence[LogLine]


@get("/api/log", opt=may(SEES_EVERYTHING, query=LogQuery, answer=Log))
async def log(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
) -> Log:
    """The use log of a month, for staff and auditors."""
    query = query_of(request, LogQuery)
    found = await log_of(testbed, account, query)
    return Log(month=query.month, lines=[_shown(one, language) for one in found])


@get("/usage-log.csv", opt=may(SEES_EVERYTHING))
async def log_file(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[bytes]:
    """The same as a file in the form of the national log, in Korean."""
    query = query_of(request, LogQuery)
    found = await log_of(testbed, account, query)
    return csv_file(use_log.file_name(query.month), use_log.HEADINGS, use_log.rows(found))


async def log_of(testbed: Testbed, account: Account, query: LogQuery) -> list[Named]:
    """The lines of a month with names; that somebody read them is recorded."""
    span = span_of(query.month)
    as_of = await position_of(testbed, query.as_of, "usage", "devices")
    await testbed.access_log.record(account.account_id, "read the use log", query.month)
    found = await usage.lines(testbed.database.app, span.start, span.end, as_of=as_of)
    return await use_log.named(testbed, found, as_of)


def _shown(one: Named, language: str) -> LogLine:
    def person(account_id: str) -> Person:
        return Person(account_id=account_id, name=one.name(account_id, language))

    line = one.line
    return LogLine(
        reservation_id=line.reservation_id,
        device_id=line.device_id,
        device_name=one.device_name,
        registration_number=one.registration_number,
        keeper=None if one.keeper is None else person(one.keeper),
        author=person(line.author),
        start=line.used.start,
        end=line.used.end,
        company_id=line.company_id,
        company_name=one.company_name,
        company_kind=one.company_kind,
        user=person(line.account_id),
        samples=line.samples,
        staff_minutes=line.staff_minutes,
        fee=one.fee,
        usage_type=line.usage_type,
        waived=line.waived,
        corrected=line.corrected,
        notes=one.notes,
    )


route_handlers = [log, log_file]
