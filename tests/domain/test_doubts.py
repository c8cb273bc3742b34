"""Who could not be handed the device at the start is not blamed, even if it was free soon after."""

from __future__ import annotations

from domain import events as e
from domain.actor import SYSTEM
from domain.deadlines import RecordMissedStart
from domain.decisions import Command
from domain.devices import ResumeDevice, SuspendDevice
from domain.maintenance import RecordCalibration, ReportProblem, ResolveProblem
from domain.outages import RepairDevice
from tests.scenario import (
    AUT,
    MINUTE,
    NOW,
    SEALED,
    STAFF,
    approve,
    break_down,
    company,
    device,
    eight,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    requested,
    take_back,
    taken,
    ten,
)

MISS = RecordMissedStart(by=SYSTEM, reservation_id="r-1")
REPORT = ReportProblem(by=STAFF, device_id=AUT, problem_id="p-1", text=SEALED, safety_stop=True)
RESOLVE = ResolveProblem(by=STAFF, device_id=AUT, problem_id="p-1")


async def test_who_was_sent_away_at_the_start_need_not_have_waited() -> None:
    """The device was stopped, broken, suspended or out then, and free again before the grace ended.

    Freed a minute before the start it is no excuse, and a minute after it it is.
    """
    late = taken(eight, nine, reservation_id="r-0")
    ends: list[tuple[Command, Command, str]] = [
        (REPORT, RESOLVE, "safety_stop"),
        (break_down(nine - MINUTE), RepairDevice(by=STAFF, device_id=AUT), "device_broken"),
        (
            SuspendDevice(by=STAFF, device_id=AUT),
            ResumeDevice(by=STAFF, device_id=AUT),
            "device_suspended",
        ),
        (hand_out("r-0"), take_back("r-0"), "device_out"),
    ]
    for begin, end, doubt in ends:
        past = given(device(), company(), late, taken(nine, noon)).at(eight).when(begin)
        in_time = past.at(nine - MINUTE).when(end).at(ten).when(MISS)
        await in_time.happened(e.NoShowRecorded)
        past = given(device(), company(), late, taken(nine, noon)).at(eight).when(begin)
        sent_away = past.at(nine + MINUTE).when(end).at(ten).when(MISS)
        await sent_away.happened(e.NoShowSuspected, doubt=doubt)


async def test_a_confirmation_after_the_start_is_what_a_hindrance_is_measured_by() -> None:
    """What was over before the device was promised at all kept nobody from coming."""
    asked = given(device(approval_required=True), company(), requested(nine, noon)).when(REPORT)
    lifted = asked.at(nine + MINUTE).when(RESOLVE).at(ten).when(approve())
    await lifted.at(eleven).when(MISS).happened(e.NoShowRecorded)


async def test_a_certificate_entered_after_the_start_excuses_too() -> None:
    """Until then the device was not to go out; a renewal of one that is good excuses nobody."""
    entered = RecordCalibration(by=STAFF, device_id=AUT, certificate="KC-2", valid_until=noon)
    for before, doubtful in ((nine, True), (noon, False)):
        past = given(
            device(calibration_required=True),
            company(),
            e.CalibrationRecorded(device_id=AUT, at=NOW, valid_until=before, certificate="KC-1"),
        )
        past.ledger.append([taken(nine, ten)])
        past = past.at(nine + MINUTE).when(entered).at(ten).when(MISS)
        if doubtful:
            await past.happened(e.NoShowSuspected, doubt="calibration_lapsed")
        else:
            await past.happened(e.NoShowRecorded)
