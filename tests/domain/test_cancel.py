"""Cancelling: in time, too late, and when it is too late for anything."""

import pytest

from domain import events as e
from domain.reservations import CancelReservation
from tests.scenario import (
    KIM,
    MINUTE,
    MUDEUNG,
    SEALED,
    at,
    cancel,
    company,
    device,
    given,
    hand_out,
    nine,
    requested,
    reserve,
    taken,
    ten,
)

NOTICE = device(cancel_notice_minutes=60)


@pytest.mark.parametrize(("clock", "late"), [("07:59", False), ("08:00", False), ("08:01", True)])
async def test_late_from_the_notice_on(clock: str, late: bool) -> None:
    """With an hour's notice, cancelling at 08:00 what begins at 09:00 is in time, 08:01 is late."""
    past = given(NOTICE, company(), taken(nine, ten)).at(at(clock))
    await past.when(cancel()).happened(e.ReservationCancelled, late=late, reason=None)


async def test_without_notice_it_is_late_once_it_begins() -> None:
    """Where no notice is asked, the start is the last moment."""
    past = given(device(), company(), taken(nine, ten))
    await past.at(nine).when(cancel()).happened(e.ReservationCancelled, late=False)
    past = given(device(), company(), taken(nine, ten))
    await past.at(nine + MINUTE).when(cancel()).happened(e.ReservationCancelled, late=True)


async def test_a_cancelled_time_is_free() -> None:
    """Somebody else may have the time, late or not."""
    past = given(NOTICE, company(), taken(nine, ten)).at(at("08:50")).when(cancel())
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_a_request_is_withdrawn_at_any_time() -> None:
    """What nobody has promised is not cancelled late."""
    past = given(NOTICE, company(), requested(nine, ten)).at(at("09:30"))
    await past.when(cancel()).happened(e.ReservationCancelled, late=False)


async def test_the_reason_is_kept_sealed() -> None:
    """What was typed goes into the event as it came, sealed."""
    past = given(NOTICE, company(), taken(nine, ten))
    with_reason = CancelReservation(by=KIM, reservation_id="r-1", reason=SEALED)
    await past.when(with_reason).happened(e.ReservationCancelled, reason=SEALED)


async def test_only_once() -> None:
    """What is cancelled cannot be cancelled again."""
    past = given(NOTICE, company(), taken(nine, ten)).when(cancel())
    await past.when(cancel()).rejected(
        "wrong_status", limit="requested, confirmed", actual="cancelled"
    )


async def test_a_device_in_use_is_returned_instead() -> None:
    """Once the device is out, it comes back by a return and not by a cancellation."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out())
    await past.when(cancel()).rejected("wrong_status", actual="in_use")


async def test_an_unknown_reservation() -> None:
    """What nobody booked cannot be cancelled."""
    await given(device(), company()).when(cancel()).rejected("reservation_unknown")


async def test_a_suspended_company_may_cancel() -> None:
    """Suspension stops new bookings, not the giving back of old ones."""
    suspended = e.CompanySuspended(company_id=MUDEUNG)
    past = given(device(), company(), taken(nine, ten), suspended)
    await past.when(cancel()).happened(e.ReservationCancelled)
