"""Events about problems, outages, breakdowns, repairs and calibrations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from domain.event import Event, occupied_tags
from domain.period import Period
from domain.sealed import Sealed

OutageKind = Literal["maintenance", "calibration"]
Urgency = Literal["low", "normal", "urgent"]


class ProblemReported(Event, frozen=True, kw_only=True):
    """`safety_stop` holds at once, until staff triage the problem otherwise or resolve it."""

    device_id: str
    problem_id: str
    text: Sealed
    company_id: str | None = None
    safety_stop: bool = False
    urgency: Urgency = "normal"


class ProblemTriaged(Event, frozen=True, kw_only=True):
    """Staff looked at a problem: how urgent it is, and whether the device must not be used."""

    device_id: str
    problem_id: str
    urgency: Urgency
    safety_stop: bool = False


class ProblemResolved(Event, frozen=True, kw_only=True):
    device_id: str
    problem_id: str
    text: Sealed | None = None


class OutageEvent(Event, frozen=True, kw_only=True):
    outage_id: str
    device_id: str
    kind: OutageKind
    occupied: Period


class OutageScheduled(OutageEvent, frozen=True, kw_only=True):
    """`series_id` is shared by outages that were planned together, one every so many weeks."""

    reason: Sealed | None = None
    series_id: str | None = None


class OutageRescheduled(OutageEvent, frozen=True, kw_only=True):
    """`occupied` is the new time, `was` the old one, whose months hear of it too."""

    was: Period

    def further_tags(self) -> Iterator[str]:
        yield from occupied_tags(self.device_id, None, self.was)


class OutageCancelled(OutageEvent, frozen=True, kw_only=True):
    pass


class BreakdownEvent(Event, frozen=True, kw_only=True):
    """`occupied` runs from the report to `expected_until`, or to the repair once it is done."""

    breakdown_id: str
    device_id: str
    occupied: Period


class BreakdownReported(BreakdownEvent, frozen=True, kw_only=True):
    expected_until: datetime
    reason: Sealed | None = None


class BreakdownExtended(BreakdownEvent, frozen=True, kw_only=True):
    expected_until: datetime


class DeviceRepaired(BreakdownEvent, frozen=True, kw_only=True):
    at: datetime
    was: Period
    repairer: Sealed | None = None

    def further_tags(self) -> Iterator[str]:
        yield from occupied_tags(self.device_id, None, self.was)


class MaintenanceLogged(Event, frozen=True, kw_only=True):
    """A line of the maintenance log (유지보수일지). `cost` is in KRW."""

    device_id: str
    at: datetime
    work: Sealed
    repairer: Sealed | None = None
    parts: Sealed | None = None
    cost: int = 0
    outage_id: str | None = None
    breakdown_id: str | None = None


class CalibrationRecorded(Event, frozen=True, kw_only=True):
    """The device's certificate, good until `valid_until` (exclusive)."""

    device_id: str
    at: datetime
    valid_until: datetime
    certificate: str
    laboratory: str = ""


class CalibrationDueNoticed(Event, frozen=True, kw_only=True):
    """A certificate ends soon (at `valid_until`), and the laboratory is told; once for each."""

    device_id: str
    valid_until: datetime
    certificate: str = ""
