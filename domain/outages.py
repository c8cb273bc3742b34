"""Commands that take a device out of booking: planned outages and breakdowns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain import events as e
from domain.agenda import Agenda
from domain.bookable import require_sane
from domain.decisions import Command, Happened, Recall
from domain.device import Breakdown, Service
from domain.displacing import displacing
from domain.outage import Outage
from domain.period import Period, stamp
from domain.rejected import Rejected
from domain.sealed import Sealed


class ScheduleOutage(Command, frozen=True, kw_only=True):
    """Take a device out of booking for `period`, displacing the reservations that it hits."""

    device_id: str
    outage_id: str
    kind: e.OutageKind
    period: Period
    reason: Sealed | None = None


class RescheduleOutage(Command, frozen=True, kw_only=True):
    outage_id: str
    period: Period


class CancelOutage(Command, frozen=True, kw_only=True):
    outage_id: str


class ReportBreakdown(Command, frozen=True, kw_only=True):
    """The device is broken from now until, as far as anyone knows, `expected_until`."""

    device_id: str
    breakdown_id: str
    expected_until: datetime
    reason: Sealed | None = None


class ExtendBreakdown(Command, frozen=True, kw_only=True):
    device_id: str
    expected_until: datetime


class RepairDevice(Command, frozen=True, kw_only=True):
    device_id: str
    at: datetime | None = None
    repairer: Sealed | None = None


async def schedule_outage(command: ScheduleOutage, recall: Recall) -> Happened:
    require_sane(command.period)
    service, agenda, outage = await recall(
        Service(command.device_id),
        Agenda(command.device_id, command.period),
        Outage(command.outage_id),
    )
    service.require_known()
    outage.require_new()
    require_ahead(command.period, recall.now)
    agenda.require_no_outage(command.period)
    return [
        *await displacing(agenda, command.period, recall, outage_id=command.outage_id),
        e.OutageScheduled(
            outage_id=command.outage_id,
            device_id=command.device_id,
            kind=command.kind,
            occupied=command.period,
            reason=command.reason,
        ),
    ]


async def reschedule_outage(command: RescheduleOutage, recall: Recall) -> Happened:
    require_sane(command.period)
    (outage,) = await recall(Outage(command.outage_id))
    planned = outage.require_planned()
    (agenda,) = await recall(Agenda(planned.device_id, command.period))
    # An outage that has begun is prolonged from where it began, however long ago that was.
    require_ahead(command.period, recall.now, begun=planned.occupied.start)
    agenda.require_no_outage(command.period, but=command.outage_id)
    return [
        *await displacing(agenda, command.period, recall, outage_id=command.outage_id),
        e.OutageRescheduled(
            outage_id=command.outage_id,
            device_id=planned.device_id,
            kind=planned.kind,
            occupied=command.period,
            was=planned.occupied,
        ),
    ]


async def cancel_outage(command: CancelOutage, recall: Recall) -> Happened:
    (outage,) = await recall(Outage(command.outage_id))
    planned = outage.require_planned()
    if planned.occupied.end <= recall.now:
        raise Rejected("past", limit=stamp(recall.now), actual=stamp(planned.occupied.end))
    return [
        e.OutageCancelled(
            outage_id=command.outage_id,
            device_id=planned.device_id,
            kind=planned.kind,
            occupied=planned.occupied,
        )
    ]


async def report_breakdown(command: ReportBreakdown, recall: Recall) -> Happened:
    service, breakdown = await recall(Service(command.device_id), Breakdown(command.device_id))
    service.require_known()
    breakdown.require_working()
    occupied = _from_now(recall.now, command.expected_until)
    (agenda,) = await recall(Agenda(command.device_id, occupied))
    return [
        *await displacing(agenda, occupied, recall, breakdown_id=command.breakdown_id),
        e.BreakdownReported(
            breakdown_id=command.breakdown_id,
            device_id=command.device_id,
            occupied=occupied,
            expected_until=occupied.end,
            reason=command.reason,
        ),
    ]


async def extend_breakdown(command: ExtendBreakdown, recall: Recall) -> Happened:
    (breakdown,) = await recall(Breakdown(command.device_id))
    breakdown_id, before = breakdown.require_broken()
    if command.expected_until <= before.end:
        raise Rejected("not_longer", limit=stamp(before.end))
    _from_now(recall.now, command.expected_until)
    occupied = before.until(command.expected_until)
    require_sane(occupied)
    (agenda,) = await recall(Agenda(command.device_id, occupied))
    return [
        *await displacing(agenda, occupied, recall, breakdown_id=breakdown_id),
        e.BreakdownExtended(
            breakdown_id=breakdown_id,
            device_id=command.device_id,
            occupied=occupied,
            expected_until=occupied.end,
        ),
    ]


async def repair_device(command: RepairDevice, recall: Recall) -> Happened:
    (breakdown,) = await recall(Breakdown(command.device_id))
    breakdown_id, was = breakdown.require_broken()
    at = (command.at or recall.now).astimezone(UTC)
    if at <= was.start:
        raise Rejected("before_breakdown", limit=stamp(was.start), actual=stamp(at))
    if at > recall.now:
        raise Rejected("not_yet", limit=stamp(recall.now), actual=stamp(at))
    return [
        e.DeviceRepaired(
            breakdown_id=breakdown_id,
            device_id=command.device_id,
            occupied=was.until(at),
            at=at,
            was=was,
            repairer=command.repairer,
        )
    ]


_GRACE = timedelta(hours=24)
"""An outage may be entered this long after it began."""


def require_ahead(period: Period, now: datetime, *, begun: datetime | None = None) -> None:
    too_old = period.start < now - _GRACE and period.start != begun
    if period.end <= now or too_old:
        raise Rejected("past", limit=stamp(now), actual=stamp(period.start))


def _from_now(now: datetime, until: datetime) -> Period:
    if until <= now:
        raise Rejected("past", limit=stamp(now), actual=stamp(until))
    occupied = Period(now, until)
    require_sane(occupied)
    return occupied
