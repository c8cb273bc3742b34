"""Problems, the maintenance log and calibration certificates."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from domain import events as e
from domain.decisions import Command
from domain.maintenance import LogMaintenance, RecordCalibration, ReportProblem, ResolveProblem
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    KIM,
    MUDEUNG,
    SEALED,
    STAFF,
    company,
    device,
    eight,
    eleven,
    given,
    nine,
    noon,
    reserve,
    ten,
)

REPORT = ReportProblem(
    by=KIM,
    device_id=AUT,
    problem_id="p-1",
    text=SEALED,
    company_id=MUDEUNG,
    safety_stop=True,
)
RESOLVE = ResolveProblem(by=STAFF, device_id=AUT, problem_id="p-1", text=SEALED)


def log(moment: datetime | None = None, **fields: Any) -> Command:
    return LogMaintenance(by=STAFF, device_id=AUT, work=SEALED, at=moment, **fields)


def certify(until: datetime, moment: datetime | None = None) -> Command:
    return RecordCalibration(
        by=STAFF, device_id=AUT, certificate="KC-26-001", valid_until=until, at=moment
    )


async def test_a_problem_is_reported_and_resolved() -> None:
    """Who reported it and whether work must stop is recorded; resolving happens once."""
    past = given(device(), company())
    await past.when(REPORT).happened(
        e.ProblemReported, text=SEALED, company_id=MUDEUNG, safety_stop=True
    )
    await past.when(RESOLVE).happened(e.ProblemResolved, problem_id="p-1", text=SEALED)
    await past.when(RESOLVE).rejected("problem_resolved", actual="p-1")


async def test_a_problem_of_another_device() -> None:
    """A problem is resolved at the device where it was reported."""
    elsewhere = ResolveProblem(by=STAFF, device_id=ENE, problem_id="p-1")
    past = given(device(), device(ENE, "energy"), company()).when(REPORT)
    await past.when(elsewhere).rejected("problem_unknown")


async def test_a_problem_takes_no_time() -> None:
    """A reported problem alone does not stop bookings; a safety stop does (test_safety_stop)."""
    past = given(device(), company()).when(structs.replace(REPORT, safety_stop=False))
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_a_line_of_the_maintenance_log() -> None:
    """Work, parts and cost are recorded with the time of the work, which is now or was before."""
    past = given(device()).at(nine)
    await past.when(log(parts=SEALED, repairer=SEALED, cost=120_000)).happened(
        e.MaintenanceLogged, at=nine, work=SEALED, parts=SEALED, cost=120_000
    )
    await past.when(log(eight)).happened(e.MaintenanceLogged, at=eight)
    await past.when(log(ten)).rejected("not_yet")


async def test_a_certificate() -> None:
    """A certificate is recorded with its number, and ends after it begins."""
    past = given(device()).at(nine)
    await past.when(certify(nine + 365 * DAY)).happened(
        e.CalibrationRecorded, at=nine, valid_until=nine + 365 * DAY, certificate="KC-26-001"
    )
    await past.when(certify(ten, eight)).happened(e.CalibrationRecorded, at=eight)
    await past.when(certify(ten, eleven)).rejected("not_yet")
    await past.when(certify(nine)).rejected("not_longer")


async def test_a_certificate_makes_the_device_bookable() -> None:
    """What was refused for want of calibration is accepted after it."""
    past = given(device(calibration_required=True), company())
    await past.when(reserve(nine, ten)).rejected("calibration")
    await past.when(certify(ten)).when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_times_are_kept_in_utc() -> None:
    """Whatever clock staff enter a time on, the ledger holds it in UTC."""
    past = given(device()).at(nine)
    (certified,) = await past.when(certify(ten, eight)).accepted()
    (logged,) = await past.when(log(eight)).accepted()
    assert isinstance(certified, e.CalibrationRecorded)
    assert isinstance(logged, e.MaintenanceLogged)
    zones = {certified.at.tzinfo, certified.valid_until.tzinfo, logged.at.tzinfo}
    assert zones == {UTC}


@pytest.mark.parametrize("command", [REPORT, log(), certify(noon)])
async def test_an_unknown_device(command: Command) -> None:
    """Nothing is recorded about a device that is not in the catalogue."""
    await given(company()).at(nine).when(command).rejected("device_unknown", actual=AUT)
