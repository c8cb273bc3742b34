"""Planned outages that come back: all in one go or none, each displacing what it hits."""

from datetime import datetime
from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.outages import CancelOutage
from domain.period import SEOUL, Period
from domain.repeating_outages import Repeat, ScheduleOutages, occurrences
from tests.scenario import (
    AUT,
    DAY,
    HOUR,
    SEALED,
    STAFF,
    at,
    company,
    device,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    outage,
    reserve,
    taken,
    ten,
)

WEEK = 7 * DAY


def repeated(
    start: datetime = nine, end: datetime = ten, weeks: int = 1, count: int = 3, **fields: Any
) -> Command:
    """Maintenance of AUT-018, `o-0` and so on."""
    asked: dict[str, Any] = {
        "device_id": AUT,
        "outage_ids": tuple(f"o-{number}" for number in range(count)),
        "series_id": "s-1",
        "kind": "maintenance",
        "period": Period(start, end),
        "repeat": Repeat(every_weeks=weeks, count=count),
        "reason": SEALED,
    }
    return ScheduleOutages(by=STAFF, **(asked | fields))


async def test_every_second_week() -> None:
    """Each time has an outage of its own, which can be moved or cancelled alone."""
    past = given(device(), company())
    happened = await past.when(repeated(weeks=2)).accepted()
    assert all(isinstance(one, e.OutageScheduled) for one in happened)
    assert [(one.outage_id, one.occupied.start, one.series_id) for one in happened] == [
        ("o-0", nine, "s-1"),
        ("o-1", nine + 2 * WEEK, "s-1"),
        ("o-2", nine + 4 * WEEK, "s-1"),
    ]
    between, then = nine + WEEK, nine + 2 * WEEK
    await past.when(reserve(between, between + HOUR)).happened(e.ReservationConfirmed)
    await past.when(reserve(then, then + HOUR, reservation_id="r-3")).rejected("slot_taken")


async def test_each_displaces_what_it_hits() -> None:
    """What is freed comes before what takes the time, and the rest stays as it is."""
    later = taken(nine + WEEK, ten + WEEK, reservation_id="r-5")
    free = taken(ten, eleven, reservation_id="r-6")
    past = given(device(), company(), taken(nine, ten), free, later)
    happened = await past.when(repeated(count=2)).accepted()
    displaced = [one for one in happened if isinstance(one, e.ReservationDisplaced)]
    assert [(one.reservation_id, one.outage_id) for one in displaced] == [
        ("r-1", "o-0"),
        ("r-5", "o-1"),
    ]
    assert happened[:2] == displaced


async def test_a_booking_is_displaced_once() -> None:
    """A use that reaches from one outage into the next is displaced by the first."""
    long = taken(nine, nine + 8 * DAY)
    past = given(device(maximum_minutes=20160), company(), long)
    await past.when(repeated(count=2)).happened(
        *(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled, e.OutageScheduled),
        reservation_id="r-1",
    )


async def test_all_or_none() -> None:
    """Where one of them cannot be, none is."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out())
    await past.when(repeated()).rejected("slot_taken")
    first = repeated(nine + 2 * WEEK, ten + 2 * WEEK, count=1, outage_ids=("o-9",))
    await past.when(first, repeated(ten, noon)).happened(*([e.OutageScheduled] * 3))
    await past.when(repeated(nine + WEEK, ten + WEEK, outage_ids=("a", "b", "c"))).rejected(
        "slot_taken"
    )


async def test_an_id_is_of_one_outage() -> None:
    """An id that is known, cancelled or not, or given twice, would move another outage's time."""
    past = given(device()).when(outage(nine, ten, "o-1", device_id=AUT))
    later = nine + DAY, ten + DAY
    await past.when(repeated(*later)).rejected("id_known", actual="o-1")
    gone = past.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await gone.when(repeated(*later)).rejected("id_known", actual="o-1")
    twice = repeated(*later, outage_ids=("a", "b", "a"))
    await past.when(twice).rejected("id_known", actual="a")
    await past.when(repeated(*later, outage_ids=("a", "b", "c"))).accepted()


@pytest.mark.parametrize("count", [0, 53])
async def test_a_year_at_most(count: int) -> None:
    """None at all, or more than a year of weeks, is refused."""
    await given(device()).when(repeated(count=count)).rejected("too_many_outages", limit=52)


async def test_a_whole_year() -> None:
    """52 weeks are one append."""
    happened = await given(device()).when(repeated(count=52)).accepted()
    assert len(happened) == 52


async def test_outages_do_not_overlap_each_other() -> None:
    """An outage is over before the next begins."""
    past = given(device())
    await past.when(repeated(nine, nine + WEEK + HOUR)).rejected("repeats_overlap")
    await past.when(repeated(nine, nine + WEEK)).happened(*([e.OutageScheduled] * 3))


async def test_not_in_the_past_and_not_of_nothing() -> None:
    """The rules of one outage hold for the first of many."""
    long_ago = at("2026-10-01 09:00")
    await given(device()).when(repeated(long_ago, long_ago + HOUR)).rejected("past")
    await given(company()).when(repeated()).rejected("device_unknown")


def test_on_the_wall_clock_of_the_laboratory() -> None:
    """Each time begins at the same time of day in Asia/Seoul."""
    periods = list(occurrences(Period(nine, ten), Repeat(every_weeks=4, count=13)))
    assert {one.start.astimezone(SEOUL).strftime("%a %H:%M") for one in periods} == {"Mon 09:00"}
    assert {one.length for one in periods} == {HOUR}
