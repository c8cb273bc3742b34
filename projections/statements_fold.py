"""The view `statements`: what was billed to companies, and the prices that were set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Float, Index, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.StatementIssued():
            values: dict[str, Any] = {
                "company_id": event.company_id,
                "company_name_ko": event.company_name.ko,
                "company_name_en": event.company_name.en,
                "company_kind": event.company_kind,
                "month": event.month,
                "number": event.number,
                "through_position": event.position,
                "issued_at": recorded.recorded_at,
                "issued_by": recorded.by,
                "lines": as_json(event.lines),
                "hours": event.hours,
                "fee": event.fee,
            }
            yield Put("statements", {"statement_id": event.statement_id}, values)
        case e.RateSet():
            values = {
                "device_id": event.device_id,
                "krw_per_hour": event.krw_per_hour,
                "company_kind": event.company_kind,
                "valid_from": event.valid_from,
                "valid_until": event.valid_until,
                "set_at": recorded.recorded_at,
            }
            yield Put("rates", {"set_position": recorded.position}, values)


_metadata = MetaData(schema=schema_of("statements", 1))
statements = versioned(
    "statements",
    _metadata,
    Column("statement_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("company_name_ko", Text, nullable=False),
    Column("company_name_en", Text, nullable=False),
    Column("company_kind", Text),
    Column("month", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("through_position", BigInteger, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("hours", Float, nullable=False),
    Column("fee", BigInteger, nullable=False),
    key=("statement_id",),
)
rates = versioned(
    "rates",
    _metadata,
    Column("set_position", BigInteger, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("krw_per_hour", Integer, nullable=False),
    Column("company_kind", Text),  # NULL is for all
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("set_at", Moment, nullable=False),
    key=("set_position",),
)
Index("statements_by_company", statements.c.company_id, statements.c.number)
Index("rates_by_device", rates.c.device_id, rates.c.set_position)
VIEW = View("statements", 1, _metadata, project)
