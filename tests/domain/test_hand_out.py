"""Handing a device out: when, to whom, and what has to be in order."""

from datetime import UTC, datetime

import pytest

from domain import events as e
from domain.event import Event
from domain.period import Period
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    MINUTE,
    NOW,
    at,
    break_down,
    company,
    device,
    eight,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    outage,
    requested,
    reserve,
    take_back,
    taken,
    ten,
)

BOOKED = taken(nine, ten)


@pytest.mark.parametrize("clock", ["09:00", "09:40", "09:59"])
async def test_during_the_booked_time(clock: str) -> None:
    """Handing out is for now, and changes nothing of the time that is held."""
    past = given(device(), company(), BOOKED).at(at(clock))
    await past.when(hand_out()).happened(
        e.DeviceHandedOut, at=at(clock), occupied=Period(nine, ten), period=Period(nine, ten)
    )


async def test_times_are_kept_in_utc() -> None:
    """A time entered on Seoul's clock is stored in UTC, as all times are."""
    past = given(device(), company(), BOOKED).at(at("09:30"))
    (event,) = await past.when(hand_out(at=nine)).accepted()
    assert isinstance(event, e.DeviceHandedOut)
    assert event.at.tzinfo is UTC


async def test_entered_later() -> None:
    """Staff may enter at 09:50 that the device went out at 09:05, but not that it will at 09:55."""
    past = given(device(), company(), BOOKED).at(at("09:50"))
    await past.when(hand_out(at=at("09:55"))).rejected("not_yet")
    await past.when(hand_out(at=at("09:05"))).happened(e.DeviceHandedOut, at=at("09:05"))


async def test_after_the_booked_time() -> None:
    """What is over is not handed out any more, unless it had been and is entered later."""
    past = given(device(), company(), BOOKED).at(ten)
    await past.when(hand_out()).rejected("past")
    await past.when(hand_out(at=at("09:30"))).happened(e.DeviceHandedOut)


async def test_early_into_the_buffer() -> None:
    """The set-up time before a booking is the booking's own."""
    booked = taken(nine, ten, occupied=Period(at("08:30"), ten))
    past = given(device(buffer_before=30), company(), booked).at(at("08:40"))
    await past.when(hand_out()).happened(
        e.DeviceHandedOut, occupied=Period(at("08:30"), ten), at=at("08:40")
    )


async def test_early_into_free_time() -> None:
    """A device that nobody needs goes out early, and is held from then on."""
    past = given(device(), company(), BOOKED).at(eight).when(hand_out())
    await past.happened(e.DeviceHandedOut, occupied=Period(eight, ten), period=Period(nine, ten))
    await past.when(reserve(eight, nine)).rejected("slot_taken")


async def test_early_into_somebodys_time() -> None:
    """Time that others hold is not taken by going early."""
    before = taken(eight, nine, reservation_id="r-9", company_id=HANBIT)
    past = given(device(), company(), before, BOOKED).at(at("08:30"))
    await past.when(hand_out()).rejected("slot_taken")


async def test_early_into_another_month() -> None:
    """A device that goes out in October for November is held in October too."""
    midnight = at("2026-11-01 00:00")
    past = given(device(), company(), taken(midnight, midnight + HOUR))
    past = past.at(midnight - HOUR).when(hand_out())
    await past.when(reserve(midnight - HOUR, midnight)).rejected("slot_taken")
    past = past.at(midnight - HOUR / 2).when(take_back())
    await past.when(reserve(midnight - HOUR / 2, midnight)).happened(e.ReservationConfirmed)


async def test_far_too_early() -> None:
    """A device does not go out more than 31 days before its booking."""
    in_december = nine + 32 * DAY
    far = taken(in_december, in_december + HOUR)
    past = given(device(), company(), far).at(nine - MINUTE)
    await past.when(hand_out()).rejected("too_early", limit=31)
    await past.at(nine + DAY).when(hand_out()).happened(e.DeviceHandedOut)


async def test_one_device_one_hand() -> None:
    """A device that is out is not handed out again before it is back."""
    following = taken(ten, eleven, reservation_id="r-2", company_id=HANBIT)
    past = given(device(), company(), BOOKED, following).at(nine).when(hand_out())
    await past.at(ten).when(hand_out("r-2")).rejected("handed_out_already", actual="r-1")
    past = past.when(take_back()).at(at("10:05")).when(hand_out("r-2"))
    await past.happened(e.DeviceHandedOut, reservation_id="r-2")


async def test_another_device_may_be_out() -> None:
    """What happens to one device says nothing about another."""
    other = taken(nine, ten, reservation_id="r-2", device_id=ENE, sector="energy")
    past = given(device(), device(ENE, "energy"), company(), BOOKED, other).at(nine)
    await past.when(hand_out(), hand_out("r-2")).happened(e.DeviceHandedOut, device_id=ENE)


def certified(until: datetime) -> e.CalibrationRecorded:
    return e.CalibrationRecorded(device_id=AUT, at=NOW, valid_until=until, certificate="KC-26-001")


@pytest.mark.parametrize(
    ("past", "rule"),
    [
        (e.DeviceSuspended(device_id=AUT), "device_suspended"),
        (e.DeviceRetired(device_id=AUT), "device_retired"),
        (requested(nine, ten), "wrong_status"),
    ],
)
async def test_what_has_to_be_in_order(past: Event, rule: str) -> None:
    """Neither a device out of service nor what nobody confirmed is handed out."""
    await given(device(), company(), BOOKED, past).at(nine).when(hand_out()).rejected(rule)


async def test_a_broken_device_is_not_handed_out() -> None:
    """Until the repair is recorded, even after the time that it was expected by."""
    following = taken(eleven, noon, reservation_id="r-2")
    past = given(device(), company(), following).at(nine).when(break_down(ten))
    await past.at(eleven).when(hand_out("r-2")).rejected("broken_down")


async def test_the_certificate_has_to_be_good() -> None:
    """A calibration that was valid at booking and is not any more stops the hand-out."""
    past = (device(calibration_required=True), company(), BOOKED)
    await given(*past, certified(nine)).at(nine).when(hand_out()).rejected("calibration")
    await given(*past, certified(ten)).at(nine).when(hand_out()).happened(e.DeviceHandedOut)


async def test_only_once() -> None:
    """A reservation in use is not handed out again, nor an unknown one at all."""
    past = given(device(), company(), BOOKED).at(nine).when(hand_out())
    await past.when(hand_out()).rejected(
        "wrong_status", limit="confirmed, no_show", actual="in_use"
    )
    await past.when(hand_out("r-7")).rejected("reservation_unknown")


async def test_out_for_use_is_not_displaced() -> None:
    """An outage cannot be planned over a device in hand; a breakdown happens all the same."""
    past = given(device(), company(), BOOKED).at(nine).when(hand_out())
    await past.when(outage(at("09:30"), eleven)).rejected("slot_taken")
    await past.when(break_down(eleven)).happened(e.BreakdownReported)
    await past.at(ten).when(take_back()).happened(e.DeviceReturned, e.UsageLogged)
