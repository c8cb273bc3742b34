"""What becomes of a simulated reservation: answered, changed, given up, used and returned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from booking.simulation_billing import waive
from booking.simulation_habits import one_of, weighted
from booking.simulation_requests import a_period, ask
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.changes import ExtendReservation, RescheduleReservation, ShortenReservation
from domain.period import Period
from domain.reservations import ApproveReservation, CancelReservation, DeclineReservation
from domain.usage import (
    CorrectUsage,
    HandOutDevice,
    RecordNoShow,
    ReturnDevice,
    WithdrawNoShow,
)

Step = Callable[[Stage, e.ReservationEvent], Awaitable[None]]
_HOUR = timedelta(hours=1)
_FORGOTTEN = 0.04
"""Requests of which staff do not mind the deadline."""
_ON_TIME = timedelta(minutes=5)
_SHORTEST_USE = timedelta(minutes=10)
_WAIVED = 0.25
_THERE_AFTER_ALL = 0.15
"""No-shows recorded by staff that were a mistake."""
HAND_OUT_TRIES = 12


def follow_reservation(stage: Stage, reservation_id: str) -> None:
    """Plan what happens to a reservation next, from how it stands."""
    reservation = stage.world.reservations[reservation_id]
    latest = reservation.latest
    if latest is None:
        return
    match reservation.status:
        case "requested":
            answer = stage.now + timedelta(hours=stage.habits.approval_hours.draw(stage.rng))
            answer = min(stage.in_office(answer), latest.period.start - _HOUR)
            if reservation.answer_by is not None and not stage.chance(_FORGOTTEN):
                answer = min(answer, reservation.answer_by - stage.between_minutes(10, 600))
            _plan(stage, answer, latest, _answer)
        case "confirmed":
            _plan_confirmed(stage, latest)
        case "in_use" if isinstance(latest, e.DeviceHandedOut):
            _plan_use(stage, latest)
        case "in_use":
            _plan(stage, _returning(stage, latest), latest, _return)
        case "displaced":
            soon = stage.in_office(stage.between(stage.now, stage.now + 24 * _HOUR))
            stage.at(soon, partial(ask, stage, latest.device_id, latest.company_id))


def _plan(stage: Stage, when: datetime, latest: e.ReservationEvent, step: Step) -> None:
    """Have a step taken, unless something else happens to the reservation first."""

    async def still_so() -> None:
        if stage.world.reservations[latest.reservation_id].latest is latest:
            await step(stage, latest)

    stage.at(when, still_so)


def _plan_confirmed(stage: Stage, latest: e.ReservationEvent) -> None:
    habits, start, now = stage.habits, latest.period.start, stage.now
    if latest.period.end <= now:
        _plan(stage, now, latest, _record_no_show)
        return
    terms = stage.world.devices[latest.device_id].terms.now
    deadline = start - timedelta(minutes=terms.cancel_notice_minutes)
    fate = stage.rng.random()
    if fate < habits.cancellation_share and deadline > now:
        _plan(stage, stage.between(now, deadline), latest, _cancel)
    elif fate < habits.cancellation_share + habits.late_cancellation_share and start > now:
        _plan(stage, stage.between(max(now, deadline), start), latest, _cancel)
    elif fate > 1 - habits.no_show_share:
        # Half of the no-shows are seen by staff, the others by the deadline.
        _plan(stage, start + stage.between_minutes(30, 90), latest, _record_no_show)
    else:
        hand_out = start + stage.minutes(habits.hand_out_minutes)
        _plan(stage, hand_out, latest, partial(_hand_out, HAND_OUT_TRIES))
        fresh = isinstance(latest, e.ReservationConfirmed | e.ReservationApproved)
        if fresh and deadline > now:
            if stage.chance(habits.reschedule_share):
                _plan(stage, stage.between(now, deadline), latest, _reschedule)
            elif stage.chance(habits.shorten_share):
                _plan(stage, stage.between(now, deadline), latest, _shorten)


def _plan_use(stage: Stage, latest: e.DeviceHandedOut) -> None:
    back = _returning(stage, latest)
    _plan(stage, back, latest, _return)
    extending = latest.period.end - stage.between_minutes(10, 45)
    if stage.chance(stage.habits.extend_share) and stage.now < extending < back:
        _plan(stage, extending, latest, _extend)


def _returning(stage: Stage, latest: e.ReservationEvent) -> datetime:
    """When a device comes back: on time within minutes, early, or late."""
    habits, fate = stage.habits, stage.rng.random()
    if fate < habits.early_return_share:
        back = latest.period.end - stage.minutes(habits.early_return_minutes)
    elif fate < habits.early_return_share + habits.late_return_share:
        back = latest.period.end + stage.minutes(habits.late_return_minutes)
    else:
        back = stage.between(latest.period.end - _ON_TIME, latest.period.end + _ON_TIME)
    return max(back, stage.now + _SHORTEST_USE)


async def _answer(stage: Stage, latest: e.ReservationEvent) -> None:
    """Staff approve, or decline: on purpose, or because the rules forbid it by now."""
    staff, reservation_id = _staff(stage, latest), latest.reservation_id
    if not stage.chance(stage.habits.decline_share) and await stage.give(
        ApproveReservation(by=staff, reservation_id=reservation_id)
    ):
        return
    reason = await stage.sealed(staff, one_of(stage.rng, stage.habits.decline_reasons))
    if reason is not None:
        await stage.give(DeclineReservation(by=staff, reservation_id=reservation_id, reason=reason))


async def _cancel(stage: Stage, latest: e.ReservationEvent) -> None:
    person = _person(stage, latest)
    reason = await stage.sealed(person, one_of(stage.rng, stage.habits.cancellation_reasons))
    reservation_id = latest.reservation_id
    await stage.give(CancelReservation(by=person, reservation_id=reservation_id, reason=reason))


async def _reschedule(stage: Stage, latest: e.ReservationEvent) -> None:
    device, length = stage.world.devices[latest.device_id], latest.period.length
    around = latest.period.start + timedelta(days=stage.rng.randint(-3, 10))
    period = a_period(stage, device.terms.now, around, length)
    if period is not None and stage.world.allows(device, period, stage.now):
        await stage.give(
            RescheduleReservation(
                by=_person(stage, latest), reservation_id=latest.reservation_id, period=period
            )
        )


async def _shorten(stage: Stage, latest: e.ReservationEvent) -> None:
    device, period = stage.world.devices[latest.device_id], latest.period
    slot = timedelta(minutes=device.terms.now.slot_minutes)
    least = timedelta(minutes=device.terms.now.minimum_minutes)
    if period.length // 2 < least:
        return
    end = period.start + max(least, period.length // 2 // slot * slot)
    if device.terms.now.runs_unattended:
        # Only whole days, so that it still ends while somebody is there to take it back.
        end = period.end - timedelta(days=1)
        if end < period.start + least:
            return
    await stage.give(
        ShortenReservation(
            by=_person(stage, latest),
            reservation_id=latest.reservation_id,
            period=Period(period.start, end),
        )
    )


async def _extend(stage: Stage, latest: e.ReservationEvent) -> None:
    device, period = stage.world.devices[latest.device_id], latest.period
    slot = timedelta(minutes=device.terms.now.slot_minutes)
    longer = Period(period.start, period.end + stage.rng.randint(1, 3) * slot)
    occupied = device.terms.occupied(longer)
    # In use, what needs approval is extended by the staff whom the company asks.
    asks_staff = device.terms.now.approval_required
    by = _staff(stage, latest) if asks_staff else _person(stage, latest)
    if not device.agenda.overlapping(occupied, but=latest.reservation_id):
        await stage.give(
            ExtendReservation(by=by, reservation_id=latest.reservation_id, period=longer)
        )


async def _hand_out(tries: int, stage: Stage, latest: e.ReservationEvent) -> None:
    """Staff hand the device out; while it is not there yet, they try again a little later."""
    staff = _staff(stage, latest)
    if await stage.give(HandOutDevice(by=staff, reservation_id=latest.reservation_id)):
        return
    later = stage.now + stage.between_minutes(10, 20)
    if tries > 1 and later < latest.period.end:
        _plan(stage, later, latest, partial(_hand_out, tries - 1))
    else:
        await stage.give(CancelReservation(by=staff, reservation_id=latest.reservation_id))


async def _record_no_show(stage: Stage, latest: e.ReservationEvent) -> None:
    staff = _staff(stage, latest)
    if not await stage.give(RecordNoShow(by=staff, reservation_id=latest.reservation_id)):
        return
    missed = stage.world.reservations[latest.reservation_id].latest
    found_out = stage.now + stage.between_minutes(10, 50)
    if missed is not None and found_out < latest.period.end and stage.chance(_THERE_AFTER_ALL):
        _plan(stage, found_out, missed, _was_there)


async def _was_there(stage: Stage, latest: e.ReservationEvent) -> None:
    """The company had the device all along: the no-show is withdrawn, the hand-out entered late."""
    staff, reservation_id = _staff(stage, latest), latest.reservation_id
    await stage.give(WithdrawNoShow(by=staff, reservation_id=reservation_id))
    at = latest.period.start + stage.between_minutes(1, 9)
    await stage.give(HandOutDevice(by=staff, reservation_id=reservation_id, at=at))


async def _return(stage: Stage, latest: e.ReservationEvent) -> None:
    staff, rng = _staff(stage, latest), stage.rng
    made = stage.world.reservations[latest.reservation_id].made
    operated = made is not None and made.usage_type == "operated"
    hours = latest.period.hours
    back = await stage.give(
        ReturnDevice(
            by=staff,
            reservation_id=latest.reservation_id,
            samples=rng.randint(1, 30) if stage.chance(_WITH_SAMPLES) else 0,
            staff_minutes=int(60 * min(hours, 8)) if operated else rng.randrange(0, 35, 5),
            notes=await stage.sealed(staff, weighted(rng, stage.habits.return_remarks)),
        )
    )
    if back and stage.chance(stage.habits.usage_correction_share):
        returned = stage.world.reservations[latest.reservation_id].latest
        if returned is not None:
            later = stage.now + timedelta(days=rng.uniform(0.5, 5))
            mended = waive if stage.chance(_WAIVED) else _correct
            _plan(stage, stage.in_office(later), returned, mended)


async def _correct(stage: Stage, latest: e.ReservationEvent) -> None:
    staff = _staff(stage, latest)
    line = stage.world.reservations[latest.reservation_id].line
    reason = await stage.sealed(staff, "반납 시각을 늦게 입력함")
    if line is not None and reason is not None:
        earlier = max(line.used.start + _SHORTEST_USE, line.used.end - stage.between_minutes(5, 40))
        await stage.give(
            CorrectUsage(
                by=staff,
                reservation_id=latest.reservation_id,
                used=Period(line.used.start, earlier),
                reason=reason,
            )
        )


def _person(stage: Stage, latest: e.ReservationEvent) -> Actor:
    """Who booked; once that account is gone, anyone else of the company."""
    company = stage.world.companies[latest.company_id]
    others = next(iter(company.people.values()), SYSTEM)
    return company.people.get(latest.account_id, others)


def _staff(stage: Stage, latest: e.ReservationEvent) -> Actor:
    device: KnownDevice = stage.world.devices[latest.device_id]
    return stage.staff_for(device)


_WITH_SAMPLES = 0.6
