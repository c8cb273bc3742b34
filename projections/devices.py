"""Queries of the view `devices`: the catalogue, the devices' condition, and the closed days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import asyncpg
import msgspec
from sqlalchemy import and_, func, select
from sqlalchemy.sql import Select

from domain import events as e
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from projections.devices_fold import (
    closures,
    conditions,
    devices,
    rates,
    searchable,
    terms,
)
from projections.query import Reader, fetch, fetch_one
from projections.view import valid

State = Literal["in_service", "suspended", "retired"]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the catalogue shows it. `terms_version` is the position of its terms.

    `broken_until` is when the open breakdown is expected to end, `in_hand` the reservation that
    the device is handed out for.
    """

    device_id: str
    name: Text
    sector: str
    site: Text
    location: Text
    registration_number: str
    keeper: str | None
    specification: tuple[e.SpecificationLine, ...]
    keywords: tuple[str, ...]
    compatible: tuple[str, ...]
    terms: TermsOfUse
    terms_version: int | None
    krw_per_hour: int
    state: State
    breakdown_id: str | None
    broken_until: datetime | None
    in_hand: str | None
    calibration_valid_until: datetime | None
    open_problems: int


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """A date of Asia/Seoul on which the laboratory is closed, and why."""

    day: date
    name: Text


async def list_devices(
    reader: Reader,
    *,
    sector: str | None = None,
    q: str | None = None,
    limit: int = 100,
    after: str | None = None,
    as_of: int | None = None,
) -> list[Device]:
    """Devices by id, those after the id `after`. Every word of `q` is found somewhere in them."""
    query = _devices(as_of).order_by(devices.c.device_id).limit(limit)
    if sector is not None:
        query = query.where(devices.c.sector == sector)
    for word in searchable(q or "").split():
        query = query.where(func.strpos(devices.c.words, word) > 0)
    if after is not None:
        query = query.where(devices.c.device_id > after)
    return [_device(row) for row in await fetch(reader, query)]


async def get_device(reader: Reader, device_id: str, *, as_of: int | None = None) -> Device | None:
    row = await fetch_one(reader, _devices(as_of).where(devices.c.device_id == device_id))
    return None if row is None else _device(row)


async def device_ids(
    reader: Reader, *, sector: str | None = None, as_of: int | None = None
) -> list[str]:
    query = select(devices.c.device_id).where(valid(devices, as_of)).order_by(devices.c.device_id)
    if sector is not None:
        query = query.where(devices.c.sector == sector)
    return [row["device_id"] for row in await fetch(reader, query)]


async def closures_between(
    reader: Reader, from_day: date, to_day: date, *, as_of: int | None = None
) -> list[Closure]:
    """The closed days from `from_day` up to `to_day`, which is not included."""
    query = (
        select(closures)
        .where(valid(closures, as_of), closures.c.day >= from_day, closures.c.day < to_day)
        .order_by(closures.c.day)
    )
    rows = await fetch(reader, query)
    return [Closure(day=row["day"], name=Text(row["name_ko"], row["name_en"])) for row in rows]


def _devices(as_of: int | None) -> Select[Any]:
    joined = devices.join(
        conditions,
        and_(conditions.c.device_id == devices.c.device_id, valid(conditions, as_of)),
    )
    for table in (terms, rates):
        same = and_(table.c.device_id == devices.c.device_id, valid(table, as_of))
        joined = joined.outerjoin(table, same)
    own = [column for column in devices.c if column.name not in {"words", "since", "until"}]
    more = [terms.c.terms, terms.c.terms_version, rates.c.krw_per_hour]
    state = [c for c in conditions.c if c.name not in {"device_id", "since", "until"}]
    return select(*own, *more, *state).select_from(joined).where(valid(devices, as_of))


def _device(row: asyncpg.Record) -> Device:
    decode = msgspec.json.decode
    return Device(
        device_id=row["device_id"],
        name=Text(row["name_ko"], row["name_en"]),
        sector=row["sector"],
        site=decode(row["site"], type=Text),
        location=decode(row["location"], type=Text),
        registration_number=row["registration_number"],
        keeper=row["keeper"],
        specification=decode(row["specification"], type=tuple[e.SpecificationLine, ...]),
        keywords=tuple(row["keywords"]),
        compatible=tuple(row["compatible"]),
        terms=decode(row["terms"], type=TermsOfUse) if row["terms"] else TermsOfUse(),
        terms_version=row["terms_version"],
        krw_per_hour=row["krw_per_hour"] or 0,
        state="retired" if row["retired"] else "suspended" if row["suspended"] else "in_service",
        breakdown_id=row["breakdown_id"],
        broken_until=row["broken_until"],
        in_hand=row["in_hand"],
        calibration_valid_until=row["calibration_valid_until"],
        open_problems=row["open_problems"],
    )
