"""가동률 = 가동시간 ÷ 운용시간 × 100: what counts as use, and what as operation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.database import Database
from domain import events as e
from domain.period import Period, month_period
from domain.terms_of_use import OpeningHours, TermsOfUse
from projections.devices import Closure
from projections.projector import Projector
from projections.utilisation import (
    Operation,
    TermsFrom,
    Utilisation,
    joined,
    operating_spans,
    utilisation,
)
from tests.projections.test_usage import logged
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import AUT, DAY, HOUR, TEXT, at, closure, company, device, nine, ten

OFFICE = OpeningHours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "18:00"),)))
LONG_AGO = at("2020-01-01 00:00")
WEEK = Period(at("2026-11-02 00:00"), at("2026-11-09 00:00"))


def hours(
    *in_force: TermsFrom, out: tuple[Period, ...] = (), closed: tuple[str, ...] = ()
) -> float:
    """The operating hours of the week of Monday 2 November 2026."""
    days = [Closure(day=at(f"{day} 00:00").date(), name=TEXT) for day in closed]
    return sum(span.hours for span in operating_spans(in_force, days, out, WEEK))


def since(start: datetime, **terms: Any) -> TermsFrom:
    return TermsFrom(since=start, terms=TermsOfUse(opening_hours=OFFICE, **terms))


def test_opening_hours_without_closed_days_and_outages() -> None:
    """Five days of nine hours; a holiday, an outage and overlapping breakdowns take theirs."""
    assert hours(since(LONG_AGO)) == 45
    assert hours(since(LONG_AGO), closed=("2026-11-03",)) == 36
    assert hours(since(LONG_AGO, closed_on_holidays=False), closed=("2026-11-03",)) == 45
    night, both = Period(nine - 3 * HOUR, ten), Period(nine, ten + HOUR)
    assert hours(since(LONG_AGO), out=(night, both)) == 43
    assert hours() == 0


def test_each_part_of_a_month_has_the_terms_of_its_day() -> None:
    """New terms count from when they were set, and time out of service is no operation."""
    wednesday = WEEK.start + 2 * DAY
    shorter = OpeningHours(wed=(("09:00", "10:00"),))
    new = TermsFrom(since=wednesday, terms=TermsOfUse(opening_hours=shorter))
    assert hours(since(LONG_AGO), new) == 18 + 1
    assert hours(since(LONG_AGO), TermsFrom(since=wednesday, terms=None)) == 18
    assert hours(since(wednesday)) == 27


def test_what_runs_unattended_is_in_operation_around_the_clock() -> None:
    """Opening hours are of its hand-out only; outages still take its time."""
    runs = since(LONG_AGO, runs_unattended=True)
    assert hours(runs) == 7 * 24
    assert hours(runs, closed=("2026-11-03",), out=(Period(nine, ten),)) == 7 * 24 - 1


def test_overlapping_use_counts_once() -> None:
    """Time in hand is a union: two lines over the same hour are one hour."""
    used = [Period(nine, ten + HOUR), Period(ten, ten + 2 * HOUR), Period(nine - DAY, nine)]
    assert sum(span.hours for span in joined(used, WEEK)) == 9 + 3
    operation = Operation(span=WEEK, terms={AUT: [since(LONG_AGO)]}, out={}, closures=[])
    found = operation.of(AUT, used)
    assert found == Utilisation(device_id=AUT, used_hours=12.0, operating_hours=45.0)
    assert found.percent == 26.7
    assert operation.of("AUT-404", ()).percent is None


async def test_utilisation_of_a_month_from_the_ledger(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """From terms, closures, outages, suspension and the use log, also as of an earlier position."""
    await ledger.append(
        *device(opening_hours=OFFICE), *company(), closure("2026-11-05"), closure("2026-12-25")
    )
    outage: dict[str, Any] = {"outage_id": "o-1", "device_id": AUT, "kind": "maintenance"}
    await ledger.append(e.OutageScheduled(**outage, occupied=Period(nine, ten)))
    before = await ledger.append(logged(nine, 6, "r-1"), logged(nine + 4 * HOUR, 6, "r-2"))
    await ledger.append(e.OutageCancelled(**outage, occupied=Period(nine, ten)))
    await ledger.append(logged(at("2026-10-31 23:00"), 3, "r-3"))
    await projector.catch_up()
    november = month_period("2026-11")
    (then,) = await utilisation(database.app, november, as_of=before)
    (now,) = await utilisation(database.app, november)
    # 21 weekdays of nine hours, one of them closed.
    assert (then.used_hours, then.operating_hours) == (10.0, 20 * 9 - 1)
    assert (now.used_hours, now.operating_hours) == (12.0, 20 * 9)
    (october,) = await utilisation(database.app, month_period("2026-10"))
    # The terms were set on Monday 26 October, a little after nine in Seoul.
    late = (BEGIN.minute + 1) / 60
    assert october.operating_hours == round(5 * 9 - late, 2)
    await ledger.append(e.DeviceRetired(device_id=AUT))
    await projector.catch_up()
    (retired,) = await utilisation(database.app, november)
    assert (retired.operating_hours, retired.percent) == (0.0, None)
