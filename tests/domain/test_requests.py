"""Requests that wait for approval: approved after a second look, or declined."""

from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.event import Event
from domain.period import Period
from domain.terms_of_use import OpeningHours, TermsOfUse
from tests.scenario import (
    AUT,
    ENE,
    MUDEUNG,
    SEALED,
    approve,
    at,
    cancel,
    closure,
    company,
    decline,
    device,
    eleven,
    expired,
    extend,
    given,
    hand_out,
    nine,
    noon,
    requested,
    reschedule,
    reserve,
    taken,
    ten,
    transfer,
)

ASKING = device(approval_required=True)
WAITING = (ASKING, company(), requested(nine, ten))


def new_terms(**terms: Any) -> e.TermsSet:
    """Terms that came after the request."""
    return e.TermsSet(
        device_id=AUT, sector="automotive", terms=TermsOfUse(approval_required=True, **terms)
    )


async def test_an_approved_request_is_confirmed() -> None:
    """Approval confirms exactly the time that was asked for."""
    past = given(*WAITING)
    await past.when(approve()).happened(
        e.ReservationApproved,
        reservation_id="r-1",
        period=Period(nine, ten),
        occupied=Period(nine, ten),
    )
    await past.when(approve()).rejected("wrong_status", limit="requested", actual="confirmed")


async def test_a_confirmed_reservation_needs_no_answer() -> None:
    """Only a request can be approved or declined."""
    past = given(ASKING, company(), taken(nine, ten))
    await past.when(approve()).rejected("wrong_status")
    await past.when(decline()).rejected("wrong_status")


async def test_an_unknown_request() -> None:
    """What nobody asked for cannot be answered."""
    await given(ASKING, company()).when(approve()).rejected("reservation_unknown", actual="r-1")
    await given(ASKING, company()).when(decline()).rejected("reservation_unknown")


@pytest.mark.parametrize(
    ("since", "rule"),
    [
        (new_terms(maximum_minutes=30), "maximum"),
        (new_terms(minimum_minutes=120), "minimum"),
        (new_terms(opening_hours=OpeningHours(mon=(("10:00", "18:00"),))), "opening_hours"),
        (new_terms(qualification_required=True), "qualification"),
        (new_terms(operator_required=True), "operator"),
        (new_terms(irb_required=True), "irb_number"),
        (new_terms(calibration_required=True), "calibration"),
        (closure("2026-11-02"), "opening_hours"),
        (e.DeviceSuspended(device_id=AUT), "device_suspended"),
        (e.DeviceRetired(device_id=AUT), "device_retired"),
        (e.CompanySuspended(company_id=MUDEUNG), "company_suspended"),
        (e.QuotaSet(company_id=MUDEUNG, sector=None, hours=0.5), "quota"),
        (taken(nine, ten, reservation_id="r-9"), "slot_taken"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_approval_looks_at_every_rule_again(since: Event, rule: str) -> None:
    """What changed between the request and the answer can still refuse it."""
    await given(*WAITING, since).when(approve()).rejected(rule)


async def test_the_answer_needs_no_notice() -> None:
    """A request made in time may be approved at the last moment, and during its time."""
    asking = device(approval_required=True, notice_minutes=10080)
    for clock in ("08:59", "09:30"):
        past = given(asking, company(), requested(nine, ten)).at(at(clock))
        await past.when(approve()).happened(e.ReservationApproved)


async def test_a_request_gone_by_cannot_be_approved() -> None:
    """When its time is over, a request is too old to approve, but may be declined."""
    past = given(*WAITING).at(ten)
    await past.when(approve()).rejected("past")
    await past.when(decline()).happened(e.ReservationDeclined)


async def test_a_declined_request_frees_its_time() -> None:
    """The reason is kept, and somebody else may have the time."""
    past = given(*WAITING)
    await past.when(decline()).happened(e.ReservationDeclined, reason=SEALED)
    await past.when(decline()).rejected("wrong_status", actual="declined")
    await past.when(reserve(nine, ten)).happened(e.ReservationRequested)


async def test_an_expired_request_frees_its_time() -> None:
    """A request that nobody answered in time holds neither time nor quota any more."""
    past = given(ASKING, company(automotive=1), requested(nine, ten), expired(nine, ten))
    await past.when(approve()).rejected("wrong_status", actual="expired")
    await past.when(reserve(nine, ten)).happened(e.ReservationRequested)


async def test_a_request_keeps_its_buffers() -> None:
    """Terms that changed since the request do not move the time that it holds."""
    past = given(*WAITING, new_terms(buffer_after=30))
    await past.when(approve()).happened(e.ReservationApproved, occupied=Period(nine, ten))


@pytest.mark.parametrize(
    "change",
    [reschedule(ten, eleven), extend(nine, eleven), transfer(to_device_id=ENE)],
    ids=["moved", "extended", "on another device"],
)
async def test_a_changed_booking_is_answered_like_a_new_one(change: Command) -> None:
    """What a company changed waits for an answer and is handed out only after it."""
    elsewhere = device(ENE, "energy", approval_required=True)
    past = given(ASKING, elsewhere, company(), taken(nine, ten)).when(change).at(at("09:59"))
    await past.when(hand_out()).rejected("wrong_status", actual="requested")
    await past.when(approve(), hand_out()).happened(e.DeviceHandedOut)


@pytest.mark.parametrize("change", [reschedule(ten, eleven), transfer(to_device_id=ENE)])
async def test_another_time_is_not_promised_yet(change: Command) -> None:
    """A confirmed booking that moved in time is a request, withdrawn at any moment for nothing."""
    elsewhere = device(ENE, "energy", approval_required=True)
    past = given(ASKING, elsewhere, company(), taken(nine, ten)).when(change)
    await past.at(noon).when(cancel()).happened(e.ReservationCancelled, late=False)
