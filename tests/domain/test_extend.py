"""Holding a device longer than booked."""

from datetime import datetime

import pytest

from domain import events as e
from domain.period import Period
from tests.scenario import (
    HANBIT,
    STAFF,
    at,
    break_down,
    company,
    device,
    eight,
    eleven,
    extend,
    given,
    hand_out,
    nine,
    noon,
    outage,
    reserve,
    shorten,
    take_back,
    taken,
    ten,
)

BOOKED = taken(nine, ten)


async def test_an_extension_holds_the_time_after() -> None:
    """The new end with its buffer is taken."""
    past = given(device(buffer_after=15), company(), BOOKED).when(extend(nine, eleven))
    await past.happened(
        e.ReservationExtended,
        period=Period(nine, eleven),
        occupied=Period(nine, at("11:15")),
        status="confirmed",
    )
    await past.when(reserve(eleven, noon)).rejected("slot_taken")


@pytest.mark.parametrize(
    ("start", "end"), [(nine, ten), (nine, at("09:30")), (eight, eleven), (ten, noon)]
)
async def test_only_longer(start: datetime, end: datetime) -> None:
    """The same end, an earlier one and another start are no extension."""
    past = given(device(), company(), BOOKED)
    await past.when(extend(start, end)).rejected("not_longer")


async def test_up_to_the_next_reservation() -> None:
    """An extension may touch what follows and not overlap it."""
    following = taken(eleven, noon, reservation_id="r-9", company_id=HANBIT)
    past = given(device(), company(), BOOKED, following)
    await past.when(extend(nine, at("11:30"))).rejected("slot_taken")
    await past.when(extend(nine, eleven)).happened(e.ReservationExtended)


async def test_while_in_use() -> None:
    """A device in hand stays in use, and no notice is asked for what goes on."""
    past = given(device(notice_minutes=10080), company(), BOOKED).at(nine).when(hand_out())
    await (
        past.at(at("09:59"))
        .when(extend(nine, eleven))
        .happened(e.ReservationExtended, status="in_use")
    )
    await past.at(eleven).when(take_back()).happened(e.DeviceReturned, e.UsageLogged)


async def test_an_extension_needs_approval_where_a_booking_does() -> None:
    """More time is another question, unless the laboratory itself extends."""
    asking = device(approval_required=True)
    past = given(asking, company(), BOOKED)
    await past.when(extend(nine, eleven)).happened(e.ReservationExtended, status="requested")
    past = given(asking, company(), BOOKED)
    await past.when(extend(nine, eleven, by=STAFF)).happened(
        e.ReservationExtended, status="confirmed"
    )


async def test_a_use_that_needs_approval_is_extended_by_staff() -> None:
    """A device that is out cannot wait for an answer: only the laboratory gives it more time."""
    past = given(device(approval_required=True), company(), BOOKED).at(nine).when(hand_out())
    await past.when(extend(nine, eleven)).rejected("extension_by_staff")
    await past.when(extend(nine, eleven, by=STAFF)).happened(
        e.ReservationExtended, status="in_use", period=Period(nine, eleven)
    )
    await past.when(shorten(nine, ten)).happened(e.ReservationShortened)


async def test_a_device_out_early_stays_held_when_extended() -> None:
    """The hour before the booked time, in which the device is out already, is not free again."""
    past = given(device(), company(), BOOKED).at(eight).when(hand_out(), extend(nine, eleven))
    await past.happened(e.ReservationExtended, occupied=Period(eight, eleven))
    await past.when(reserve(eight, nine)).rejected("slot_taken")
    await (
        past.at(at("08:20"))
        .when(take_back())
        .happened(e.DeviceReturned, e.UsageLogged, occupied=Period(eight, at("08:20")))
    )


async def test_in_use_is_known_in_the_month_that_an_extension_enters() -> None:
    """An outage in November does not displace what was handed out in October and extended."""
    night = taken(at("2026-10-31 20:00"), at("2026-10-31 22:00"))
    past = given(device(), company(), night).at(night.period.start).when(hand_out())
    past = past.when(extend(night.period.start, at("2026-11-01 02:00")))
    november = at("2026-11-01 00:00"), at("2026-11-01 12:00")
    await past.when(outage(*november)).rejected("slot_taken")
    await past.when(break_down(at("2026-11-01 12:00"))).happened(e.BreakdownReported)
