"""How simulated companies ask for devices: when, for how long, and sometimes carelessly."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from booking.simulation_habits import letter_of, one_of, weighted
from booking.simulation_stage import Stage
from booking.simulation_world import KnownCompany, KnownDevice
from domain.actor import Actor
from domain.events import UsageType
from domain.period import SEOUL, Period, at_clock
from domain.reservations import ReserveDevice
from domain.sealed import Sealed
from domain.terms_of_use import WEEKDAYS, TermsOfUse

CARELESS_SHARE = 0.06
"""Requests that overlook a rule, and so become refusals."""
INSISTENT_SHARE = 0.3
"""Requests made all the same where no free time was found; the others go elsewhere."""
SECOND_TRY_SHARE = 0.6
OPERATED_SHARE = 0.12
TRIES = 5
MOST_OF_AN_OPEN_BENCH = 0.25
"""Share of the coming weeks up to which benches that are always open get booked, so that a visitor
of the demonstration finds them free."""
WEEKS_AHEAD = timedelta(days=21)
VISIT_BEFORE, VISIT_AFTER = timedelta(hours=4), timedelta(days=2)
"""Around the end of the history, those benches are nobody's, so that a visitor can try a hand-out
at once. Late returns of earlier uses are over by then."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Who would like which device when."""

    device: KnownDevice
    company: KnownCompany
    person: Actor
    period: Period
    usage_type: UsageType


async def ask(stage: Stage, device_id: str, company_id: str | None = None) -> None:
    """A company, this one or any, asks for a device."""
    device = stage.world.devices[device_id]
    if not device.bookable or _crowded(stage, device):
        return
    company = _company(stage, device) if company_id is None else stage.world.companies[company_id]
    if company is None or company.suspended or not company.people:
        return
    period = find_period(stage, device, company)
    if period is None:
        period = _taken(stage, device) if stage.chance(INSISTENT_SHARE) else None
    elif stage.chance(CARELESS_SHARE):
        period = _careless(stage, device, period)
    if period is None:
        return
    wish = _wish(stage, device, company, period)
    if await reserve(stage, wish) is None and stage.chance(SECOND_TRY_SHARE):
        again = find_period(stage, device, company)
        if again is not None:
            await reserve(stage, msgspec.structs.replace(wish, period=again))


async def reserve(stage: Stage, wish: Wish) -> str | None:
    """Ask for exactly this; the reservation's id, or None when it is refused or left to others."""
    visit = Period(stage.end - VISIT_BEFORE, stage.end + VISIT_AFTER)
    if letter_of(wish.device.terms.now) == "O" and wish.period.overlaps(visit):
        return None
    reservation_id = stage.new_id("r")
    device, person, rng = wish.device, wish.person, stage.rng
    colleagues = [one for one in wish.company.people if one != person.account_id]
    others = min(weighted(rng, stage.habits.people_weights) - 1, len(colleagues))
    irb_number = await _irb_number(stage, device, person)
    purpose = one_of(rng, stage.habits.purposes[device.sector])
    order = ReserveDevice(
        by=person,
        reservation_id=reservation_id,
        device_id=device.device_id,
        company_id=wish.company.company_id,
        account_id=person.account_id,
        period=wish.period,
        purpose=await stage.sealed(person, purpose),
        usage_type=wish.usage_type,
        people=tuple(rng.sample(colleagues, others)),
        irb_number=irb_number,
    )
    return reservation_id if await stage.give(order) else None


def find_period(
    stage: Stage, device: KnownDevice, company: KnownCompany, lead: timedelta | None = None
) -> Period | None:
    """A time that the company may like and the device allows, `lead` from now if that is given."""
    letter = letter_of(device.terms.now)
    share = stage.habits.fill_limit(company.company_id)
    for _ in range(TRIES):
        ahead = lead or timedelta(days=stage.habits.lead_days[letter].draw(stage.rng))
        length = timedelta(minutes=weighted(stage.rng, stage.habits.duration_weights[letter]))
        period = a_period(stage, device.terms.now, stage.now + ahead, length)
        if (
            period is not None
            and stage.world.allows(device, period, stage.now)
            and company.has_room(device.sector, period, share)
        ):
            return period
    return None


def a_period(stage: Stage, terms: TermsOfUse, around: datetime, length: timedelta) -> Period | None:
    """A period of that length on a day near `around`, at an hour when people come."""
    days = [around.astimezone(SEOUL).date() + timedelta(days=n) for n in range(-2, 4)]
    closed = stage.world.closed if terms.closed_on_holidays else ()
    weights = {
        day: stage.habits.weekday_weights[WEEKDAYS[day.weekday()]]
        for day in days
        if day not in closed and terms.opening_hours.on(day.weekday())
    }
    if not weights:
        return None
    day = weighted(stage.rng, weights)
    starts = _starts(terms, day, length)
    hours = {hour: stage.habits.hour_weights[hour] for hour in {start // 60 for start in starts}}
    if not hours:
        return None
    hour = weighted(stage.rng, hours)
    minute = weighted(stage.rng, {m: _ROUND[m % 60] for m in starts if m // 60 == hour})
    start = at_clock(day, f"{minute // 60:02d}:{minute % 60:02d}")
    return Period(start, start + length)


def _starts(terms: TermsOfUse, day: date, length: timedelta) -> list[int]:
    """Minutes of a day at which a period can start, on the hour, the half or the quarter."""
    inside = timedelta() if terms.runs_unattended else length
    minutes = int(inside.total_seconds() // 60)
    return [
        start
        for opens, closes in terms.opening_hours.on(day.weekday())
        for start in range(_minutes(opens), _minutes(closes), terms.slot_minutes)
        if start + minutes <= _minutes(closes) and start % 60 in _ROUND
    ]


def _company(stage: Stage, device: KnownDevice) -> KnownCompany | None:
    """A company, mostly one of the device's own sector and, as a rule, one that may book more."""
    companies = sorted(stage.world.companies.values(), key=lambda one: one.company_id)
    if not stage.chance(CARELESS_SHARE):
        companies = [company for company in companies if company.may_book_more(stage.now)]
    own = stage.chance(stage.habits.own_sector_share)
    weights = {
        company.company_id: stage.habits.company_weights.get(company.company_id, 1.0)
        for company in companies
        if (company.sector == device.sector) is own
    }
    return stage.world.companies[weighted(stage.rng, weights)] if weights else None


def _wish(stage: Stage, device: KnownDevice, company: KnownCompany, period: Period) -> Wish:
    """Who of the company asks, and whether the laboratory is to run the device for them."""
    terms, people = device.terms.now, list(company.people.values())
    able = [person for person in people if person.account_id in device.qualified]
    operated = terms.operator_required or stage.chance(OPERATED_SHARE)
    if terms.qualification_required and not operated:
        careless = stage.chance(CARELESS_SHARE)
        operated = not able and not careless
        people = people if careless else able or people
    return Wish(
        device=device,
        company=company,
        person=one_of(stage.rng, people),
        period=period,
        usage_type="operated" if operated else "direct",
    )


async def wish_for(
    stage: Stage, device: KnownDevice, company: KnownCompany, period: Period
) -> tuple[Wish, Sealed | None]:
    """What a company would say of a period that it waits for, with a review board's number."""
    wish = _wish(stage, device, company, period)
    return wish, await _irb_number(stage, device, wish.person)


async def _irb_number(stage: Stage, device: KnownDevice, person: Actor) -> Sealed | None:
    """The number of a review board's approval, where the terms ask for one."""
    if not device.terms.now.irb_required:
        return None
    year, number = stage.now.astimezone(SEOUL).year, stage.rng.randint(1, 180)
    return await stage.sealed(
        person, stage.habits.irb_number_pattern.format(year=year, number=number)
    )


def _careless(stage: Stage, device: KnownDevice, period: Period) -> Period:
    """The period with a mistake in it: taken, too soon, too long, or too late in the day."""
    terms = device.terms.now
    mistakes = [
        _taken(stage, device) or period,
        Period(period.start, period.start + timedelta(minutes=2 * terms.maximum_minutes)),
        Period(period.start + timedelta(hours=9), period.end + timedelta(hours=9)),
    ]
    if terms.notice_minutes:
        soon = a_period(stage, terms, stage.now + timedelta(days=2), period.length)
        mistakes.append(soon or period)
    return one_of(stage.rng, mistakes)


def _taken(stage: Stage, device: KnownDevice) -> Period | None:
    """A time ahead that somebody else has booked."""
    entries = device.agenda.entries.values()
    booked = [
        entry.reservation.period
        for entry in entries
        if entry.reservation is not None and entry.occupied.start > stage.now
    ]
    return one_of(stage.rng, booked) if booked else None


def _crowded(stage: Stage, device: KnownDevice) -> bool:
    if letter_of(device.terms.now) != "O":
        return False
    coming = Period(stage.now, stage.now + WEEKS_AHEAD)
    parts = (entry.occupied.part_in(coming) for entry in device.agenda.entries.values())
    booked = sum((part.length for part in parts if part is not None), timedelta())
    return booked > MOST_OF_AN_OPEN_BENCH * WEEKS_AHEAD


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


_ROUND = {0: 6, 30: 3, 15: 1, 45: 1}
"""People like round hours."""
