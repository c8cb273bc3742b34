"""Cancelling and moving what was booked together: all of it, or this one and later."""

from datetime import timedelta
from typing import Any

import pytest

from domain import events as e
from domain.event import Event
from domain.period import Period
from domain.refusing import request_refused
from domain.rejected import Rejected
from domain.together_changes import CancelTogether, RescheduleTogether
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HEA,
    HOUR,
    KIM,
    MINUTE,
    at,
    cancel,
    company,
    decline,
    device,
    given,
    hand_out,
    nine,
    requested,
    take_back,
    taken,
    ten,
)
from tests.sentence import Scenario

WEEK = 7 * DAY
NAMES = ["r-0", "r-1", "r-2", "r-3"]


def weekly(**terms: Any) -> Scenario:
    """Four Mondays at nine, of series s-1, on AUT-018."""
    return given(device(**terms), company(), company(HANBIT), series())


def series() -> list[Event]:
    return [
        taken(nine + n * WEEK, ten + n * WEEK, reservation_id=name, series_id="s-1")
        for n, name in enumerate(NAMES)
    ]


def cancel_all(scope: Any = "all", reservation_id: str | None = None) -> CancelTogether:
    return CancelTogether(by=KIM, together="series:s-1", scope=scope, reservation_id=reservation_id)


def move(number: int, by: timedelta, longer: timedelta = 0 * HOUR, **fields: Any) -> Any:
    start = nine + number * WEEK + by
    return RescheduleTogether(
        by=KIM,
        together="series:s-1",
        reservation_id=f"r-{number}",
        period=Period(start, start + HOUR + longer),
        **fields,
    )


def names(events: list[Event]) -> list[str]:
    return [event.reservation_id for event in events if isinstance(event, e.ReservationEvent)]


async def test_all_of_a_series_is_cancelled() -> None:
    """Every date is given back, in one append."""
    happened = await weekly().when(cancel_all()).accepted()
    assert {type(event) for event in happened} == {e.ReservationCancelled}
    assert names(happened) == NAMES


async def test_this_one_and_later_are_cancelled() -> None:
    """The dates before the one that is named stay."""
    assert names(await weekly().when(cancel_all("later", "r-2")).accepted()) == ["r-2", "r-3"]


async def test_what_is_over_or_given_up_stays() -> None:
    """A returned date and a cancelled one are skipped; so is one that is in use."""
    scenario = weekly()
    scenario.at(nine).when(hand_out("r-0")).at(ten).when(take_back("r-0"), cancel("r-2"))
    scenario.at(nine + WEEK).when(hand_out("r-1"))
    assert names(await scenario.when(cancel_all()).accepted()) == ["r-3"]


async def test_nothing_left_is_nothing_to_change() -> None:
    """A series that was cancelled cannot be cancelled again."""
    await weekly().when(cancel_all(), cancel_all()).rejected("nothing_to_change")


async def test_a_stranger_is_not_of_the_series() -> None:
    """Only a reservation of the series can say where to begin."""
    scenario = weekly()
    await scenario.when(cancel_all("later", "r-9")).rejected("reservation_unknown")
    await scenario.when(cancel_all("later")).rejected("reservation_unknown")
    other = CancelTogether(by=KIM, together="series:s-9")
    await scenario.when(other).rejected("reservation_unknown")


async def test_late_dates_count_and_others_do_not() -> None:
    """Each date is late or not by its own start."""
    scenario = weekly(cancel_notice_minutes=1440).at(nine - HOUR)
    late = [event.late for event in await scenario.when(cancel_all()).accepted()]  # type: ignore[attr-defined]
    assert late == [True, False, False, False]


async def test_a_series_moves_as_a_whole() -> None:
    """An hour later moves every date an hour."""
    happened = await weekly().when(move(1, HOUR)).accepted()
    assert sorted(names(happened)) == NAMES
    starts = sorted(event.period.start for event in happened)  # type: ignore[attr-defined]
    assert starts == [ten + n * WEEK for n in range(4)]


async def test_dates_may_move_onto_the_next_ones_time() -> None:
    """A week later or earlier, half an hour later: members do not stand in each other's way."""
    for by in (WEEK, 30 * MINUTE, -30 * MINUTE, DAY):
        happened = await weekly().when(move(1, by)).accepted()
        assert len(happened) == 4
    await (
        weekly()
        .at(at("2026-10-20 09:00"))
        .when(move(0, -WEEK))
        .happened(*[e.ReservationRescheduled] * 4)
    )


async def test_this_one_and_later_move() -> None:
    """The dates before keep their time; where one is in the way, those behind cannot move up."""
    scenario = weekly()
    await scenario.when(move(2, -WEEK, scope="later")).rejected("slot_taken", "slot_taken")
    assert sorted(names(await scenario.when(move(2, DAY, scope="later")).accepted())) == NAMES[2:]


async def test_one_date_that_cannot_move_keeps_all() -> None:
    """Where one new time is taken, no date moves, and the refusal says which."""
    scenario = weekly()
    blocked = taken(ten + WEEK, ten + WEEK + HOUR, reservation_id="x", company_id=HANBIT)
    scenario.ledger.append([blocked])
    before = len(scenario.ledger.log)
    await scenario.when(move(0, HOUR)).rejected("slot_taken")
    assert len(scenario.ledger.log) == before


async def test_the_refusal_says_what_was_asked_for() -> None:
    """Of each date its new time: those that were in the way of none are no unmet demand."""
    scenario = weekly()
    blocked = taken(ten + WEEK, ten + WEEK + HOUR, reservation_id="x", company_id=HANBIT)
    scenario.ledger.append([blocked])
    command = move(0, HOUR)
    with pytest.raises(Rejected) as refusal:
        await scenario.when(command).accepted()
    event = request_refused(command, refusal.value)
    # Who moves later comes first from the end of the series.
    times = [Period(ten + n * WEEK, ten + n * WEEK + HOUR) for n in (3, 2, 1, 0)]
    assert event.asked == tuple((AUT, period) for period in times)
    assert [one.member for one in event.refusals] == [2]
    assert event.conflict_members == (2,)


async def test_longer_dates_share_the_quota() -> None:
    """Four dates of two hours do not fit into seven."""
    scenario = given(device(), company(every=7.0), series())
    await scenario.when(move(0, 0 * HOUR, HOUR)).rejected("quota", actual=8.0)


async def test_moving_nowhere_changes_nothing() -> None:
    """The time that it has is no new time."""
    await weekly().when(move(0, 0 * HOUR)).rejected("nothing_to_change")


async def test_who_declines_one_of_a_bundle_says_what_stays() -> None:
    """The others keep their time, but for those that were given up before."""
    rig = [
        requested(nine, ten, group_id="g-1"),
        *(
            taken(nine, ten, reservation_id=f"r-{name}", device_id=name, group_id="g-1")
            for name in (ENE, HEA)
        ),
    ]
    past = given(device(), device(ENE), device(HEA), company(), rig).when(cancel(f"r-{HEA}"))
    declined = past.when(decline())
    await declined.happened(e.ReservationDeclined, bundle_kept=(f"r-{ENE}",))
    alone = given(device(), company(), requested(nine, ten)).when(decline())
    await alone.happened(e.ReservationDeclined, bundle_kept=())


async def test_a_bundle_is_cancelled_whole() -> None:
    """What was booked as one rig is given back as one."""
    rig = [
        taken(nine, ten, reservation_id=f"r-{name}", device_id=name, group_id="g-1")
        for name in (AUT, ENE)
    ]
    await (
        given(device(), device(ENE), company(), rig)
        .when(CancelTogether(by=KIM, together="group:g-1"))
        .happened(e.ReservationCancelled, e.ReservationCancelled)
    )
