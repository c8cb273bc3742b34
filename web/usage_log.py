"""The use log (운영일지) of a month: `GET /api/log`, and the file that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.events import UsageType
from domain.text import Text
from projections import devices, usage
from web.access import SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.csv_text import csv_file, hours, wall_clock
from web.forms import HttpRequest, query_of
from web.given import Given
from web.months import MonthText, span_of
from web.shown import Person

HEADINGS = (
    "장비명",
    "장비등록번호",
    "장비책임자",
    "작성자",
    "이용일시",
    "이용기관",
    "이용자",
    "시료 수",
    "인력 투입시간",
    "이용료",
    "이용유형",
    "이용기관 유형",
    "비고",
)
"""The columns of the national log, in its order, and 비고 (notes of the return) after them.
인력 투입시간 is in hours, 이용료 in KRW.
"""
USAGE_TYPES = {"direct": "직접", "operated": "대행"}
COMPANY_KINDS = {
    "startup": "창업기업",
    "small": "중소기업",
    "medium": "중견기업",
    "large": "대기업",
    "university": "대학",
    "institute": "연구기관",
}
"""이용기관 유형 in the words of the log."""


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
    lines = await log_of(testbed, account, query, language)
    return Log(month=query.month, lines=lines)


@get("/usage-log.csv", opt=may(SEES_EVERYTHING))
async def log_file(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[bytes]:
    """The same as a file in the form of the national log, in Korean."""
    query = query_of(request, LogQuery)
    lines = await log_of(testbed, account, query, "ko")
    return csv_file(f"운영일지-{query.month}.csv", HEADINGS, map(_row, lines))


async def log_of(
    testbed: Testbed, account: Account, query: LogQuery, language: str
) -> list[LogLine]:
    """The lines of a month with names; that somebody read them is recorded."""
    span = span_of(query.month)
    as_of = await position_of(testbed, query.as_of, "usage", "devices")
    await testbed.access_log.record(account.account_id, "read the use log", query.month)
    reader = testbed.database.app
    found = await usage.lines(reader, span.start, span.end, as_of=as_of)
    return await _named(testbed, found, as_of, language)


async def _named(
    testbed: Testbed, lines: Sequence[usage.Line], as_of: int | None, language: str
) -> list[LogLine]:
    reader = testbed.database.app
    listed = await devices.list_devices(reader, limit=10_000, as_of=as_of)
    known = {device.device_id: device for device in listed}
    companies = {one.company_id: one for one in await usage.companies(reader, as_of=as_of)}
    # Lines from before the log held its keeper are shown with the device's own of today.
    keepers = [line.keeper or known[line.device_id].keeper for line in lines]
    ids = {line.account_id for line in lines} | {line.author for line in lines}
    accounts = await testbed.accounts.many(ids | {keeper for keeper in keepers if keeper})

    opened = await testbed.seals.open_many([line.notes for line in lines])

    def person(account_id: str) -> Person:
        found = accounts.get(account_id)
        name = found.name(language) if found is not None else ""
        return Person(account_id=account_id, name=name)

    return [
        LogLine(
            reservation_id=line.reservation_id,
            device_id=line.device_id,
            device_name=known[line.device_id].name,
            registration_number=(
                line.registration_number or known[line.device_id].registration_number
            ),
            keeper=person(keeper) if keeper else None,
            author=person(line.author),
            start=line.used.start,
            end=line.used.end,
            company_id=line.company_id,
            company_name=companies[line.company_id].name,
            company_kind=line.company_kind or companies[line.company_id].kind,
            user=person(line.account_id),
            samples=line.samples,
            staff_minutes=line.staff_minutes,
            fee=0 if line.waived else line.fee,
            usage_type=line.usage_type,
            waived=line.waived,
            corrected=line.corrected,
            notes=notes,
        )
        for line, keeper, notes in zip(lines, keepers, opened, strict=True)
    ]


def _row(line: LogLine) -> list[str | int | float]:
    return [
        line.device_name.ko,
        line.registration_number,
        line.keeper.name if line.keeper else "",
        line.author.name,
        f"{wall_clock(line.start)} ~ {wall_clock(line.end)}",
        line.company_name.ko,
        line.user.name,
        line.samples,
        hours(line.staff_minutes),
        line.fee,
        USAGE_TYPES[line.usage_type],
        COMPANY_KINDS.get(line.company_kind or "", line.company_kind or ""),
        line.notes or "",
    ]


route_handlers = [log, log_file]
