"""Whether what a decision reads month by month says the same as everything that ever happened.

An event that forgets the tag of a month it enters or leaves makes that month's agenda wrong, and
somebody is booked twice. These checks fold the whole log without looking at a tag, and compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain import events as e
from domain import maintenance, usage
from domain.agenda import FREEING, HOLDING, OFFERS, Agenda
from domain.decisions import Command, Fact, Query
from domain.event import Event
from domain.period import Period, month_period, months_touched
from domain.quota import Quota
from domain.standing import Ahead
from tests.in_memory import InMemoryLedger, matches

LONGEST_HORIZON_DAYS = 366
TIME = HOLDING + FREEING + OFFERS
COMPANYS = (e.ReservationEvent, *OFFERS)
UNCONTENDED = (
    maintenance.ReportProblem,
    maintenance.LogMaintenance,
    maintenance.RecordCalibration,
    usage.WaiveUsage,
)
"""Given twice at once, these happen twice: nothing that they rest on changes by them."""


def require_own_boundary(
    command: Command, happened: Sequence[Event], boundary: Sequence[Query]
) -> None:
    """The same command given twice at the same moment must collide with itself."""
    if happened and not isinstance(command, UNCONTENDED):
        seen = any(matches(query, event) for query in boundary for event in happened)
        assert seen, f"nothing stops {command!r} from happening twice"


def require_months_agree(ledger: InMemoryLedger, happened: Sequence[Event]) -> None:
    """Every month of the devices and companies concerned, read by tags and read in full."""
    held = [event for event in happened if isinstance(event, TIME)]
    for device_id in _concerned(held, "device_id"):
        for month in _months(ledger):
            _require_same_agenda(ledger, device_id, month_period(month))
    counted = [*held, *(event for event in happened if isinstance(event, e.UsageCorrected))]
    for company_id in _concerned(counted, "company_id"):
        for month in _months(ledger):
            _require_same_quota(ledger, company_id, month_period(month))
        _require_same_ahead(ledger, company_id, ledger.now)


def _require_same_agenda(ledger: InMemoryLedger, device_id: str, month: Period) -> None:
    whole, by_month = Agenda(device_id, month), Agenda(device_id, month)
    for recorded in ledger.log:
        event = recorded.event
        of_another = not isinstance(event, e.ReservationEvent) and (
            getattr(event, "device_id", None) != device_id
        )
        if isinstance(event, TIME) and not of_another:
            whole.when(event, recorded.position)
    fold(by_month, ledger)
    assert by_month.overlapping(month) == whole.overlapping(month)


def _require_same_quota(ledger: InMemoryLedger, company_id: str, month: Period) -> None:
    whole, by_month = Quota(company_id, "", month), Quota(company_id, "", month)
    sectors: set[str | None] = {None}
    for recorded in ledger.log:
        event = recorded.event
        counted = isinstance(event, (*COMPANYS, e.UsageCorrected))
        if counted and event.company_id == company_id:
            sectors.add(event.sector)
            whole.when(event, recorded.position)
    fold(by_month, ledger)
    for sector in sectors:
        name = months_touched(month)[0]
        assert by_month.used(name, sector) == whole.used(name, sector), (company_id, name, sector)


def _require_same_ahead(ledger: InMemoryLedger, company_id: str, now: datetime) -> None:
    whole, by_month = (Ahead(company_id, now, LONGEST_HORIZON_DAYS) for _ in range(2))
    for recorded in ledger.log:
        event = recorded.event
        if isinstance(event, COMPANYS) and event.company_id == company_id:
            whole.when(event, recorded.position)
    fold(by_month, ledger)
    assert _still_ahead(by_month) == _still_ahead(whole)


def _still_ahead(ahead: Ahead) -> dict[str, datetime]:
    return {name: start for name, start in ahead.starts.items() if start > ahead.now}


def fold(fact: Fact, ledger: InMemoryLedger) -> None:
    """Bring a fact up to date by its own queries."""
    for recorded, _ in ledger.read_now(fact.queries).events:
        fact.when(recorded.event, recorded.position)


def _concerned(events: Sequence[Event], field: str) -> set[str]:
    named = {getattr(event, field, None) for event in events}
    left = {getattr(getattr(event, "left", None), field, None) for event in events}
    return {value for value in named | left if value}


def _months(ledger: InMemoryLedger) -> Iterator[str]:
    names = ("occupied", "used")
    periods = [getattr(event, name, None) for event in ledger.events for name in names]
    yield from sorted({month for period in periods if period for month in months_touched(period)})
