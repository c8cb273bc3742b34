"""Giving a reservation to a colleague, or moving it to another device."""

import pytest

from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.deadlines import ExpireRequest
from domain.event import Occupancy
from domain.period import Period
from tests.scenario import (
    AUT,
    ENE,
    HOUR,
    KIM,
    MUDEUNG,
    NOW,
    STAFF,
    at,
    company,
    device,
    given,
    hand_out,
    nine,
    requested,
    reserve,
    taken,
    ten,
    transfer,
)

SOLAR = device(ENE, "energy", buffer_after=15)
BOOKED = taken(nine, ten)


async def test_to_a_colleague() -> None:
    """The person changes and nothing else."""
    past = given(device(approval_required=True), company(), BOOKED)
    await past.when(transfer(to_account_id="park")).happened(
        e.ReservationTransferred,
        account_id="park",
        device_id=AUT,
        period=Period(nine, ten),
        occupied=Period(nine, ten),
        status="confirmed",
    )


async def test_to_another_device() -> None:
    """The new device's sector and buffers count, and the old one is free."""
    past = given(device(), SOLAR, company(), BOOKED)
    await past.when(transfer(to_device_id=ENE)).happened(
        e.ReservationTransferred,
        device_id=ENE,
        sector="energy",
        account_id="kim",
        occupied=Period(nine, at("10:15")),
        left=Occupancy(device_id=AUT, company_id=MUDEUNG, occupied=Period(nine, ten)),
    )
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)
    await past.when(reserve(nine, ten, device_id=ENE, reservation_id="r-3")).rejected("slot_taken")


async def test_there_and_back() -> None:
    """A reservation may return to the device that it came from."""
    past = given(device(), SOLAR, company(), BOOKED)
    past = past.when(transfer(to_device_id=ENE), transfer(to_device_id=AUT))
    await past.happened(e.ReservationTransferred, device_id=AUT)
    await past.when(reserve(nine, ten, device_id=ENE)).happened(e.ReservationConfirmed)
    await past.when(reserve(nine, ten, reservation_id="r-3")).rejected("slot_taken")


async def test_to_a_colleague_on_another_device() -> None:
    """Both may change at once."""
    past = given(device(), SOLAR, company(), BOOKED)
    await past.when(transfer(to_device_id=ENE, to_account_id="park")).happened(
        e.ReservationTransferred, device_id=ENE, account_id="park"
    )


@pytest.mark.parametrize("to", [{}, {"to_account_id": "kim"}, {"to_device_id": AUT}])
async def test_to_oneself(to: dict[str, str]) -> None:
    """A transfer that changes nothing is refused."""
    await given(device(), company(), BOOKED).when(transfer(**to)).rejected("nothing_to_change")


async def test_the_other_device_is_taken() -> None:
    """Time of the other device has to be free."""
    there = taken(nine, ten, reservation_id="r-9", device_id=ENE, sector="energy")
    past = given(device(), SOLAR, company(), BOOKED, there)
    await past.when(transfer(to_device_id=ENE)).rejected("slot_taken")


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"minimum_minutes": 120}, "minimum"),
        ({"maximum_minutes": 30}, "maximum"),
        ({"notice_minutes": 14 * 1440}, "notice"),
        ({"horizon_days": 3}, "horizon"),
        ({"slot_minutes": 120, "minimum_minutes": 60}, "slot"),
        ({"operator_required": True}, "operator"),
        ({"irb_required": True}, "irb_number"),
        ({"qualification_required": True}, "qualification"),
        ({"calibration_required": True}, "calibration"),
    ],
)
async def test_the_other_devices_terms_hold(terms: dict[str, int], rule: str) -> None:
    """A reservation moves only to a device that it could have been made for."""
    past = given(device(), device(ENE, "energy", **terms), company(), BOOKED)
    await past.when(transfer(to_device_id=ENE)).rejected(rule)


async def test_an_unknown_device() -> None:
    """What is not in the catalogue cannot be moved to."""
    past = given(device(), company(), BOOKED)
    await past.when(transfer(to_device_id="AUT-099")).rejected("device_unknown", actual="AUT-099")


async def test_the_other_device_asks_for_approval() -> None:
    """Where the other device needs approval, the reservation becomes a request."""
    past = given(device(), device(ENE, "energy", approval_required=True), company(), BOOKED)
    await past.when(transfer(to_device_id=ENE)).happened(
        e.ReservationTransferred, status="requested"
    )


@pytest.mark.parametrize("by", [KIM, STAFF])
async def test_a_request_moves_to_a_device_that_needs_no_approval(by: Actor) -> None:
    """It is confirmed there, so that it never expires for want of an answer."""
    past = given(device(approval_required=True), SOLAR, company(), requested(nine, ten))
    moved = past.when(transfer(to_device_id=ENE, by=by))
    await moved.happened(
        e.ReservationTransferred, status="confirmed", answer_by=None, promised_at=None
    )
    later = moved.at(nine).when(ExpireRequest(by=SYSTEM, reservation_id="r-1"))
    await later.rejected("wrong_status", actual="confirmed")


@pytest.mark.parametrize("by", [KIM, STAFF])
async def test_a_request_stays_one_where_approval_is_needed(by: Actor) -> None:
    """Whoever moves it to another such device: its answer is due anew."""
    there = device(ENE, "energy", approval_required=True, answer_within_minutes=120)
    past = given(device(approval_required=True), there, company(), requested(nine, ten))
    await past.when(transfer(to_device_id=ENE, by=by)).happened(
        e.ReservationTransferred, status="requested", answer_by=NOW + 2 * HOUR, promised_at=None
    )
    handed = past.when(transfer(to_account_id="park", by=by))
    await handed.happened(e.ReservationTransferred, status="requested", account_id="park")


async def test_too_late_for_another_device_but_not_for_a_colleague() -> None:
    """Within the cancellation notice the time stays, and only the person may change."""
    notice = device(cancel_notice_minutes=60)
    past = given(notice, SOLAR, company(), BOOKED).at(at("08:30"))
    await past.when(transfer(to_device_id=ENE)).rejected("change_notice", limit=60)
    await past.when(transfer(to_account_id="park")).happened(e.ReservationTransferred)


async def test_a_device_in_use_is_not_transferred() -> None:
    """What is in somebody's hands is returned first."""
    past = given(device(), company(), BOOKED).at(nine).when(hand_out())
    await past.when(transfer(to_account_id="park")).rejected("wrong_status", actual="in_use")
