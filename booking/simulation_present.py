"""The end of a simulated history is a present: one device broken, requests open, more to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from booking.simulation_habits import letter_of, one_of
from booking.simulation_requests import ask
from booking.simulation_stage import Stage
from booking.simulation_upkeep import break_down, schedule_maintenance
from booking.simulation_waiting import free_one, stand_in_line
from booking.simulation_world import KnownCompany, KnownDevice
from domain.overriding import Override
from domain.period import SEOUL, Period
from domain.reservations import ApproveReservation, ReserveDevice
from domain.usage import HandOutDevice

_URGENT_USE = timedelta(hours=4)
Progress = Callable[[int, int], None]
IDLE_TRIES = 300
"""Requests in a row that come to nothing, after which companies have no room left."""


def make_it_lively(stage: Stage) -> None:
    """Plan the last hours of a history, so that whoever looks next finds a testbed at work."""
    stage.at(stage.end - timedelta(hours=3), partial(_break_one, stage))
    stage.at(stage.end - timedelta(hours=2), partial(_maintain_soon, stage))
    for minutes, company_id in ((150, "mudeung"), (145, "hanbit"), (140, None)):
        stage.at(stage.end - timedelta(minutes=minutes), partial(stand_in_line, stage, company_id))
    stage.at(stage.end - timedelta(minutes=70), partial(free_one, stage))
    stage.at(stage.end - timedelta(hours=1), partial(_ask_for_approval, stage))
    stage.at(stage.end - timedelta(minutes=50), partial(_use_one, stage))


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


async def _use_one(stage: Stage) -> None:
    """A device is in use when the history ends; an urgent one, if need be, set in by staff."""
    devices = [device for device in _devices(stage) if letter_of(device.terms.now) != "O"]
    companies = [one for one in stage.world.companies.values() if one.people and not one.suspended]
    for device in stage.rng.sample(devices, len(devices)):
        if any(one.in_hand.reservation_id for one in devices) or not companies:
            return
        company = min(companies, key=lambda one: (one.sector != device.sector, one.company_id))
        await _lend_at_once(stage, device, company)


async def _lend_at_once(stage: Stage, device: KnownDevice, company: KnownCompany) -> None:
    staff, person = stage.staff_for(device), next(iter(company.people.values()))
    reason = await stage.sealed(staff, "납품 전 긴급 재시험")
    if reason is None:
        return
    terms = device.terms.now
    slot = timedelta(minutes=terms.slot_minutes)
    start = stage.now.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    start += ((stage.now - start) // slot + 1) * slot
    length = max(slot, timedelta(minutes=terms.minimum_minutes) // slot * slot)
    order = ReserveDevice(
        by=staff,
        reservation_id=stage.new_id("r"),
        device_id=device.device_id,
        company_id=company.company_id,
        account_id=person.account_id,
        period=Period(start, start + max(length, _URGENT_USE // slot * slot)),
        usage_type="operated",
        override=Override(rules=("notice", "opening_hours", "maximum", "quota"), reason=reason),
    )
    if await stage.give(order):
        await stage.give(HandOutDevice(by=staff, reservation_id=order.reservation_id))


def _devices(stage: Stage) -> list[KnownDevice]:
    return [device for _, device in sorted(stage.world.devices.items()) if device.bookable]
