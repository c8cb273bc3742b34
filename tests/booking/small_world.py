"""A real ledger with one device, one company and one member, for tests that copy it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from booking.account import Account
from booking.config import Settings
from booking.testbed import Testbed, open_testbed
from domain.actor import SYSTEM, Actor
from domain.companies import OpenLedger, RegisterCompany
from domain.devices import CommissionDevice, SetTerms
from domain.people import AddAccount
from domain.period import Period
from domain.reservations import ReserveDevice
from domain.terms_of_use import TermsOfUse
from domain.text import Text

NAME = Text("이름", "name")
EMAIL, PASSWORD = "kim@mudeung.example", "맑은 날 무등산에 오르기"
PURPOSE = "CAN FD 지연 측정"
BEGIN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


async def build(url: str) -> Account:
    """Open the ledger and let kim in; answers kim's account."""
    async with open_testbed(url, Settings()) as testbed:
        do = testbed.booking.do
        await do(OpenLedger(by=SYSTEM, origin="testbed.example"))
        await do(
            RegisterCompany(
                by=SYSTEM, company_id="mudeung", name=NAME, sector="energy", kind="small"
            )
        )
        await do(
            CommissionDevice(
                by=SYSTEM,
                device_id="ENE-001",
                name=NAME,
                sector="energy",
                site=NAME,
                location=NAME,
                registration_number="NFEC-1",
            )
        )
        terms = TermsOfUse(closed_on_holidays=False)
        await do(SetTerms(by=SYSTEM, device_id="ENE-001", terms=terms))
        kim = await testbed.accounts.add(EMAIL, "김하늘", "member", "mudeung", PASSWORD)
        await do(
            AddAccount(
                by=SYSTEM, account_id=kim.account_id, role=kim.role, company_id=kim.company_id
            )
        )
        return kim


async def book(testbed: Testbed, kim: Account, slot: int) -> int:
    """Reserve the device for half an hour, `slot` half hours from tomorrow; the position."""
    actor = Actor(account_id=kim.account_id, role="member", company_id="mudeung")
    start = BEGIN + timedelta(minutes=30 * slot)
    done = await testbed.booking.do(
        ReserveDevice(
            by=actor,
            reservation_id=f"r-{uuid4().hex[:12]}",
            device_id="ENE-001",
            company_id="mudeung",
            account_id=kim.account_id,
            period=Period(start, start + timedelta(minutes=30)),
            purpose=await testbed.seals.seal(kim.account_id, PURPOSE),
        )
    )
    return done.position
