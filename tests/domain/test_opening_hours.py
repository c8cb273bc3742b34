"""Opening hours and closures: what is open, joined across midnight, and left running unattended."""

from datetime import datetime
from typing import Any

import pytest

from domain import events as e
from domain.terms_of_use import WEEKDAYS, OpeningHours
from tests.scenario import (
    at,
    closure,
    company,
    device,
    eight,
    eleven,
    given,
    nine,
    noon,
    reserve,
    ten,
    thirteen,
)
from tests.sentence import Scenario

WEEKDAYS_9_TO_18 = OpeningHours(**dict.fromkeys(WEEKDAYS[:5], (("09:00", "18:00"),)))
WITH_LUNCH = OpeningHours(mon=(("09:00", "12:00"), ("13:00", "18:00")))
NIGHTS = OpeningHours(mon=(("18:00", "24:00"),), tue=(("00:00", "06:00"), ("18:00", "24:00")))


def opened(hours: OpeningHours, *past: e.Event, **terms: Any) -> Scenario:
    longest = {"maximum_minutes": 14400}
    return given(device(opening_hours=hours, **(longest | terms)), company(), *past)


@pytest.mark.parametrize(
    ("start", "end"),
    [(nine, ten), (at("17:00"), at("18:00")), (nine, at("18:00"))],
)
async def test_from_opening_to_closing(start: datetime, end: datetime) -> None:
    """The whole day from the moment of opening to the moment of closing can be booked."""
    await opened(WEEKDAYS_9_TO_18).when(reserve(start, end)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (eight, nine),
        (at("08:30"), ten),
        (at("17:30"), at("18:30")),
        (at("17:00"), at("2026-11-03 10:00")),
        (at("2026-10-31 10:00"), at("2026-10-31 11:00")),
    ],
    ids=["before", "too early", "too late", "overnight", "Saturday"],
)
async def test_outside_opening_hours(start: datetime, end: datetime) -> None:
    """Nothing outside the opening hours can be booked where somebody has to be there."""
    await opened(WEEKDAYS_9_TO_18).when(reserve(start, end)).rejected("opening_hours")


async def test_the_refusal_names_the_hours_of_that_day() -> None:
    """Whoever asks too early reads when the laboratory opens that day, on its own clock."""
    await (
        opened(WITH_LUNCH)
        .when(reserve(eight, nine))
        .rejected(
            "opening_hours",
            limit="09:00–12:00, 13:00–18:00",
            actual="2026-11-02 08:00 ~ 2026-11-02 09:00",
        )
    )


async def test_a_break_is_closed() -> None:
    """A booking does not run through the lunch hour, and ends and begins at its edges."""
    scenario = opened(WITH_LUNCH)
    await scenario.when(reserve(eleven, at("14:00"))).rejected("opening_hours")
    await scenario.when(reserve(noon, thirteen)).rejected("opening_hours")
    await scenario.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)


async def test_hours_join_across_midnight() -> None:
    """Where one day closes at 24:00 and the next opens at 00:00, the night is one span."""
    night = at("20:00"), at("2026-11-03 05:00")
    await opened(NIGHTS).when(reserve(*night)).happened(e.ReservationConfirmed)
    too_long = at("20:00"), at("2026-11-03 06:30")
    await opened(NIGHTS).when(reserve(*too_long)).rejected("opening_hours")


async def test_the_day_ends_at_24_00() -> None:
    """A booking may end at the midnight at which the day closes, though the next is closed."""
    hours = OpeningHours(mon=(("18:00", "24:00"),))
    midnight = at("2026-11-03 00:00")
    await opened(hours).when(reserve(at("23:00"), midnight)).happened(e.ReservationConfirmed)
    later = at("2026-11-03 00:30")
    await opened(hours).when(reserve(at("23:00"), later)).rejected("opening_hours")


UNATTENDED = {"runs_unattended": True, "slot_minutes": 60}


@pytest.mark.parametrize(
    "end", ["2026-11-02 18:00", "2026-11-04 10:00", "2026-11-06 18:00", "2026-11-09 12:00"]
)
async def test_what_runs_unattended_runs_through_closed_time(end: str) -> None:
    """Only hand-out and return need somebody there: nights and weekends may lie between."""
    await (
        opened(WEEKDAYS_9_TO_18, **UNATTENDED)
        .when(reserve(nine, at(end)))
        .happened(e.ReservationConfirmed)
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (eight, at("2026-11-03 12:00")),
        (at("18:00"), at("2026-11-03 12:00")),
        (nine, at("2026-11-03 19:00")),
        (nine, at("2026-11-04 09:00")),
        (nine, at("2026-11-07 12:00")),
    ],
    ids=["starts before", "starts at closing", "ends after", "ends at opening", "ends on Saturday"],
)
async def test_hand_out_and_return_need_opening_hours(start: datetime, end: datetime) -> None:
    """Even what runs unattended starts and ends while the laboratory is open."""
    await opened(WEEKDAYS_9_TO_18, **UNATTENDED).when(reserve(start, end)).rejected("opening_hours")


async def test_a_closure_closes_the_day() -> None:
    """On a holiday nothing can be booked, whatever the weekday's hours, and no hours are named."""
    await (
        opened(WEEKDAYS_9_TO_18, closure("2026-11-02"))
        .when(reserve(nine, ten))
        .rejected("opening_hours", limit="—")
    )


async def test_a_removed_closure_opens_again() -> None:
    """A closure that was a mistake is gone once it is removed."""
    removed = e.ClosureRemoved(day=nine.date())
    await (
        opened(WEEKDAYS_9_TO_18, closure("2026-11-02"), removed)
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )


async def test_some_devices_do_not_close_on_holidays() -> None:
    """An open bench is open on holidays too, where its terms say so."""
    await (
        opened(WEEKDAYS_9_TO_18, closure("2026-11-02"), closed_on_holidays=False)
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )


async def test_a_closure_between_two_days_splits_a_night() -> None:
    """A night that joined two days does not when the second one is closed."""
    await (
        opened(NIGHTS, closure("2026-11-03"))
        .when(reserve(at("20:00"), at("2026-11-03 05:00")))
        .rejected("opening_hours")
    )


async def test_a_closure_in_the_next_month_is_read() -> None:
    """A booking over the end of a month hears of the closures of both months."""
    always = device(maximum_minutes=14400)
    period = at("2026-11-30 20:00"), at("2026-12-01 04:00")
    await (
        given(always, company(), closure("2026-12-01"))
        .when(reserve(*period))
        .rejected("opening_hours")
    )
    await (
        given(always, company(), closure("2026-12-02"))
        .when(reserve(*period))
        .happened(e.ReservationConfirmed)
    )
