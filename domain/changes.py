"""Commands that move, shorten, extend or hand on a reservation, under the rules of a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from domain import events as e
from domain.agenda import leaving
from domain.bookable import Bookable, Plan, asks_approval, require_bookable, require_sane
from domain.closures import Closures
from domain.decisions import Command, Happened, Recall
from domain.due import when_made
from domain.overriding import (
    KEPT_WHEN_EXTENDED,
    KEPT_WHEN_SHORTENED,
    Override,
    Pardon,
    kept,
    named_rules,
    overridden,
)
from domain.period import Period, stamp
from domain.rejected import Rejected
from domain.reservation import Reservation, carried
from domain.terms import Terms


class RescheduleReservation(Command, frozen=True, kw_only=True):
    reservation_id: str
    period: Period
    override: Override | None = None


class ShortenReservation(Command, frozen=True, kw_only=True):
    """Keep only `period`, which lies within the time booked."""

    reservation_id: str
    period: Period
    override: Override | None = None


class ExtendReservation(Command, frozen=True, kw_only=True):
    """Hold the device to `period.end`, which is later than booked."""

    reservation_id: str
    period: Period
    override: Override | None = None


class TransferReservation(Command, frozen=True, kw_only=True):
    """Give the reservation to a colleague, move it to another device, or both."""

    reservation_id: str
    to_account_id: str | None = None
    to_device_id: str | None = None
    override: Override | None = None


async def reschedule_reservation(command: RescheduleReservation, recall: Recall) -> Happened:
    require_sane(command.period)
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested", "confirmed")
    if command.period == latest.period:
        raise Rejected("nothing_to_change")
    pardoned = named_rules(command.override, command.by)
    pardon = Pardon(pardoned)
    await _require_early(reservation, latest, pardon, recall)
    plan = Plan.of(reservation.require_made(), latest)
    plan = msgspec.structs.replace(plan, period=command.period, pardoned=pardoned)
    bookable = await require_bookable(plan, recall)
    status = _status_after(reservation, bookable, asks_approval(bookable, command.by))
    moved = e.ReservationRescheduled(
        **carried(latest, period=command.period, occupied=bookable.occupied),
        **when_made(bookable.terms, command.period, recall.now, asks=status == "requested"),
        status=status,
        left=leaving(latest),
    )
    needed = (*pardon.needed, *bookable.overridden)
    return [moved, *overridden(command.override, needed, moved)]


async def shorten_reservation(command: ShortenReservation, recall: Recall) -> Happened:
    require_sane(command.period)
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested", "confirmed", "in_use")
    in_use = reservation.status == "in_use"
    _require_shorter(latest, command.period, in_use=in_use)
    _require_ahead(command.period, recall.now)
    # Giving time back is nobody's privilege: only the terms' lengths and hours matter.
    terms, closures = await recall(Terms(latest.device_id), Closures(command.period))
    named = named_rules(command.override, command.by)
    pardon = Pardon((*named, *kept(reservation.set_aside, KEPT_WHEN_SHORTENED)))
    with pardon.given():
        terms.require_allowed(command.period, now=recall.now, closures=closures, running=True)
    occupied = _less(latest, terms.occupied(command.period), in_use=in_use)
    shorter = e.ReservationShortened(
        **carried(latest, period=command.period, occupied=occupied),
        # What is in use counts as used when it comes back, so nothing is given back late.
        late=reservation.promised and not in_use and terms.is_late(latest.period, recall.now),
        left=leaving(latest),
    )
    return [shorter, *overridden(command.override, tuple(pardon.needed), shorter)]


async def extend_reservation(command: ExtendReservation, recall: Recall) -> Happened:
    require_sane(command.period)
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested", "confirmed", "in_use")
    if command.period.start != latest.period.start or command.period.end <= latest.period.end:
        raise Rejected("not_longer", limit=stamp(latest.period.end))
    in_use = reservation.status == "in_use"
    _require_ahead(command.period if in_use else latest.period, recall.now)
    plan = Plan.of(reservation.require_made(), latest)
    # What has begun needs no notice; what is still ahead keeps the notice that it had.
    named = named_rules(command.override, command.by)
    pardoned = (*named, *kept(reservation.set_aside, KEPT_WHEN_EXTENDED))
    plan = msgspec.structs.replace(plan, period=command.period, running=True, pardoned=pardoned)
    bookable = await require_bookable(plan, recall)
    asks, occupied = asks_approval(bookable, command.by), bookable.occupied
    if in_use and asks:
        # The device is out, so that this cannot wait for an answer as a request does, and the
        # laboratory has not agreed to the time. Staff are at hand: they extend it, or say no.
        raise Rejected("extension_by_staff")
    status = "in_use" if in_use else _status_after(reservation, bookable, asks)
    if in_use:
        occupied = Period(latest.occupied.start, occupied.end)
    longer = e.ReservationExtended(
        **carried(latest, period=command.period, occupied=occupied),
        **when_made(bookable.terms, command.period, recall.now, asks=status == "requested"),
        status=status,
        left=leaving(latest),
    )
    return [longer, *overridden(command.override, bookable.overridden, longer)]


async def transfer_reservation(command: TransferReservation, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested", "confirmed")
    account_id = command.to_account_id or latest.account_id
    device_id = command.to_device_id or latest.device_id
    moves = device_id != latest.device_id
    if not moves and account_id == latest.account_id:
        raise Rejected("nothing_to_change")
    pardoned = named_rules(command.override, command.by)
    pardon = Pardon(pardoned)
    if moves:
        await _require_early(reservation, latest, pardon, recall)
    plan = Plan.of(reservation.require_made(), latest)
    plan = msgspec.structs.replace(
        plan,
        account_id=account_id,
        device_id=device_id,
        running=not moves,
        # At another device its terms are asked; a colleague gets what the laboratory agreed to.
        pardoned=pardoned if moves else (*pardoned, *reservation.set_aside),
    )
    bookable = await require_bookable(plan, recall)
    asks = moves and asks_approval(bookable, command.by)
    status = _status_after(reservation, bookable, asks)
    to = {"device_id": device_id, "account_id": account_id, "sector": bookable.sector}
    given = e.ReservationTransferred(
        **carried(latest, **to, occupied=bookable.occupied),
        **when_made(bookable.terms, latest.period, recall.now, asks=status == "requested"),
        status=status,
        left=leaving(latest),
        former_account_id=latest.account_id if account_id != latest.account_id else None,
    )
    needed = (*pardon.needed, *bookable.overridden)
    return [given, *overridden(command.override, needed, given)]


async def _require_early(
    reservation: Reservation, latest: e.ReservationEvent, pardon: Pardon, recall: Recall
) -> None:
    """Refuses to move a promised reservation so late that cancelling it would count.

    Otherwise moving it away would be the way around a late cancellation. The laboratory may set
    that aside, for a device that fails in somebody's hands at the counter.
    """
    (terms,) = await recall(Terms(latest.device_id))
    if reservation.promised and terms.is_late(latest.period, recall.now):
        with pardon.given():
            raise Rejected("change_notice", limit=terms.now.cancel_notice_minutes)


def _require_ahead(period: Period, now: datetime) -> None:
    if period.end <= now:
        raise Rejected("past", limit=stamp(now), actual=stamp(period.end))


def _require_shorter(latest: e.ReservationEvent, period: Period, *, in_use: bool) -> None:
    moved = in_use and period.start != latest.period.start
    if moved or period == latest.period or not latest.period.contains(period):
        raise Rejected("not_shorter", limit=stamp(latest.period.end))


def _less(latest: e.ReservationEvent, occupied: Period, *, in_use: bool) -> Period:
    """What a shortened reservation occupies: never more than before, whatever the terms are now.

    A device that went out early has been out since then, not since its buffer began.
    """
    start = latest.occupied.start if in_use else max(latest.occupied.start, occupied.start)
    return Period(start, min(latest.occupied.end, occupied.end))


def _status_after(
    reservation: Reservation, bookable: Bookable, asks: bool
) -> Literal["requested", "confirmed"]:
    """What is confirmed asks again where its change needs approval.

    An open request is answered by no change, whoever makes it, as long as there is anything to
    answer: where it comes to stand on terms without approval it is confirmed, or it would expire
    for want of an answer that nobody is asked for.
    """
    if reservation.status == "requested":
        asks = bookable.terms.approval_required
    return "requested" if asks else "confirmed"
