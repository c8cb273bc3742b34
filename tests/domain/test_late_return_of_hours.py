"""Hours given back too late stay counted, whatever is done with the reservation afterwards."""

import pytest

from domain import events as e
from domain.decisions import Command
from tests.scenario import (
    DAY,
    at,
    cancel,
    company,
    device,
    eleven,
    extend,
    given,
    hand_out,
    nine,
    no_show,
    reschedule,
    reserve,
    seventeen,
    shorten,
    take_back,
    taken,
    ten,
    thirteen,
    transfer,
)
from tests.sentence import Scenario

NEXT_DAY = DAY + nine, DAY + eleven


def shortened_late() -> Scenario:
    """Eight hours, of which all but the last are given back ten minutes before they begin."""
    terms = device(cancel_notice_minutes=60)
    booked = taken(nine, seventeen)
    return (
        given(terms, company(automotive=8), booked)
        .at(at("08:50"))
        .when(shorten(at("16:00"), seventeen))
    )


async def test_a_late_shortening_says_so() -> None:
    """What is given back within the notice is given back late."""
    await shortened_late().happened(e.ReservationShortened, late=True)


@pytest.mark.parametrize(
    "then",
    [
        cancel(),
        reschedule(DAY + at("16:00"), DAY + seventeen),
        transfer(to_account_id="park"),
        no_show(),
    ],
    ids=["cancelled", "rescheduled", "transferred", "missed"],
)
async def test_nothing_makes_late_hours_free(then: Command) -> None:
    """Keeping the last hour and then dropping that in time is no way around a late cancellation."""
    past = shortened_late()
    if isinstance(then, type(no_show())):
        past = past.at(seventeen)
    await past.when(then).when(reserve(*NEXT_DAY)).rejected("quota", limit=8)


async def test_late_hours_and_used_hours_add_up() -> None:
    """Seven hours given back late and half an hour of use are seven and a half."""
    past = shortened_late().at(at("16:00")).when(hand_out()).at(at("16:30")).when(take_back())
    await past.when(reserve(DAY + nine, DAY + ten)).rejected("quota", actual=8.5)
    await past.when(reserve(DAY + nine, DAY + at("09:30"))).happened(e.ReservationConfirmed)


async def test_late_hours_count_in_the_month_they_were_in() -> None:
    """Hours of November given back late in October are November's, whatever October's part does."""
    night = taken(at("2026-10-31 20:00"), at("2026-11-01 04:00"))
    past = given(device(), company(automotive=8), night).at(at("2026-10-31 20:10"))
    past = past.when(shorten(at("2026-10-31 20:00"), at("2026-10-31 22:00")))
    past = past.when(hand_out()).at(at("2026-10-31 21:00")).when(take_back())
    await past.when(reserve(at("09:00"), at("14:00"))).rejected("quota", actual=9.0)
    await past.when(reserve(at("09:00"), thirteen)).happened(e.ReservationConfirmed)


async def test_shortening_what_is_in_use_is_not_late() -> None:
    """Hours in use count as used in the end, so announcing an early return costs nothing."""
    past = given(device(), company(automotive=8), taken(nine, seventeen))
    past = past.at(nine).when(hand_out()).at(at("09:10")).when(shorten(nine, ten))
    await past.happened(e.ReservationShortened, late=False)
    await past.at(ten).when(take_back()).happened(e.DeviceReturned, e.UsageLogged)
    await past.when(reserve(DAY + nine, DAY + at("16:00"))).happened(e.ReservationConfirmed)


async def test_asking_for_more_does_not_unpromise_what_was_confirmed() -> None:
    """Extending a confirmed booking, which then awaits approval, does not make withdrawing free."""
    terms = device(approval_required=True, cancel_notice_minutes=1440)
    past = given(terms, company(), taken(nine, ten)).at(at("08:00"))
    past = past.when(extend(nine, at("10:30")))
    await past.happened(e.ReservationExtended, status="requested")
    await past.when(reschedule(DAY + nine, DAY + ten)).rejected("change_notice")
    await past.when(transfer(to_account_id="park"), cancel()).happened(
        e.ReservationCancelled, late=True
    )
