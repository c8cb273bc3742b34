"""What the laboratory makes good and lets pass in a simulated year.

Displaced bookings are made again, problems are triaged, and an urgent test gets in before its
notice.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from booking.simulation_habits import letter_of, one_of, weighted
from booking.simulation_requests import a_period
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.maintenance import TriageProblem
from domain.overriding import Override
from domain.period import Period
from domain.reservations import ReserveDevice

URGENT_PER_YEAR = 14
"""Bookings that the laboratory lets in before the notice of their device."""
SAFETY_STOP_SHARE = 0.05
_TRIES = 8
_REBOOKED_SHARE = 0.7
_URGENCIES: dict[e.Urgency, int] = {"low": 3, "normal": 4, "urgent": 2}


def follow_displacement(stage: Stage, event: e.ReservationDisplaced) -> None:
    """Most companies look for another time within a day or so."""
    if stage.chance(_REBOOKED_SHARE):
        later = stage.in_office(stage.now + timedelta(hours=stage.rng.uniform(1, 30)))
        stage.at(later, partial(rebook, stage, event))


def follow_problem(stage: Stage, event: e.ProblemReported) -> None:
    """Staff look at a problem in the next working hours, and lift a stop that need not be."""
    hours = stage.rng.uniform(0.3, 4)
    stage.at(stage.in_office(stage.now + timedelta(hours=hours)), partial(triage, stage, event))


async def triage(stage: Stage, event: e.ProblemReported) -> None:
    await stage.give(
        TriageProblem(
            by=stage.staff_for(stage.world.devices[event.device_id]),
            device_id=event.device_id,
            problem_id=event.problem_id,
            urgency="urgent" if event.safety_stop else weighted(stage.rng, _URGENCIES),
            safety_stop=False,
        )
    )


async def rebook(stage: Stage, event: e.ReservationDisplaced) -> None:
    """The company's person, who lost a time, takes one of the next that are free."""
    device = stage.world.devices[event.device_id]
    company = stage.world.companies.get(event.company_id)
    made = stage.world.reservations[event.reservation_id].made
    if company is None or made is None or event.account_id not in company.people:
        return
    # Whose own time was offered meanwhile answers that, or has it again.
    if event.waits_as in stage.world.offers or event.reservation_id in stage.world.replaced:
        return
    for attempt in range(_TRIES):
        around = max(stage.now, event.period.start) + timedelta(days=attempt)
        period = a_period(stage, device.terms.now, around, event.period.length)
        if period is None or period.start <= stage.now:
            continue
        if device.agenda.overlapping(device.terms.occupied(period)):
            continue
        order = ReserveDevice(
            by=company.people[event.account_id],
            reservation_id=stage.new_id("r"),
            device_id=event.device_id,
            company_id=event.company_id,
            account_id=event.account_id,
            period=period,
            purpose=made.purpose,
            usage_type=made.usage_type,
            people=made.people,
            irb_number=made.irb_number,
            replaces=event.reservation_id,
        )
        if await stage.give(order):
            return


async def let_in(stage: Stage) -> None:
    """A company calls about an urgent test, and staff book it inside the notice of the terms."""
    devices = [
        one
        for _, one in sorted(stage.world.devices.items())
        if one.terms.now.notice_minutes and not one.terms.now.irb_required
    ]
    companies = sorted(stage.world.companies.values(), key=lambda one: one.company_id)
    companies = [one for one in companies if one.people]
    if not devices or not companies:
        return
    device, company = one_of(stage.rng, devices), one_of(stage.rng, companies)
    staff = stage.staff_for(device)
    period = _inside_notice(stage, device)
    reason = await stage.sealed(staff, "납기 임박 시험")
    person = one_of(stage.rng, list(company.people.values()))
    if reason is None or period is None:
        return
    order = ReserveDevice(
        by=staff,
        reservation_id=stage.new_id("r"),
        device_id=device.device_id,
        company_id=company.company_id,
        account_id=person.account_id,
        period=period,
        purpose=await stage.sealed(person, one_of(stage.rng, stage.habits.purposes[device.sector])),
        usage_type="operated",
        override=Override(rules=("notice", "quota"), reason=reason),
    )
    await stage.give(order)


def _inside_notice(stage: Stage, device: KnownDevice) -> Period | None:
    """A free time that comes too soon for the terms."""
    terms = device.terms.now
    notice = timedelta(minutes=terms.notice_minutes)
    length = timedelta(minutes=weighted(stage.rng, stage.habits.duration_weights[letter_of(terms)]))
    for _ in range(_TRIES):
        period = a_period(stage, terms, stage.now + notice / 2, length)
        if period is None or not stage.now < period.start < stage.now + notice:
            continue
        if not device.agenda.overlapping(device.terms.occupied(period)):
            return period
    return None
