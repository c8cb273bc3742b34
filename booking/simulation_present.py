"""The end of a simulated history is a present: one device broken, requests open, more to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from booking.simulation_habits import letter_of, one_of
from booking.simulation_requests import ask
from booking.simulation_stage import Stage
from booking.simulation_upkeep import break_down, schedule_maintenance
from booking.simulation_world import KnownDevice
from domain.period import Period
from domain.reservations import ApproveReservation

Progress = Callable[[int, int], None]
IDLE_TRIES = 300
"""Requests in a row that come to nothing, after which companies have no room left."""


def make_it_lively(stage: Stage) -> None:
    """Plan the last hours of a history, so that whoever looks next finds a testbed at work."""
    stage.at(stage.end - timedelta(hours=3), partial(_break_one, stage))
    stage.at(stage.end - timedelta(hours=2), partial(_maintain_soon, stage))
    stage.at(stage.end - timedelta(hours=1), partial(_ask_for_approval, stage))


async def live_now(stage: Stage, events: int, progress: Progress) -> None:
    """Append about `events` events at the ledger's own time: requests, and what is due by now."""
    idle = 0
    while stage.made < events and idle < IDLE_TRIES:
        before = stage.made
        if not await stage.run(stage.now):
            await ask(stage, one_of(stage.rng, sorted(stage.world.devices)))
            await _approve_some(stage)
        idle = 0 if stage.made > before else idle + 1
        progress(min(stage.made, events), events)


async def _approve_some(stage: Stage) -> None:
    waiting = [one for one in stage.world.reservations.values() if one.status == "requested"]
    if waiting and stage.chance(0.5):
        reservation = one_of(stage.rng, waiting)
        if reservation.latest is not None:
            staff = stage.staff_for(stage.world.devices[reservation.latest.device_id])
            await stage.give(
                ApproveReservation(by=staff, reservation_id=reservation.reservation_id)
            )


async def _break_one(stage: Stage) -> None:
    """One device is broken when the history ends, unless one is already."""
    devices = _devices(stage)
    if any(device.breakdown.breakdown_id for device in devices):
        return
    idle = [
        device
        for device in devices
        if device.in_hand.reservation_id is None and letter_of(device.terms.now) != "O"
    ]
    if idle:
        await break_down(stage, one_of(stage.rng, idle), hours=stage.rng.uniform(30, 60))


async def _maintain_soon(stage: Stage) -> None:
    """Maintenance lies ahead within two weeks, on two devices at least."""
    soon = Period(stage.end, stage.end + timedelta(days=14))
    devices = [device for device in _devices(stage) if letter_of(device.terms.now) != "O"]
    planned = [
        entry
        for device in devices
        for entry in device.agenda.entries.values()
        if entry.kind == "maintenance" and entry.occupied.overlaps(soon)
    ]
    for device in stage.rng.sample(devices, min(len(devices), max(0, 2 - len(planned)))):
        days = timedelta(days=stage.rng.uniform(3, 9))
        await schedule_maintenance(stage, device, days)


async def _ask_for_approval(stage: Stage) -> None:
    """Staff find requests to answer, three at least."""
    devices = [device for device in _devices(stage) if device.terms.now.approval_required]
    for _ in range(10):
        waiting = [one for one in stage.world.reservations.values() if one.status == "requested"]
        if len(waiting) >= 3 or not devices:  # noqa: PLR2004 - the docstring's three
            return
        await ask(stage, one_of(stage.rng, devices).device_id)


def _devices(stage: Stage) -> list[KnownDevice]:
    return [device for _, device in sorted(stage.world.devices.items()) if device.bookable]
