"""The view `overrides`: which rules the laboratory set aside, for whom, and who did it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ARRAY, BigInteger, Column, Index, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.PolicyOverridden():
            values = {
                "at": recorded.recorded_at,
                "by": recorded.by,
                "reservation_id": event.reservation_id,
                "device_id": event.device_id,
                "company_id": event.company_id,
                "rules": list(event.rules),
                "reason": as_json(event.reason),
            }
            yield Put("overrides", {"position": recorded.position}, values)


_metadata = MetaData(schema=schema_of("overrides", 1))
overrides = versioned(
    "overrides",
    _metadata,
    Column("position", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("reservation_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("rules", ARRAY(Text), nullable=False),
    Column("reason", JSONB),
    key=("position",),
)
Index("overrides_by_time", overrides.c.at)
Index("overrides_by_reservation", overrides.c.reservation_id)
VIEW = View("overrides", 1, _metadata, project)
