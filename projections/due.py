"""Queries of the view `calendar`: what is due by a moment and not decided yet, oldest first.

A view only suggests: whoever acts on an answer decides from facts (`domain.deadlines`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select

from domain.due import RETURN_TOLERANCE
from projections.calendar_tables import entries, graces
from projections.query import Reader, fetch
from projections.view import valid

LOOKED_BACK = timedelta(days=366)
"""Reservations without a hand-out that ended longer ago are left alone."""
_c = entries.c
_NO_SHOW_MINUTES = 60
"""Of devices whose terms were never set, as `TermsOfUse` has it."""


class Due(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A deadline that has passed; they sort by time. `since` is when the wait for it began."""

    at: datetime
    kind: str = ""
    id: str
    since: datetime


async def unanswered(reader: Reader, now: datetime, most: int) -> list[Due]:
    """Requests that nobody answered in time."""
    deadline = func.coalesce(_c.answer_by, _c.starts_at)
    due = and_(_c.status == "requested", deadline <= now)
    return await _found(reader, deadline, _c.created_at, due, most)


async def not_handed_out(reader: Reader, now: datetime, most: int) -> list[Due]:
    """Confirmed reservations that were not handed out in time and that no one was asked about."""
    begins = func.greatest(_c.starts_at, _c.promised_at)
    minutes = func.coalesce(graces.c.no_show_minutes, _NO_SHOW_MINUTES)
    deadline = func.least(begins + minutes * timedelta(minutes=1), _c.ends_at)
    due = and_(
        _c.status == "confirmed",
        minutes > 0,
        _c.starts_at <= now,
        _c.starts_at > now - LOOKED_BACK,
        deadline <= now,
        or_(_c.suspected_at.is_(None), _c.suspected_at != _c.starts_at),
    )
    return await _found(reader, deadline, begins, due, most)


async def not_returned(reader: Reader, now: datetime, most: int) -> list[Due]:
    """Devices that are still out after the end of their time, each end once."""
    noted = or_(_c.overdue_at.is_(None), _c.overdue_at != _c.ends_at)
    due = and_(_c.status == "in_use", _c.ends_at <= now - RETURN_TOLERANCE, noted)
    return await _found(reader, _c.ends_at + RETURN_TOLERANCE, _c.starts_at, due, most)


async def unaccepted(reader: Reader, now: datetime, most: int) -> list[Due]:
    """Offers that nobody accepted in time. One that was extended is waited for since then."""
    due = and_(_c.status == "offered", _c.answer_by <= now)
    return await _found(reader, _c.answer_by, _c.changed_at, due, most)


async def _found(
    reader: Reader,
    deadline: ColumnElement[Any],
    since: ColumnElement[Any],
    due: ColumnElement[bool],
    most: int,
) -> list[Due]:
    graced = entries.outerjoin(
        graces, and_(graces.c.device_id == _c.device_id, valid(graces, None))
    )
    query = (
        select(_c.entry_id, deadline.label("at"), since.label("since_when"))
        .select_from(graced)
        # Only what holds time can be due, which is the small index of what is open.
        .where(valid(entries, None), _c.holds, due)
        .order_by(deadline, _c.entry_id)
        .limit(most)
    )
    rows = await fetch(reader, query)
    return [Due(at=row["at"], id=row["entry_id"], since=row["since_when"]) for row in rows]
