"""Queries of the view `overrides`: the list, one booking's, and how often which rule was broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg
import msgspec
from sqlalchemy import select

from domain.sealed import Sealed
from projections.overrides_fold import overrides
from projections.query import Reader, fetch, from_json
from projections.view import valid


class Overridden(msgspec.Struct, frozen=True, kw_only=True):
    """An override. `by` is the account that gave it, `at` when it was recorded."""

    position: int
    at: datetime
    by: str
    reservation_id: str
    device_id: str
    company_id: str
    rules: tuple[str, ...]
    reason: Sealed | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many overrides there were, most first; one of two rules counts for both of them."""

    by_rule: dict[str, int]
    by_device: dict[str, int]
    by_account: dict[str, int]


async def list_overrides(
    reader: Reader,
    start: datetime,
    end: datetime,
    *,
    reservation_id: str | None = None,
    as_of: int | None = None,
) -> list[Overridden]:
    """What was recorded in [start, end), newest first."""
    query = select(overrides).where(
        valid(overrides, as_of), overrides.c.at >= start, overrides.c.at < end
    )
    if reservation_id is not None:
        query = query.where(overrides.c.reservation_id == reservation_id)
    rows = await fetch(reader, query.order_by(overrides.c.position.desc()))
    return [_overridden(row) for row in rows]


async def of_reservation(
    reader: Reader, reservation_id: str, *, as_of: int | None = None
) -> list[Overridden]:
    """What was set aside for one booking, oldest first."""
    query = select(overrides).where(
        valid(overrides, as_of), overrides.c.reservation_id == reservation_id
    )
    rows = await fetch(reader, query.order_by(overrides.c.position))
    return [_overridden(row) for row in rows]


def counts(found: Sequence[Overridden]) -> Counts:
    return Counts(
        by_rule=_most_first(rule for one in found for rule in one.rules),
        by_device=_most_first(one.device_id for one in found),
        by_account=_most_first(one.by for one in found),
    )


def _most_first(names: Iterable[str]) -> dict[str, int]:
    counted = Counter(names)
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _overridden(row: asyncpg.Record) -> Overridden:
    return Overridden(
        position=row["position"],
        at=row["at"],
        by=row["by"],
        reservation_id=row["reservation_id"],
        device_id=row["device_id"],
        company_id=row["company_id"],
        rules=tuple(row["rules"]),
        reason=from_json(row["reason"], Sealed),
    )
