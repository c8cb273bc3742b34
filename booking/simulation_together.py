"""How simulated companies book several things at once: weekly series, and a rig with its cabin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from booking.simulation_habits import letter_of, one_of, weighted
from booking.simulation_requests import a_period, find_period
from booking.simulation_series import Series, follow_series
from booking.simulation_stage import Stage
from booking.simulation_world import KnownCompany, KnownDevice
from domain import events as e
from domain.actor import Actor
from domain.period import SEOUL, Period
from domain.series import SeriesRule, occurrences
from domain.together import Member, ReserveTogether

SERIES_LETTERS = frozenset("AE")
"""Terms of devices that teams come back to week after week."""
WEEKS = {4: 2, 6: 3, 8: 3, 10: 1}
TRIES = 5


async def ask_series(stage: Stage) -> None:
    """A company books a device every week; dates that are not free are left out."""
    devices = [
        device
        for _, device in sorted(stage.world.devices.items())
        if device.bookable
        and letter_of(device.terms.now) in SERIES_LETTERS
        and not device.terms.now.irb_required
    ]
    if not devices:
        return
    device = one_of(stage.rng, devices)
    found = _who(stage, device.sector)
    if found is None:
        return
    company, person = found
    first = find_period(stage, device, company)
    if first is None:
        return
    start = first.start.astimezone(SEOUL)
    rule = SeriesRule(
        first=start.date(),
        start=start.time(),
        minutes=first.minutes,
        count=weighted(stage.rng, WEEKS),
    )
    periods = [one.period for one in occurrences(rule)]
    members = [_member(stage, device, period) for period in periods]
    series_id = stage.new_id("s")
    if await _reserve(stage, company, person, members, [device], series_id=series_id):
        series = Series(
            series_id=series_id,
            device=device,
            person=person,
            reservation_ids=tuple(member.reservation_id for member in members),
        )
        follow_series(stage, series)


async def ask_bundle(stage: Stage) -> None:
    """A company books a rig and what belongs to it for one time, all or none."""
    bundles = [
        [stage.world.devices[device_id] for device_id in bundle]
        for bundle in stage.habits.bundles
        if all(device_id in stage.world.devices for device_id in bundle)
    ]
    devices = one_of(stage.rng, bundles) if bundles else []
    found = _who(stage, devices[0].sector) if devices else None
    if found is None or not all(device.bookable for device in devices):
        return
    company, person = found
    for _ in range(TRIES):
        period = _common_period(stage, devices)
        if period is not None and company.has_room(devices[0].sector, period, 1 / len(devices)):
            members = [_member(stage, device, period) for device in devices]
            await _reserve(stage, company, person, members, devices, group_id=stage.new_id("g"))
            return


def _common_period(stage: Stage, devices: Sequence[KnownDevice]) -> Period | None:
    """A time that each of the devices allows, as long as people use the last of them."""
    rig, last = devices[0], devices[-1]
    letter = letter_of(rig.terms.now)
    ahead = timedelta(days=stage.habits.lead_days[letter].draw(stage.rng))
    weights = stage.habits.duration_weights[letter_of(last.terms.now)]
    length = timedelta(minutes=weighted(stage.rng, weights))
    length = max(length, timedelta(minutes=rig.terms.now.minimum_minutes))
    period = a_period(stage, rig.terms.now, stage.now + ahead, length)
    if period is None:
        return None
    allowed = all(stage.world.allows(device, period, stage.now) for device in devices)
    return period if allowed else None


def _who(stage: Stage, sector: str) -> tuple[KnownCompany, Actor] | None:
    """A company of the sector that may book more, and one of its people."""
    companies = {
        company.company_id: stage.habits.company_weights.get(company.company_id, 1.0)
        for _, company in sorted(stage.world.companies.items())
        if company.sector == sector
        and company.people
        and not company.suspended
        and company.may_book_more(stage.now)
    }
    if not companies:
        return None
    company = stage.world.companies[weighted(stage.rng, companies)]
    return company, one_of(stage.rng, list(company.people.values()))


def _member(stage: Stage, device: KnownDevice, period: Period) -> Member:
    return Member(reservation_id=stage.new_id("r"), device_id=device.device_id, period=period)


async def _reserve(
    stage: Stage,
    company: KnownCompany,
    person: Actor,
    members: Sequence[Member],
    devices: Sequence[KnownDevice],
    *,
    series_id: str | None = None,
    group_id: str | None = None,
) -> bool:
    purpose = one_of(stage.rng, stage.habits.purposes[devices[0].sector])
    able = all(
        person.account_id in device.qualified or not device.terms.now.qualification_required
        for device in devices
    )
    operated = not able or any(device.terms.now.operator_required for device in devices)
    usage_type: e.UsageType = "operated" if operated else "direct"
    order = ReserveTogether(
        by=person,
        members=tuple(members),
        company_id=company.company_id,
        account_id=person.account_id,
        purpose=await stage.sealed(person, purpose),
        usage_type=usage_type,
        only_free=series_id is not None,
        series_id=series_id,
        group_id=group_id,
    )
    return await stage.give(order)
