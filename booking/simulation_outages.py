"""Planned outages in a simulated year: set, and at times moved, called off, or over early.

Who lost a booking to one stands first in line for that time, and is offered it again as soon as the
outage leaves it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from booking.simulation_habits import one_of, weighted
from booking.simulation_requests import a_period
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.outages import CancelOutage, RescheduleOutage, ScheduleOutage
from domain.period import Period

Planned = e.OutageScheduled | e.OutageRescheduled
Change = Callable[[Stage, Planned], Awaitable[None]]
FIXED_SHARE = 0.25
"""Outages for which the maker's people name the day, whoever has booked it."""
EARLY_SHARE = 0.15
"""Outages whose work is done sooner than was planned: the device is free again at once."""
TRIES = 12
_WORKING_DAY = timedelta(hours=8)
_QUARTER = timedelta(minutes=15)


async def plan_outage(
    stage: Stage, device: KnownDevice, kind: e.OutageKind, around: datetime, hours: float
) -> bool:
    """Plan an outage for a day when nobody has booked, if there is one; else somebody yields."""
    staff, habits = stage.staff_for(device), stage.habits
    reasons = habits.maintenance_reasons if kind == "maintenance" else habits.calibration_reasons
    reason = await stage.sealed(staff, one_of(stage.rng, reasons))
    considerate = 0 if stage.chance(FIXED_SHARE) else TRIES - 2
    for attempt in range(TRIES):
        period = a_day(stage, device, around, timedelta(hours=hours))
        if period is None or (attempt < considerate and device.agenda.overlapping(period)):
            continue
        if await stage.give(
            ScheduleOutage(
                by=staff,
                device_id=device.device_id,
                outage_id=stage.new_id("o"),
                kind=kind,
                period=period,
                reason=reason,
            )
        ):
            return True
    return False


def follow_plan(stage: Stage, event: Planned) -> None:
    """Most outages take place as planned. What took somebody's booking is often thought over."""
    start = event.occupied.start
    if start <= stage.now:
        return
    if isinstance(event, e.OutageScheduled):
        hit = _took_time(stage, event)
        change = weighted(stage.rng, _AFTER_COMPLAINTS if hit else _CHANGES)
        if change is not None:
            thought_over = stage.now + stage.between_minutes(60, 20 * 60)
            when = thought_over if hit else stage.between(stage.now, start)
            stage.at(stage.in_office(when), partial(_if_still_so, stage, event, change))
            return
    if stage.chance(EARLY_SHARE):
        done = start + event.occupied.length * stage.rng.uniform(0.4, 0.8)
        stage.at(done, partial(_if_still_so, stage, event, _end_early))


async def _if_still_so(stage: Stage, event: Planned, change: Change) -> None:
    if stage.world.outages.get(event.outage_id) == event:
        await change(stage, event)


async def _move(stage: Stage, event: Planned) -> None:
    """Staff take a day some days later on which nobody has booked, within the certificate."""
    device = stage.world.devices[event.device_id]
    if event.occupied.start <= stage.now:
        return
    valid_until = device.calibration.valid_until
    for _ in range(TRIES):
        around = event.occupied.start + timedelta(days=stage.rng.uniform(3, 12))
        period = a_day(stage, device, around, event.occupied.length)
        if period is None or device.agenda.overlapping(period, but=event.outage_id):
            continue
        if event.kind == "calibration" and valid_until is not None and period.end > valid_until:
            continue
        staff = stage.staff_for(device)
        await stage.give(RescheduleOutage(by=staff, outage_id=event.outage_id, period=period))
        return


async def _call_off(stage: Stage, event: Planned) -> None:
    if event.occupied.start > stage.now:
        staff = stage.staff_for(stage.world.devices[event.device_id])
        await stage.give(CancelOutage(by=staff, outage_id=event.outage_id))


async def _end_early(stage: Stage, event: Planned) -> None:
    """The work is done: the outage ends with the next quarter of an hour."""
    start = event.occupied.start
    end = start + ((stage.now - start) // _QUARTER + 1) * _QUARTER
    if end < event.occupied.end:
        staff = stage.staff_for(stage.world.devices[event.device_id])
        period = Period(start, end)
        await stage.give(RescheduleOutage(by=staff, outage_id=event.outage_id, period=period))


def _took_time(stage: Stage, event: Planned) -> bool:
    """Whether somebody who lost a booking to this outage waits for its time."""
    lost = (stage.world.reservations.get(one.replaces or "") for one in stage.world.wishes.values())
    return any(
        isinstance(one.latest, e.ReservationDisplaced) and one.latest.outage_id == event.outage_id
        for one in lost
        if one is not None
    )


def a_day(stage: Stage, device: KnownDevice, around: datetime, length: timedelta) -> Period | None:
    """A time ahead that begins when the laboratory is open; what is long goes on over night."""
    period = a_period(stage, device.terms.now, around, min(length, _WORKING_DAY))
    if period is None or period.start <= stage.now:
        return None
    return Period(period.start, period.start + length)


_CHANGES: dict[Change | None, float] = {None: 0.85, _move: 0.08, _call_off: 0.07}
_AFTER_COMPLAINTS: dict[Change | None, float] = {None: 0.35, _move: 0.5, _call_off: 0.15}
