"""Queries of the view `waiting`: wishes for taken time, and their places in line.

A wish whose start has passed waits no longer, also where no event says so yet. Whether it has is
asked of the time `now` that the caller passes; there is no clock here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.sql import Select

from domain.events import UsageType
from domain.period import Period
from domain.sealed import Sealed
from projections.due import Due
from projections.query import Reader, fetch, fetch_one, from_json
from projections.view import Moment, valid
from projections.waiting_fold import wishes

WishStatus = Literal["waiting", "offered", "accepted", "expired", "left", "passed"]
"""`passed` is a wish that was waiting when its start came, recorded or not."""
Wanted = WishStatus | Literal["open"]
"""`open` are the wishes that wait or are offered their time."""

After = tuple[int, int]
"""Where a list goes on: the `cursor` of the last wish of the page before."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A company's wish for taken time of a device.

    `place` is 1 for the first in line: one more than the open wishes for overlapping time of the
    device that come before; None where the wish is not open. An offer has to be accepted before
    `expires_at`. Wishes of displaced reservations, named by `replaces`, come first, and then
    `joined_position` decides the order of the line; `changed_position` is the ledger's of the last
    event about the wish. `reservation_id` is what an accepted wish became, `rebooked_as` what its
    displaced reservation was made again as, which ended the wish.
    """

    wish_id: str
    device_id: str
    sector: str
    company_id: str
    account_id: str
    period: Period
    occupied: Period
    joined_position: int
    joined_at: datetime
    changed_position: int
    changed_at: datetime
    status: WishStatus
    place: int | None
    expires_at: datetime | None
    reservation_id: str | None
    rebooked_as: str | None
    purpose: Sealed | None
    usage_type: UsageType
    people: tuple[str, ...]
    irb_number: Sealed | None
    replaces: str | None

    @property
    def is_open(self) -> bool:
        return self.status in {"waiting", "offered"}

    @property
    def cursor(self) -> After:
        """Open wishes in the order of the line, then the others, the newest first.

        An open wish never moves to the front, so that no page misses one that was open before.
        """
        if not self.is_open:
            return 2, -self.joined_position
        return int(self.replaces is None), self.joined_position


async def list_wishes(
    reader: Reader,
    now: datetime,
    *,
    company_id: str | None = None,
    device_id: str | None = None,
    status: Wanted | None = None,
    limit: int = 100,
    after: After | None = None,
    as_of: int | None = None,
) -> list[Wish]:
    """Wishes of a company, a device, a status, in the order of their cursors."""
    query = _wishes(now, as_of)
    if company_id is not None:
        query = query.where(wishes.c.company_id == company_id)
    if device_id is not None:
        query = query.where(wishes.c.device_id == device_id)
    if status == "open":
        query = query.where(_open(wishes, now))
    elif status is not None:
        query = query.where(_status(now) == status)
    displaced = and_(_open(wishes, now), wishes.c.replaces.is_not(None))
    group = case((displaced, 0), (_open(wishes, now), 1), else_=2)
    joined = wishes.c.joined_position
    number = case((_open(wishes, now), joined), else_=-joined)
    if after is not None:
        query = query.where(tuple_(group, number) > tuple_(*after))
    rows = await fetch(reader, query.order_by(group, number).limit(limit))
    return [wish_of(row) for row in rows]


async def wish(
    reader: Reader, wish_id: str, now: datetime, *, as_of: int | None = None
) -> Wish | None:
    row = await fetch_one(reader, _wishes(now, as_of).where(wishes.c.wish_id == wish_id))
    return None if row is None else wish_of(row)


async def place_for(reader: Reader, device_id: str, occupied: Period, now: datetime) -> int:
    """The place in line that whoever joined now would have for such time of a device."""
    in_front = and_(
        valid(wishes, None),
        wishes.c.device_id == device_id,
        wishes.c.occupied_from < literal(occupied.end, Moment),
        wishes.c.occupied_until > literal(occupied.start, Moment),
        _open(wishes, now),
    )
    row = await fetch_one(reader, select(func.count().label("before")).where(in_front))
    return 1 + (row["before"] if row is not None else 0)


async def unfulfilled(reader: Reader, now: datetime, most: int) -> list[Due]:
    """Wishes whose time has begun while they waited and of which no event says so, oldest first.

    Only a suggestion, as those of `projections.due`: the worker's command looks at the facts.
    """
    query = (
        select(wishes.c.wish_id, wishes.c.starts_at, wishes.c.joined_at)
        # What is in line is the small index of what is open.
        .where(valid(wishes, None), wishes.c.in_line, _gone_by(now))
        .order_by(wishes.c.starts_at, wishes.c.wish_id)
        .limit(most)
    )
    rows = await fetch(reader, query)
    return [Due(at=row["starts_at"], id=row["wish_id"], since=row["joined_at"]) for row in rows]


def wish_of(row: asyncpg.Record) -> Wish:
    same = (
        *("wish_id", "device_id", "sector", "company_id", "account_id", "joined_position"),
        *("joined_at", "changed_position", "changed_at", "place", "expires_at", "reservation_id"),
        *("rebooked_as", "replaces"),
    )
    return Wish(
        **{name: row[name] for name in same},
        status=row["status_now"],
        period=Period(row["starts_at"], row["ends_at"]),
        occupied=Period(row["occupied_from"], row["occupied_until"]),
        purpose=from_json(row["purpose"], Sealed),
        usage_type=row["usage_type"],
        people=tuple(row["people"]),
        irb_number=from_json(row["irb_number"], Sealed),
    )


def _wishes(now: datetime, as_of: int | None) -> Select[Any]:
    before = wishes.alias("before")
    in_front = and_(
        valid(before, as_of),
        before.c.device_id == wishes.c.device_id,
        before.c.occupied_from < wishes.c.occupied_until,
        before.c.occupied_until > wishes.c.occupied_from,
        # No, which is what the displaced say, comes before yes.
        tuple_(before.c.replaces.is_(None), before.c.joined_position)
        < tuple_(wishes.c.replaces.is_(None), wishes.c.joined_position),
        _open(before, now),
    )
    count = select(func.count()).select_from(before).where(in_front).scalar_subquery()
    place = case((_open(wishes, now), count + 1)).label("place")
    return select(wishes, _status(now).label("status_now"), place).where(valid(wishes, as_of))


def _open(table: Any, now: datetime) -> ColumnElement[bool]:
    ahead = table.c.starts_at > literal(now, Moment)
    # An offer stands until its end is recorded, whatever the time.
    still = or_(table.c.status == "offered", ahead)
    return and_(table.c.in_line, still)


def _status(now: datetime) -> ColumnElement[str]:
    return case((_gone_by(now), "passed"), else_=wishes.c.status)


def _gone_by(now: datetime) -> ColumnElement[bool]:
    return and_(wishes.c.status == "waiting", wishes.c.starts_at <= literal(now, Moment))
