"""Commands about reported problems, the maintenance log and calibration certificates."""

from __future__ import annotations

from datetime import UTC, datetime

from domain import events as e
from domain.decisions import Command, Happened, Recall
from domain.device import Service
from domain.outage import Problem
from domain.period import stamp
from domain.rejected import Rejected
from domain.sealed import Sealed


class ReportProblem(Command, frozen=True, kw_only=True):
    device_id: str
    problem_id: str
    text: Sealed
    company_id: str | None = None
    safety_stop: bool = False
    urgency: e.Urgency = "normal"


class TriageProblem(Command, frozen=True, kw_only=True):
    """Say how urgent a problem is, and set or lift its safety stop."""

    device_id: str
    problem_id: str
    urgency: e.Urgency
    safety_stop: bool = False


class ResolveProblem(Command, frozen=True, kw_only=True):
    device_id: str
    problem_id: str
    text: Sealed | None = None


class LogMaintenance(Command, frozen=True, kw_only=True):
    device_id: str
    work: Sealed
    at: datetime | None = None
    repairer: Sealed | None = None
    parts: Sealed | None = None
    cost: int = 0


class RecordCalibration(Command, frozen=True, kw_only=True):
    device_id: str
    certificate: str
    valid_until: datetime
    at: datetime | None = None
    laboratory: str = ""


async def report_problem(command: ReportProblem, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_known()
    return [
        e.ProblemReported(
            device_id=command.device_id,
            problem_id=command.problem_id,
            text=command.text,
            company_id=command.company_id,
            safety_stop=command.safety_stop,
            urgency=command.urgency,
        )
    ]


async def triage_problem(command: TriageProblem, recall: Recall) -> Happened:
    (problem,) = await recall(Problem(command.problem_id))
    problem.require_open(command.device_id)
    if (problem.urgency, problem.safety_stop) == (command.urgency, command.safety_stop):
        raise Rejected("nothing_to_change")
    return [
        e.ProblemTriaged(
            device_id=command.device_id,
            problem_id=command.problem_id,
            urgency=command.urgency,
            safety_stop=command.safety_stop,
        )
    ]


async def resolve_problem(command: ResolveProblem, recall: Recall) -> Happened:
    (problem,) = await recall(Problem(command.problem_id))
    problem.require_open(command.device_id)
    return [
        e.ProblemResolved(
            device_id=command.device_id, problem_id=command.problem_id, text=command.text
        )
    ]


async def log_maintenance(command: LogMaintenance, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_known()
    at = (command.at or recall.now).astimezone(UTC)
    if at > recall.now:
        raise Rejected("not_yet", limit=stamp(recall.now), actual=stamp(at))
    return [
        e.MaintenanceLogged(
            device_id=command.device_id,
            at=at,
            work=command.work,
            repairer=command.repairer,
            parts=command.parts,
            cost=command.cost,
        )
    ]


async def record_calibration(command: RecordCalibration, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_known()
    at = (command.at or recall.now).astimezone(UTC)
    if at > recall.now:
        raise Rejected("not_yet", limit=stamp(recall.now), actual=stamp(at))
    if command.valid_until <= at:
        raise Rejected("not_longer", limit=stamp(at))
    return [
        e.CalibrationRecorded(
            device_id=command.device_id,
            at=at,
            valid_until=command.valid_until.astimezone(UTC),
            certificate=command.certificate,
            laboratory=command.laboratory,
        )
    ]
