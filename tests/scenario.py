"""Sentences about the rules: `given(…).when(…).rejected(…)`, decided on a ledger in a list.

    past = given(device(), company(), taken(nine, ten))
    await past.when(reserve(nine, ten)).rejected("slot_taken")

The device is AUT-018 and the company mudeung unless a sentence says otherwise; it is a week before
Monday 2 November 2026, the day of `nine` and `ten`. After every decision the checks of
`tests.boundaries` are made, so each sentence also proves that its events can be found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from domain import events as e
from domain.actor import Actor
from domain.changes import (
    ExtendReservation,
    RescheduleReservation,
    ShortenReservation,
    TransferReservation,
)
from domain.decisions import Command
from domain.devices import SetRate
from domain.event import Event
from domain.outages import ReportBreakdown, ScheduleOutage
from domain.period import SEOUL, Period
from domain.reservations import (
    ApproveReservation,
    CancelReservation,
    DeclineReservation,
    ReserveDevice,
)
from domain.sealed import Sealed
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from domain.usage import HandOutDevice, RecordNoShow, ReturnDevice
from tests.sentence import Scenario

AUT, HEA, ENE = "AUT-018", "HEA-013", "ENE-013"
MUDEUNG, HANBIT = "mudeung", "hanbit"
STAFF = Actor(account_id="staff-1", role="staff")
KIM = Actor(account_id="kim", role="member", company_id=MUDEUNG)
LEE = Actor(account_id="lee", role="manager", company_id=HANBIT)
SEALED = Sealed(key="kim", box="c2VhbGVk")
TEXT = Text(ko="이름", en="Name")


def at(clock: str) -> datetime:
    """`2026-11-02 09:00` on the clock of Asia/Seoul; the date may be left out: it is that day."""
    text = clock if "-" in clock else f"2026-11-02 {clock}"
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


NOW = at("2026-10-26 09:00")
eight, nine, ten, eleven, noon = (at(f"{hour:02d}:00") for hour in (8, 9, 10, 11, 12))
thirteen, fourteen, seventeen = (at(f"{hour}:00") for hour in (13, 14, 17))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def given(*past: Event | Sequence[Event]) -> Scenario:
    """What has happened before, without asking whether the rules would have allowed it."""
    events = [event for one in past for event in ([one] if isinstance(one, Event) else one)]
    return Scenario(events, NOW)


def device(
    device_id: str = AUT, sector: str = "automotive", rate: int = 10_000, **terms: Any
) -> list[Event]:
    """A device in service, open round the clock unless `terms` say otherwise."""
    return [
        e.DeviceCommissioned(
            device_id=device_id,
            name=TEXT,
            sector=sector,
            site=TEXT,
            location=TEXT,
            registration_number="NFEC-2021-03-271105",
        ),
        e.TermsSet(device_id=device_id, sector=sector, terms=TermsOfUse(**terms)),
        e.RateSet(device_id=device_id, krw_per_hour=rate),
    ]


def company(
    company_id: str = MUDEUNG, most_ahead: int | None = None, **hours: float
) -> list[Event]:
    """A registered company; `hours` are its monthly quotas by sector, `every` for all together."""
    return [
        e.CompanyRegistered(company_id=company_id, name=TEXT, sector="automotive", kind="startup"),
        *([e.MostAheadSet(company_id=company_id, reservations=most_ahead)] if most_ahead else []),
        *(
            e.QuotaSet(
                company_id=company_id, sector=None if sector == "every" else sector, hours=limit
            )
            for sector, limit in hours.items()
        ),
    ]


def closure(day: str) -> e.ClosureSet:
    """The laboratory is closed on a date."""
    return e.ClosureSet(day=date.fromisoformat(day), name=TEXT)


def taken(start: datetime, end: datetime, **fields: Any) -> e.ReservationConfirmed:
    """A confirmed reservation (`r-1` of kim) from `start` to `end`, without buffers."""
    return e.ReservationConfirmed(**_reservation(start, end, fields))


def requested(start: datetime, end: datetime, **fields: Any) -> e.ReservationRequested:
    """The same, waiting for approval."""
    return e.ReservationRequested(**_reservation(start, end, fields))


def expired(start: datetime, end: datetime) -> e.RequestExpired:
    """The end of a request that nobody answered."""
    return e.RequestExpired(**_reservation(start, end, {}))


def _reservation(start: datetime, end: datetime, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "reservation_id": "r-1",
        "device_id": AUT,
        "company_id": MUDEUNG,
        "sector": "automotive",
        "account_id": "kim",
        "period": Period(start, end),
        "occupied": Period(start, end),
    } | fields


def reserve(start: datetime, end: datetime, **fields: Any) -> ReserveDevice:
    """Kim books AUT-018 for mudeung, as `r-2`."""
    asked: dict[str, Any] = {
        "by": KIM,
        "reservation_id": "r-2",
        "device_id": AUT,
        "company_id": MUDEUNG,
        "account_id": "kim",
        "period": Period(start, end),
    }
    return ReserveDevice(**(asked | fields))


def reschedule(start: datetime, end: datetime, by: Actor = KIM) -> Command:
    return RescheduleReservation(by=by, reservation_id="r-1", period=Period(start, end))


def shorten(start: datetime, end: datetime, by: Actor = KIM) -> Command:
    return ShortenReservation(by=by, reservation_id="r-1", period=Period(start, end))


def extend(start: datetime, end: datetime, by: Actor = KIM) -> Command:
    return ExtendReservation(by=by, reservation_id="r-1", period=Period(start, end))


def transfer(reservation_id: str = "r-1", by: Actor = KIM, **to: str) -> Command:
    """`to_account_id` or `to_device_id`, or both."""
    return TransferReservation(by=by, reservation_id=reservation_id, **to)


def cancel(reservation_id: str = "r-1") -> Command:
    return CancelReservation(by=KIM, reservation_id=reservation_id)


def approve(reservation_id: str = "r-1") -> Command:
    return ApproveReservation(by=STAFF, reservation_id=reservation_id)


def decline(reservation_id: str = "r-1") -> Command:
    return DeclineReservation(by=STAFF, reservation_id=reservation_id, reason=SEALED)


def hand_out(reservation_id: str = "r-1", at: datetime | None = None) -> Command:
    return HandOutDevice(by=STAFF, reservation_id=reservation_id, at=at)


def take_back(reservation_id: str = "r-1", at: datetime | None = None, **fields: Any) -> Command:
    """The return, with the figures of the use log in `fields`."""
    return ReturnDevice(by=STAFF, reservation_id=reservation_id, at=at, **fields)


def no_show(reservation_id: str = "r-1") -> Command:
    return RecordNoShow(by=STAFF, reservation_id=reservation_id)


def outage(start: datetime, end: datetime, outage_id: str = "o-1", **fields: Any) -> Command:
    """Planned maintenance of AUT-018."""
    planned: dict[str, Any] = {"device_id": AUT, "outage_id": outage_id, "kind": "maintenance"}
    return ScheduleOutage(by=STAFF, period=Period(start, end), **(planned | fields))


def break_down(until: datetime, breakdown_id: str = "b-1", device_id: str = AUT) -> Command:
    return ReportBreakdown(
        by=STAFF, device_id=device_id, breakdown_id=breakdown_id, expected_until=until
    )


def rate(krw_per_hour: int, device_id: str = AUT) -> Command:
    return SetRate(by=STAFF, device_id=device_id, krw_per_hour=krw_per_hour)
