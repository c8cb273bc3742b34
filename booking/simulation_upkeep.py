"""What becomes of a simulated device: it breaks, is repaired, maintained and calibrated."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from booking.fixture_commands import months_later
from booking.simulation_claims import SAFETY_STOP_SHARE
from booking.simulation_habits import letter_of, one_of
from booking.simulation_notices import follow_certificate
from booking.simulation_outages import Planned, follow_plan, plan_outage
from booking.simulation_rounds import follow_rounds
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.maintenance import LogMaintenance, RecordCalibration, ReportProblem, ResolveProblem
from domain.outages import ExtendBreakdown, RepairDevice, ReportBreakdown
from domain.period import SEOUL, at_clock

BEFORE_IT_RUNS_OUT = timedelta(days=5)
RESOLVED_SHARE = 0.9


def take_up(stage: Stage, device: KnownDevice, *, thinned: float) -> None:
    """Go on with what a device is in the middle of, and plan its next maintenance and calibration.

    `thinned` is the share of maintenance that takes place at all, where little is to happen.
    """
    if device.breakdown.occupied is not None:
        stage.at(device.breakdown.occupied.end, partial(repair, stage, device))
    planned = {
        one.kind: one
        for one in stage.world.outages.values()
        if one.device_id == device.device_id
        and one.occupied.end > stage.now
        and one.outage_id not in stage.world.rounds
    }
    if "maintenance" in planned:
        follow_outage(stage, planned["maintenance"])
    elif stage.chance(thinned):
        weeks = stage.habits.maintenance_interval_weeks[letter_of(device.terms.now)]
        last = device.maintained_until or stage.now - timedelta(weeks=weeks * stage.rng.random())
        notice = timedelta(days=stage.habits.maintenance_notice_days)
        when = stage.in_office(max(stage.now, last + timedelta(weeks=weeks) - notice))
        stage.at(when, partial(schedule_maintenance, stage, device, notice))
    follow_rounds(stage, device, thinned=thinned)
    follow_certificate(stage, device)
    if "calibration" in planned:
        follow_outage(stage, planned["calibration"])
    elif device.calibration.valid_until is not None:
        notice = timedelta(days=stage.habits.calibration_notice_days)
        when = stage.in_office(max(stage.now, device.calibration.valid_until - notice))
        stage.at(when, partial(schedule_calibration, stage, device))


def follow_outage(stage: Stage, event: e.OutageEvent) -> None:
    """Plan what ends an outage, or another one in the place of one that was called off."""
    device = stage.world.devices[event.device_id]
    if isinstance(event, e.OutageScheduled | e.OutageRescheduled):
        stage.at(event.occupied.end, partial(_finish, stage, device, event))
        follow_plan(stage, event)
        return
    again = stage.in_office(stage.now + timedelta(days=stage.rng.uniform(1, 4)))
    if event.kind == "maintenance":
        stage.at(again, partial(schedule_maintenance, stage, device, timedelta(days=14)))
    else:
        stage.at(again, partial(schedule_calibration, stage, device))


def follow_breakdown(stage: Stage, event: e.BreakdownReported | e.BreakdownExtended) -> None:
    """Plan the repair, or that it takes longer than was thought."""
    device, until = stage.world.devices[event.device_id], event.expected_until
    extended = isinstance(event, e.BreakdownExtended)
    if not extended and stage.chance(stage.habits.breakdown_extension_share):
        stage.at(until - stage.between_minutes(30, 120), partial(put_off, stage, device))
    else:
        repaired = stage.between(until - (until - stage.now) * 0.5, until)
        # Nobody repairs at night, unless the device is promised for the next morning.
        stage.at(min(until, stage.in_office(repaired)), partial(repair, stage, device))


async def schedule_maintenance(stage: Stage, device: KnownDevice, ahead: timedelta) -> None:
    hours = stage.habits.maintenance_hours[letter_of(device.terms.now)]
    await plan_outage(stage, device, "maintenance", stage.now + ahead, hours)


async def schedule_calibration(stage: Stage, device: KnownDevice) -> None:
    hours = stage.habits.calibration_hours[letter_of(device.terms.now)]
    valid_until = device.calibration.valid_until or stage.now
    earliest = stage.now + timedelta(days=7)
    latest = max(earliest, valid_until - BEFORE_IT_RUNS_OUT)
    around = stage.between(earliest, latest)
    if not await plan_outage(stage, device, "calibration", around, hours):
        stage.at(stage.now + timedelta(days=3), partial(schedule_calibration, stage, device))


async def _finish(stage: Stage, device: KnownDevice, event: Planned) -> None:
    """The log of the work done, or the new certificate, unless the outage was changed since."""
    if stage.world.outages.get(event.outage_id) == event:
        finish = finish_maintenance if event.kind == "maintenance" else finish_calibration
        await finish(stage, device)


async def finish_maintenance(stage: Stage, device: KnownDevice) -> None:
    await _log(stage, device, one_of(stage.rng, stage.habits.maintenance_reasons), 300_000)
    weeks = stage.habits.maintenance_interval_weeks[letter_of(device.terms.now)]
    notice = timedelta(days=stage.habits.maintenance_notice_days)
    again = stage.in_office(stage.now + timedelta(weeks=weeks) - notice)
    stage.at(again, partial(schedule_maintenance, stage, device, notice))


async def finish_calibration(stage: Stage, device: KnownDevice) -> None:
    day = stage.now.astimezone(SEOUL).date()
    months = stage.habits.calibration_months(device.device_id)
    valid_until = at_clock(months_later(day, months), "00:00")
    await stage.give(
        RecordCalibration(
            by=stage.staff_for(device),
            device_id=device.device_id,
            certificate=f"KC-{day:%Y-%m%d}-{device.device_id}",
            valid_until=valid_until,
            laboratory="한국계측교정원",
        )
    )
    notice = timedelta(days=stage.habits.calibration_notice_days)
    stage.at(valid_until - notice, partial(schedule_calibration, stage, device))
    follow_certificate(stage, device)


async def break_down(stage: Stage, device: KnownDevice, hours: float | None = None) -> None:
    """A device breaks down, for a time that nobody knows yet."""
    if device.breakdown.breakdown_id is not None:
        return
    staff = stage.staff_for(device)
    expected = hours or stage.habits.breakdown_hours.draw(stage.rng)
    until = stage.now + timedelta(hours=expected)
    reason = one_of(stage.rng, stage.habits.breakdown_reasons[device.sector])
    await stage.give(
        ReportBreakdown(
            by=staff,
            device_id=device.device_id,
            breakdown_id=stage.new_id("b"),
            expected_until=until.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1),
            reason=await stage.sealed(staff, reason),
        )
    )


async def put_off(stage: Stage, device: KnownDevice) -> None:
    occupied = device.breakdown.occupied
    if occupied is None:
        return
    longer = timedelta(hours=round(stage.habits.breakdown_extension_hours.draw(stage.rng)))
    await stage.give(
        ExtendBreakdown(
            by=stage.staff_for(device),
            device_id=device.device_id,
            expected_until=occupied.end + longer,
        )
    )


async def repair(stage: Stage, device: KnownDevice) -> None:
    if device.breakdown.breakdown_id is None:
        return
    staff = stage.staff_for(device)
    repairer = await stage.sealed(staff, "제조사 기술지원")
    await stage.give(RepairDevice(by=staff, device_id=device.device_id, repairer=repairer))
    await _log(stage, device, "고장 부품 교체와 동작 확인", 2_500_000)


async def report_problem(stage: Stage, device: KnownDevice) -> None:
    """Somebody of a company that uses the device reports a smaller fault."""
    users = [
        entry.reservation
        for entry in device.agenda.entries.values()
        if entry.reservation is not None and entry.occupied.start < stage.now
    ]
    reporter = stage.staff_for(device)
    if users:
        user = users[-1]
        people = stage.world.companies[user.company_id].people
        reporter = people.get(user.account_id, reporter)
    text = one_of(stage.rng, stage.habits.problem_descriptions[device.sector])
    sealed, problem_id = await stage.sealed(reporter, text), stage.new_id("p")
    if sealed is None:
        return
    await stage.give(
        ReportProblem(
            by=reporter,
            device_id=device.device_id,
            problem_id=problem_id,
            text=sealed,
            company_id=reporter.company_id,
            safety_stop=stage.chance(SAFETY_STOP_SHARE),
        )
    )
    if stage.chance(RESOLVED_SHARE):
        later = stage.in_office(stage.now + timedelta(days=stage.rng.uniform(0.2, 9)))
        stage.at(later, partial(_resolve, stage, device, problem_id))


async def _resolve(stage: Stage, device: KnownDevice, problem_id: str) -> None:
    staff = stage.staff_for(device)
    text = await stage.sealed(staff, "점검 후 조치함")
    await stage.give(
        ResolveProblem(by=staff, device_id=device.device_id, problem_id=problem_id, text=text)
    )


async def _log(stage: Stage, device: KnownDevice, work: str, most: int) -> None:
    staff = stage.staff_for(device)
    sealed = await stage.sealed(staff, work)
    if sealed is not None:
        cost = stage.rng.randrange(0, most, 10_000)
        await stage.give(
            LogMaintenance(by=staff, device_id=device.device_id, work=sealed, cost=cost)
        )
