"""Planned outages that come back every so many weeks, planned in one go: all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from domain import events as e
from domain.agenda import Agenda
from domain.bookable import require_sane
from domain.decisions import Command, Fact, Happened, Recall
from domain.device import Service
from domain.displacing import displaced, first_in_line
from domain.outage import Outage
from domain.outages import require_ahead
from domain.period import SEOUL, Period
from domain.rejected import Rejected
from domain.sealed import Sealed

MOST_OUTAGES = 52
"""A year of weeks; what comes after is planned again then."""


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """Every so many weeks, `count` times in all, at the same time of day in Asia/Seoul."""

    every_weeks: int
    count: int


class ScheduleOutages(Command, frozen=True, kw_only=True):
    """Take a device out of booking for `period` and again with each id, as `repeat` says.

    `outage_ids` has one id for each time.
    """

    device_id: str
    outage_ids: tuple[str, ...]
    series_id: str
    kind: e.OutageKind
    period: Period
    repeat: Repeat
    reason: Sealed | None = None


async def schedule_outages(command: ScheduleOutages, recall: Recall) -> Happened:
    """What two of the outages hit is displaced or withdrawn once, by the first of them."""
    periods = _require_apart(command)
    service = Service(command.device_id)
    agendas = [Agenda(command.device_id, period) for period in periods]
    outages = [Outage(outage_id) for outage_id in command.outage_ids]
    facts: list[Fact] = [service, *agendas, *outages]
    await recall(*facts)
    service.require_known()
    for outage in outages:
        outage.require_new()
    require_ahead(command.period, recall.now)
    for agenda, period in zip(agendas, periods, strict=True):
        agenda.require_no_outage(period)
    happened: Happened = []
    gone: set[str] = set()
    planned: Happened = []
    for outage_id, agenda, period in zip(command.outage_ids, agendas, periods, strict=True):
        for one in displaced(agenda, period, recall.now, outage_id=outage_id):
            name = one.wish_id if isinstance(one, e.OfferWithdrawn) else one.reservation_id
            if name not in gone:
                gone.add(name)
                happened.append(one)
        planned.append(
            e.OutageScheduled(
                outage_id=outage_id,
                device_id=command.device_id,
                kind=command.kind,
                occupied=period,
                reason=command.reason,
                series_id=command.series_id,
            )
        )
    # What frees time comes before what takes it.
    return [*await first_in_line(happened, recall), *planned]


def occurrences(period: Period, repeat: Repeat) -> Iterator[Period]:
    """The period and its repetitions, on the wall clock of the laboratory."""
    start = period.start.astimezone(SEOUL)
    for number in range(repeat.count):
        begins = start + timedelta(weeks=repeat.every_weeks * number)
        yield Period(begins, begins + period.length)


def _require_apart(command: ScheduleOutages) -> list[Period]:
    """The outages' periods; refuses some that would overlap each other, or no or too many."""
    repeat = command.repeat
    if not 1 <= repeat.count <= MOST_OUTAGES or len(command.outage_ids) != repeat.count:
        raise Rejected("too_many_outages", limit=MOST_OUTAGES, actual=repeat.count)
    for number, outage_id in enumerate(command.outage_ids):
        if outage_id in command.outage_ids[:number]:
            raise Rejected("id_known", actual=outage_id)
    require_sane(command.period)
    between = timedelta(weeks=repeat.every_weeks)
    if repeat.count > 1 and command.period.length > between:
        limit = int(between.total_seconds() // 60)
        raise Rejected("repeats_overlap", limit=limit, actual=command.period.minutes)
    periods = list(occurrences(command.period, repeat))
    for period in periods:
        require_sane(period)
    return periods
