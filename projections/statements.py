"""Queries of the view `statements`: what was billed to companies, and the prices that were set."""

from __future__ import annotations

from datetime import date, datetime

import asyncpg
import msgspec
from sqlalchemy import select

from domain.events import StatementLine
from domain.rate import price_of
from domain.text import Text
from projections.query import Reader, fetch, fetch_one
from projections.statements_fold import rates as _rates
from projections.statements_fold import statements as _statements
from projections.view import valid


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement just as it was issued; `through_position` is the last event that it holds."""

    statement_id: str
    company_id: str
    company_name: Text
    company_kind: str | None
    month: str
    number: int
    through_position: int
    issued_at: datetime
    issued_by: str
    lines: tuple[StatementLine, ...]
    hours: float
    fee: int


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A price as it was set; see the event RateSet. The newest that holds on a date counts."""

    krw_per_hour: int
    company_kind: str | None
    valid_from: date | None
    valid_until: date | None
    set_at: datetime
    position: int


async def statement(
    reader: Reader, statement_id: str, *, as_of: int | None = None
) -> Statement | None:
    wanted = valid(_statements, as_of), _statements.c.statement_id == statement_id
    row = await fetch_one(reader, select(_statements).where(*wanted))
    return None if row is None else _statement(row)


async def statements_of(
    reader: Reader,
    company_id: str,
    *,
    limit: int = 1_000,
    before: int | None = None,
    as_of: int | None = None,
) -> list[Statement]:
    """A company's statements, newest first; `before` is the number to go on from."""
    query = select(_statements).where(
        valid(_statements, as_of), _statements.c.company_id == company_id
    )
    if before is not None:
        query = query.where(_statements.c.number < before)
    rows = await fetch(reader, query.order_by(_statements.c.number.desc()).limit(limit))
    return [_statement(row) for row in rows]


async def rates_of(reader: Reader, device_id: str, *, as_of: int | None = None) -> list[Rate]:
    """Every price of a device that was ever set, newest first."""
    query = select(_rates).where(valid(_rates, as_of), _rates.c.device_id == device_id)
    rows = await fetch(reader, query.order_by(_rates.c.set_position.desc()))
    return [
        Rate(
            krw_per_hour=row["krw_per_hour"],
            company_kind=row["company_kind"],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
            set_at=row["set_at"],
            position=row["set_position"],
        )
        for row in rows
    ]


async def krw_per_hour(
    reader: Reader,
    device_id: str,
    company_kind: str | None,
    day: date,
    *,
    as_of: int | None = None,
) -> int:
    """What an hour of a use that begins on a date would cost a kind of company, by these prices."""
    newest_first = await rates_of(reader, device_id, as_of=as_of)
    return price_of(newest_first[::-1], company_kind, day) or 0


def _statement(row: asyncpg.Record) -> Statement:
    return Statement(
        statement_id=row["statement_id"],
        company_id=row["company_id"],
        company_name=Text(row["company_name_ko"], row["company_name_en"]),
        company_kind=row["company_kind"],
        month=row["month"],
        number=row["number"],
        through_position=row["through_position"],
        issued_at=row["issued_at"],
        issued_by=row["issued_by"],
        lines=msgspec.json.decode(row["lines"], type=tuple[StatementLine, ...]),
        hours=row["hours"],
        fee=row["fee"],
    )
