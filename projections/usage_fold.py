"""The view `usage`: its tables and its fold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.agenda import offer_key
from domain.event import Recorded
from projections.operations import Change, End, Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned

ALL_SECTORS = "all"
"""The quota that counts the hours of every sector."""


def project(recorded: Recorded) -> Iterator[Operation]:  # noqa: C901 - one case an event
    match event := recorded.event:
        case e.CompanyRegistered():
            name = {"name_ko": event.name.ko, "name_en": event.name.en}
            values = {**name, "sector": event.sector, "kind": event.kind}
            yield Put("companies", _company(event.company_id), values | _IN_GOOD_STANDING)
        case e.CompanyRenamed():
            name = {"name_ko": event.name.ko, "name_en": event.name.en}
            yield Change("companies", _company(event.company_id), name)
        case e.CompanySuspended():
            for_these = {"suspended": True, "suspended_for": as_json(event.no_shows or None)}
            yield Change("companies", _company(event.company_id), for_these)
        case e.CompanyReinstated():
            again = {"suspended": False, "suspended_for": None}
            yield Change("companies", _company(event.company_id), again)
        case e.MostAheadSet():
            most = {"most_ahead": event.reservations}
            yield Change("companies", _company(event.company_id), most)
        case e.QuotaSet():
            key = {"company_id": event.company_id, "sector": event.sector or ALL_SECTORS}
            yield Put("quotas", key, {"hours": event.hours})
        case e.UsageLogged():
            yield Put("lines", _reservation(event), _whose(recorded, event) | _figures(event))
        case e.UsageCorrected():
            yield Change("lines", _reservation(event), _figures(event), add={"corrected": 1})
            used = {"counted_from": event.used.start, "counted_until": event.used.end}
            yield Change("booked", _reservation(event), used)
        case e.UsageWaived():
            yield Change("lines", _reservation(event), {"waived": True})
        case e.ReservationEvent():
            yield from _counted(event)
        case e.SlotOffered():
            yield Put("booked", _offer(event), _counting(event))
        case (
            e.OfferAccepted() | e.OfferExpired() | e.OfferWithdrawn() | e.WaitlistLeft(offered=True)
        ):
            yield End("booked", _offer(event))


def _counted(event: e.ReservationEvent) -> Iterator[Operation]:
    """What counts against the quota, by the rules of `domain.quota`."""
    match event:
        case e.ReservationRequested() | e.ReservationConfirmed():
            yield Put("booked", _reservation(event), _counting(event))
        case e.DeviceReturned():
            used = {"counted_from": event.handed_out_at, "counted_until": event.at}
            yield Change("booked", _reservation(event), _booked(event) | used)
        case e.ReservationShortened(late=True):
            yield Change("booked", _reservation(event), _booked(event) | {"gave_back_late": True})
        case e.ReservationCancelled(late=True) | e.NoShowRecorded():
            return  # it counts as it was booked
        case e.DeviceHandedOut():
            # Which a withdrawn no-show did not, until its hand-out was entered late.
            counts = {"counts": True, "gave_back_late": False}
            yield Change("booked", _reservation(event), counts)
        case (
            e.ReservationCancelled()
            | e.ReservationDeclined()
            | e.RequestExpired()
            | e.ReservationDisplaced()
            | e.NoShowWithdrawn()
        ):
            gone = {"counts": False, "gave_back_late": False}
            yield Change("booked", _reservation(event), gone)
        case _:
            yield Change("booked", _reservation(event), _booked(event))


_metadata = MetaData(schema=schema_of("usage", 3))
companies = versioned(
    "companies",
    _metadata,
    Column("company_id", Text, nullable=False),
    Column("name_ko", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
    # The reservations whose no-shows suspended it; NULL where staff did, for another reason.
    Column("suspended_for", JSONB),
    Column("most_ahead", Integer),
    key=("company_id",),
)
quotas = versioned(
    "quotas",
    _metadata,
    Column("company_id", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("hours", Float),  # in each month of Asia/Seoul; NULL lifts the limit
    key=("company_id", "sector"),
)
lines = versioned(
    "lines",
    _metadata,
    Column("reservation_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("used_from", Moment, nullable=False),
    Column("used_until", Moment, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("billed_minutes", Integer, nullable=False),
    Column("krw_per_hour", Integer, nullable=False),
    Column("fee", Integer, nullable=False),
    Column("waived", Boolean, nullable=False),
    Column("usage_type", Text, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("staff_minutes", Integer, nullable=False),
    Column("notes", JSONB),
    Column("corrected", Integer, nullable=False),
    # What the national log (운영일지) asks for beyond that; people by account.
    Column("account_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("keeper", Text),
    Column("company_kind", Text),
    Column("registration_number", Text, nullable=False),
    key=("reservation_id",),
)
# One row a reservation or offer, with the time that counts; months are cut out of it when they are
# asked for, so that no reservation has to give back the months that it leaves.
booked = versioned(
    "booked",
    _metadata,
    Column("reservation_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("counted_from", Moment, nullable=False),
    Column("counted_until", Moment, nullable=False),
    Column("counts", Boolean, nullable=False),
    # The time that the version before held and this one doesn't counts for ever.
    Column("gave_back_late", Boolean, nullable=False),
    key=("reservation_id",),
)
Index("lines_by_company", lines.c.company_id, lines.c.used_from)
Index("booked_by_company", booked.c.company_id, booked.c.counted_until)
Index(
    "booked_gave_back_late",
    booked.c.company_id,
    postgresql_where=booked.c.gave_back_late,
)
VIEW = View("usage", 3, _metadata, project)

_IN_GOOD_STANDING = {"suspended": False, "suspended_for": None, "most_ahead": None}


def _company(company_id: str) -> dict[str, str]:
    return {"company_id": company_id}


def _reservation(event: Any) -> dict[str, str]:
    return {"reservation_id": event.reservation_id}


def _offer(event: e.WaitlistEvent) -> dict[str, str]:
    """An offer holds its hours as a reservation does; no reservation is called so."""
    return {"reservation_id": offer_key(event.wish_id)}


def _counting(event: e.ReservationEvent | e.SlotOffered) -> dict[str, Any]:
    return {"company_id": event.company_id, "counts": True, **_booked(event)}


def _booked(event: e.ReservationEvent | e.SlotOffered) -> dict[str, Any]:
    return {
        "sector": event.sector,
        "counted_from": event.period.start,
        "counted_until": event.period.end,
        "gave_back_late": False,
    }


def _whose(recorded: Recorded, event: e.UsageLogged) -> dict[str, Any]:
    """What a line says of people and companies, which no correction changes."""
    return {
        "company_id": event.company_id,
        "waived": False,
        "corrected": 0,
        "account_id": event.account_id,
        "author": recorded.by,
        "keeper": event.keeper,
        "company_kind": event.company_kind,
        "registration_number": event.registration_number,
    }


def _figures(event: e.UsageLogged | e.UsageCorrected) -> dict[str, Any]:
    notes = {"notes": as_json(event.notes)} if isinstance(event, e.UsageLogged) else {}
    return {
        **notes,
        "device_id": event.device_id,
        "sector": event.sector,
        "used_from": event.used.start,
        "used_until": event.used.end,
        "minutes": event.minutes,
        "billed_minutes": event.billed_minutes,
        "krw_per_hour": event.krw_per_hour,
        "fee": event.fee,
        "usage_type": event.usage_type,
        "samples": event.samples,
        "staff_minutes": event.staff_minutes,
    }
