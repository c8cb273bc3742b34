"""How many reservations a company may have ahead of it."""

import pytest

from domain import events as e
from domain.decisions import Command
from tests.scenario import (
    DAY,
    ENE,
    HANBIT,
    MUDEUNG,
    approve,
    cancel,
    company,
    decline,
    device,
    eight,
    eleven,
    expired,
    extend,
    given,
    hand_out,
    nine,
    noon,
    outage,
    requested,
    reschedule,
    reserve,
    shorten,
    taken,
    ten,
)

LATER = DAY + nine, DAY + ten


async def test_one_reservation_too_many() -> None:
    """With two allowed and two ahead, a third is refused, and the refusal counts it."""
    second = taken(ten, eleven, reservation_id="r-9")
    past = given(device(), company(most_ahead=2), taken(nine, ten))
    await past.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)
    past = given(device(), company(most_ahead=2), taken(nine, ten), second)
    await past.when(reserve(eleven, noon)).rejected("most_ahead", limit=2, actual=3)


async def test_requests_are_ahead_too() -> None:
    """A request that nobody answered yet counts as a reservation ahead."""
    past = given(device(), company(most_ahead=1), requested(nine, ten))
    await past.when(reserve(*LATER)).rejected("most_ahead")


async def test_what_has_begun_is_not_ahead() -> None:
    """A reservation stops being ahead when its time comes."""
    past = given(device(), company(most_ahead=1), taken(nine, ten))
    await past.at(nine).when(reserve(*LATER)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize("ending", [cancel(), outage(eight, noon)])
async def test_what_has_ended_is_not_ahead(ending: Command) -> None:
    """A cancelled or displaced reservation makes room for another."""
    past = given(device(), company(most_ahead=1), taken(nine, ten)).when(ending)
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_a_declined_or_expired_request_is_not_ahead() -> None:
    """A request that was answered with no, or not at all, makes room for another."""
    past = given(device(), company(most_ahead=1), requested(nine, ten)).when(decline())
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)
    past = given(device(), company(most_ahead=1), requested(nine, ten), expired(nine, ten))
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_what_is_in_hand_is_not_ahead() -> None:
    """A device handed out early is in use, and what is in use is not ahead."""
    past = given(device(), company(most_ahead=1), taken(nine, ten)).at(eight).when(hand_out())
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_other_devices_count_whatever_their_horizon() -> None:
    """A booking far ahead counts also where a device with a short horizon is asked for."""
    far = taken(nine + 200 * DAY, ten + 200 * DAY, device_id=ENE, sector="energy")
    bench = device(horizon_days=30)
    past = given(bench, device(ENE, "energy", horizon_days=365), company(most_ahead=1), far)
    await past.when(reserve(nine, ten)).rejected("most_ahead", limit=1, actual=2)


async def test_other_companies_do_not_count() -> None:
    """What others have ahead is their own."""
    past = given(device(), company(most_ahead=1), taken(nine, ten, company_id=HANBIT))
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_changing_a_reservation_adds_none() -> None:
    """A company at its limit may still move, shorten and extend what it has."""
    past = given(device(), company(most_ahead=1), taken(nine, eleven))
    past = past.when(reschedule(ten, noon), shorten(ten, eleven), extend(ten, noon))
    await past.happened(e.ReservationExtended)


async def test_a_limit_lowered_since() -> None:
    """A company that has more ahead than it may by now can still move what it has."""
    second = taken(ten, eleven, reservation_id="r-9")
    past = given(device(), company(most_ahead=1), taken(nine, ten), second)
    await past.when(reschedule(eleven, noon)).happened(e.ReservationRescheduled)


async def test_a_company_at_its_limit_is_approved() -> None:
    """A request was counted when it was made and is not counted again by the answer."""
    past = given(device(), company(most_ahead=1), requested(nine, ten))
    await past.when(approve()).happened(e.ReservationApproved)


async def test_lifting_the_limit() -> None:
    """Without a limit a company may have as many ahead as it likes."""
    lifted = e.MostAheadSet(company_id=MUDEUNG, reservations=None)
    past = given(device(), company(most_ahead=1), lifted, taken(nine, ten))
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)
