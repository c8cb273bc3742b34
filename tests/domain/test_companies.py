"""Companies, their limits, and the ledger's own commands."""

from datetime import date

import pytest

from domain import events as e
from domain.companies import (
    OpenLedger,
    RegisterCompany,
    ReinstateCompany,
    RemoveClosure,
    SetClosure,
    SetMostAhead,
    SetQuota,
    SuspendCompany,
)
from domain.decisions import Command
from domain.no_shows import SetNoShowPolicy
from domain.text import Text
from tests.scenario import MUDEUNG, SEALED, STAFF, TEXT, company, given

SUSPEND = SuspendCompany(by=STAFF, company_id=MUDEUNG, reason=SEALED)
REINSTATE = ReinstateCompany(by=STAFF, company_id=MUDEUNG)
POLICY = SetNoShowPolicy(by=STAFF, company_id=MUDEUNG, most=1, window_days=30)
CLOSE = SetClosure(by=STAFF, day=date(2026, 11, 2), name=TEXT)
REOPEN = RemoveClosure(by=STAFF, day=date(2026, 11, 2))


def register(name: Text = TEXT) -> Command:
    return RegisterCompany(
        by=STAFF, company_id=MUDEUNG, name=name, sector="automotive", kind="startup"
    )


def quota(hours: float | None, sector: str | None = "automotive") -> Command:
    return SetQuota(by=STAFF, company_id=MUDEUNG, sector=sector, hours=hours)


def most_ahead(reservations: int | None) -> Command:
    return SetMostAhead(by=STAFF, company_id=MUDEUNG, reservations=reservations)


async def test_a_company_is_registered_once() -> None:
    """Loading it twice changes nothing, and a new name renames it, also back."""
    past = given()
    await past.when(register()).happened(e.CompanyRegistered, name=TEXT, kind="startup")
    await past.when(register()).nothing_happened()
    new = Text(ko="새무등", en="New Mudeung")
    await past.when(register(new)).happened(e.CompanyRenamed, name=new)
    await past.when(register(new)).nothing_happened()
    await past.when(register()).happened(e.CompanyRenamed, name=TEXT)


async def test_a_quota_is_set_once() -> None:
    """Each sector has a quota of its own, beside the one of all; repeating changes nothing."""
    past = given(company())
    await past.when(quota(10)).happened(e.QuotaSet, sector="automotive", hours=10)
    await past.when(quota(10)).nothing_happened()
    await past.when(quota(10, sector=None)).happened(e.QuotaSet, sector=None, hours=10)
    await past.when(quota(None)).happened(e.QuotaSet, hours=None)
    await past.when(quota(None)).nothing_happened()
    await past.when(quota(10, sector=None)).nothing_happened()


async def test_the_most_ahead_is_set_once() -> None:
    """The limit is set, changed and lifted; repeating changes nothing."""
    past = given(company())
    await past.when(most_ahead(None)).nothing_happened()
    await past.when(most_ahead(3)).happened(e.MostAheadSet, reservations=3)
    await past.when(most_ahead(3)).nothing_happened()
    await past.when(most_ahead(None)).happened(e.MostAheadSet, reservations=None)


async def test_suspending_and_reinstating() -> None:
    """A company is suspended once and reinstated once."""
    past = given(company())
    await past.when(REINSTATE).rejected("nothing_to_change")
    await past.when(SUSPEND).happened(e.CompanySuspended, reason=SEALED)
    await past.when(SUSPEND).rejected("nothing_to_change")
    await past.when(REINSTATE).happened(e.CompanyReinstated)
    await past.when(REINSTATE).rejected("nothing_to_change")


@pytest.mark.parametrize("command", [quota(1), most_ahead(1), SUSPEND, REINSTATE, POLICY])
async def test_an_unknown_company(command: Command) -> None:
    """Nothing is set for a company that was never registered."""
    await given().when(command).rejected("company_unknown", actual=MUDEUNG)


async def test_the_ledger_is_opened_once() -> None:
    """What a ledger was opened as, demonstration or real, is so for ever."""
    real = OpenLedger(by=STAFF, origin="testbed.example")
    pretend = OpenLedger(by=STAFF, origin="testbed.example", demonstration=True)
    past = given()
    await past.when(real).happened(
        e.LedgerOpened, origin="testbed.example", zone="Asia/Seoul", demonstration=False
    )
    await past.when(pretend).nothing_happened()


async def test_a_day_is_closed_once() -> None:
    """A closure is set once and removed once, and may be set again."""
    past = given()
    await past.when(REOPEN).rejected("nothing_to_change")
    await past.when(CLOSE).happened(e.ClosureSet, day=date(2026, 11, 2), name=TEXT)
    await past.when(CLOSE).nothing_happened()
    await past.when(REOPEN).happened(e.ClosureRemoved, day=date(2026, 11, 2))
    await past.when(REOPEN).rejected("nothing_to_change")
    await past.when(CLOSE).happened(e.ClosureSet)
