"""The waiting list in a simulated year: companies stand in line, and answer what is offered."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from booking.simulation_habits import letter_of, one_of
from booking.simulation_requests import wish_for
from booking.simulation_stage import Stage
from booking.simulation_world import KnownCompany, KnownDevice
from domain import events as e
from domain.actor import SYSTEM
from domain.reservations import CancelReservation
from domain.waiting import AcceptOffer, ExpireOffer, JoinWaitlist, LeaveWaitlist, PassWish

LINES_PER_YEAR = 160
"""Times for which somebody stands in line; of most of them nothing becomes free."""
ACCEPTED_SHARE, LEFT_SHARE = 0.7, 0.12
"""Of the offers; the others expire."""
_SECOND_SHARE = 0.35
_WAITED_SHARE = 0.75
"""Of those who wait, so many wait on until their time; the others find another way."""
_MOMENT = timedelta(seconds=2)
"""After which a worker has noticed."""
_SOONEST = timedelta(days=2)
"""So long before its notice begins, nobody stands in line for a time any more."""
_GIVEN_UP_SHARE = 0.3
"""Of the times that are waited for: who has them hears of the line, and can do without."""
_TRIES = 3


async def stand_in_line(stage: Stage, company_id: str | None = None) -> None:
    """A company, this one or any, wants a time that another has booked; sometimes a second one."""
    booked = [
        (device, entry.reservation)
        for _, device in sorted(stage.world.devices.items())
        # Benches that are always open have time for everyone, and are kept for visitors.
        if device.bookable and letter_of(device.terms.now) != "O"
        for _, entry in sorted(device.agenda.entries.items())
        if entry.reservation is not None
        if entry.reservation.period.start > stage.now + _notice_of(device) + _SOONEST
    ]
    if not booked:
        return
    device, taken = one_of(stage.rng, booked)
    companies = [
        one
        for _, one in sorted(stage.world.companies.items())
        if one.people and not one.suspended and one.company_id != taken.company_id
        if company_id is None or one.company_id == company_id
    ]
    number = min(len(companies), 2 if stage.chance(_SECOND_SHARE) else 1)
    own = [one for one in companies if one.sector == device.sector]
    for company in stage.rng.sample(own if len(own) >= number else companies, number):
        await _join(stage, device, company, taken)


async def _join(
    stage: Stage, device: KnownDevice, company: KnownCompany, taken: e.ReservationEvent
) -> None:
    wish, irb_number = await wish_for(stage, device, company, taken.period)
    purpose = one_of(stage.rng, stage.habits.purposes[device.sector])
    order = JoinWaitlist(
        by=wish.person,
        wish_id=stage.new_id("w"),
        device_id=device.device_id,
        company_id=company.company_id,
        account_id=wish.person.account_id,
        period=taken.period,
        purpose=await stage.sealed(wish.person, purpose),
        usage_type=wish.usage_type,
        irb_number=irb_number,
    )
    if not await stage.give(order):
        return
    until = taken.period.start - _notice_of(device)
    if not stage.chance(_WAITED_SHARE):
        gone = stage.between(stage.now, until)
        stage.at(stage.in_office(gone), partial(_leave, stage, order))
    if stage.chance(_GIVEN_UP_SHARE):
        freed = stage.between(stage.now, until)
        stage.at(freed, partial(_give_up, stage, device, taken))


def follow_waiting(stage: Stage, event: e.WaitlistEvent) -> None:
    """Offers are answered or expire, and a wish that waits when its time begins has passed."""
    match event:
        case e.SlotOffered() | e.OfferExtended():
            _follow_offer(stage, event)
        case e.WaitlistJoined() if not stage.present:  # where the worker decides
            stage.at(event.period.start + _MOMENT, partial(_pass, stage, event.wish_id))


def _follow_offer(stage: Stage, event: e.SlotOffered | e.OfferExtended) -> None:
    """Most companies accept within hours, some say no, and some say nothing."""
    hours = timedelta(hours=stage.rng.uniform(0.3, 14))
    answered = stage.in_office(stage.now + hours)
    said = stage.rng.random()
    if said < ACCEPTED_SHARE + LEFT_SHARE and answered < event.expires_at:
        stage.at(answered, partial(_answer, stage, event, accepts=said < ACCEPTED_SHARE))
    if not stage.present:  # in the present, the web processes' worker decides
        stage.at(event.expires_at + _MOMENT, partial(_expire, stage, event))


async def free_one(stage: Stage) -> None:
    """Somebody gives up a time that others wait for, so that an offer is open soon after."""
    held = []
    for _, wish in sorted(stage.world.wishes.items()):
        device = stage.world.devices[wish.device_id]
        found = [*device.agenda.overlapping(wish.occupied).values()]
        alone = found[0].reservation if len(found) == 1 and not found[0].in_use else None
        if alone is not None and wish.period.start > stage.end + _notice_of(device):
            held.append((device, alone))
    for device, taken in held[:_TRIES]:
        if not stage.world.offers:
            await _give_up(stage, device, taken)


async def _give_up(stage: Stage, device: KnownDevice, taken: e.ReservationEvent) -> None:
    company = stage.world.companies.get(taken.company_id)
    by = company.people.get(taken.account_id) if company is not None else None
    order = CancelReservation(by=by or stage.staff_for(device), reservation_id=taken.reservation_id)
    await stage.give(order)


async def _answer(stage: Stage, event: e.SlotOffered | e.OfferExtended, *, accepts: bool) -> None:
    company = stage.world.companies.get(event.company_id)
    if stage.world.offers.get(event.wish_id) != event or company is None:
        return
    by = company.people.get(event.account_id)
    if by is None:
        return
    if accepts:
        reservation_id = stage.new_id("r")
        await stage.give(AcceptOffer(by=by, wish_id=event.wish_id, reservation_id=reservation_id))
    else:
        await stage.give(LeaveWaitlist(by=by, wish_id=event.wish_id))


async def _expire(stage: Stage, event: e.SlotOffered | e.OfferExtended) -> None:
    if stage.world.offers.get(event.wish_id) == event:
        await stage.give(ExpireOffer(by=SYSTEM, wish_id=event.wish_id))


async def _pass(stage: Stage, wish_id: str) -> None:
    if wish_id in stage.world.wishes and wish_id not in stage.world.offers:
        await stage.give(PassWish(by=SYSTEM, wish_id=wish_id))


async def _leave(stage: Stage, joined: JoinWaitlist) -> None:
    if joined.wish_id in stage.world.wishes:
        await stage.give(LeaveWaitlist(by=joined.by, wish_id=joined.wish_id))


def _notice_of(device: KnownDevice) -> timedelta:
    return timedelta(minutes=device.terms.now.notice_minutes)
