"""Commands of the waiting list: stand in line for taken time, and answer the offer that follows.

Offers themselves are nobody's command: whatever frees time makes them (`domain.offering`).
"""

from __future__ import annotations

from datetime import datetime

from domain import events as e
from domain.agenda import Agenda
from domain.bookable import Plan, asks_approval, require_allowed, require_bookable
from domain.claims import require_unused, set_aside_for
from domain.decisions import Command, Happened, Recall
from domain.due import offer_until, when_made
from domain.period import Period, stamp
from domain.rejected import Rejected
from domain.reservation import Reservation
from domain.sealed import Sealed
from domain.standing import Standing
from domain.terms import Terms
from domain.waitlist import Line, OwnWishes, Wish, wished


class JoinWaitlist(Command, frozen=True, kw_only=True):
    """Stand in line for `period` of a device, which somebody else has; the rest is as in
    `ReserveDevice` and becomes the reservation's.
    """

    wish_id: str
    device_id: str
    company_id: str
    account_id: str
    period: Period
    purpose: Sealed | None = None
    usage_type: e.UsageType = "direct"
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None


class AcceptOffer(Command, frozen=True, kw_only=True):
    """Take the offered time; the reservation is made as `reservation_id`."""

    wish_id: str
    reservation_id: str


class LeaveWaitlist(Command, frozen=True, kw_only=True):
    """Wait no longer, with an offer or without; it goes to the next in line."""

    wish_id: str


class ExpireOffer(Command, frozen=True, kw_only=True):
    """Nobody accepted the offer in time.

    `system_was_down` at some moment of the wait: then the company could perhaps not answer, and
    gets the time for it again, as long as what it waits for is ahead.
    """

    wish_id: str
    system_was_down: bool = False


class PassWish(Command, frozen=True, kw_only=True):
    """The wished time has begun, and its company was not offered it, or not any longer."""

    wish_id: str


async def join_waitlist(command: JoinWaitlist, recall: Recall) -> Happened:
    """Every rule of booking holds, but for quota and reservations ahead: those count when the time
    is offered, for by then they may have room.
    """
    allowed = await require_allowed(_plan(command), recall)
    _require_ahead(command.period, recall.now)
    occupied = allowed.occupied
    agenda, line, own, wish = await recall(
        Agenda(command.device_id, occupied),
        Line(command.device_id, [occupied]),
        OwnWishes(command.company_id, recall.now, allowed.terms.horizon_days),
        Wish(command.wish_id),
    )
    wish.require_new()
    if not agenda.overlapping(occupied):
        raise Rejected("slot_free", actual=stamp(command.period.start))
    agenda.require_not_held_by(command.account_id, occupied)
    line.require_room(command.company_id, occupied, recall.now)
    own.require_room()
    return [
        e.WaitlistJoined(
            wish_id=command.wish_id,
            device_id=command.device_id,
            company_id=command.company_id,
            sector=allowed.sector,
            account_id=command.account_id,
            period=command.period,
            occupied=occupied,
            purpose=command.purpose,
            usage_type=command.usage_type,
            people=command.people,
            irb_number=command.irb_number,
        )
    ]


async def accept_offer(command: AcceptOffer, recall: Recall) -> Happened:
    """Everything is checked again, for terms, standing and quota may have changed since."""
    (wish,) = await recall(Wish(command.wish_id))
    if wish.joined is not None and wish.status == "waiting":
        # Whose offer was withdrawn by a suspension hears of that first.
        (standing,) = await recall(Standing(wish.joined.company_id))
        standing.require_good()
    joined, expires_at = wish.require_offered()
    # Whether or not the worker has recorded it yet.
    if recall.now >= expires_at:
        raise Rejected("offer_expired", limit=stamp(expires_at), actual=stamp(recall.now))
    await require_unused(joined.replaces, recall)
    # The notice was kept when the time was offered; how long the answer took is allowed for.
    set_aside = await set_aside_for(joined.replaces, recall)
    plan = Plan.wished(joined, set_aside=set_aside, offered=True)
    bookable = await require_bookable(plan, recall)
    (reservation,) = await recall(Reservation(command.reservation_id))
    reservation.require_new()
    asks = asks_approval(bookable, command.by)
    kind = e.ReservationRequested if asks else e.ReservationConfirmed
    return [
        e.OfferAccepted(**wished(joined), reservation_id=command.reservation_id),
        kind(
            reservation_id=command.reservation_id,
            device_id=joined.device_id,
            company_id=joined.company_id,
            sector=bookable.sector,
            account_id=joined.account_id,
            period=joined.period,
            occupied=bookable.occupied,
            purpose=joined.purpose,
            usage_type=joined.usage_type,
            people=joined.people,
            irb_number=joined.irb_number,
            replaces=joined.replaces,
            **when_made(bookable.terms, joined.period, recall.now, asks=asks),
        ),
    ]


async def leave_waitlist(command: LeaveWaitlist, recall: Recall) -> Happened:
    """Giving up a place is always possible."""
    (wish,) = await recall(Wish(command.wish_id))
    joined = wish.require_open()
    return [e.WaitlistLeft(**wished(joined), offered=wish.status == "offered")]


async def expire_offer(command: ExpireOffer, recall: Recall) -> Happened:
    (wish,) = await recall(Wish(command.wish_id))
    joined, expires_at = wish.require_offered()
    if recall.now < expires_at:
        raise Rejected("not_due", limit=expires_at.isoformat(), actual=recall.now.isoformat())
    if command.system_was_down and joined.period.start > recall.now:
        (terms,) = await recall(Terms(joined.device_id))
        until = offer_until(terms.now, joined.period, recall.now)
        return [e.OfferExtended(**wished(joined), expires_at=until)]
    return [e.OfferExpired(**wished(joined))]


async def pass_wish(command: PassWish, recall: Recall) -> Happened:
    """Nothing is freed by it; an offer that stands has an end of its own (`ExpireOffer`)."""
    (wish,) = await recall(Wish(command.wish_id))
    joined = wish.require_no_offer()
    start = joined.period.start
    if recall.now < start:
        raise Rejected("not_due", limit=start.isoformat(), actual=recall.now.isoformat())
    return [e.WaitlistPassed(**wished(joined), replaces=joined.replaces)]


def _plan(command: JoinWaitlist) -> Plan:
    return Plan(
        device_id=command.device_id,
        company_id=command.company_id,
        account_id=command.account_id,
        period=command.period,
        people=command.people,
        usage_type=command.usage_type,
        irb_given=command.irb_number is not None,
    )


def _require_ahead(period: Period, now: datetime) -> None:
    """Without notice a slot that has just begun can be booked; nobody can wait for it any more."""
    if period.start <= now:
        raise Rejected("past", limit=stamp(now), actual=stamp(period.start))
