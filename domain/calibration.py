"""The laboratory is told, once for each certificate, that a calibration falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.device import Service
from domain.due import CALIBRATION_WARNING
from domain.event import Event
from domain.rejected import Rejected


class NoticeCalibrationDue(Command, frozen=True, kw_only=True):
    """The device's certificate ends within the time of warning."""

    device_id: str


class Certificate(Fact):
    """A device's newest certificate, and the end of the one that the laboratory was told about."""

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.newest: e.CalibrationRecorded | None = None
        self.noticed: datetime | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.CalibrationRecorded, e.CalibrationDueNoticed)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.CalibrationRecorded():
                self.newest = event
            case e.CalibrationDueNoticed():
                self.noticed = event.valid_until
            case _:
                raise TypeError(f"a certificate does not know {event!r}")


async def notice_calibration_due(command: NoticeCalibrationDue, recall: Recall) -> Happened:
    service, certificate = await recall(Service(command.device_id), Certificate(command.device_id))
    service.require_known()
    if service.retired or certificate.newest is None:
        raise Rejected("nothing_to_change")
    valid_until = certificate.newest.valid_until
    due = valid_until - CALIBRATION_WARNING
    if recall.now < due:
        raise Rejected("not_due", limit=due.isoformat(), actual=recall.now.isoformat())
    if certificate.noticed == valid_until:
        return []
    return [
        e.CalibrationDueNoticed(
            device_id=command.device_id,
            valid_until=valid_until,
            certificate=certificate.newest.certificate,
        )
    ]
