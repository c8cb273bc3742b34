"""Problems, the maintenance log (유지보수일지) and calibration certificates of a device.

All of them are recorded by `POST /api/devices/{id}/…`; one handler serves them from a table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import maintenance
from domain.decisions import Command
from domain.events import Urgency
from domain.sealed import Sealed
from web.access import BOOKERS, LAB, Rule, may
from web.forms import HttpRequest, Line, Moment, Prose, RequiredProse, body_of, require_id
from web.given import FromPath, Given
from web.outage_shown import require_device
from web.writes import give, written

Won = Annotated[int, Meta(ge=0, le=10_000_000_000)]


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong; `safety_stop` says that nobody should use the device until it is looked at."""

    text: RequiredProse
    safety_stop: bool = False
    urgency: Urgency = "normal"


class TriageBody(msgspec.Struct, frozen=True, kw_only=True):
    """How urgent a problem is, and whether the device must not be used until it is resolved."""

    urgency: Urgency
    safety_stop: bool = False


class ResolveBody(msgspec.Struct, frozen=True, kw_only=True):
    text: Prose | None = None


class LogBody(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: what was done, when, by whom, with which parts, at what cost in KRW."""

    work: RequiredProse
    at: Moment | None = None
    repairer: Prose | None = None
    parts: Prose | None = None
    cost: Won = 0


class CalibrationBody(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate's number, good until `valid_until` (exclusive)."""

    certificate: Line
    valid_until: Moment
    at: Moment | None = None
    laboratory: Annotated[str, Meta(max_length=200)] = ""


class Logged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was recorded about a device, when, and where it stands in the ledger."""

    device_id: str
    position: int
    recorded_at: datetime
    problem_id: str | None = None
    valid_until: datetime | None = None


class Record(NamedTuple):
    """Something that is recorded about a device: who may, what it takes, the command it becomes."""

    path: str
    rule: Rule
    body: type[msgspec.Struct]
    build: Callable[[About, Any], Awaitable[Command]]
    status: int = 201


class About(NamedTuple):
    """What a command is made from, beside its body: who asks, of which device (and problem)."""

    testbed: Testbed
    account: Account
    device_id: str
    problem_id: str

    @property
    def named(self) -> dict[str, Any]:
        return {"by": self.account.actor, "device_id": self.device_id}

    async def seal(self, text: str) -> Sealed:
        return await self.testbed.seals.seal(self.account.account_id, text)

    async def seal_any(self, text: str | None) -> Sealed | None:
        return await self.seal(text) if text else None


async def _problem(about: About, body: ProblemBody) -> Command:
    return maintenance.ReportProblem(
        **about.named,
        problem_id=opaque_id("p"),
        text=await about.seal(body.text),
        company_id=about.account.company_id,
        safety_stop=body.safety_stop,
        urgency=body.urgency,
    )


async def _triage(about: About, body: TriageBody) -> Command:
    asked = msgspec.structs.asdict(body)
    return maintenance.TriageProblem(**about.named, problem_id=about.problem_id, **asked)


async def _resolve(about: About, body: ResolveBody) -> Command:
    text = await about.seal_any(body.text)
    return maintenance.ResolveProblem(**about.named, problem_id=about.problem_id, text=text)


async def _log(about: About, body: LogBody) -> Command:
    return maintenance.LogMaintenance(
        **about.named,
        work=await about.seal(body.work),
        at=body.at,
        repairer=await about.seal_any(body.repairer),
        parts=await about.seal_any(body.parts),
        cost=body.cost,
    )


async def _calibration(about: About, body: CalibrationBody) -> Command:
    return maintenance.RecordCalibration(**about.named, **msgspec.structs.asdict(body))


OF_PROBLEM = "problems/{problem_id:str}"
RECORDS = (
    Record("problems", BOOKERS, ProblemBody, _problem),
    Record(f"{OF_PROBLEM}/triage", LAB, TriageBody, _triage, status=200),
    Record(f"{OF_PROBLEM}/resolve", LAB, ResolveBody, _resolve, status=200),
    Record("maintenance-log", LAB, LogBody, _log),
    Record("calibrations", LAB, CalibrationBody, _calibration),
)
"""By the last part of `POST /api/devices/{id}/…`."""


def _handler(record: Record) -> HTTPRouteHandler:
    async def record_about_device(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        device_id: FromPath[str],
    ) -> Response[Any]:
        await require_device(testbed, device_id)
        body = await body_of(request, record.body)
        named = request.path_params
        problem_id = require_id(named["problem_id"]) if "problem_id" in named else ""
        command = await record.build(About(testbed, account, device_id, problem_id), body)
        done = await give(request, testbed, command, body)
        newest = done.events[-1]
        shown = Logged(
            device_id=device_id,
            position=newest.position,
            recorded_at=newest.recorded_at,
            problem_id=getattr(newest.event, "problem_id", None),
            valid_until=getattr(newest.event, "valid_until", None),
        )
        return written(shown, done, status=record.status)

    opt = may(record.rule, body=record.body, answer=Logged)
    path = f"/api/devices/{{device_id:str}}/{record.path}"
    return post(path, status_code=record.status, opt=opt)(record_about_device)


route_handlers = [_handler(record) for record in RECORDS]
