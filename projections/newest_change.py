"""When something last changed in a part of the view `calendar`, as feeds tell their readers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.sql import ColumnElement

from projections.calendar_tables import entries
from projections.query import Reader, among, fetch_one
from projections.view import valid


async def newest_change(
    reader: Reader,
    *,
    device_ids: Collection[str] | None = None,
    company_id: str | None = None,
    account_id: str | None = None,
    kinds: Collection[str] | None = None,
    as_of: int | None = None,
) -> datetime | None:
    """The recorded time of the newest event that changed, brought in or took away such an entry.

    None where there never was one. A reservation can leave a device for another, so that for
    devices the closed rows count too; it never leaves its company.
    """
    wanted: list[ColumnElement[bool]] = []
    if device_ids is not None:
        wanted.append(among(entries.c.device_id, device_ids))
    else:
        wanted.append(valid(entries, as_of))
    if company_id is not None:
        wanted.append(entries.c.company_id == company_id)
    if account_id is not None:
        wanted.append(entries.c.account_id == account_id)
    if kinds is not None:
        wanted.append(among(entries.c.kind, kinds))
    opened: ColumnElement[Any] = func.max(entries.c.since)
    closed: ColumnElement[Any] = func.max(entries.c.until)
    if as_of is not None:
        opened = func.max(entries.c.since).filter(entries.c.since <= as_of)
        closed = func.max(entries.c.until).filter(entries.c.until <= as_of)
    # Only as of a position are there closed rows among the valid ones: what closed them came later.
    newest = opened if device_ids is None else func.greatest(opened, closed)
    position = select(newest).where(*wanted).scalar_subquery()
    query = select(entries.c.changed_at).where(entries.c.since == position).limit(1)
    row = await fetch_one(reader, query)
    return None if row is None else row["changed_at"]
