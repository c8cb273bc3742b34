"""Commands about companies, the ledger itself, and the days on which the laboratory is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain import events as e
from domain.closures import Closures
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.event import Event
from domain.period import day_period
from domain.rejected import Rejected
from domain.sealed import Sealed
from domain.standing import Standing
from domain.suspending import suspended
from domain.text import Text


class OpenLedger(Command, frozen=True, kw_only=True):
    """The first command of all. `demonstration` is for ever."""

    origin: str
    demonstration: bool = False


class SetClosure(Command, frozen=True, kw_only=True):
    day: date
    name: Text


class RemoveClosure(Command, frozen=True, kw_only=True):
    day: date


class RegisterCompany(Command, frozen=True, kw_only=True):
    company_id: str
    name: Text
    sector: str
    kind: str


class SetQuota(Command, frozen=True, kw_only=True):
    """Hours a month of a sector, or of all (`sector` None); `hours` None lifts the limit."""

    company_id: str
    sector: str | None = None
    hours: float | None = None


class SetMostAhead(Command, frozen=True, kw_only=True):
    company_id: str
    reservations: int | None = None


class SuspendCompany(Command, frozen=True, kw_only=True):
    company_id: str
    reason: Sealed | None = None


class ReinstateCompany(Command, frozen=True, kw_only=True):
    company_id: str


class _Settings(Fact):
    """A company's name, quotas and limits as set last, to tell a change from a repetition."""

    def __init__(self, company_id: str) -> None:
        self.company_id = company_id
        self.name: Text | None = None
        self.quotas: dict[str | None, float | None] = {}
        self.most_ahead: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.CompanyRegistered, e.CompanyRenamed, e.QuotaSet, e.MostAheadSet)
        return [Query(types=types, tags=(f"company:{self.company_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.CompanyRegistered() | e.CompanyRenamed():
                self.name = event.name
            case e.QuotaSet():
                self.quotas[event.sector] = event.hours
            case e.MostAheadSet():
                self.most_ahead = event.reservations
            case _:
                raise TypeError(f"a company's settings do not know {event!r}")

    def require_known(self) -> None:
        if self.name is None:
            raise Rejected("company_unknown", actual=self.company_id)


class Opening(Fact):
    """Whether the ledger was opened, and as what."""

    def __init__(self) -> None:
        self.opened: e.LedgerOpened | None = None

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.LedgerOpened,), tags=("ledger",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        if isinstance(event, e.LedgerOpened):
            self.opened = event


async def open_ledger(command: OpenLedger, recall: Recall) -> Happened:
    (opening,) = await recall(Opening())
    if opening.opened is not None:
        return []
    return [
        e.LedgerOpened(
            origin=command.origin, zone="Asia/Seoul", demonstration=command.demonstration
        )
    ]


async def set_closure(command: SetClosure, recall: Recall) -> Happened:
    (closures,) = await recall(Closures(day_period(command.day)))
    if closures.closed(command.day):
        return []
    return [e.ClosureSet(day=command.day, name=command.name)]


async def remove_closure(command: RemoveClosure, recall: Recall) -> Happened:
    (closures,) = await recall(Closures(day_period(command.day)))
    if not closures.closed(command.day):
        raise Rejected("nothing_to_change")
    return [e.ClosureRemoved(day=command.day)]


async def register_company(command: RegisterCompany, recall: Recall) -> Happened:
    (known,) = await recall(_Settings(command.company_id))
    if known.name is None:
        return [
            e.CompanyRegistered(
                company_id=command.company_id,
                name=command.name,
                sector=command.sector,
                kind=command.kind,
            )
        ]
    if known.name != command.name:
        return [e.CompanyRenamed(company_id=command.company_id, name=command.name)]
    return []


async def set_quota(command: SetQuota, recall: Recall) -> Happened:
    (known,) = await recall(_Settings(command.company_id))
    known.require_known()
    if known.quotas.get(command.sector) == command.hours:
        return []
    return [e.QuotaSet(company_id=command.company_id, sector=command.sector, hours=command.hours)]


async def set_most_ahead(command: SetMostAhead, recall: Recall) -> Happened:
    (known,) = await recall(_Settings(command.company_id))
    known.require_known()
    if known.most_ahead == command.reservations:
        return []
    return [e.MostAheadSet(company_id=command.company_id, reservations=command.reservations)]


async def suspend_company(command: SuspendCompany, recall: Recall) -> Happened:
    (standing,) = await recall(Standing(command.company_id))
    standing.require_known()
    if standing.suspended:
        raise Rejected("nothing_to_change")
    event = e.CompanySuspended(company_id=command.company_id, reason=command.reason)
    return await suspended(event, recall)


async def reinstate_company(command: ReinstateCompany, recall: Recall) -> Happened:
    (standing,) = await recall(Standing(command.company_id))
    standing.require_known()
    if not standing.suspended:
        raise Rejected("nothing_to_change")
    return [e.CompanyReinstated(company_id=command.company_id)]
