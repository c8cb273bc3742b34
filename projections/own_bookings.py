"""Bookings as their own people list them: what is ahead, next first; what is over, newest first.

A series takes one line in each list, however many of its dates are in it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select, tuple_

from projections.calendar import After, Entry, entry_of
from projections.calendar_tables import entries, sectors
from projections.query import Reader, among, fetch
from projections.view import Moment, valid

Part = Literal["ahead", "over"]
OPEN = ("requested", "confirmed")
GIVEN_BACK = ("cancelled", "declined", "expired", "displaced", "no_show")


class Line(NamedTuple):
    """A booking; or the next one (of what is over the last) of `dates` of a series.

    `after` is where a list that ends with this line goes on.
    """

    entry: Entry
    dates: int
    after: After


async def own_bookings(
    reader: Reader,
    part: Part,
    now: datetime,
    *,
    company_id: str | None = None,
    account_id: str | None = None,
    after: After | None = None,
    limit: int,
    as_of: int | None = None,
) -> list[Line]:
    """Lines of one part, of a company or of an account.

    What is ahead comes by its start. What is over comes by when it was: a use by its return, what
    was cancelled, declined or lost by when that happened, everything else by its end.
    """
    held = or_(
        entries.c.status == "in_use",
        and_(among(entries.c.status, OPEN), entries.c.ends_at > literal(now, Moment)),
    )
    when = entries.c.starts_at if part == "ahead" else _over_at(GIVEN_BACK)
    found = (
        select(entries, sectors.c.sector, when.label("happens_at"))
        .select_from(entries.outerjoin(sectors, sectors.c.device_id == entries.c.device_id))
        .where(valid(entries, as_of), entries.c.kind == "reservation")
        .where(held if part == "ahead" else not_(held))
    )
    for column, value in ((entries.c.company_id, company_id), (entries.c.account_id, account_id)):
        if value is not None:
            found = found.where(column == value)
    rows = found.subquery()
    order: tuple[ColumnElement[Any], ...] = (rows.c.happens_at, rows.c.entry_id)
    if part == "over":
        order = tuple(column.desc() for column in order)
    together = func.coalesce(rows.c.series_id, rows.c.entry_id)
    counted = select(
        rows,
        func.count().over(partition_by=together).label("dates"),
        func.row_number().over(partition_by=together, order_by=order).label("place"),
    ).subquery()
    lines = select(counted).where(counted.c.place == 1)
    if after is not None:
        here = tuple_(counted.c.happens_at, counted.c.entry_id)
        there = tuple_(literal(after[0], Moment), literal(after[1]))
        lines = lines.where(here > there if part == "ahead" else here < there)
    ends = (counted.c.happens_at, counted.c.entry_id)
    sorting = ends if part == "ahead" else tuple(column.desc() for column in ends)
    records = await fetch(reader, lines.order_by(*sorting).limit(limit))
    return [
        Line(entry_of(row), row["dates"], (row["happens_at"], row["entry_id"])) for row in records
    ]


def _over_at(given_back: Collection[str]) -> ColumnElement[Any]:
    ended = func.least(entries.c.ends_at, entries.c.changed_at)
    return case(
        (entries.c.returned_at.is_not(None), entries.c.returned_at),
        (among(entries.c.status, given_back), ended),
        else_=entries.c.ends_at,
    )
