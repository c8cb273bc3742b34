"""The orders that recorded events stand for, to be given once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain import events as e
from domain.actor import SYSTEM_ACCOUNT, Actor
from domain.changes import (
    ExtendReservation,
    RescheduleReservation,
    ShortenReservation,
    TransferReservation,
)
from domain.decisions import Command, Fact, Query
from domain.event import Event, Recorded
from domain.outages import (
    ExtendBreakdown,
    ReportBreakdown,
    RescheduleOutage,
    ScheduleOutage,
)
from domain.overriding import Override
from domain.period import Period
from domain.reservations import (
    ApproveReservation,
    CancelReservation,
    DeclineReservation,
    ReserveDevice,
)
from domain.sealed import Sealed
from domain.terms_of_use import TermsOfUse
from domain.usage import HandOutDevice, ReturnDevice

UNKNOWN_TEXT = Sealed(key=SYSTEM_ACCOUNT, box="")
"""Stands for a text that is not recorded; no rule looks inside."""
Made = e.ReservationRequested | e.ReservationConfirmed
_UNTOLD = frozenset({"override_by_company", "no_such_time", "series_too_long"})
"""Rules about what a refusal does not record, or about how much one order may hold."""
_OF_CLAIMS = frozenset({"claim_length", "rebooked_already", "reservation_unknown", "wrong_status"})
"""Rules that refuse a new booking for the displaced one that it names, which is not recorded."""


class Giver(Fact):
    """Whether an account is a company's; one that nobody added counts as a company's."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.of_lab = account_id == SYSTEM_ACCOUNT

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.AccountAdded, e.RoleGranted)
        return [Query(types=types, tags=(f"account:{self.account_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.AccountAdded() | e.RoleGranted():
                self.of_lab = event.company_id is None
            case _:
                raise TypeError(f"who gives orders does not know {event!r}")

    def actor(self, company_id: str | None) -> Actor:
        if self.of_lab or company_id is None:
            return Actor(account_id=self.account_id)
        return Actor(account_id=self.account_id, role="manager", company_id=company_id)


def order_made(made: Made, by: Actor, override: Override | None) -> ReserveDevice:
    """The order of a booking that was made."""
    same = set(ReserveDevice.__struct_fields__) & set(made.__struct_fields__)
    fields: dict[str, Any] = {name: getattr(made, name) for name in same}
    return ReserveDevice(by=by, **fields, override=override)


def override_in(append: Sequence[Recorded], by: Actor) -> Override | None:
    """The rules that the laboratory set aside for what was recorded together."""
    for recorded in append:
        if isinstance(recorded.event, e.PolicyOverridden) and not by.of_company:
            return Override(rules=recorded.event.rules, reason=recorded.event.reason)
    return None


def orders_refused(
    refused: e.RequestRefused, recorded: Recorded, by: Actor, terms: Mapping[str, TermsOfUse]
) -> list[Command]:
    """The order that was refused, several for one of several devices or dates, or none.

    What a refusal does not record is supposed as it would pass, unless it was refused for it: the
    way of use that the terms ask for, and the approval of a review board. Whatever was refused for
    something else that is not recorded has no order: no terms would let it pass.
    """
    period, reservation_id = refused.period, refused.reservation_id
    rules = {refusal.rule for refusal in refused.refusals}
    match refused.command:
        case "ReserveTogether" if not rules & _UNTOLD:
            together = enumerate(refused.asked)
            return [
                _reserve(refused, recorded, by, (f"{recorded.position}-{number}", *asked), terms)
                for number, asked in together
            ]
        case _ if rules & _UNTOLD or period is None or reservation_id is None:
            return []
        case "ReserveDevice" if refused.device_id is not None and not rules & _OF_CLAIMS:
            asked = (reservation_id, refused.device_id, period)
            return [_reserve(refused, recorded, by, asked, terms)]
        case "RescheduleReservation":
            return [RescheduleReservation(by=by, reservation_id=reservation_id, period=period)]
        case "ExtendReservation":
            return [ExtendReservation(by=by, reservation_id=reservation_id, period=period)]
        case _:
            return []


def order_changed(
    event: e.ReservationEvent, latest: e.ReservationEvent, by: Actor, override: Override | None
) -> Command | None:
    """The order that changed a reservation, which stands at `latest`; None for any other event."""
    changes: dict[str, Any] = {
        "by": by,
        "reservation_id": event.reservation_id,
        "period": event.period,
    }
    match event:
        case e.ReservationRescheduled():
            return RescheduleReservation(**changes, override=override)
        case e.ReservationExtended():
            return ExtendReservation(**changes, override=override)
        case e.ReservationShortened():
            return ShortenReservation(**changes, override=override)
        case e.ReservationTransferred():
            colleague, device_id = event.account_id, event.device_id
            return TransferReservation(
                by=by,
                reservation_id=event.reservation_id,
                to_account_id=colleague if colleague != latest.account_id else None,
                to_device_id=device_id if device_id != latest.device_id else None,
                override=override,
            )
        case _:
            return None


def order_followed(append: Sequence[Event], by: Actor, override: Override | None) -> Command | None:
    """The order of a step that is taken as it was recorded; None where there is no such order."""
    logged = next((event for event in append if isinstance(event, e.UsageLogged)), None)
    for event in append:
        named: dict[str, Any] = {"by": by, "reservation_id": getattr(event, "reservation_id", "")}
        match event:
            case e.ReservationApproved():
                return ApproveReservation(**named, override=override)
            case e.ReservationDeclined():
                return DeclineReservation(**named, reason=event.reason or UNKNOWN_TEXT)
            case e.ReservationCancelled():
                return CancelReservation(**named, reason=event.reason)
            case e.DeviceHandedOut():
                return HandOutDevice(**named, at=event.at)
            case e.DeviceReturned() if logged is not None:
                figures = {
                    name: getattr(logged, name)
                    for name in ("samples", "staff_minutes", "usage_type", "notes")
                }
                return ReturnDevice(**named, at=event.at, **figures)
    return None


def order_out(event: Event, by: Actor) -> Command | None:
    """The order that took a device out of booking, displacing what it hit; None for others."""
    match event:
        case e.OutageScheduled():
            return ScheduleOutage(
                by=by,
                device_id=event.device_id,
                outage_id=event.outage_id,
                kind=event.kind,
                period=event.occupied,
                reason=event.reason,
            )
        case e.OutageRescheduled():
            return RescheduleOutage(by=by, outage_id=event.outage_id, period=event.occupied)
        case e.BreakdownReported():
            return ReportBreakdown(
                by=by,
                device_id=event.device_id,
                breakdown_id=event.breakdown_id,
                expected_until=event.expected_until,
                reason=event.reason,
            )
        case e.BreakdownExtended():
            return ExtendBreakdown(
                by=by, device_id=event.device_id, expected_until=event.expected_until
            )
        case _:
            return None


def _reserve(
    refused: e.RequestRefused,
    recorded: Recorded,
    by: Actor,
    asked: tuple[str, str, Period],
    terms: Mapping[str, TermsOfUse],
) -> ReserveDevice:
    reservation_id, device_id, period = asked
    rules = {refusal.rule for refusal in refused.refusals}
    in_force = terms.get(device_id)
    operated = in_force is not None and in_force.operator_required and "operator" not in rules
    return ReserveDevice(
        by=by,
        reservation_id=reservation_id,
        device_id=device_id,
        company_id=refused.company_id or "",
        account_id=recorded.on_behalf_of or recorded.by,
        period=period,
        usage_type="operated" if operated else "direct",
        irb_number=None if "irb_number" in rules else UNKNOWN_TEXT,
    )
