"""Reserving a device: free time, touching and overlapping, and who may book at all."""

from datetime import datetime

import pytest

from domain import events as e
from domain.event import Event
from domain.period import Period
from domain.rejected import Conflict
from tests.scenario import (
    AUT,
    ENE,
    HANBIT,
    LEE,
    MINUTE,
    SEALED,
    STAFF,
    at,
    company,
    device,
    eight,
    eleven,
    given,
    nine,
    noon,
    reserve,
    taken,
    ten,
)


async def test_free_time_is_confirmed() -> None:
    """A company that books free time of a bench device has it at once."""
    await (
        given(device(), company())
        .when(reserve(nine, ten, purpose=SEALED, people=("park",), group_id="g-1"))
        .happened(
            e.ReservationConfirmed,
            reservation_id="r-2",
            device_id=AUT,
            company_id="mudeung",
            sector="automotive",
            account_id="kim",
            period=Period(nine, ten),
            occupied=Period(nine, ten),
            purpose=SEALED,
            people=("park",),
            group_id="g-1",
            left=None,
        )
    )


async def test_buffers_are_occupied_with_the_period() -> None:
    """A device with buffers is held before and after the time that was booked."""
    await (
        given(device(buffer_before=30, buffer_after=15), company())
        .when(reserve(nine, ten))
        .happened(
            e.ReservationConfirmed,
            period=Period(nine, ten),
            occupied=Period(at("08:30"), at("10:15")),
        )
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [(nine, ten), (at("08:30"), at("09:30")), (at("09:30"), at("10:30")), (eight, eleven)],
)
async def test_taken_time_is_refused(start: datetime, end: datetime) -> None:
    """No part of another company's time can be booked, and the refusal says what is in the way."""
    conflict = Conflict(device_id=AUT, period=Period(nine, ten), kind="reservation")
    await (
        given(device(), company(), taken(nine, ten, company_id=HANBIT))
        .when(reserve(start, end))
        .rejected("slot_taken", conflicts=(conflict,))
    )


@pytest.mark.parametrize(("start", "end"), [(eight, nine), (ten, eleven)])
async def test_touching_is_not_overlapping(start: datetime, end: datetime) -> None:
    """The hour before and the hour after a reservation are free."""
    await (
        given(device(), company(), taken(nine, ten))
        .when(reserve(start, end))
        .happened(e.ReservationConfirmed)
    )


async def test_buffers_may_touch_and_not_overlap() -> None:
    """With 30 minutes before and after, an hour between two periods is free and less is not."""
    device_with_buffers = device(buffer_before=30, buffer_after=30, slot_minutes=1)
    past = taken(nine, ten, occupied=Period(at("08:30"), at("10:30")))
    scenario = given(device_with_buffers, company(), past)
    await scenario.when(reserve(eleven - MINUTE, noon)).rejected("slot_taken")
    await scenario.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)


async def test_a_reservation_keeps_the_buffers_it_was_made_with() -> None:
    """New terms do not move what is booked already."""
    longer = device(buffer_after=60)[1]
    await (
        given(device(buffer_after=0), company(), taken(nine, ten), longer)
        .when(reserve(ten, eleven))
        .happened(e.ReservationConfirmed, occupied=Period(ten, noon))
    )


async def test_another_device_is_free() -> None:
    """Time of one device says nothing about another."""
    await (
        given(device(), device(ENE, "energy"), company(), taken(nine, ten))
        .when(reserve(nine, ten, device_id=ENE))
        .happened(e.ReservationConfirmed, device_id=ENE, sector="energy")
    )


async def test_the_second_of_two_bookings_is_refused() -> None:
    """What was booked a moment ago is taken."""
    await (
        given(device(), company(), company(HANBIT))
        .when(reserve(nine, ten))
        .when(reserve(nine, ten, by=LEE, company_id=HANBIT, reservation_id="r-3"))
        .rejected("slot_taken")
    )


async def test_a_device_with_approval_is_requested() -> None:
    """A company's booking of such a device waits for an answer and holds its time meanwhile."""
    scenario = given(device(approval_required=True), company())
    await scenario.when(reserve(nine, ten)).happened(e.ReservationRequested)
    await scenario.when(reserve(nine, ten, reservation_id="r-3")).rejected("slot_taken")


async def test_the_laboratory_needs_nobodys_approval() -> None:
    """Staff who book for a company approve by booking."""
    await (
        given(device(approval_required=True), company())
        .when(reserve(nine, ten, by=STAFF))
        .happened(e.ReservationConfirmed)
    )


SUSPENDED_DEVICE = e.DeviceSuspended(device_id=AUT)
SUSPENDED_COMPANY = e.CompanySuspended(company_id="mudeung")


@pytest.mark.parametrize(
    ("past", "rule"),
    [
        (company(), "device_unknown"),
        ([device()[0], *company()], "device_unknown"),
        (device(), "company_unknown"),
        ([*device(), *company(), SUSPENDED_DEVICE], "device_suspended"),
        ([*device(), *company(), e.DeviceRetired(device_id=AUT)], "device_retired"),
        ([*device(), *company(), SUSPENDED_COMPANY], "company_suspended"),
    ],
    ids=["no device", "no terms", "no company", "suspended device", "retired", "suspended"],
)
async def test_who_and_what_must_be_in_service(past: list[Event], rule: str) -> None:
    """Device and company are known and neither of them is suspended or retired."""
    await given(past).when(reserve(nine, ten)).rejected(rule)


async def test_resumed_and_reinstated_may_book_again() -> None:
    """A suspension ends with its end."""
    resumed, reinstated = (
        e.DeviceResumed(device_id=AUT),
        e.CompanyReinstated(company_id="mudeung"),
    )
    await (
        given(device(), company(), SUSPENDED_DEVICE, SUSPENDED_COMPANY, resumed, reinstated)
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )
