"""Regular checks in a simulated year: short outages that come back, planned in one go.

Some devices have them; now and then the rest of a round, or all of it, is called off.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from booking.simulation_habits import weighted
from booking.simulation_outages import TRIES, a_day
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain.cancelling_outages import CancelOutages, OutageScope
from domain.repeating_outages import Repeat, ScheduleOutages, occurrences

CHECKED_SHARE = 0.15
"""Devices that are checked regularly."""
FROM_PACE = 0.5
"""Checks come in rounds of a fixed number: a history with less than this share of a year's usual
events would have little else in it, and has none.
"""
EVERY = Repeat(every_weeks=4, count=6)
CALLED_OFF: dict[OutageScope | None, float] = {None: 0.7, "later": 0.2, "all": 0.1}
_LENGTH = timedelta(hours=2)
_WORK = "정기 점검: 외관, 배선, 안전장치"


def follow_rounds(stage: Stage, device: KnownDevice, *, thinned: float) -> None:
    """Go on with a device's regular checks, or begin some. `thinned` is as in `take_up`."""
    ahead = [
        one.occupied.end
        for one in stage.world.outages.values()
        if one.device_id == device.device_id
        and one.outage_id in stage.world.rounds
        and one.occupied.end > stage.now
    ]
    if ahead:
        stage.at(max(ahead), partial(plan_round, stage, device))
    elif thinned >= FROM_PACE and stage.chance(CHECKED_SHARE):
        begins = stage.between(stage.now, stage.now + timedelta(weeks=8))
        stage.at(stage.in_office(begins), partial(plan_round, stage, device))


async def plan_round(stage: Stage, device: KnownDevice) -> None:
    """Plan the checks of the next months, the first of them when nobody has booked."""
    staff = stage.staff_for(device)
    reason = await stage.sealed(staff, _WORK)
    for _ in range(TRIES):
        around = stage.now + timedelta(days=stage.rng.uniform(10, 20))
        period = a_day(stage, device, around, _LENGTH)
        if period is None or device.agenda.overlapping(period):
            continue
        order = ScheduleOutages(
            by=staff,
            device_id=device.device_id,
            outage_ids=tuple(stage.new_id("o") for _ in range(EVERY.count)),
            series_id=stage.new_id("s"),
            kind="maintenance",
            period=period,
            repeat=EVERY,
            reason=reason,
        )
        if await stage.give(order):
            _follow(stage, device, order)
            return


def _follow(stage: Stage, device: KnownDevice, order: ScheduleOutages) -> None:
    """The next round comes after the last check of this one, whatever became of it."""
    *_, last = occurrences(order.period, order.repeat)
    stage.at(last.end, partial(plan_round, stage, device))
    scope = weighted(stage.rng, CALLED_OFF)
    if scope is not None:
        when = stage.in_office(stage.between(stage.now, last.start))
        one_of_them = stage.rng.choice(order.outage_ids)
        stage.at(when, partial(_call_off, stage, device, one_of_them, scope))


async def _call_off(stage: Stage, device: KnownDevice, outage_id: str, scope: OutageScope) -> None:
    await stage.give(CancelOutages(by=stage.staff_for(device), outage_id=outage_id, scope=scope))
