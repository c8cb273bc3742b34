"""Commands that make a reservation, answer a request, or give it up."""

from __future__ import annotations

import msgspec

from domain import events as e
from domain.agenda import leaving
from domain.bookable import Plan, asks_approval, require_bookable
from domain.claims import claimed
from domain.decisions import Command, Happened, Recall
from domain.due import promised_at, when_made
from domain.members import still_bundled
from domain.overriding import Override, named_rules, overridden
from domain.period import Period, stamp
from domain.rejected import Rejected
from domain.reservation import Reservation, carried
from domain.sealed import Sealed
from domain.terms import Terms


class ReserveDevice(Command, frozen=True, kw_only=True):
    """Book `period` of a device for a company; the person `account_id` answers for it.

    `replaces` names the displaced reservation whose place this one takes.
    """

    reservation_id: str
    device_id: str
    company_id: str
    account_id: str
    period: Period
    purpose: Sealed | None = None
    usage_type: e.UsageType = "direct"
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None
    group_id: str | None = None
    series_id: str | None = None
    override: Override | None = None
    replaces: str | None = None


class ApproveReservation(Command, frozen=True, kw_only=True):
    reservation_id: str
    override: Override | None = None


class DeclineReservation(Command, frozen=True, kw_only=True):
    reservation_id: str
    reason: Sealed


class CancelReservation(Command, frozen=True, kw_only=True):
    reservation_id: str
    reason: Sealed | None = None


async def reserve_device(command: ReserveDevice, recall: Recall) -> Happened:
    named, claim = named_rules(command.override, command.by), await claimed(command, recall)
    plan = Plan(
        device_id=command.device_id,
        company_id=command.company_id,
        account_id=command.account_id,
        period=command.period,
        people=command.people,
        usage_type=command.usage_type,
        irb_given=command.irb_number is not None,
        gives_up=claim.wish_id,
        pardoned=(*named, *claim.waived),
    )
    bookable = await require_bookable(plan, recall)
    (reservation,) = await recall(Reservation(command.reservation_id))
    reservation.require_new()
    asks = asks_approval(bookable, command.by)
    kind = e.ReservationRequested if asks else e.ReservationConfirmed
    made = kind(
        reservation_id=command.reservation_id,
        device_id=command.device_id,
        company_id=command.company_id,
        sector=bookable.sector,
        account_id=command.account_id,
        period=command.period,
        occupied=bookable.occupied,
        purpose=command.purpose,
        usage_type=command.usage_type,
        people=command.people,
        irb_number=command.irb_number,
        group_id=command.group_id,
        series_id=command.series_id,
        replaces=command.replaces,
        **when_made(bookable.terms, command.period, recall.now, asks=asks),
    )
    return [*claim.left, made, *overridden(command.override, bookable.overridden, made)]


async def approve_reservation(command: ApproveReservation, recall: Recall) -> Happened:
    """Everything is checked again, for terms and standing may have changed since the request.

    What the laboratory set aside for the request as it stands stays set aside.
    """
    named = named_rules(command.override, command.by)
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested")
    if latest.period.end <= recall.now:
        raise Rejected("past", limit=stamp(recall.now), actual=stamp(latest.period.end))
    # The notice was kept when the company asked; how long the answer took is not its fault.
    plan = Plan.of(reservation.require_made(), latest)
    pardoned = (*named, *reservation.set_aside)
    plan = msgspec.structs.replace(plan, running=True, pardoned=pardoned)
    bookable = await require_bookable(plan, recall)
    approved = e.ReservationApproved(
        **carried(latest, sector=bookable.sector, occupied=bookable.occupied),
        promised_at=promised_at(latest.period, recall.now),
        left=leaving(latest),
    )
    return [approved, *overridden(command.override, bookable.overridden, approved)]


async def decline_reservation(command: DeclineReservation, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested")
    # Who planned with the whole bundle decides about the rest of it, and has to know.
    kept = await still_bundled(reservation, recall)
    return [e.ReservationDeclined(**carried(latest), reason=command.reason, bundle_kept=kept)]


async def cancel_reservation(command: CancelReservation, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested", "confirmed")
    (terms,) = await recall(Terms(latest.device_id))
    if reservation.status == "confirmed" and latest.period.end <= recall.now:
        raise Rejected("past", limit=stamp(recall.now), actual=stamp(latest.period.end))
    # A request that nobody has answered yet can be withdrawn at any time.
    late = reservation.promised and terms.is_late(latest.period, recall.now)
    return [e.ReservationCancelled(**carried(latest), late=late, reason=command.reason)]
