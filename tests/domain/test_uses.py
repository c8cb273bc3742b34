"""When a device was used, as people enter it later: never twice at once, nor before its booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.period import Period, stamp
from domain.usage import CorrectUsage
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    MINUTE,
    NOW,
    SEALED,
    STAFF,
    at,
    company,
    device,
    eight,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    reserve,
    take_back,
    taken,
    ten,
    thirteen,
    transfer,
)
from tests.sentence import Scenario

OTHERS = taken(eight, nine, reservation_id="r-0", company_id=HANBIT)


def correct(start: datetime, end: datetime, reservation_id: str = "r-1") -> Command:
    used = Period(start, end)
    return CorrectUsage(by=STAFF, reservation_id=reservation_id, used=used, reason=SEALED)


def two_uses() -> Scenario:
    """Hanbit had the device from eight to nine (`r-0`), mudeung from nine to eleven (`r-1`)."""
    past = given(device(), company(), OTHERS, taken(nine, eleven))
    past = past.at(eight).when(hand_out("r-0")).at(nine).when(take_back("r-0"), hand_out())
    return past.at(eleven).when(take_back()).at(noon)


@pytest.mark.parametrize(("start", "end"), [(at("08:59"), eleven), (eight, nine), (nine, noon)])
async def test_two_uses_are_not_at_once(start: datetime, end: datetime) -> None:
    """A correction takes no minute of another use; where they touch, both are possible."""
    past = two_uses()
    if end == noon:
        await past.when(correct(start, end)).happened(e.UsageCorrected)
        return
    other = f"{stamp(eight)} ~ {stamp(nine)}"
    await past.when(correct(start, end)).rejected("use_overlaps", limit=other)


async def test_a_use_gives_way_once_it_is_corrected_itself() -> None:
    """What counts is the log as it stands: with the first use shorter, the second may be longer."""
    past = two_uses().when(correct(eight, at("08:30"), "r-0"))
    await past.when(correct(at("08:30"), eleven)).happened(e.UsageCorrected)
    await past.when(correct(eight, nine, "r-0")).rejected("use_overlaps")


async def test_less_than_was_logged_is_always_possible() -> None:
    """Even of a use that overlaps another since before this was a rule."""
    past = two_uses()
    _, wrong = await past.accepted()
    assert isinstance(wrong, e.UsageLogged)
    past.ledger.append([figures(wrong, Period(at("08:30"), eleven))])
    await past.when(correct(at("08:45"), eleven)).happened(e.UsageCorrected)


async def test_a_correction_into_another_month_is_seen_there() -> None:
    """A use that was moved to November is in the way of another in November."""
    october = at("2026-10-31 22:00"), at("2026-10-31 23:00")
    past = given(device(), company(), taken(*october), taken(nine, ten, reservation_id="r-2"))
    past = past.at(october[0]).when(hand_out()).at(october[1]).when(take_back())
    past = past.at(nine).when(hand_out("r-2")).at(ten).when(take_back("r-2")).at(noon)
    past = past.when(correct(at("2026-11-01 22:00"), at("2026-11-01 23:00")))
    before = correct(at("2026-11-01 22:30"), ten, "r-2")
    await past.when(before).rejected("use_overlaps")


async def test_who_has_the_device_now_has_it() -> None:
    """A correction does not reach into a use that goes on; other devices are their own matter."""
    here, there = (
        taken(eleven, thirteen, reservation_id=name, device_id=device_id)
        for name, device_id in (("r-2", AUT), ("r-3", ENE))
    )
    past = given(device(), device(ENE, "energy"), company(), taken(nine, eleven), here, there)
    past = past.at(nine).when(hand_out()).at(ten).when(take_back())
    past = past.at(eleven).when(hand_out("r-2"), hand_out("r-3")).at(noon)
    await past.when(correct(nine, noon)).rejected("use_overlaps")
    await past.when(correct(nine, eleven)).happened(e.UsageCorrected)


async def test_a_correction_reaches_a_week() -> None:
    """A mistyped date is refused; what is really meant takes two steps."""
    past = given(device(), company(), taken(nine, eleven)).at(nine).when(hand_out())
    past = past.at(eleven).when(take_back()).at(nine + 20 * DAY)
    further = correct(nine, eleven + 10 * DAY)
    await past.when(further).rejected("use_too_far", limit=7, actual=stamp(eleven + 10 * DAY))
    await past.when(correct(nine, eleven + 7 * DAY)).happened(e.UsageCorrected)
    await past.when(further).happened(e.UsageCorrected)


async def test_nothing_was_used_before_it_was_booked() -> None:
    """Neither by hand-out nor by correction; to the minute in which the booking was made."""
    booked = given(device(), company()).at(nine).when(reserve(ten, eleven)).at(at("10:30"))
    out = booked.when(hand_out("r-2", at=nine - MINUTE))
    await out.rejected("before_booking", limit=stamp(nine), actual="2026-11-02T08:59:00+09:00")
    await booked.when(hand_out("r-2", at=at("09:30"))).happened(e.DeviceHandedOut)
    past = booked.at(eleven).when(take_back("r-2"))
    await past.when(correct(nine - MINUTE, ten, "r-2")).rejected("before_booking")
    await past.when(correct(nine, ten, "r-2")).happened(e.UsageCorrected)


async def test_a_booking_made_at_the_counter_counts_from_its_start() -> None:
    """They came at nine, and staff found time to enter both at twenty past."""
    past = given(device(), company()).at(at("09:20")).when(reserve(nine, ten, by=STAFF))
    await past.when(hand_out("r-2", at=at("08:55"))).rejected("before_booking", limit=stamp(nine))
    await past.when(hand_out("r-2", at=nine)).happened(e.DeviceHandedOut, at=nine)


async def test_another_device_is_booked_when_it_is_chosen() -> None:
    """A booking that moved to this device yesterday did not go out with it before."""
    spare = device(ENE, "energy")
    early = given(device(), spare, company(), taken(nine, ten)).at(nine - DAY)
    past = early.when(transfer(to_device_id=ENE)).at(nine - HOUR)
    await past.when(hand_out(at=NOW + DAY)).rejected("before_booking", limit=stamp(nine - DAY))
    await past.when(hand_out(at=nine - DAY)).happened(e.DeviceHandedOut)


async def test_a_hand_out_entered_late_is_in_nobodys_use() -> None:
    """While others still had the device it cannot have gone out."""
    past = given(device(), company(), OTHERS, taken(nine, eleven)).at(eight).when(hand_out("r-0"))
    past = past.at(at("09:40")).when(take_back("r-0"))
    await past.when(hand_out(at=at("09:10"))).rejected("use_overlaps")
    await past.when(correct(eight, nine, "r-0"), hand_out(at=nine)).happened(e.DeviceHandedOut)


@pytest.mark.parametrize(
    "same", [{}, {"samples": 3}, {"staff_minutes": 0}, {"used": Period(nine, ten)}]
)
async def test_a_reason_alone_corrects_nothing(same: dict[str, Any]) -> None:
    """Figures that are missing, or are what the log says already, are no correction."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out())
    past = past.at(ten).when(take_back(samples=3))
    order = CorrectUsage(by=STAFF, reservation_id="r-1", reason=SEALED, **same)
    await past.when(order).rejected("nothing_to_change")


def figures(line: e.UsageLogged, used: Period) -> e.UsageCorrected:
    """A correction as versions before this rule recorded it."""
    return e.UsageCorrected(
        reservation_id=line.reservation_id,
        device_id=line.device_id,
        company_id=line.company_id,
        sector=line.sector,
        occupied=line.occupied,
        used=used,
        minutes=used.minutes,
        billed_minutes=used.minutes,
        krw_per_hour=line.krw_per_hour,
        fee=0,
        was=line.used,
    )
