"""Queries of the view `notices`: what somebody should hear, newest first, and what is new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, and_, func, select, tuple_

from domain.period import Period
from domain.sealed import Sealed
from projections.notices_fold import notices
from projections.query import Reader, among, fetch, fetch_one, from_json
from projections.view import valid

After = tuple[int, int]
"""Where a list goes on: position and number of the last notice of the page before."""
LONGEST_APPEND = 2_000
"""More events than an append has."""
_c = notices.c


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to hear. `recipient` is an account, or a group of people (`notices_fold`).

    `by` is the account that brought it about. `deadline` is by when to answer a request, to accept
    an offer or to calibrate a device; for `late_predecessor`, when the device was due back.
    """

    position: int
    number: int
    kind: str
    recipient: str
    by: str
    recorded_at: datetime
    device_id: str | None
    company_id: str | None
    reservation_id: str | None
    wish_id: str | None
    period: Period | None
    deadline: datetime | None
    reason: Sealed | None

    @property
    def cursor(self) -> After:
        """Where a list that ends with this notice goes on."""
        return self.position, self.number


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as of today: whom notices may be addressed to, and whose affairs may be read.

    `company_id` None reads of every company's affairs.
    """

    account_id: str
    groups: tuple[str, ...] = ()
    company_id: str | None = None

    def hears(self, notice: Notice) -> bool:
        """Whether a notice is for this person. What one of a group did is no news to them."""
        if self.company_id is not None and notice.company_id != self.company_id:
            return False
        if notice.recipient == self.account_id:
            return True
        return notice.recipient in self.groups and notice.by != self.account_id


async def list_notices(
    reader: Reader,
    who: Addressee,
    *,
    limit: int = 50,
    after: After | None = None,
    as_of: int | None = None,
) -> list[Notice]:
    """What somebody should hear, newest first."""
    query = select(notices).where(valid(notices, as_of), _heard_by(who))
    if after is not None:
        query = query.where(tuple_(_c.position, _c.number) < tuple_(*after))
    order = (_c.position.desc(), _c.number.desc())
    return [_notice(row) for row in await fetch(reader, query.order_by(*order).limit(limit))]


async def count_new(reader: Reader, who: Addressee, *, read: int, most: int) -> int:
    """How many came after position `read`, counted to `most` at the most."""
    new = (
        select(_c.position)
        .where(valid(notices, None), _heard_by(who), _c.position > read)
        .limit(most)
        .subquery()
    )
    row = await fetch_one(reader, select(func.count().label("new")).select_from(new))
    return 0 if row is None else row["new"]


async def told_together(reader: Reader, notice: Notice) -> list[Notice]:
    """The notices of one append that say the same to the same people: of a bundle, a series.

    All events of an append, and of no other, have the same time.
    """
    near = _c.position.between(notice.position - LONGEST_APPEND, notice.position + LONGEST_APPEND)
    query = (
        select(notices)
        .where(
            valid(notices, None),
            near,
            _c.recorded_at == notice.recorded_at,
            _c.kind == notice.kind,
            _c.recipient == notice.recipient,
        )
        .order_by(_c.position, _c.number)
    )
    return [_notice(row) for row in await fetch(reader, query)]


async def after_position(reader: Reader, position: int, upto: int, most: int) -> list[Notice]:
    """Notices of all people after one position and up to another, oldest first."""
    query = (
        select(notices)
        .where(valid(notices, None), _c.position > position, _c.position <= upto)
        .order_by(_c.position, _c.number)
        .limit(most)
    )
    return [_notice(row) for row in await fetch(reader, query)]


async def newest(reader: Reader, limit: int) -> list[Notice]:
    """Notices of all people, newest first."""
    order = (_c.position.desc(), _c.number.desc())
    query = select(notices).where(valid(notices, None)).order_by(*order).limit(limit)
    return [_notice(row) for row in await fetch(reader, query)]


async def notice_at(reader: Reader, position: int, number: int) -> Notice | None:
    query = select(notices).where(
        valid(notices, None), _c.position == position, _c.number == number
    )
    row = await fetch_one(reader, query)
    return None if row is None else _notice(row)


def _heard_by(who: Addressee) -> ColumnElement[bool]:
    """The same as `Addressee.hears`."""
    heard = _c.recipient == who.account_id
    if who.groups:
        heard |= and_(among(_c.recipient, who.groups), _c.by != who.account_id)
    return heard if who.company_id is None else and_(heard, _c.company_id == who.company_id)


def _notice(row: asyncpg.Record) -> Notice:
    plain: dict[str, Any] = {
        name: row[name] for name in Notice.__struct_fields__ if name not in {"period", "reason"}
    }
    timed = row["starts_at"] is not None
    return Notice(
        **plain,
        period=Period(row["starts_at"], row["ends_at"]) if timed else None,
        reason=from_json(row["reason"], Sealed),
    )
