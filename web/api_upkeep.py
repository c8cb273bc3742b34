"""What is recorded about devices: problems, and the maintenance log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from msgspec import Meta

from booking.account import Account
from booking.csv_text import headings_in
from booking.testbed import Testbed
from domain.events import Urgency
from projections import maintenance
from projections.maintenance import LOG_HEADINGS, MOST_LOGGED, URGENCIES, LogLine, Problem
from web.access import SEES_EVERYTHING, SIGNED_IN, may
from web.api_overrides import persons
from web.as_of import AsOf, position_of
from web.csv_text import csv_file, wall_clock
from web.entry_words import text
from web.forms import HttpRequest, Id, Moment, query_of
from web.given import FromPath, Given
from web.language import in_language
from web.lists import CursorText, LongPaged, Page, cursor, read_cursor
from web.outage_shown import require_device
from web.shown import Person

REPAIRED = text("Repaired; broken down since %(when)s")


class ProblemsQuery(LongPaged, frozen=True, kw_only=True):
    """Open problems, or with `open=false` those that were resolved as well."""

    device_id: Id | None = None
    open: bool = True


class ProblemPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a list of problems goes on."""

    stop: Annotated[int, Meta(ge=0, le=1)]
    urgency: Annotated[int, Meta(ge=0, le=len(URGENCIES))]
    at: Moment
    problem_id: str


class ProblemShown(msgspec.Struct, frozen=True, kw_only=True):
    """A reported problem. Texts are null when their author was erased."""

    problem_id: str
    device_id: str
    company_id: str | None
    by: Person
    reported_at: datetime
    text: str | None
    urgency: Urgency
    safety_stop: bool
    triaged_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None


class LogQuery(AsOf, frozen=True, kw_only=True):
    """Work done in [from, to)."""

    from_: Moment | None = msgspec.field(name="from", default=None)
    to: Moment | None = None


class LogPageQuery(LogQuery, frozen=True, kw_only=True):
    """Work done in [from, to), in pages."""

    limit: Annotated[int, Meta(ge=1, le=MOST_LOGGED)] = MOST_LOGGED
    after: CursorText | None = None


class LinePlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a list of lines goes on."""

    at: Moment
    position: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class LogLineShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the 유지보수일지: 일시, 작업 내용, 수리자, 부품, 비용 (KRW), 작성자.

    The repair of a breakdown is a line as well: `broken_from` is when the breakdown began, and
    `work` says so in the reader's language.
    """

    device_id: str
    at: datetime
    work: str | None
    repairer: str | None
    parts: str | None
    cost: int
    broken_from: datetime | None
    by: Person
    position: int


@get("/api/problems", opt=may(SIGNED_IN, query=ProblemsQuery, items=(ProblemShown,)))
async def list_problems(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[ProblemShown]:
    """Safety stops first, then by urgency: all of them, or what one's own company reported."""
    query = query_of(request, ProblemsQuery)
    place = read_cursor(query.after, ProblemPlace)
    as_of = await position_of(testbed, query.as_of, "maintenance")
    if account.sees_everything:
        subject = query.device_id or "all devices"
        await testbed.access_log.record(account.account_id, "list problems", subject)
    found = await maintenance.list_problems(
        testbed.database.app,
        device_id=query.device_id,
        company_id=None if account.sees_everything else account.company_id or "",
        open_only=query.open,
        limit=query.limit + 1,
        after=None if place is None else (place.stop, place.urgency, place.at, place.problem_id),
        as_of=as_of,
    )
    page = found[: query.limit]
    further = cursor(page[-1].cursor) if len(found) > query.limit else None
    return Page(items=await problems_shown(testbed, language, page), next=further)


@get(
    "/api/devices/{device_id:str}/maintenance-log",
    opt=may(SEES_EVERYTHING, query=LogPageQuery, items=(LogLineShown,)),
)
async def read_log(
    request: HttpRequest, testbed: Given[Testbed], language: Given[str], device_id: FromPath[str]
) -> Page[LogLineShown]:
    """Newest first."""
    await require_device(testbed, device_id)
    query = query_of(request, LogPageQuery)
    place = read_cursor(query.after, LinePlace)
    found = await _lines(request, testbed, device_id, query, limit=query.limit + 1, place=place)
    page = found[: query.limit]
    further = cursor(page[-1].cursor) if len(found) > query.limit else None
    return Page(items=await log_shown(testbed, language, page), next=further)


@get(
    "/api/devices/{device_id:str}/maintenance-log.csv",
    opt=may(SEES_EVERYTHING, query=LogQuery),
)
async def download_log(
    request: HttpRequest, testbed: Given[Testbed], language: Given[str], device_id: FromPath[str]
) -> Response[bytes]:
    """The same as a spreadsheet, times on the clock of Asia/Seoul."""
    await require_device(testbed, device_id)
    found = await _lines(request, testbed, device_id, query_of(request, LogQuery))
    lines = await log_shown(testbed, language, found)
    rows = [
        (
            wall_clock(one.at),
            one.device_id,
            one.work or "",
            one.repairer or "",
            one.parts or "",
            one.cost,
            one.by.name,
        )
        for one in lines
    ]
    return csv_file(f"maintenance-{device_id}.csv", headings_in(language, LOG_HEADINGS), rows)


async def problems_shown(
    testbed: Testbed, language: str, found: Sequence[Problem]
) -> list[ProblemShown]:
    people = await persons(testbed, language, [one.by for one in found])
    sealed = [text for one in found for text in (one.text, one.resolution)]
    opened = iter(await testbed.seals.open_many(sealed))
    return [
        ProblemShown(
            **_same(one, ProblemShown, but=("by", "text", "resolution")),
            by=people[one.by],
            text=next(opened),
            resolution=next(opened),
        )
        for one in found
    ]


async def log_shown(
    testbed: Testbed, language: str, found: Sequence[LogLine]
) -> list[LogLineShown]:
    people = await persons(testbed, language, [one.by for one in found])
    sealed = [text for one in found for text in (one.work, one.repairer, one.parts)]
    opened = iter(await testbed.seals.open_many(sealed))
    return [
        LogLineShown(
            **_same(one, LogLineShown, but=("by", "work", "repairer", "parts")),
            by=people[one.by],
            work=next(opened) or _repair(one.broken_from, language),
            repairer=next(opened),
            parts=next(opened),
        )
        for one in found
    ]


async def _lines(
    request: HttpRequest,
    testbed: Testbed,
    device_id: str,
    query: LogQuery,
    *,
    limit: int = MOST_LOGGED,
    place: LinePlace | None = None,
) -> list[LogLine]:
    as_of = await position_of(testbed, query.as_of, "maintenance")
    account: Account = request.user
    await testbed.access_log.record(account.account_id, "read the maintenance log", device_id)
    return await maintenance.maintenance_log(
        testbed.database.app,
        device_id=device_id,
        start=query.from_,
        end=query.to,
        limit=limit,
        after=None if place is None else (place.at, place.position),
        as_of=as_of,
    )


def _repair(broken_from: datetime | None, language: str) -> str | None:
    """What the line of a repair says of itself."""
    if broken_from is None:
        return None
    words = in_language(language)
    return words.text(REPAIRED, when=words.moment(broken_from))


def _same(one: msgspec.Struct, kind: type[msgspec.Struct], but: Sequence[str]) -> dict[str, Any]:
    """The fields that a shown struct has in common with what it shows."""
    return {name: getattr(one, name) for name in kind.__struct_fields__ if name not in but}


route_handlers = [list_problems, read_log, download_log]
