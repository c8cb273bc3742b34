"""Utilisation of devices: 가동률 = 가동시간 ÷ 운용시간 × 100, for each device and month.

가동시간 (hours in use) is the time in companies' hands by the use log, overlapping time once.
운용시간 (hours in operation) is the opening time of the terms that were in force, without closed
days where the terms close on them, without outages and breakdowns, and without time in which the
device was suspended or retired. A device that runs unattended is in operation around the clock.
Used outside opening hours, a device can exceed 100 %. Of a month that is not over, both count up
to now, and a use counts once the device is back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from domain.period import SEOUL, Period
from domain.terms import open_spans
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from projections.availability import closed_days, without
from projections.calendar import entries_between
from projections.demand_fold import services, terms
from projections.devices import Closure, closures_between, device_ids
from projections.query import Reader, fetch
from projections.usage_fold import lines
from projections.view import valid

DEFINITION = Text(
    "가동률 = 가동시간 ÷ 운용시간 × 100. 가동시간은 운영일지에 적힌 인도부터 반납까지의 "
    "시간이고, 겹치는 시간은 한 번만, 반납한 뒤에 집계해요. 운용시간은 그때의 이용 "
    "조건에 따른 운영 시간에서 휴무일, 점검, 고장, 예약 중지를 뺀 시간이고, 무인 운전 "
    "장비는 24시간이에요. 운영 시간 밖에서 쓰면 100%를 넘을 수 있어요.",
    "Utilisation = hours in use ÷ hours in operation × 100. In use: time in companies' "
    "hands by the use log, overlapping time once, when the device is back. In operation: "
    "opening hours of the terms in force, without closed days, outages, breakdowns and "
    "suspensions; around the clock for devices that run unattended. Use outside opening "
    "hours can exceed 100 %.",
)
"""What utilisation is, said beside its numbers."""
DAY = timedelta(days=1)
MOST_OUTAGES = 100_000


class TermsFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a device from a moment on; None while it is out of service."""

    since: datetime
    terms: TermsOfUse | None


class Utilisation(msgspec.Struct, frozen=True, kw_only=True):
    """`percent` is None where the device was not in operation at all."""

    device_id: str
    used_hours: float
    operating_hours: float

    @property
    def percent(self) -> float | None:
        if not self.operating_hours:
            return None
        return round(self.used_hours / self.operating_hours * 100, 1)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What the operating hours of all devices in a span follow from."""

    span: Period
    terms: Mapping[str, Sequence[TermsFrom]]
    out: Mapping[str, Sequence[Period]]
    closures: Sequence[Closure]

    def of(self, device_id: str, used: Iterable[Period]) -> Utilisation:
        """A device's utilisation, given the times in which it was in hand."""
        operating = operating_spans(
            self.terms.get(device_id, ()), self.closures, self.out.get(device_id, ()), self.span
        )
        return Utilisation(
            device_id=device_id,
            used_hours=_hours(joined(used, self.span)),
            operating_hours=_hours(operating),
        )


async def utilisation(
    reader: Reader, span: Period, *, as_of: int | None = None
) -> list[Utilisation]:
    """The utilisation of every device in a span, by device id."""
    operation = await operation_in(reader, span, as_of=as_of)
    used = await used_in(reader, span, as_of=as_of)
    found = await device_ids(reader, as_of=as_of)
    return [operation.of(device_id, used.get(device_id, ())) for device_id in found]


async def operation_in(reader: Reader, span: Period, *, as_of: int | None = None) -> Operation:
    """Terms, closed days, outages and breakdowns as they stood in a span."""
    first, last = (edge.astimezone(SEOUL).date() for edge in (span.start, span.end))
    outages = await entries_between(
        reader,
        span.start,
        span.end,
        kinds=("maintenance", "calibration", "breakdown"),
        limit=MOST_OUTAGES,
        as_of=as_of,
    )
    out: dict[str, list[Period]] = {}
    for one in outages:
        out.setdefault(one.device_id, []).append(one.occupied)
    return Operation(
        span=span,
        terms=await _terms_before(reader, span.end, as_of),
        out=out,
        closures=await closures_between(reader, first, last + DAY, as_of=as_of),
    )


async def used_in(
    reader: Reader, span: Period, *, as_of: int | None = None
) -> dict[str, list[Period]]:
    """The times that each device was in hand in a span, by the use log as corrected."""
    query = select(lines.c.device_id, lines.c.used_from, lines.c.used_until).where(
        valid(lines, as_of), lines.c.used_from < span.end, lines.c.used_until > span.start
    )
    used: dict[str, list[Period]] = {}
    for row in await fetch(reader, query):
        used.setdefault(row["device_id"], []).append(Period(row["used_from"], row["used_until"]))
    return used


def operating_spans(
    in_force: Sequence[TermsFrom],
    closures: Collection[Closure],
    out: Iterable[Period],
    span: Period,
) -> list[Period]:
    """When a device was in operation: open by its terms of then, and neither out nor broken."""
    taken = joined(out, span)
    found: list[Period] = []
    for number, one in enumerate(in_force):
        until = in_force[number + 1].since if number + 1 < len(in_force) else span.end
        if one.terms is None or until <= one.since:
            continue
        held = Period(one.since, until).part_in(span)
        if held is not None:
            found += without(_opened(one.terms, closures, held), taken)
    return found


def joined(periods: Iterable[Period], span: Period) -> list[Period]:
    """The parts of some periods within a span, in order, overlapping and touching ones as one."""
    parts = sorted(part for one in periods if (part := one.part_in(span)) is not None)
    merged: list[Period] = []
    for part in parts:
        if merged and part.start <= merged[-1].end:
            merged[-1] = merged[-1].until(max(merged[-1].end, part.end))
        else:
            merged.append(part)
    return merged


def _opened(terms: TermsOfUse, closures: Collection[Closure], held: Period) -> list[Period]:
    if terms.runs_unattended:
        return [held]
    spans = open_spans(terms, held, closed_days(closures, held))
    return [part for one in spans if (part := one.part_in(held)) is not None]


def _hours(periods: Iterable[Period]) -> float:
    return round(sum(period.hours for period in periods), 2)


async def _terms_before(
    reader: Reader, end: datetime, as_of: int | None
) -> dict[str, list[TermsFrom]]:
    """What held for each device from when on, in order: terms, and being out of service."""
    set_terms = select(terms.c.device_id, terms.c.position, terms.c.set_at, terms.c.terms).where(
        valid(terms, as_of), terms.c.set_at < end
    )
    changes = select(
        services.c.device_id, services.c.position, services.c.changed_at, services.c.in_service
    ).where(valid(services, as_of), services.c.changed_at < end)
    steps: list[tuple[int, str, datetime, TermsOfUse | bool]] = []
    for row in await fetch(reader, set_terms):
        decoded = msgspec.json.decode(row["terms"], type=TermsOfUse)
        steps.append((row["position"], row["device_id"], row["set_at"], decoded))
    steps += [
        (row["position"], row["device_id"], row["changed_at"], row["in_service"])
        for row in await fetch(reader, changes)
    ]
    return _folded(sorted(steps, key=lambda step: step[0]))


def _folded(
    steps: Iterable[tuple[int, str, datetime, TermsOfUse | bool]],
) -> dict[str, list[TermsFrom]]:
    known: dict[str, TermsOfUse] = {}
    serving: dict[str, bool] = {}
    found: dict[str, list[TermsFrom]] = {}
    for _, device_id, since, change in steps:
        if isinstance(change, TermsOfUse):
            known[device_id] = change
        else:
            serving[device_id] = change
        now = known.get(device_id) if serving.get(device_id, True) else None
        found.setdefault(device_id, []).append(TermsFrom(since=since, terms=now))
    return found
