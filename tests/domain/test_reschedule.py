"""Moving a reservation in time."""

import pytest

from domain import events as e
from domain.event import Occupancy
from domain.period import Period
from tests.scenario import (
    AUT,
    KIM,
    MUDEUNG,
    STAFF,
    at,
    company,
    device,
    eleven,
    fourteen,
    given,
    hand_out,
    nine,
    noon,
    requested,
    reschedule,
    reserve,
    taken,
    ten,
    thirteen,
)

OCTOBER = at("2026-10-31 09:00"), at("2026-10-31 10:00")


async def test_a_moved_reservation_says_what_it_left() -> None:
    """The event names the new time, the buffers of the terms, and the time that it gave up."""
    booked = taken(nine, ten, occupied=Period(nine, at("10:15")))
    past = given(device(buffer_after=15), company(), booked)
    left = Occupancy(device_id=AUT, company_id=MUDEUNG, occupied=Period(nine, at("10:15")))
    await past.when(reschedule(thirteen, fourteen)).happened(
        e.ReservationRescheduled,
        period=Period(thirteen, fourteen),
        occupied=Period(thirteen, at("14:15")),
        status="confirmed",
        left=left,
    )


async def test_the_time_that_was_left_is_free() -> None:
    """Somebody else may have it at once, and the new time is taken."""
    past = given(device(), company(), taken(nine, ten)).when(reschedule(thirteen, fourteen))
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)
    await past.when(reserve(thirteen, fourteen, reservation_id="r-3")).rejected("slot_taken")


async def test_the_month_that_was_left_hears_of_it() -> None:
    """A reservation moved from October to November frees October."""
    past = given(device(), company(automotive=1), taken(*OCTOBER)).when(reschedule(nine, ten))
    await past.when(reserve(*OCTOBER)).happened(e.ReservationConfirmed)
    await past.when(reserve(ten, eleven, reservation_id="r-3")).rejected("quota")


async def test_moving_onto_itself() -> None:
    """A move by half its length overlaps only itself."""
    past = given(device(), company(), taken(nine, eleven))
    await past.when(reschedule(ten, noon)).happened(e.ReservationRescheduled)


async def test_moving_back_and_forth() -> None:
    """A reservation may return to where it was."""
    past = given(device(), company(), taken(*OCTOBER))
    past = past.when(reschedule(nine, ten), reschedule(*OCTOBER))
    await past.happened(e.ReservationRescheduled)
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)
    await past.when(reserve(*OCTOBER, reservation_id="r-3")).rejected("slot_taken")


async def test_a_moved_booking_asks_for_approval_again() -> None:
    """Another time is another question, unless the laboratory itself moves it."""
    past = given(device(approval_required=True), company(), taken(nine, ten))
    await past.when(reschedule(ten, eleven)).happened(e.ReservationRescheduled, status="requested")
    past = given(device(approval_required=True), company(), taken(nine, ten))
    await past.when(reschedule(ten, eleven, by=STAFF)).happened(
        e.ReservationRescheduled, status="confirmed"
    )


async def test_moving_a_request_answers_nothing() -> None:
    """A request that is moved, by whom ever, is still a request."""
    past = given(device(approval_required=True), company(), requested(nine, ten))
    await past.when(reschedule(ten, eleven, by=STAFF)).happened(
        e.ReservationRescheduled, status="requested"
    )


async def test_moving_to_where_it_is() -> None:
    """Nothing would change but its revision, which calendars would take for news."""
    past = given(device(), company(), taken(nine, ten))
    await past.when(reschedule(nine, ten)).rejected("nothing_to_change")
    await past.when(reschedule(nine, ten, by=STAFF)).rejected("nothing_to_change")


async def test_a_request_on_terms_that_need_no_answer_any_more() -> None:
    """Moved or extended it is confirmed, by whom ever: no one is asked, and it would expire."""
    for by in (KIM, STAFF):
        past = given(device(), company(), requested(nine, ten))
        await past.when(reschedule(ten, eleven, by=by)).happened(
            e.ReservationRescheduled, status="confirmed", answer_by=None
        )


@pytest.mark.parametrize(("clock", "allowed"), [("08:00", True), ("08:01", False)])
async def test_too_late_to_move(clock: str, allowed: bool) -> None:
    """From the cancellation notice on, moving would be the way around a late cancellation."""
    past = given(device(cancel_notice_minutes=60), company(), taken(nine, ten)).at(at(clock))
    move = past.when(reschedule(thirteen, fourteen))
    if allowed:
        await move.happened(e.ReservationRescheduled)
    else:
        await move.rejected("change_notice", limit=60)


async def test_a_request_may_be_moved_late() -> None:
    """Nobody had promised the time, so moving it away costs nobody anything."""
    terms = device(cancel_notice_minutes=60, approval_required=True)
    past = given(terms, company(), requested(nine, ten))
    await (
        past.at(at("08:30"))
        .when(reschedule(thirteen, fourteen))
        .happened(e.ReservationRescheduled, status="requested")
    )


async def test_a_device_in_use_is_not_moved() -> None:
    """What is in somebody's hands stays where it is."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out())
    await past.when(reschedule(ten, eleven)).rejected("wrong_status", actual="in_use")
