"""How many hours of a month count against a company's quota, as `domain.quota` counts them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Float, FromClause, and_, cast, func, select
from sqlalchemy.sql import Select

from domain.period import Period
from projections.query import Reader, fetch
from projections.usage_fold import ALL_SECTORS, booked, quotas
from projections.view import valid


class QuotaUse(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a month: the limit (None where there is none) and what counts against it."""

    limit: float | None
    used: float


async def quota_use(
    reader: Reader, company_id: str, span: Period, as_of: int | None
) -> dict[str, QuotaUse]:
    """What counts in a month for each sector with a limit or hours, and for `all` of them."""
    limits = select(quotas.c.sector, quotas.c.hours).where(
        valid(quotas, as_of), quotas.c.company_id == company_id, quotas.c.hours.is_not(None)
    )
    limit = {row["sector"]: row["hours"] for row in await fetch(reader, limits)}
    used: dict[str, float] = {}
    for counted in (_held(company_id, span, as_of), _given_back_late(company_id, span, as_of)):
        for row in await fetch(reader, counted):
            for sector in (row["sector"], ALL_SECTORS):
                used[sector] = used.get(sector, 0.0) + row["hours"]
    return {
        sector: QuotaUse(limit=limit.get(sector), used=round(used.get(sector, 0.0), 6))
        for sector in sorted({ALL_SECTORS, *limit, *used})
    }


def _held(company_id: str, span: Period, as_of: int | None) -> Select[Any]:
    """The hours in a span that count for the reservations as they stand, by sector."""
    return (
        select(booked.c.sector, func.sum(_hours_in(booked, span)).label("hours"))
        .where(valid(booked, as_of), booked.c.company_id == company_id, booked.c.counts)
        .where(booked.c.counted_from < span.end, booked.c.counted_until > span.start)
        .group_by(booked.c.sector)
    )


def _given_back_late(company_id: str, span: Period, as_of: int | None) -> Select[Any]:
    """The hours in a span that reservations were shortened by too late, by sector.

    They count whatever became of the reservation afterwards, so versions of the past count too.
    """
    before = booked.alias("before")
    lost = _hours_in(before, span) - _hours_in(booked, span)
    same = and_(
        before.c.reservation_id == booked.c.reservation_id, before.c.until == booked.c.since
    )
    query = (
        select(before.c.sector, func.sum(lost).label("hours"))
        .select_from(booked.join(before, same))
        .where(booked.c.company_id == company_id, booked.c.gave_back_late, before.c.counts)
        .where(before.c.counted_from < span.end, before.c.counted_until > span.start)
        .group_by(before.c.sector)
    )
    return query if as_of is None else query.where(booked.c.since <= as_of)


def _hours_in(rows: FromClause, span: Period) -> ColumnElement[Any]:
    """The hours of the counted time that lie in a span."""
    length = func.least(rows.c.counted_until, span.end) - func.greatest(
        rows.c.counted_from, span.start
    )
    return cast(func.greatest(func.extract("epoch", length), 0), Float) / 3600
