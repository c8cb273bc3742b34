"""Problems, the maintenance log (유지보수일지) and calibration certificates of a device."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from msgspec import Meta

from booking.account import Account
from booking.app import Done
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain import maintenance
from domain.events import Urgency
from domain.sealed import Sealed
from web.access import BOOKERS, LAB, may
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


@post(
    "/api/devices/{device_id:str}/problems",
    status_code=201,
    opt=may(BOOKERS, body=ProblemBody, answer=Logged),
)
async def report_problem(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], device_id: FromPath[str]
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, ProblemBody)
    command = maintenance.ReportProblem(
        by=account.actor,
        device_id=device_id,
        problem_id=opaque_id("p"),
        text=await testbed.seals.seal(account.account_id, body.text),
        company_id=account.company_id,
        safety_stop=body.safety_stop,
        urgency=body.urgency,
    )
    done = await give(request, testbed, command, body)
    (reported,) = done.of(e.ProblemReported)
    return _logged(device_id, done, status=201, problem_id=reported.problem_id)


@post(
    "/api/devices/{device_id:str}/problems/{problem_id:str}/triage",
    status_code=200,
    opt=may(LAB, body=TriageBody, answer=Logged),
)
async def triage_problem(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    device_id: FromPath[str],
    problem_id: FromPath[str],
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, TriageBody)
    command = maintenance.TriageProblem(
        by=account.actor,
        device_id=device_id,
        problem_id=require_id(problem_id),
        urgency=body.urgency,
        safety_stop=body.safety_stop,
    )
    done = await give(request, testbed, command, body)
    return _logged(device_id, done, status=200, problem_id=problem_id)


@post(
    "/api/devices/{device_id:str}/problems/{problem_id:str}/resolve",
    status_code=200,
    opt=may(LAB, body=ResolveBody, answer=Logged),
)
async def resolve_problem(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    device_id: FromPath[str],
    problem_id: FromPath[str],
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, ResolveBody)
    command = maintenance.ResolveProblem(
        by=account.actor,
        device_id=device_id,
        problem_id=require_id(problem_id),
        text=await _sealed(testbed, account, body.text),
    )
    done = await give(request, testbed, command, body)
    return _logged(device_id, done, status=200, problem_id=problem_id)


@post(
    "/api/devices/{device_id:str}/maintenance-log",
    status_code=201,
    opt=may(LAB, body=LogBody, answer=Logged),
)
async def log_maintenance(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], device_id: FromPath[str]
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, LogBody)
    command = maintenance.LogMaintenance(
        by=account.actor,
        device_id=device_id,
        work=await testbed.seals.seal(account.account_id, body.work),
        at=body.at,
        repairer=await _sealed(testbed, account, body.repairer),
        parts=await _sealed(testbed, account, body.parts),
        cost=body.cost,
    )
    return _logged(device_id, await give(request, testbed, command, body), status=201)


@post(
    "/api/devices/{device_id:str}/calibrations",
    status_code=201,
    opt=may(LAB, body=CalibrationBody, answer=Logged),
)
async def record_calibration(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], device_id: FromPath[str]
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, CalibrationBody)
    command = maintenance.RecordCalibration(
        by=account.actor,
        device_id=device_id,
        certificate=body.certificate,
        valid_until=body.valid_until,
        at=body.at,
        laboratory=body.laboratory,
    )
    done = await give(request, testbed, command, body)
    return _logged(device_id, done, status=201, valid_until=body.valid_until)


async def _sealed(testbed: Testbed, account: Account, text: str | None) -> Sealed | None:
    return await testbed.seals.seal(account.account_id, text) if text else None


def _logged(device_id: str, done: Done, *, status: int, **more: Any) -> Response[Any]:
    newest = done.events[-1]
    shown = Logged(
        device_id=device_id, position=newest.position, recorded_at=newest.recorded_at, **more
    )
    return written(shown, done, status=status)


route_handlers = [
    report_problem,
    triage_problem,
    resolve_problem,
    log_maintenance,
    record_calibration,
]
