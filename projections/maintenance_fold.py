"""The view `maintenance`: problems, log, certificates, and the claims of displaced bookings."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Change, Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.ProblemReported() | e.ProblemTriaged() | e.ProblemResolved():
            yield _problem(recorded, event)
        case e.MaintenanceLogged():
            line = {
                "device_id": event.device_id,
                "at": event.at,
                "by": recorded.by,
                "work": as_json(event.work),
                "repairer": as_json(event.repairer),
                "parts": as_json(event.parts),
                "cost": event.cost,
                "broken_from": None,
            }
            yield Put("log", {"position": recorded.position}, line)
        case e.DeviceRepaired():
            yield Put("log", {"position": recorded.position}, _repair(recorded, event))
        case e.CalibrationRecorded():
            certificate = {
                "at": event.at,
                "valid_until": event.valid_until,
                "certificate": event.certificate,
                "laboratory": event.laboratory,
            }
            yield Put("certificates", {"device_id": event.device_id}, certificate)
        case e.ReservationDisplaced():
            yield Put("claims", {"reservation_id": event.reservation_id}, _claim(recorded, event))
        case e.ReservationRequested() | e.ReservationConfirmed() if event.replaces is not None:
            used = {"replaced_by": event.reservation_id}
            yield Change("claims", {"reservation_id": event.replaces}, used)


VERSION = 2
_metadata = MetaData(schema=schema_of("maintenance", VERSION))
problems = versioned(
    "problems",
    _metadata,
    Column("problem_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("company_id", Text),
    Column("by", Text, nullable=False),
    Column("reported_at", Moment, nullable=False),
    Column("text", JSONB, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("safety_stop", Boolean, nullable=False),
    Column("triaged_at", Moment),
    Column("resolved_at", Moment),
    Column("resolution", JSONB),
    key=("problem_id",),
)
log = versioned(
    "log",
    _metadata,
    Column("position", BigInteger, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("work", JSONB),  # of a repair nobody wrote more than that it was done
    Column("repairer", JSONB),
    Column("parts", JSONB),
    Column("cost", BigInteger, nullable=False),
    Column("broken_from", Moment),  # of a repair: when the breakdown began that it ended
    key=("position",),
)
certificates = versioned(
    "certificates",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("laboratory", Text, nullable=False),
    key=("device_id",),
)
claims = versioned(
    "claims",
    _metadata,
    Column("reservation_id", Text, nullable=False),
    Column("company_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("lost_from", Moment, nullable=False),
    Column("lost_until", Moment, nullable=False),
    Column("displaced_at", Moment, nullable=False),
    Column("displaced_by", Text),
    Column("replaced_by", Text),
    key=("reservation_id",),
)
Index("problems_by_device", problems.c.device_id, problems.c.resolved_at)
Index("log_by_device", log.c.device_id, log.c.at)
Index("claims_by_company", claims.c.company_id, claims.c.lost_until)
VIEW = View("maintenance", VERSION, _metadata, project)


def _problem(
    recorded: Recorded, event: e.ProblemReported | e.ProblemTriaged | e.ProblemResolved
) -> Operation:
    key, at = {"problem_id": event.problem_id}, recorded.recorded_at
    match event:
        case e.ProblemReported():
            values = {
                "device_id": event.device_id,
                "company_id": event.company_id,
                "by": recorded.by,
                "reported_at": at,
                "text": as_json(event.text),
                "urgency": event.urgency,
                "safety_stop": event.safety_stop,
                "triaged_at": None,
                "resolved_at": None,
                "resolution": None,
            }
            return Put("problems", key, values)
        case e.ProblemTriaged():
            triaged = {"urgency": event.urgency, "safety_stop": event.safety_stop}
            return Change("problems", key, triaged | {"triaged_at": at})
        case e.ProblemResolved():
            resolved = {"resolved_at": at, "resolution": as_json(event.text)}
            return Change("problems", key, resolved | {"safety_stop": False})


def _repair(recorded: Recorded, event: e.DeviceRepaired) -> dict[str, object]:
    """A repair is work on the device as much as what somebody writes down about it."""
    return {
        "device_id": event.device_id,
        "at": event.at,
        "by": recorded.by,
        "work": None,
        "repairer": as_json(event.repairer),
        "parts": None,
        "cost": 0,
        "broken_from": event.occupied.start,
    }


def _claim(recorded: Recorded, event: e.ReservationDisplaced) -> dict[str, object]:
    return {
        "company_id": event.company_id,
        "account_id": event.account_id,
        "device_id": event.device_id,
        "lost_from": event.period.start,
        "lost_until": event.period.end,
        "displaced_at": recorded.recorded_at,
        "displaced_by": event.outage_id or event.breakdown_id,
        "replaced_by": None,
    }
