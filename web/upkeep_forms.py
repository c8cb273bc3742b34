"""The forms of a device's maintenance page, and the orders that they become."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import maintenance as orders
from domain.decisions import Command
from domain.events import Urgency
from domain.period import at_clock
from web.api_maintenance import Won
from web.forms import Id, Prose, RequiredProse
from web.outage_forms import (
    BreakdownForm,
    CancelOutageForm,
    LongerForm,
    MoveOutageForm,
    OutageForm,
    RepairedForm,
    outage_order,
)
from web.problem import wrong

FOR_EVERYBODY = "problem"


class ProblemForm(msgspec.Struct, frozen=True, kw_only=True):
    text: RequiredProse
    urgency: Urgency = "normal"
    safety_stop: bool = False


class TriageForm(msgspec.Struct, frozen=True, kw_only=True):
    problem_id: Id
    urgency: Urgency
    safety_stop: bool = False


class ResolveForm(msgspec.Struct, frozen=True, kw_only=True):
    problem_id: Id
    text: Prose | None = None


class LogForm(msgspec.Struct, frozen=True, kw_only=True):
    work: RequiredProse
    repairer: Prose | None = None
    parts: Prose | None = None
    cost: Won = 0


class CalibrationForm(msgspec.Struct, frozen=True, kw_only=True):
    """Good to the end of the day `valid_through` in Asia/Seoul."""

    certificate: Annotated[str, Meta(min_length=1, max_length=200)]
    laboratory: Annotated[str, Meta(max_length=200)] = ""
    valid_through: date


FORMS: dict[str, type[msgspec.Struct]] = {
    FOR_EVERYBODY: ProblemForm,
    "triage": TriageForm,
    "resolve": ResolveForm,
    "log": LogForm,
    "calibration": CalibrationForm,
    "outage": OutageForm,
    "move-outage": MoveOutageForm,
    "cancel-outage": CancelOutageForm,
    "breakdown": BreakdownForm,
    "longer": LongerForm,
    "repaired": RepairedForm,
}


async def upkeep_command(
    testbed: Testbed, account: Account, device_id: str, form: msgspec.Struct
) -> Command:
    """The order that a form gives about a device."""
    seal = testbed.seals.seal
    by: dict[str, Any] = {"by": account.actor, "device_id": device_id}

    async def sealed(text: str | None) -> Any:
        return await seal(account.account_id, text) if text else None

    match form:
        case ProblemForm():
            return orders.ReportProblem(
                **by,
                problem_id=opaque_id("p"),
                text=await seal(account.account_id, form.text),
                company_id=account.company_id,
                safety_stop=form.safety_stop,
                urgency=form.urgency,
            )
        case TriageForm():
            return orders.TriageProblem(**by, **msgspec.structs.asdict(form))
        case ResolveForm():
            text = await sealed(form.text)
            return orders.ResolveProblem(**by, problem_id=form.problem_id, text=text)
        case LogForm():
            return orders.LogMaintenance(
                **by,
                work=await seal(account.account_id, form.work),
                repairer=await sealed(form.repairer),
                parts=await sealed(form.parts),
                cost=form.cost,
            )
        case CalibrationForm():
            return orders.RecordCalibration(
                **by,
                certificate=form.certificate,
                laboratory=form.laboratory,
                valid_until=_end_of(form.valid_through),
            )
        case _:
            order = await outage_order(testbed, account, device_id, form)
            if order is None:
                raise TypeError(f"no command is made of {form!r}")
            return order


def _end_of(day: date) -> datetime:
    """The midnight after a day."""
    try:
        return at_clock(day, "24:00").astimezone(UTC)
    except OverflowError as error:
        raise wrong("valid_through", "date") from error
