"""The view `waiting`: who waits for which taken time, since when, and what was offered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Index, MetaData, Text, and_
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Change, Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.WaitlistJoined():
            yield Put("wishes", {"wish_id": event.wish_id}, _joined(recorded, event))
        case e.SlotOffered():
            yield _changed(recorded, event, "offered", expires_at=event.expires_at)
        case e.OfferExtended():
            yield _changed(recorded, event, "offered", expires_at=event.expires_at)
        case e.OfferWithdrawn():
            # The place in line is that of joining, which stays.
            yield _changed(recorded, event, "waiting", expires_at=None)
        case e.OfferAccepted():
            made = {"reservation_id": event.reservation_id, "expires_at": None}
            yield _changed(recorded, event, "accepted", **made)
        case e.OfferExpired():
            yield _changed(recorded, event, "expired")
        case e.WaitlistLeft():
            rebooked = {"rebooked_as": event.rebooked_as, "expires_at": None}
            yield _changed(recorded, event, "left", **rebooked)
        case e.WaitlistPassed():
            yield _changed(recorded, event, "passed")


VERSION = 2
_metadata = MetaData(schema=schema_of("waiting", VERSION))
wishes = versioned(
    "wishes",
    _metadata,
    Column("wish_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("occupied_from", Moment, nullable=False),
    Column("occupied_until", Moment, nullable=False),
    Column("joined_position", BigInteger, nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("changed_position", BigInteger, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("in_line", Boolean, nullable=False),  # waiting or offered, as far as events say
    Column("expires_at", Moment),  # of an offer: accepted before this moment, or never
    Column("reservation_id", Text),  # what an accepted offer became
    Column("rebooked_as", Text),  # what a displaced one was made again as, at another time
    Column("purpose", JSONB),
    Column("usage_type", Text, nullable=False),
    Column("people", ARRAY(Text), nullable=False),
    Column("irb_number", JSONB),
    Column("replaces", Text),  # the displaced reservation, which comes before all that joined
    key=("wish_id",),
)
_current = wishes.c.until.is_(None)
# What is open is little beside all that is over, and the line is counted from it.
_in_line = and_(_current, wishes.c.in_line)
Index("wishes_by_company", wishes.c.company_id, wishes.c.joined_position, postgresql_where=_current)
Index("wishes_by_device", wishes.c.device_id, wishes.c.joined_position, postgresql_where=_current)
Index("wishes_in_line", wishes.c.device_id, wishes.c.occupied_from, postgresql_where=_in_line)
VIEW = View("waiting", VERSION, _metadata, project)


def _joined(recorded: Recorded, event: e.WaitlistJoined) -> dict[str, Any]:
    return {
        "device_id": event.device_id,
        "sector": event.sector,
        "company_id": event.company_id,
        "account_id": event.account_id,
        "starts_at": event.period.start,
        "ends_at": event.period.end,
        "occupied_from": event.occupied.start,
        "occupied_until": event.occupied.end,
        "joined_position": recorded.position,
        "joined_at": recorded.recorded_at,
        "changed_position": recorded.position,
        "changed_at": recorded.recorded_at,
        "status": "waiting",
        "in_line": True,
        "expires_at": None,
        "reservation_id": None,
        "rebooked_as": None,
        "purpose": as_json(event.purpose),
        "usage_type": event.usage_type,
        "people": list(event.people),
        "irb_number": as_json(event.irb_number),
        "replaces": event.replaces,
    }


def _changed(recorded: Recorded, event: e.WaitlistEvent, status: str, **values: Any) -> Change:
    values |= {"status": status, "in_line": status in {"waiting", "offered"}}
    stamps = {"changed_position": recorded.position, "changed_at": recorded.recorded_at}
    return Change("wishes", {"wish_id": event.wish_id}, values | stamps)
