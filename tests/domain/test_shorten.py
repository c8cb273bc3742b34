"""Giving back part of a reservation's time."""

from datetime import datetime

import pytest

from domain import events as e
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from tests.scenario import (
    AUT,
    approve,
    at,
    company,
    device,
    eight,
    eleven,
    fourteen,
    given,
    hand_out,
    nine,
    noon,
    requested,
    reserve,
    shorten,
    take_back,
    taken,
    ten,
    thirteen,
)

BOOKED = taken(nine, noon)


async def test_the_end_is_given_back() -> None:
    """What is kept is held with its buffer, and the rest is free."""
    booked = taken(nine, noon, occupied=Period(nine, at("12:15")))
    past = given(device(buffer_after=15), company(), booked).when(shorten(nine, ten))
    await past.happened(
        e.ReservationShortened,
        period=Period(nine, ten),
        occupied=Period(nine, at("10:15")),
        late=False,
    )
    await past.when(reserve(ten, eleven)).rejected("slot_taken")
    await past.when(reserve(at("10:30"), noon)).happened(e.ReservationConfirmed)


async def test_the_beginning_is_given_back() -> None:
    """A reservation may begin later than it was booked."""
    past = given(device(), company(), BOOKED)
    await past.when(shorten(eleven, noon)).happened(e.ReservationShortened)
    await past.when(reserve(nine, eleven)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize(
    ("start", "end"), [(nine, noon), (nine, thirteen), (eight, ten), (thirteen, fourteen)]
)
async def test_only_shorter(start: datetime, end: datetime) -> None:
    """The same, a longer and another time are no shortening."""
    await given(device(), company(), BOOKED).when(shorten(start, end)).rejected("not_shorter")


async def test_within_the_notice_it_is_late() -> None:
    """Time given back too late to be booked by others is marked so."""
    past = given(device(cancel_notice_minutes=60), company(), BOOKED)
    await past.at(at("08:01")).when(shorten(nine, ten)).happened(e.ReservationShortened, late=True)


async def test_a_request_is_not_shortened_late() -> None:
    """Nobody had promised the time yet."""
    waiting = requested(nine, noon)
    past = given(device(cancel_notice_minutes=60), company(), waiting).at(at("08:30"))
    await past.when(shorten(nine, ten)).happened(e.ReservationShortened, late=False)
    await past.when(approve()).happened(e.ReservationApproved, period=Period(nine, ten))


async def test_a_shortened_booking_needs_no_new_approval() -> None:
    """Less of what was approved is approved."""
    past = given(device(approval_required=True), company(), BOOKED)
    past = past.when(shorten(nine, ten)).at(nine).when(hand_out())
    await past.happened(e.DeviceHandedOut)


async def test_shorter_while_in_use() -> None:
    """A company that has the device may say that it will be back earlier, and only that."""
    past = given(device(), company(), BOOKED).at(nine).when(hand_out())
    await past.when(shorten(ten, eleven)).rejected("not_shorter")
    await past.when(shorten(nine, eleven)).happened(e.ReservationShortened)
    await past.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)
    await past.at(ten).when(take_back()).happened(e.DeviceReturned, e.UsageLogged)


async def test_a_device_out_early_stays_held_when_shortened() -> None:
    """The hour before the booked time, in which the device is out already, is not free again."""
    past = given(device(), company(), taken(nine, eleven)).at(eight).when(hand_out())
    past = past.when(shorten(nine, ten))
    await past.happened(e.ReservationShortened, occupied=Period(eight, ten))
    await past.when(reserve(eight, nine)).rejected("slot_taken")


async def test_longer_buffers_never_make_it_longer() -> None:
    """Giving time back takes none, though the terms have longer buffers by now."""
    longer = e.TermsSet(
        device_id=AUT, sector="automotive", terms=TermsOfUse(buffer_before=60, buffer_after=240)
    )
    past = given(device(), company(), BOOKED, longer)
    await past.when(shorten(nine, eleven)).happened(
        e.ReservationShortened, occupied=Period(nine, noon)
    )


async def test_the_month_that_was_left_hears_of_it() -> None:
    """A night over the month's end that is cut at midnight frees November."""
    night = taken(at("2026-10-31 20:00"), at("2026-11-01 04:00"))
    past = given(device(), company(automotive=4), night)
    past = past.when(shorten(at("2026-10-31 20:00"), at("2026-11-01 00:00")))
    await past.when(reserve(at("2026-11-01 00:00"), at("2026-11-01 04:00"))).happened(
        e.ReservationConfirmed
    )
