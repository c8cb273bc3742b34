"""Problems, the maintenance log, claims of displaced bookings, and calibrations that are due."""

from __future__ import annotations

from datetime import timedelta

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.calibrations import due_calibrations
from projections.maintenance import (
    claim,
    list_problems,
    maintenance_log,
    open_claims,
    stopped_devices,
)
from projections.projector import Projector
from tests.projections.test_usage import logged
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HEA,
    MUDEUNG,
    SEALED,
    company,
    device,
    nine,
    noon,
    taken,
    ten,
)


async def test_problems_by_urgency_until_they_are_resolved(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Safety stops come first, then urgent ones, then the oldest; a resolved one stops nothing."""
    for name in ("p-1", "p-2", "p-3"):
        await ledger.append(e.ProblemReported(device_id=AUT, problem_id=name, text=SEALED))
    of_company = e.ProblemReported(
        device_id=ENE, problem_id="p-4", text=SEALED, company_id=MUDEUNG, safety_stop=True
    )
    await ledger.append(of_company)
    before = await ledger.append(
        e.ProblemTriaged(device_id=AUT, problem_id="p-3", urgency="urgent")
    )
    await ledger.append(e.ProblemResolved(device_id=AUT, problem_id="p-2", text=SEALED))
    await projector.catch_up()
    found = await list_problems(database.app)
    assert [one.problem_id for one in found] == ["p-4", "p-3", "p-1"]
    assert (found[1].urgency, found[1].triaged_at is None) == ("urgent", False)
    assert await stopped_devices(database.app) == {ENE}
    every = await list_problems(database.app, device_id=AUT, open_only=False)
    (resolved,) = [one for one in every if one.resolved_at]
    assert (resolved.problem_id, resolved.resolution, resolved.by) == ("p-2", SEALED, "staff-1")
    assert len(await list_problems(database.app, company_id=MUDEUNG)) == 1
    then = await list_problems(database.app, device_id=AUT, as_of=before)
    assert len(then) == 3
    await ledger.append(e.ProblemResolved(device_id=ENE, problem_id="p-4"))
    await projector.catch_up()
    assert await stopped_devices(database.app) == set()


async def test_the_log_is_newest_first(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Lines by the time of the work, of a device or of a span of time."""
    line = {"work": SEALED, "repairer": SEALED, "parts": SEALED}
    await ledger.append(e.MaintenanceLogged(device_id=AUT, at=ten, cost=45_000, **line))
    await ledger.append(e.MaintenanceLogged(device_id=AUT, at=nine, **line))
    await ledger.append(e.MaintenanceLogged(device_id=ENE, at=noon, work=SEALED))
    await projector.catch_up()
    found = await maintenance_log(database.app)
    assert [(one.device_id, one.at, one.cost) for one in found] == [
        (ENE, noon, 0),
        (AUT, ten, 45_000),
        (AUT, nine, 0),
    ]
    assert (found[1].repairer, found[0].repairer, found[1].by) == (SEALED, None, "staff-1")
    (one,) = await maintenance_log(database.app, device_id=AUT, start=ten, end=noon)
    assert one.at == ten


async def test_a_repair_is_in_the_log(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """With the one who repaired and when the breakdown began; as of before it is not there."""
    broken = {"breakdown_id": "b-1", "device_id": AUT}
    before = await ledger.append(
        e.BreakdownReported(**broken, occupied=Period(nine, noon), expected_until=noon)
    )
    repaired = e.DeviceRepaired(
        **broken, occupied=Period(nine, ten), at=ten, was=Period(nine, noon), repairer=SEALED
    )
    await ledger.append(repaired)
    await projector.catch_up()
    (line,) = await maintenance_log(database.app, device_id=AUT)
    assert (line.at, line.broken_from, line.repairer) == (ten, nine, SEALED)
    assert (line.work, line.parts, line.cost, line.by) == (None, None, 0, "staff-1")
    assert await maintenance_log(database.app, as_of=before) == []


async def test_a_claim_is_open_until_it_is_used(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The displaced booking stands in the company's list until another takes its place."""
    booked = taken(nine, ten)
    shared = {name: getattr(booked, name) for name in e.ReservationEvent.__struct_fields__}
    await ledger.append(*device(), *company(), booked)
    await ledger.append(e.ReservationDisplaced(**shared, outage_id="o-1"))
    await projector.catch_up()
    (found,) = await open_claims(database.app, company_id=MUDEUNG)
    assert (found.reservation_id, found.period, found.displaced_by) == ("r-1", booked.period, "o-1")
    assert await open_claims(database.app, company_id="hanbit") == []
    await ledger.append(taken(ten, noon, reservation_id="r-2", replaces="r-1"))
    await projector.catch_up()
    assert await open_claims(database.app) == []
    used = await claim(database.app, "r-1")
    assert used is not None
    assert used.replaced_by == "r-2"
    assert await claim(database.app, "r-2") is None


async def test_calibrations_that_are_due(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """By the calendar, by hours of use since the certificate, or for want of any."""
    await ledger.append(
        *device(AUT, calibration_hours=10),
        *device(ENE, calibration_required=True),
        *device(HEA),
        *company(),
    )
    until = nine + 400 * DAY
    certified = {"at": nine, "valid_until": until, "certificate": "KC-1", "laboratory": "KTL"}
    await ledger.append(e.CalibrationRecorded(device_id=AUT, **certified))
    soon = {**certified, "valid_until": BEGIN + 20 * DAY}
    await ledger.append(e.CalibrationRecorded(device_id=HEA, **soon))
    await ledger.append(logged(nine - DAY, 20, "r-1"), logged(ten, 8, "r-2"))
    await projector.catch_up()
    month = timedelta(days=30)
    found = await due_calibrations(database.app, BEGIN, month)
    assert {one.device.device_id for one in found} == {ENE, HEA}
    missing = next(one for one in found if one.device.device_id == ENE)
    assert (missing.required, missing.valid_until, missing.by_date) == (True, None, True)
    await ledger.append(logged(noon, 1, "r-3"))
    await projector.catch_up()
    found = await due_calibrations(database.app, BEGIN, month)
    used = next(one for one in found if one.device.device_id == AUT)
    assert (used.hours_used, used.calibration_hours) == (9.0, 10)
    assert (used.by_hours, used.by_date, used.certificate) == (True, False, "KC-1")
    assert await due_calibrations(database.app, BEGIN, timedelta(days=10)) != found
    await ledger.append(e.DeviceRetired(device_id=ENE))
    await projector.catch_up()
    assert len(await due_calibrations(database.app, BEGIN, month)) == 2
