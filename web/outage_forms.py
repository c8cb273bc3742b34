"""The forms that take a device out of booking and bring it back, and the orders they become."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import outages as orders
from domain.decisions import Command
from domain.events import OutageKind
from domain.outage import Outage
from web.api_outage_changes import Scope, cancelling
from web.api_outages import OutageBody, RepeatBody, Weeks, outage_command
from web.forms import Id, Moment, Prose
from web.problem import Problem
from web.when import ClockText, When, moment_at
from web.writes import recalled


class OutageForm(When, frozen=True, kw_only=True):
    """`preview` of this and other forms shows what would be displaced, and records nothing."""

    kind: OutageKind
    reason: Prose | None = None
    every_weeks: Weeks = 1
    count: Weeks = 1
    preview: bool = False

    @property
    def body(self) -> OutageBody:
        repeat = RepeatBody(every_weeks=self.every_weeks, count=self.count)
        period = self.period
        return OutageBody(
            kind=self.kind,
            start=period.start,
            end=period.end,
            reason=self.reason,
            repeat=repeat if self.count > 1 else None,
        )


class MoveOutageForm(When, frozen=True, kw_only=True):
    outage_id: Id
    preview: bool = False


class CancelOutageForm(msgspec.Struct, frozen=True, kw_only=True):
    outage_id: Id
    scope: Scope = "this"


class LongerForm(msgspec.Struct, frozen=True, kw_only=True):
    """The device is broken until, as far as anyone knows, this hour of Asia/Seoul."""

    expected_day: date
    expected_time: ClockText
    preview: bool = False

    @property
    def expected_until(self) -> datetime:
        return moment_at("expected_day", self.expected_day, self.expected_time)


class BreakdownForm(LongerForm, frozen=True, kw_only=True):
    reason: Prose | None = None


class RepairedForm(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is when it was, if it is entered later."""

    at: Moment | None = None
    repairer: Prose | None = None


PREVIEWED = (OutageForm, MoveOutageForm, LongerForm)


async def outage_order(
    testbed: Testbed, account: Account, device_id: str, form: msgspec.Struct
) -> Command | None:
    """The order that such a form gives about a device; None for other forms.

    Raises Problem (404) for an outage of another device.
    """
    by: dict[str, Any] = {"by": account.actor, "device_id": device_id}

    async def sealed(text: str | None) -> Any:
        return await testbed.seals.seal(account.account_id, text) if text else None

    if isinstance(form, (MoveOutageForm, CancelOutageForm)):
        return await _change(testbed, account, device_id, form)
    match form:
        case OutageForm():
            return await outage_command(testbed, account, device_id, form.body)
        case BreakdownForm():
            return orders.ReportBreakdown(
                **by,
                breakdown_id=opaque_id("b"),
                expected_until=form.expected_until,
                reason=await sealed(form.reason),
            )
        case LongerForm():
            return orders.ExtendBreakdown(**by, expected_until=form.expected_until)
        case RepairedForm():
            return orders.RepairDevice(**by, at=form.at, repairer=await sealed(form.repairer))
        case _:
            return None


async def _change(
    testbed: Testbed, account: Account, device_id: str, form: MoveOutageForm | CancelOutageForm
) -> Command:
    """One that was cancelled meanwhile is left to the rules, which say so."""
    outage = Outage(form.outage_id)
    await recalled(testbed, outage)
    if outage.planned is not None and outage.planned.device_id != device_id:
        raise Problem("not-found")
    if isinstance(form, CancelOutageForm):
        return cancelling(account, form.outage_id, form.scope)
    return orders.RescheduleOutage(by=account.actor, outage_id=form.outage_id, period=form.period)
