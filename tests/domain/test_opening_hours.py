"""Opening hours and closures: what is open, joined across midnight, and left running unattended."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from domain import events as e
from domain.events import decode, name_of
from domain.refusing import rejected_of, request_refused
from domain.rejected import Rejected
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
            actual="2026-11-02T08:00:00+09:00 ~ 2026-11-02T09:00:00+09:00",
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


WEDNESDAY_9 = at("2026-11-04 09:00")
SUNDAY, SATURDAY = "2026-11-08", "2026-11-07"


@pytest.mark.parametrize(
    ("start", "end", "limit", "korean", "english"),
    [
        (
            at(f"{SUNDAY} 10:00"),
            at(f"{SUNDAY} 11:00"),
            "—",
            "일요일에는 운영하지 않는 장비예요. 다른 요일을 골라 주세요. (요청: 2026-11-08 10:00 ~",
            "This device is not open on a Sunday. Please choose another day. (You asked for 2026-",
        ),
        (eight, nine, "09:00–18:00", "운영 시간(09:00–18:00) 안에서", "09:00–18:00 that day"),
        (
            WEDNESDAY_9,
            at(f"{SUNDAY} 11:00"),
            "—",
            "끝나는 날(일요일)에는 운영하지 않는 장비예요.",
            "It would end on a Sunday, when this device is not open.",
        ),
        (
            WEDNESDAY_9,
            at("2026-11-05 09:00"),
            "09:00–18:00",
            "끝나는 날의 운영 시간(09:00–18:00) 안에 끝내 주세요. 여는 시각에는",
            "opening hours of the last day, 09:00–18:00, after opening.",
        ),
        (
            at(f"{SATURDAY} 10:00"),
            at("2026-11-09 19:00"),
            "—",
            "다른 요일에 시작해 주세요. 끝나는 날의 운영 시간(09:00–18:00) 안에 끝내",
            "It would start on a Saturday, when this device is not open.",
        ),
        (
            at("18:00"),
            at("2026-11-04 12:00"),
            "09:00–18:00",
            "시작하는 날의 운영 시간(09:00–18:00) 안에 시작해 주세요. 닫는 시각에는",
            "opening hours of the first day, 09:00–18:00, before closing.",
        ),
    ],
    ids=[
        "closed",
        "too early",
        "ends closed",
        "ends at opening",
        "both wrong",
        "starts at closing",
    ],
)
async def test_the_refusal_says_which_day_is_wrong(
    start: datetime, end: datetime, limit: str, korean: str, english: str
) -> None:
    """Whether the start or the end has to move, and from which day, stands in the sentence."""
    scenario = opened(WEEKDAYS_9_TO_18, **UNATTENDED).when(reserve(start, end))
    await require_said(scenario, limit, korean, english)


@pytest.mark.parametrize(
    ("start", "end", "limit", "korean", "english"),
    [
        (
            at("2026-11-03 10:00"),
            at("2026-11-03 11:00"),
            "—",
            "2026-11-03에는 테스트베드가 쉬어요.",
            "The laboratory is closed on 2026-11-03.",
        ),
        (
            at("2026-11-03 10:00"),
            at("2026-11-04 11:00"),
            "—",
            "시작하는 날(2026-11-03)에는 테스트베드가 쉬어요.",
            "closed on the first day, 2026-11-03.",
        ),
        (
            nine,
            at("2026-11-03 10:00"),
            "—",
            "끝나는 날(2026-11-03)에는 테스트베드가 쉬어요.",
            "closed on the last day, 2026-11-03.",
        ),
    ],
)
async def test_a_closure_is_named_by_its_date(
    start: datetime, end: datetime, limit: str, korean: str, english: str
) -> None:
    """A holiday on a day that is open otherwise is not taken for the weekday's closing."""
    past = opened(WEEKDAYS_9_TO_18, closure("2026-11-03"), **UNATTENDED)
    await require_said(past.when(reserve(start, end)), limit, korean, english)


@pytest.mark.parametrize(
    ("hours", "end", "closing"),
    [
        (WEEKDAYS_9_TO_18, at("2026-11-03 10:00"), "2026-11-02 18:00"),
        (WEEKDAYS_9_TO_18, at("2026-11-08 11:00"), "2026-11-02 18:00"),
        (NIGHTS, at("2026-11-03 06:30"), "2026-11-03 06:00"),
    ],
    ids=["both open", "ends closed", "across midnight"],
)
async def test_what_must_be_attended_is_told_when_it_closes(
    hours: OpeningHours, end: datetime, closing: str
) -> None:
    """Both hours may lie within opening hours: what is wrong is the night between them."""
    start = nine if hours == WEEKDAYS_9_TO_18 else at("20:00")
    limit = "09:00–18:00" if hours == WEEKDAYS_9_TO_18 else "18:00–24:00"
    scenario = opened(hours).when(reserve(start, end))
    await require_said(scenario, limit, f"늦어도 {closing}까지", f"Please end by {closing} at")


async def test_a_recorded_refusal_keeps_its_words() -> None:
    """An order that is repeated hears the sentence that it heard first."""
    command = reserve(at(f"{SUNDAY} 10:00"), at(f"{SUNDAY} 11:00"))
    with pytest.raises(Rejected) as refusal:
        await opened(WEEKDAYS_9_TO_18).when(command).accepted()
    recorded = request_refused(command, refusal.value)
    again = decode(name_of(recorded), msgspec.json.encode(recorded))
    assert isinstance(again, e.RequestRefused)
    assert rejected_of(again).violations == refusal.value.violations


async def require_said(scenario: Scenario, limit: str, korean: str, english: str) -> None:
    with pytest.raises(Rejected) as refusal:
        await scenario.accepted()
    (violation,) = refusal.value.violations
    assert (violation.rule, violation.limit) == ("opening_hours", limit)
    assert korean in violation.message("ko")
    assert english in violation.message("en")
