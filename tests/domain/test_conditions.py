"""What a device asks of the people and the papers: qualification, operator, IRB, calibration."""

from datetime import datetime

import pytest

from domain import events as e
from tests.scenario import (
    AUT,
    ENE,
    HOUR,
    NOW,
    SEALED,
    at,
    company,
    device,
    given,
    nine,
    reserve,
    taken,
    ten,
    transfer,
)

QUALIFIED = device(qualification_required=True)


def qualified(
    account_id: str = "kim", until: datetime | None = None, device_id: str = AUT
) -> e.QualificationGranted:
    return e.QualificationGranted(account_id=account_id, device_id=device_id, valid_until=until)


def certified(until: datetime) -> e.CalibrationRecorded:
    return e.CalibrationRecorded(device_id=AUT, at=NOW, valid_until=until, certificate="KC-26-001")


async def test_nobody_qualified() -> None:
    """Where training is required, an untrained person cannot book direct use."""
    await given(QUALIFIED, company()).when(reserve(nine, ten)).rejected("qualification")


@pytest.mark.parametrize("until", [None, ten])
async def test_the_booker_is_qualified(until: datetime | None) -> None:
    """Whoever is trained may book, up to the moment that the training is good for."""
    await (
        given(QUALIFIED, company(), qualified(until=until))
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )


async def test_a_colleague_is_qualified() -> None:
    """One trained person among those who come is enough."""
    past = given(QUALIFIED, company(), qualified("park"))
    await past.when(reserve(nine, ten, people=("choi", "park"))).happened(e.ReservationConfirmed)


async def test_a_qualification_that_expires_during_the_booking() -> None:
    """Training has to be good to the end of the booking."""
    expiring = qualified(until=ten - HOUR / 2)
    await given(QUALIFIED, company(), expiring).when(reserve(nine, ten)).rejected("qualification")


async def test_a_qualification_for_another_device() -> None:
    """Training on one device says nothing about another."""
    elsewhere = qualified(device_id=ENE)
    await given(QUALIFIED, company(), elsewhere).when(reserve(nine, ten)).rejected("qualification")


async def test_a_revoked_qualification() -> None:
    """Training that was revoked does not count, until it is granted again."""
    revoked = e.QualificationRevoked(account_id="kim", device_id=AUT)
    past = (QUALIFIED, company(), qualified(), revoked)
    await given(*past).when(reserve(nine, ten)).rejected("qualification")
    again = (*past, qualified(until=ten))
    await given(*again).when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_the_operator_needs_no_qualification_of_the_company() -> None:
    """Operated use (대행 사용) is open to untrained people."""
    await (
        given(QUALIFIED, company())
        .when(reserve(nine, ten, usage_type="operated"))
        .happened(e.ReservationConfirmed, usage_type="operated")
    )


async def test_a_transfer_needs_a_qualified_colleague() -> None:
    """A reservation is not handed on to somebody who may not use the device."""
    past = given(QUALIFIED, company(), qualified(), taken(nine, ten))
    await past.when(transfer(to_account_id="park")).rejected("qualification")
    past = given(QUALIFIED, company(), qualified("park"), taken(nine, ten))
    await past.when(transfer(to_account_id="park")).happened(
        e.ReservationTransferred, account_id="park"
    )


async def test_operator_required() -> None:
    """A device that only our operator runs is refused for direct use."""
    past = given(device(operator_required=True), company())
    await past.when(reserve(nine, ten)).rejected("operator", limit="operated", actual="direct")
    await past.when(reserve(nine, ten, usage_type="operated")).happened(e.ReservationConfirmed)


async def test_irb_number_required() -> None:
    """A device used on people needs the number of the review board's approval."""
    past = given(device(irb_required=True), company())
    await past.when(reserve(nine, ten)).rejected("irb_number")
    await past.when(reserve(nine, ten, irb_number=SEALED)).happened(
        e.ReservationConfirmed, irb_number=SEALED
    )


async def test_operator_and_irb_are_asked_for_together() -> None:
    """Whoever lacks both is told both."""
    past = given(device(operator_required=True, irb_required=True), company())
    await past.when(reserve(nine, ten)).rejected("operator", "irb_number")


CALIBRATED = device(calibration_required=True)


async def test_never_calibrated() -> None:
    """A device that needs a certificate cannot be booked before it has one."""
    await given(CALIBRATED, company()).when(reserve(nine, ten)).rejected("calibration", limit="—")


async def test_the_certificate_ends_during_the_booking() -> None:
    """The certificate is good through the whole booking or the booking is refused."""
    until = at("2026-11-02 10:00")
    past = given(CALIBRATED, company(), certified(until))
    await past.when(reserve(nine, ten + HOUR)).rejected("calibration", limit="2026-11-02")
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_the_newest_certificate_counts() -> None:
    """A new certificate replaces the one before, for better or worse."""
    good, bad = certified(ten), certified(nine)
    await given(CALIBRATED, company(), good, bad).when(reserve(nine, ten)).rejected("calibration")
    await (
        given(CALIBRATED, company(), bad, good)
        .when(reserve(nine, ten))
        .happened(e.ReservationConfirmed)
    )


async def test_a_plain_device_asks_for_nothing() -> None:
    """Without such terms neither training nor papers are looked at."""
    await given(device(), company()).when(reserve(nine, ten)).happened(e.ReservationConfirmed)
