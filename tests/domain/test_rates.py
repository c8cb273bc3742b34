"""What a use costs: the price of the company's kind on the day of the hand-out."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import events as e
from domain.decisions import Command
from domain.devices import SetRate
from domain.event import Event
from tests.scenario import (
    AUT,
    STAFF,
    at,
    company,
    device,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    take_back,
    taken,
    ten,
)
from tests.sentence import Scenario

SECOND = date(2026, 11, 2)
"""The day of the use, in Asia/Seoul."""


def price(krw_per_hour: int, company_kind: str | None = None, **dates: Any) -> e.RateSet:
    return e.RateSet(device_id=AUT, krw_per_hour=krw_per_hour, company_kind=company_kind, **dates)


def set_price(krw_per_hour: int, company_kind: str | None = None, **dates: Any) -> Command:
    return SetRate(
        by=STAFF, device_id=AUT, krw_per_hour=krw_per_hour, company_kind=company_kind, **dates
    )


def used_by_a_startup(*prices: Event) -> Scenario:
    """Two hours from nine to eleven, of a device that costs everybody 10,000 KRW an hour."""
    past = given(device(), company(), prices, taken(nine, eleven)).at(nine).when(hand_out())
    return past.at(eleven)


async def test_the_kind_of_company_has_its_own_price() -> None:
    """A startup pays the startups' price, and another kind's does not matter."""
    past = used_by_a_startup(price(5_000, "startup"), price(7_000, "small"))
    await past.when(take_back()).happened(
        e.DeviceReturned, e.UsageLogged, krw_per_hour=5_000, fee=10_000, company_kind="startup"
    )


async def test_everybodys_price_where_the_kind_has_none() -> None:
    """Prices of other kinds change nothing for a startup."""
    past = used_by_a_startup(price(7_000, "small"))
    await past.when(take_back()).happened(
        e.DeviceReturned, e.UsageLogged, krw_per_hour=10_000, fee=20_000
    )


async def test_the_kinds_own_price_goes_before_a_newer_general_one() -> None:
    """A later price for everybody does not replace what was agreed for a kind."""
    past = used_by_a_startup(price(5_000, "startup"), price(12_000))
    await past.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=5_000)


async def test_a_price_is_valid_from_its_first_day_until_before_its_last() -> None:
    """Dates are half-open, so that one price ends where the next begins."""
    ended = used_by_a_startup(price(5_000, "startup", valid_until=SECOND))
    await ended.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=10_000)
    begun = used_by_a_startup(price(6_000, "startup", valid_from=SECOND))
    await begun.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=6_000)
    coming = used_by_a_startup(price(6_000, "startup", valid_from=date(2026, 11, 3)))
    await coming.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=10_000)


async def test_the_date_of_a_use_is_that_of_seoul() -> None:
    """Half past midnight in Gwangju is the day before in UTC, and the price is the new day's."""
    start = at("00:30")
    prices = [price(5_000, valid_until=SECOND), price(8_000, valid_from=SECOND)]
    past = given(device(), company(), prices, taken(start, nine)).at(start).when(hand_out())
    await (
        past.at(nine)
        .when(take_back())
        .happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=8_000)
    )


async def test_a_price_set_during_a_use_is_for_the_next_one() -> None:
    """A use costs what was recorded before the device went out."""
    past = used_by_a_startup().at(ten).when(set_price(1_000, "startup")).at(eleven)
    await past.when(take_back()).happened(e.DeviceReturned, e.UsageLogged, krw_per_hour=10_000)


async def test_a_hand_out_entered_late_costs_what_its_day_cost() -> None:
    """The date is the hand-out's own, not that of its entry."""
    third = date(2026, 11, 3)
    prices = [price(5_000, valid_until=third), price(8_000, valid_from=third)]
    past = given(device(), company(), prices, taken(nine, at("2026-11-05 12:00")))
    past = past.at(at("2026-11-04 09:00")).when(hand_out(at=nine))
    await past.when(take_back(at=noon)).happened(
        e.DeviceReturned, e.UsageLogged, krw_per_hour=5_000, fee=15_000
    )


async def test_a_line_says_what_the_national_log_asks_for() -> None:
    """Keeper, register number and kind of company are those of the day of the return."""
    past = used_by_a_startup().when(take_back(samples=2, staff_minutes=15))
    await past.happened(
        e.DeviceReturned,
        e.UsageLogged,
        registration_number="NFEC-2021-03-271105",
        company_kind="startup",
        keeper=None,
        samples=2,
        staff_minutes=15,
    )


async def test_the_same_price_again_changes_nothing() -> None:
    """Each kind's newest price is compared, so that loading a file twice changes nothing."""
    past = given(device())
    await past.when(set_price(5_000, "startup")).happened(e.RateSet, company_kind="startup")
    await past.when(set_price(5_000, "startup")).nothing_happened()
    await past.when(set_price(10_000)).nothing_happened()
    await past.when(set_price(5_000, "startup", valid_from=SECOND)).happened(e.RateSet)


async def test_a_price_ends_after_it_begins() -> None:
    """No day lies in a span that ends where it begins."""
    past = given(device())
    dates = {"valid_from": SECOND, "valid_until": SECOND}
    await past.when(set_price(5_000, **dates)).rejected("rate_dates", limit="2026-11-02")
