"""The steps of a reservation after it was made: what each takes, and the command it becomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from booking.account import Account
from booking.testbed import Testbed
from domain import changes, deadlines, reservations, usage
from domain import events as e
from domain.decisions import Command
from domain.overriding import Override
from domain.period import Period
from domain.reservation import Reservation
from domain.sealed import Sealed
from web.access import BOOKERS, LAB, Rule, may_change, may_see_company
from web.forms import period_of, require_id
from web.overriding import OverrideBody, override_of
from web.problem import Problem
from web.reserving import colleagues
from web.step_bodies import (
    ApproveBody,
    CancelBody,
    CorrectBody,
    DeclineBody,
    ExtendBody,
    HandOutBody,
    NoBody,
    RescheduleBody,
    ReturnBody,
    ShortenBody,
    TransferBody,
)
from web.writes import recalled


class Step(NamedTuple):
    rule: Rule
    body: type[msgspec.Struct]
    build: Callable[[Start, Any], Awaitable[Command]]


class Start(NamedTuple):
    """What a step starts from: who asks, and the reservation as the ledger has it."""

    testbed: Testbed
    account: Account
    made: Reservation
    latest: e.ReservationEvent

    async def seal(self, text: str | None) -> Sealed | None:
        if not text:
            return None
        return await self.testbed.seals.seal(self.account.account_id, text)

    async def seal_required(self, text: str) -> Sealed:
        return await self.testbed.seals.seal(self.account.account_id, text)

    async def override(self, body: OverrideBody | None) -> Override | None:
        return await override_of(self.testbed, self.account, body)

    @property
    def named(self) -> dict[str, Any]:
        return {"by": self.account.actor, "reservation_id": self.latest.reservation_id}


async def given(testbed: Testbed, account: Account, reservation_id: str, rule: Rule) -> Start:
    """A reservation that this account may take a step of `rule` with.

    Raises Problem: 404 for a stranger's or unknown id, 403 for a colleague's.
    """
    made = Reservation(require_id(reservation_id))
    await recalled(testbed, made)
    latest = made.latest
    if latest is None or not may_see_company(account, latest.company_id):
        raise Problem("not-found")
    if account.role not in rule.roles or not may_change(
        account, latest.company_id, latest.account_id
    ):
        raise Problem("forbidden")
    return Start(testbed, account, made, latest)


async def _cancel(given: Start, body: CancelBody) -> Command:
    return reservations.CancelReservation(**given.named, reason=await given.seal(body.reason))


async def _reschedule(given: Start, body: RescheduleBody) -> Command:
    period = period_of(body.start, body.end)
    override = await given.override(body.override)
    return changes.RescheduleReservation(**given.named, period=period, override=override)


async def _shorten(given: Start, body: ShortenBody) -> Command:
    return changes.ShortenReservation(
        **given.named,
        period=_between(given.latest.period, body.start, body.end),
        override=await given.override(body.override),
    )


async def _extend(given: Start, body: ExtendBody) -> Command:
    period = _between(given.latest.period, None, body.end)
    override = await given.override(body.override)
    return changes.ExtendReservation(**given.named, period=period, override=override)


async def _transfer(given: Start, body: TransferBody) -> Command:
    to: str | None = None
    if body.account is not None:
        company_id = given.latest.company_id
        (to,) = await colleagues(given.testbed, company_id, "account", [body.account])
    return changes.TransferReservation(
        **given.named,
        to_account_id=to,
        to_device_id=body.device_id,
        override=await given.override(body.override),
    )


async def _approve(given: Start, body: ApproveBody) -> Command:
    override = await given.override(body.override)
    return reservations.ApproveReservation(**given.named, override=override)


async def _decline(given: Start, body: DeclineBody) -> Command:
    reason = await given.seal_required(body.reason)
    return reservations.DeclineReservation(**given.named, reason=reason)


async def _hand_out(given: Start, body: HandOutBody) -> Command:
    return usage.HandOutDevice(**given.named, at=body.at)


async def _return(given: Start, body: ReturnBody) -> Command:
    return usage.ReturnDevice(
        **given.named,
        at=body.at,
        samples=body.samples,
        staff_minutes=body.staff_minutes,
        usage_type=body.usage_type,
        notes=await given.seal(body.notes),
    )


async def _no_show(given: Start, body: NoBody) -> Command:  # noqa: ARG001 - as all steps take
    return usage.RecordNoShow(**given.named)


async def _withdraw_no_show(given: Start, body: NoBody) -> Command:  # noqa: ARG001
    return usage.WithdrawNoShow(**given.named)


async def _dismiss_no_show(given: Start, body: NoBody) -> Command:  # noqa: ARG001
    return deadlines.DismissNoShow(**given.named)


async def _correct(given: Start, body: CorrectBody) -> Command:
    used = None
    given.made.require("returned")
    if body.start is not None or body.end is not None:
        line = given.made.require_line()
        used = _between(line.used, body.start, body.end)
    return usage.CorrectUsage(
        **given.named,
        used=used,
        samples=body.samples,
        staff_minutes=body.staff_minutes,
        reason=await given.seal_required(body.reason),
    )


async def _waive(given: Start, body: DeclineBody) -> Command:
    reason = await given.seal_required(body.reason)
    return usage.WaiveUsage(**given.named, reason=reason)


STEPS: dict[str, Step] = {
    "cancel": Step(BOOKERS, CancelBody, _cancel),
    "reschedule": Step(BOOKERS, RescheduleBody, _reschedule),
    "shorten": Step(BOOKERS, ShortenBody, _shorten),
    "extend": Step(BOOKERS, ExtendBody, _extend),
    "transfer": Step(BOOKERS, TransferBody, _transfer),
    "approve": Step(LAB, ApproveBody, _approve),
    "decline": Step(LAB, DeclineBody, _decline),
    "hand-out": Step(LAB, HandOutBody, _hand_out),
    "return": Step(LAB, ReturnBody, _return),
    "no-show": Step(LAB, NoBody, _no_show),
    "withdraw-no-show": Step(LAB, NoBody, _withdraw_no_show),
    "dismiss-no-show": Step(LAB, NoBody, _dismiss_no_show),
    "correct": Step(LAB, CorrectBody, _correct),
    "waive": Step(LAB, DeclineBody, _waive),
}
"""By the last part of `POST /api/reservations/{id}/…`."""


def _between(now: Period, start: datetime | None, end: datetime | None) -> Period:
    return period_of(start or now.start, end or now.end)
