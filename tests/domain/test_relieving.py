"""Who was passed over for the quota is looked at again once hours of those months count no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from domain import events as e
from domain.changes import ShortenReservation
from domain.companies import ReinstateCompany, SetQuota
from domain.decisions import Command
from domain.event import Event
from domain.period import Period
from domain.usage import CorrectUsage
from tests.scenario import (
    DAY,
    ENE,
    HANBIT,
    HOUR,
    LEE,
    NOW,
    SEALED,
    STAFF,
    at,
    cancel,
    company,
    decline,
    device,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    outage,
    requested,
    reschedule,
    take_back,
    taken,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import expire, leave, offer, waits

OWN = nine + DAY, eleven + DAY
NEXT_MONTH = at("2026-12-07 09:00"), at("2026-12-07 11:00")


OF_HANBIT: dict[str, Any] = {"device_id": ENE, "company_id": HANBIT, "account_id": "lee"}
"""Two hours of another device fill hanbit's quota."""


def passed_over(*own: Event, **terms: Any) -> Scenario:
    """Hanbit waits for an hour that is free since mudeung cancelled, but has no quota for it."""
    past = given(
        *(device(), device(ENE, **terms), company(), company(HANBIT, every=2), *own),
        *(taken(nine, noon, reservation_id="r-0"), waits(nine, ten)),
    )
    return past.when(cancel("r-0"))


def offered(happened: Sequence[Event]) -> list[str]:
    return [event.wish_id for event in happened if isinstance(event, e.SlotOffered)]


BOOKED = taken(*OWN, **OF_HANBIT)
RELIEF: dict[str, Command] = {
    "cancelled": cancel(),
    "moved to another month": reschedule(*NEXT_MONTH, by=LEE),
    "shortened": ShortenReservation(
        by=LEE, reservation_id="r-1", period=Period(nine + DAY, ten + DAY)
    ),
    "displaced": outage(*OWN, device_id=ENE),
    "a larger quota": SetQuota(by=STAFF, company_id=HANBIT, hours=3),
    "no quota": SetQuota(by=STAFF, company_id=HANBIT, hours=None),
}


@pytest.mark.parametrize("command", RELIEF.values(), ids=RELIEF)
async def test_hours_that_count_no_more_make_room(command: Command) -> None:
    """The append that relieves the quota offers the free time that the company waits for."""
    past = passed_over(BOOKED)
    assert offered(await past.accepted()) == []
    assert offered(await past.when(command).accepted()) == ["w-1"]


async def test_a_declined_request_makes_room() -> None:
    """Its hours were promised, and are not any more."""
    past = passed_over(requested(*OWN, **OF_HANBIT))
    await past.when(decline()).happened(e.ReservationDeclined, e.SlotOffered)


async def test_a_use_that_took_less_makes_room() -> None:
    """By an early return, or by a correction days later."""
    now = nine - DAY, eleven - DAY
    past = passed_over(taken(*now, **OF_HANBIT)).at(now[0]).when(hand_out())
    early = past.at(now[0] + HOUR).when(take_back())
    await early.happened(e.DeviceReturned, e.UsageLogged, e.SlotOffered)
    past = passed_over(taken(*now, **OF_HANBIT)).at(now[0]).when(hand_out())
    past = past.at(now[1]).when(take_back())
    assert offered(await past.accepted()) == []
    used = Period(now[0], now[0] + HOUR)
    less = CorrectUsage(by=STAFF, reservation_id="r-1", used=used, reason=SEALED)
    await past.when(less).happened(e.UsageCorrected, e.SlotOffered)


async def test_an_offer_that_ends_makes_room_for_the_next_wish() -> None:
    """An offer counts against the quota until it expires or its company leaves the line."""
    wish = {"wish_id": "w-2", "device_id": ENE}
    own = waits(*OWN, **wish), offer(*OWN, **wish)
    expired = passed_over(*own).at(NOW + DAY).when(expire("w-2"))
    assert offered(await expired.accepted()) == ["w-1"]
    assert offered(await passed_over(*own).when(leave("w-2")).accepted()) == ["w-1"]


async def test_what_is_given_back_late_makes_no_room() -> None:
    """Its hours count in full, so the line is not even looked at."""
    past = passed_over(BOOKED, cancel_notice_minutes=7 * 24 * 60).at(nine - HOUR)
    await past.when(cancel()).happened(e.ReservationCancelled, late=True)


async def test_hours_of_another_month_make_no_room() -> None:
    """Quotas are monthly: December's hours do not help in November."""
    december = taken(*NEXT_MONTH, reservation_id="r-12", **OF_HANBIT)
    past = passed_over(BOOKED, december).when(cancel("r-12"))
    await past.happened(e.ReservationCancelled)


async def test_who_came_first_is_still_first() -> None:
    """Another company in that line that may book by now goes before the one that was relieved."""
    first = waits(nine, ten, wish_id="w-0", company_id="choa")
    choa = (*company("choa"), e.CompanySuspended(company_id="choa"))
    past = passed_over(*choa, first, BOOKED)
    back = past.when(ReinstateCompany(by=STAFF, company_id="choa"))
    await back.happened(e.CompanyReinstated, e.SlotOffered, wish_id="w-0")
    past = passed_over(*choa, first, BOOKED)
    assert offered(await past.accepted()) == []
    past.ledger.append([e.CompanyReinstated(company_id="choa")])
    assert offered(await past.when(cancel()).accepted()) == ["w-0"]
