"""Queries of the view `usage`: companies, the lines of the use log, and hours against quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg
import msgspec
from sqlalchemy import select

from domain.events import UsageType
from domain.period import Period, month_period
from domain.sealed import Sealed
from domain.text import Text
from projections.query import Reader, fetch, fetch_one, from_json
from projections.quota import QuotaUse, quota_use
from projections.usage_fold import companies as _companies
from projections.usage_fold import lines as _lines
from projections.view import valid


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """`suspended_for` are the reservations whose no-shows suspended it; empty where staff did."""

    company_id: str
    name: Text
    sector: str
    kind: str
    suspended: bool
    most_ahead: int | None
    suspended_for: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the use log. `fee` (KRW) is as decided at the return; nobody pays a waived one.

    `account_id` used the device, `author` wrote the line, `keeper` is responsible for the device.
    """

    reservation_id: str
    company_id: str
    device_id: str
    sector: str
    used: Period
    minutes: int
    billed_minutes: int
    krw_per_hour: int
    fee: int
    waived: bool
    usage_type: UsageType
    samples: int
    staff_minutes: int
    notes: Sealed | None
    corrected: int
    account_id: str
    author: str
    keeper: str | None
    company_kind: str | None
    registration_number: str

    @property
    def hours(self) -> float:
        """Hours that are paid for."""
        return self.billed_minutes / 60


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A company's month of Asia/Seoul. `fee` leaves out what was waived.

    `quota` has an entry for each sector with a limit or hours, and `all` for all of them together.
    """

    company_id: str
    month: str
    lines: tuple[Line, ...]
    hours: float
    fee: int
    quota: dict[str, QuotaUse]


class Sum(NamedTuple):
    """Hours that are paid for and the fee (KRW) of some lines; nobody pays a waived one."""

    hours: float
    fee: int

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Sum:
        minutes = sum(line.billed_minutes for line in lines)
        return cls(minutes / 60, sum(line.fee for line in lines if not line.waived))


async def company(reader: Reader, company_id: str, *, as_of: int | None = None) -> Company | None:
    query = select(_companies).where(
        valid(_companies, as_of), _companies.c.company_id == company_id
    )
    row = await fetch_one(reader, query)
    return None if row is None else _company(row)


async def companies(reader: Reader, *, as_of: int | None = None) -> list[Company]:
    query = select(_companies).where(valid(_companies, as_of)).order_by(_companies.c.company_id)
    return [_company(row) for row in await fetch(reader, query)]


async def month(reader: Reader, company_id: str, month: str, *, as_of: int | None = None) -> Month:
    """What a company used in `YYYY-MM`: a line belongs to the month in which its use began.

    Against the quota counts every hour that lies in the month. ValueError for no such month.
    """
    span = month_period(month)
    found = await lines(reader, span.start, span.end, company_id=company_id, as_of=as_of)
    return Month(
        company_id=company_id,
        month=month,
        lines=tuple(found),
        hours=sum(line.billed_minutes for line in found) / 60,
        fee=sum(line.fee for line in found if not line.waived),
        quota=await quota_use(reader, company_id, span, as_of),
    )


async def lines(
    reader: Reader,
    start: datetime,
    end: datetime,
    *,
    company_id: str | None = None,
    device_id: str | None = None,
    as_of: int | None = None,
) -> list[Line]:
    """The lines whose use began in [start, end), by the time that it began."""
    query = select(_lines).where(
        valid(_lines, as_of), _lines.c.used_from >= start, _lines.c.used_from < end
    )
    if company_id is not None:
        query = query.where(_lines.c.company_id == company_id)
    if device_id is not None:
        query = query.where(_lines.c.device_id == device_id)
    rows = await fetch(reader, query.order_by(_lines.c.used_from, _lines.c.reservation_id))
    return [_line(row) for row in rows]


async def line(reader: Reader, reservation_id: str, *, as_of: int | None = None) -> Line | None:
    """The line of one reservation, as it was corrected last."""
    query = select(_lines).where(valid(_lines, as_of), _lines.c.reservation_id == reservation_id)
    row = await fetch_one(reader, query)
    return None if row is None else _line(row)


def sums_by(lines: Sequence[Line], field: str) -> list[tuple[str, Sum]]:
    """Sums by a field of the lines, the most hours first."""
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[getattr(line, field)].append(line)
    sums = [(name, Sum.of(group)) for name, group in groups.items()]
    return sorted(sums, key=lambda one: (-one[1].hours, one[0]))


def _company(row: asyncpg.Record) -> Company:
    return Company(
        company_id=row["company_id"],
        name=Text(row["name_ko"], row["name_en"]),
        sector=row["sector"],
        kind=row["kind"],
        suspended=row["suspended"],
        most_ahead=row["most_ahead"],
        suspended_for=from_json(row["suspended_for"], tuple[str, ...]) or (),
    )


def _line(row: asyncpg.Record) -> Line:
    return Line(
        reservation_id=row["reservation_id"],
        company_id=row["company_id"],
        device_id=row["device_id"],
        sector=row["sector"],
        used=Period(row["used_from"], row["used_until"]),
        minutes=row["minutes"],
        billed_minutes=row["billed_minutes"],
        krw_per_hour=row["krw_per_hour"],
        fee=row["fee"],
        waived=row["waived"],
        usage_type=row["usage_type"],
        samples=row["samples"],
        staff_minutes=row["staff_minutes"],
        notes=from_json(row["notes"], Sealed),
        corrected=row["corrected"],
        account_id=row["account_id"],
        author=row["author"],
        keeper=row["keeper"],
        company_kind=row["company_kind"],
        registration_number=row["registration_number"],
    )


__all__ = [
    "Company",
    "Line",
    "Month",
    "QuotaUse",
    "Sum",
    "companies",
    "company",
    "line",
    "lines",
    "month",
    "sums_by",
]
