"""Slots, lengths, notice and horizon of a device's terms, for a new reservation."""

from datetime import datetime

import pytest

from domain import events as e
from tests.scenario import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    at,
    closure,
    company,
    device,
    given,
    nine,
    noon,
    reserve,
    ten,
)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("09:15"), at("10:15")),
        (nine, at("10:15")),
        (at("09:00:01"), at("10:00:01")),
        (at("09:00:00.000001"), at("10:00:00.000001")),
        (nine, at("10:00:00.000001")),
    ],
)
async def test_times_lie_on_slots(start: datetime, end: datetime) -> None:
    """Start and length fit the slots, to the microsecond."""
    await given(device(), company()).when(reserve(start, end)).rejected("slot", limit=30)


async def test_slots_are_counted_from_local_midnight() -> None:
    """Slots of a whole day begin at midnight in Seoul, which is 15:00 in UTC."""
    days = device(slot_minutes=1440, minimum_minutes=1440, maximum_minutes=14400)
    midnight = at("2026-11-03 00:00")
    await (
        given(days, company())
        .when(reserve(midnight, midnight + 3 * DAY))
        .happened(e.ReservationConfirmed)
    )
    await given(days, company()).when(reserve(nine, nine + DAY)).rejected("slot")


@pytest.mark.parametrize("minutes", [60, 90, 240])
async def test_lengths_allowed(minutes: int) -> None:
    """The shortest and the longest booking are allowed themselves."""
    terms = device(minimum_minutes=60, maximum_minutes=240)
    await (
        given(terms, company())
        .when(reserve(nine, nine + minutes * MINUTE))
        .happened(e.ReservationConfirmed)
    )


@pytest.mark.parametrize(("minutes", "rule", "limit"), [(30, "minimum", 60), (270, "maximum", 240)])
async def test_lengths_refused(minutes: int, rule: str, limit: int) -> None:
    """One slot less than the shortest or more than the longest is refused, in minutes."""
    terms = device(minimum_minutes=60, maximum_minutes=240)
    await (
        given(terms, company())
        .when(reserve(nine, nine + minutes * MINUTE))
        .rejected(rule, limit=limit, actual=minutes)
    )


async def test_no_period_is_longer_than_a_year() -> None:
    """A period of years is refused before anyone reads the months of it."""
    await given(device(), company()).when(reserve(nine, nine + 367 * DAY)).rejected("maximum")


@pytest.mark.parametrize("years", [-40, 200])
async def test_no_period_is_centuries_away(years: int) -> None:
    """Times outside this century and the next are refused by name."""
    far = nine.replace(year=nine.year + years)
    await given(device(), company()).when(reserve(far, far + HOUR)).rejected("horizon")


async def test_without_notice_the_slot_that_has_begun_may_be_booked() -> None:
    """At 09:20 somebody at the bench books 09:00 to 10:00, for the slot is not over."""
    await (
        given(device(), company())
        .at(at("09:20"))
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )


@pytest.mark.parametrize("clock", ["09:30", "09:31", "11:00"])
async def test_without_notice_a_slot_gone_by_is_past(clock: str) -> None:
    """From the end of its first slot on, a period cannot be booked any more."""
    await given(device(), company()).at(at(clock)).when(reserve(nine, ten)).rejected("past")


async def test_notice_is_kept_to_the_minute() -> None:
    """Three days' notice allow what starts in exactly three days, and nothing before."""
    scenario = given(device(notice_minutes=3 * 1440, slot_minutes=1), company())
    start = NOW + 3 * DAY
    await scenario.when(reserve(start - MINUTE, start + HOUR)).rejected(
        "notice", limit="2026-10-29T09:00:00+09:00", actual="2026-10-29T08:59:00+09:00"
    )
    await scenario.when(reserve(start, start + HOUR)).happened(e.ReservationConfirmed)


async def test_with_notice_what_has_begun_is_past() -> None:
    """A device that needs notice is not booked from a moment that has gone by."""
    await (
        given(device(notice_minutes=60), company())
        .at(at("09:01"))
        .when(reserve(nine, noon))
        .rejected("past")
    )


async def test_with_notice_this_very_moment_is_too_soon() -> None:
    """What begins now has not gone by, but no notice was given."""
    past = given(device(notice_minutes=60), company()).at(nine)
    await past.when(reserve(nine, noon)).rejected("notice", limit="2026-11-02T10:00:00+09:00")


async def test_the_horizon_is_kept_to_the_minute() -> None:
    """Ninety days ahead may be booked, and no minute later."""
    scenario = given(device(horizon_days=90, slot_minutes=1), company())
    start = NOW + 90 * DAY
    await scenario.when(reserve(start + MINUTE, start + HOUR)).rejected("horizon", limit=90)
    await scenario.when(reserve(start, start + HOUR)).happened(e.ReservationConfirmed)


async def test_a_refusal_names_every_term_that_is_broken() -> None:
    """Whoever asks wrongly in four ways is told all four at once."""
    terms = device(minimum_minutes=60, notice_minutes=10080, closed_on_holidays=True)
    await (
        given(terms, company(), closure("2026-11-02"))
        .at(at("08:00"))
        .when(reserve(nine, at("09:20")))
        .rejected("slot", "minimum", "notice", "opening_hours")
    )
