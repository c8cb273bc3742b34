"""Queries of the view `maintenance`: problems, the log (유지보수일지), and open claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import case, select, tuple_
from sqlalchemy.sql import Select

from domain.events import Urgency
from domain.period import Period
from domain.sealed import Sealed
from domain.text import Text
from projections.maintenance_fold import claims, log, problems
from projections.query import Reader, fetch, from_json
from projections.view import valid

After = tuple[datetime, str]
"""Where a list of claims goes on: after the one of this lost start and reservation."""
AfterProblem = tuple[int, int, datetime, str]
AfterLine = tuple[datetime, int]
URGENCIES: dict[Urgency, int] = {"urgent": 0, "normal": 1, "low": 2}
MOST_LOGGED = 1000
LOG_HEADINGS = (
    *(Text("일시", "Time"), Text("장비번호", "Device"), Text("작업 내용", "Work")),
    *(Text("수리자", "Repairer"), Text("부품", "Parts"), Text("비용(원)", "Cost (KRW)")),
    Text("작성자", "Written by"),
)
"""The columns of the maintenance log (유지보수일지)."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A reported problem; open while `resolved_at` is None. `by` is who reported it."""

    problem_id: str
    device_id: str
    company_id: str | None
    by: str
    reported_at: datetime
    text: Sealed
    urgency: Urgency
    safety_stop: bool
    triaged_at: datetime | None
    resolved_at: datetime | None
    resolution: Sealed | None

    @property
    def cursor(self) -> AfterProblem:
        """Where a list goes on after this problem."""
        stop = 0 if self.safety_stop else 1
        return stop, URGENCIES[self.urgency], self.reported_at, self.problem_id


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the maintenance log: when, what, by whom (수리자), which parts, KRW.

    The end of a breakdown is a line as well: `broken_from` is when it began, and its `work` None.
    """

    position: int
    device_id: str
    at: datetime
    by: str
    work: Sealed | None
    repairer: Sealed | None
    parts: Sealed | None
    cost: int
    broken_from: datetime | None

    @property
    def cursor(self) -> AfterLine:
        """Where a list goes on after this line."""
        return self.at, self.position


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A displaced booking; its claim is open while `replaced_by` is None."""

    reservation_id: str
    company_id: str
    account_id: str
    device_id: str
    period: Period
    displaced_at: datetime
    displaced_by: str | None
    replaced_by: str | None

    @property
    def cursor(self) -> After:
        """Where a list goes on after this claim."""
        return self.period.start, self.reservation_id


async def list_problems(
    reader: Reader,
    *,
    device_id: str | None = None,
    company_id: str | None = None,
    open_only: bool = True,
    limit: int = 200,
    after: AfterProblem | None = None,
    as_of: int | None = None,
) -> list[Problem]:
    """Safety stops first, then by urgency, then the oldest."""
    query = select(problems).where(valid(problems, as_of))
    if open_only:
        query = query.where(problems.c.resolved_at.is_(None))
    if device_id is not None:
        query = query.where(problems.c.device_id == device_id)
    if company_id is not None:
        query = query.where(problems.c.company_id == company_id)
    stop = case((problems.c.safety_stop, 0), else_=1)
    urgency = case(URGENCIES, value=problems.c.urgency, else_=3)
    order = (stop, urgency, problems.c.reported_at, problems.c.problem_id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    rows = await fetch(reader, query.order_by(*order).limit(limit))
    return [_problem(row) for row in rows]


async def stopped_devices(reader: Reader, *, as_of: int | None = None) -> set[str]:
    """The devices for which a safety stop holds."""
    query = select(problems.c.device_id).where(
        valid(problems, as_of), problems.c.safety_stop, problems.c.resolved_at.is_(None)
    )
    return {row["device_id"] for row in await fetch(reader, query)}


async def maintenance_log(
    reader: Reader,
    *,
    device_id: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = MOST_LOGGED,
    after: AfterLine | None = None,
    as_of: int | None = None,
) -> list[LogLine]:
    """Work done in [start, end), newest first."""
    query: Select[Any] = select(log).where(valid(log, as_of))
    if device_id is not None:
        query = query.where(log.c.device_id == device_id)
    if start is not None:
        query = query.where(log.c.at >= start)
    if end is not None:
        query = query.where(log.c.at < end)
    order = (log.c.at, log.c.position)
    if after is not None:
        query = query.where(tuple_(*order) < tuple_(*after))
    newest_first = [column.desc() for column in order]
    rows = await fetch(reader, query.order_by(*newest_first).limit(limit))
    return [_line(row) for row in rows]


async def open_claims(
    reader: Reader,
    *,
    company_id: str | None = None,
    since: datetime | None = None,
    limit: int = 200,
    after: After | None = None,
    as_of: int | None = None,
) -> list[Claim]:
    """Bookings displaced `since` then that nothing has replaced yet, those lost last first."""
    query = select(claims).where(valid(claims, as_of), claims.c.replaced_by.is_(None))
    if company_id is not None:
        query = query.where(claims.c.company_id == company_id)
    if since is not None:
        query = query.where(claims.c.displaced_at >= since)
    lost_from, name = claims.c.lost_from, claims.c.reservation_id
    if after is not None:
        at, last = after
        query = query.where((lost_from < at) | ((lost_from == at) & (name > last)))
    rows = await fetch(reader, query.order_by(lost_from.desc(), name).limit(limit))
    return [_claim(row) for row in rows]


async def claim(reader: Reader, reservation_id: str, *, as_of: int | None = None) -> Claim | None:
    query = select(claims).where(valid(claims, as_of), claims.c.reservation_id == reservation_id)
    rows = await fetch(reader, query)
    return _claim(rows[0]) if rows else None


def _problem(row: asyncpg.Record) -> Problem:
    plain = ("problem_id", "device_id", "company_id", "by", "reported_at", "urgency")
    more = ("safety_stop", "triaged_at", "resolved_at")
    return Problem(
        **{name: row[name] for name in (*plain, *more)},
        text=msgspec.json.decode(row["text"], type=Sealed),
        resolution=from_json(row["resolution"], Sealed),
    )


def _line(row: asyncpg.Record) -> LogLine:
    return LogLine(
        **{
            name: row[name] for name in ("position", "device_id", "at", "by", "cost", "broken_from")
        },
        work=from_json(row["work"], Sealed),
        repairer=from_json(row["repairer"], Sealed),
        parts=from_json(row["parts"], Sealed),
    )


def _claim(row: asyncpg.Record) -> Claim:
    names = ("reservation_id", "company_id", "account_id", "device_id", "displaced_at")
    return Claim(
        **{name: row[name] for name in (*names, "displaced_by", "replaced_by")},
        period=Period(row["lost_from"], row["lost_until"]),
    )
