"""Freed time is offered to those who wait for it, in the very append that frees it.

So nobody slips in between: what frees time and the offer of it are one decision, whose boundary
holds the waiting line. Whoever joins the line at the same moment rests on the agenda, and one of
the two decides again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from domain import events as e
from domain.agenda import FREEING, Agenda, beyond
from domain.bookable import LONGEST, Plan, require_bookable
from domain.claims import set_aside_for
from domain.closures import Closures
from domain.decisions import Fact, Happened, Recall
from domain.device import Calibration, Service
from domain.due import offer_until
from domain.event import Event
from domain.period import Period, months_touched
from domain.quota import Quota
from domain.rejected import Rejected
from domain.relieving import RELIEVING, relieved_by
from domain.remembering import Remembering
from domain.reservation import Reservation
from domain.safety import SafetyStop
from domain.standing import Standing
from domain.terms import Terms
from domain.waitlist import InLine, Line, OwnLine, wished

Freed = dict[str, list[Period]]
"""The periods in which time became free, by device. Something else may have taken it again."""
LIFTING = (e.DeviceResumed, e.ProblemResolved, e.ProblemTriaged, e.CalibrationRecorded)
"""After these a device may be bookable again, and time that was freed before can be offered."""


async def offered(happened: Sequence[Event], recall: Recall) -> Happened:
    """What the events of a decision make possible for those in line.

    Where nothing was freed, nothing is read.
    """
    if not any(isinstance(event, _CONCERNED) for event in happened):
        return []
    if not freed_by(happened, recall.now) and not relieved_by(happened, recall.now):
        return []
    memory = Remembering(recall)
    memory.hear(happened)
    return await offers_after(happened, memory, recall.now)


async def offers_after(happened: Sequence[Event], memory: Remembering, now: datetime) -> Happened:
    """The offers of freed time to those in line, each in turn.

    Who cannot book at the moment, for whatever rule, is passed over and keeps the place. Where the
    hours of a company's own months count no more, the times that it waits for are looked at again.
    """
    freed = freed_by(happened, now)
    lines = [OwnLine(*one) for one in relieved_by(happened, now).items()]
    for line in await memory(*lines) if lines else ():
        for one in line.ahead(now):
            freed.setdefault(one.joined.device_id, []).append(one.joined.occupied)
    return await _offers_of(freed, memory) if freed else []


async def _offers_of(freed: Freed, memory: Remembering) -> Happened:
    wishes = await _in_line(freed, memory)
    await memory.ahead(_shared([one.joined for one in wishes]))
    offers: Happened = []
    for one in wishes:
        joined = one.joined
        plan = Plan.wished(joined, set_aside=await set_aside_for(joined.replaces, memory))
        try:
            bookable = await require_bookable(plan, memory)
        except Rejected:
            continue
        until = offer_until(bookable.terms, joined.period, memory.now)
        offer = e.SlotOffered(**wished(joined), expires_at=until, number=one.offers + 1)
        memory.hear([offer])
        offers.append(offer)
    return offers


def freed_by(happened: Iterable[Event], now: datetime) -> Freed:
    """The time that events free, by device."""
    freed: Freed = {}
    for event in happened:
        if isinstance(event, LIFTING):
            freed.setdefault(event.device_id, []).append(Period(now, now + LONGEST))
        for device_id, period in _freed(event):
            freed.setdefault(device_id, []).append(period)
    return freed


def _freed(event: Event) -> Iterator[tuple[str, Period]]:
    match event:
        case e.OutageRescheduled() | e.DeviceRepaired():
            for period in beyond(event.was, event.occupied):
                yield event.device_id, period
        case e.OutageCancelled() | e.OfferExpired() | e.OfferWithdrawn():
            yield event.device_id, event.occupied
        case e.WaitlistLeft(offered=True):
            yield event.device_id, event.occupied
        case e.ReservationEvent() if isinstance(event, FREEING):
            yield event.device_id, event.occupied
        case e.ReservationEvent(left=left) if left is not None:
            stays = event.occupied if left.device_id == event.device_id else None
            parts = beyond(left.occupied, stays)
            for period in parts:
                yield left.device_id, period


_CONCERNED = (
    *(*LIFTING, *RELIEVING, e.UsageCorrected),
    *(e.ReservationEvent, e.OutageEvent, e.BreakdownEvent, e.WaitlistEvent),
)


async def _in_line(freed: Freed, memory: Remembering) -> list[InLine]:
    """Who waits for time of which some was freed and all is free now, in the order of the line."""
    lines = [Line(device_id, periods) for device_id, periods in freed.items()]
    await memory(*lines)
    wishes = sorted(
        (
            one
            for line in lines
            for one in line.ahead(memory.now)
            if not one.offered and any(map(one.joined.occupied.overlaps, freed[line.device_id]))
        ),
        key=lambda one: one.turn,
    )
    # An outage leaves many wishes for times of the same months.
    months = [(one.joined.device_id, *months_touched(one.joined.occupied)) for one in wishes]
    agendas = {
        touched: Agenda(one.joined.device_id, one.joined.occupied)
        for touched, one in zip(months, wishes, strict=True)
    }
    if agendas:
        await memory(*agendas.values())
    return [
        one
        for touched, one in zip(months, wishes, strict=True)
        if not agendas[touched].overlapping(one.joined.occupied)
    ]


def _shared(wishes: Sequence[e.WaitlistJoined]) -> Iterator[Fact]:
    """What the wishes will be held against, so that all of it is read in one round trip."""
    for joined in wishes:
        device_id, company_id = joined.device_id, joined.company_id
        yield from (Terms(device_id), Service(device_id), SafetyStop(device_id))
        yield from (Calibration(device_id), Standing(company_id), Closures(joined.period))
        yield Quota(company_id, joined.sector, joined.period)
        if joined.replaces is not None:
            yield Reservation(joined.replaces)
