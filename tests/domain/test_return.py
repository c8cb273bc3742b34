"""Taking a device back: the use log's figures, the fee, and the time that is free again."""

import pytest

from domain import events as e
from domain.fees import billed_minutes, fee, whole_minutes
from domain.period import Period
from tests.scenario import (
    HOUR,
    MINUTE,
    SEALED,
    at,
    company,
    device,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    rate,
    reserve,
    take_back,
    taken,
    ten,
    thirteen,
)

BOOKED = taken(nine, eleven, occupied=Period(nine, at("11:15")))
IN_HAND = (device(buffer_after=15), company(), BOOKED)


async def test_a_return_and_its_line_in_the_use_log() -> None:
    """One return is recorded with one line of figures, in one step."""
    past = given(*IN_HAND).at(nine).when(hand_out()).at(eleven)
    back = take_back(samples=12, staff_minutes=30, notes=SEALED)
    await past.when(back).happened(
        e.DeviceReturned,
        e.UsageLogged,
        handed_out_at=nine,
        at=eleven,
        occupied=Period(nine, at("11:15")),
        used=Period(nine, eleven),
        minutes=120,
        billed_minutes=120,
        krw_per_hour=10_000,
        fee=20_000,
        usage_type="direct",
        samples=12,
        staff_minutes=30,
        notes=SEALED,
        sector="automotive",
        account_id="kim",
    )


async def test_back_early() -> None:
    """The rest of the time is free after the buffer, and only what was used is paid for."""
    past = given(*IN_HAND).at(nine).when(hand_out()).at(ten).when(take_back())
    await past.happened(
        e.DeviceReturned, e.UsageLogged, occupied=Period(nine, at("10:15")), fee=10_000
    )
    await past.when(reserve(ten, eleven)).rejected("slot_taken")
    await past.when(reserve(at("10:30"), noon)).happened(e.ReservationConfirmed)


async def test_back_late() -> None:
    """Late use is recorded as it was, over the next reservation's time, and is paid for."""
    following = taken(at("11:15"), noon, reservation_id="r-2")
    past = given(*IN_HAND, following).at(nine).when(hand_out()).at(at("11:30"))
    await past.when(take_back()).happened(
        e.DeviceReturned,
        e.UsageLogged,
        occupied=Period(nine, at("11:45")),
        minutes=150,
        fee=25_000,
    )
    await past.when(hand_out("r-2")).happened(e.DeviceHandedOut, reservation_id="r-2")


async def test_entered_later() -> None:
    """Staff may enter at noon that the device came back at ten, but not before it went out."""
    past = given(*IN_HAND).at(nine).when(hand_out()).at(noon)
    await past.when(take_back(at=thirteen)).rejected("not_yet")
    await past.when(take_back(at=nine)).rejected("before_hand_out")
    await past.when(take_back(at=ten)).happened(
        e.DeviceReturned, e.UsageLogged, at=ten, used=Period(nine, ten)
    )


async def test_over_the_months_end() -> None:
    """A return in November of what went out in October is heard of in both months."""
    night = taken(at("2026-10-31 20:00"), at("2026-10-31 23:00"))
    past = given(device(), company(), night).at(night.period.start).when(hand_out())
    past = past.at(at("2026-11-01 02:00")).when(take_back())
    await past.happened(e.DeviceReturned, e.UsageLogged, minutes=360)


async def test_operated_use_is_logged_as_done() -> None:
    """The log says how the device was used in the end, whatever was booked."""
    past = given(*IN_HAND).at(nine).when(hand_out()).at(ten)
    await past.when(take_back(usage_type="operated")).happened(
        e.DeviceReturned, e.UsageLogged, usage_type="operated"
    )


async def test_only_what_is_out_comes_back() -> None:
    """Neither a booking nor what is back already can be returned."""
    past = given(*IN_HAND).at(nine)
    await past.when(take_back()).rejected("wrong_status", limit="in_use", actual="confirmed")
    await past.when(hand_out()).at(ten).when(take_back()).happened(e.DeviceReturned, e.UsageLogged)
    await past.when(take_back()).rejected("wrong_status", actual="returned")


async def test_a_use_costs_what_the_device_cost_when_it_went_out() -> None:
    """A new price holds for uses that begin after it was set."""
    past = given(*IN_HAND).at(nine).when(hand_out(), rate(20_000)).at(ten).when(take_back())
    await past.happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=10_000, fee=10_000)
    following = reserve(ten + HOUR, noon)
    past = past.when(following).at(noon - HOUR).when(hand_out("r-2")).at(noon)
    await past.when(take_back("r-2")).happened(
        e.DeviceReturned, e.UsageLogged, krw_per_hour=20_000, fee=20_000
    )


async def test_a_device_without_a_price_is_free() -> None:
    """Where no price was ever set, the line says so with zeros."""
    past = given(device()[:2], company(), taken(nine, ten)).at(nine).when(hand_out()).at(ten)
    await past.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, fee=0, krw_per_hour=0)


@pytest.mark.parametrize(
    ("seconds", "minutes", "billed"),
    [(1, 1, 30), (60, 1, 30), (119, 1, 30), (1859, 30, 30), (1860, 31, 60), (7200, 120, 120)],
)
def test_whole_minutes_and_begun_slots_count(seconds: float, minutes: int, billed: int) -> None:
    """Seconds are dropped; a minute over half an hour is a slot more."""
    used = Period(nine, nine + MINUTE * seconds / 60)
    assert whole_minutes(used) == minutes
    assert billed_minutes(used, slot_minutes=30) == billed


@pytest.mark.parametrize(
    ("minutes", "krw_per_hour", "won"),
    [(60, 10_000, 10_000), (30, 10_001, 5_000), (1, 59, 0), (90, 33_333, 49_999), (0, 500, 0)],
)
def test_parts_of_a_won_are_dropped(minutes: int, krw_per_hour: int, won: int) -> None:
    """A fee is whole won, rounded down in the company's favour."""
    assert fee(minutes, krw_per_hour) == won
