"""A real ledger with a few devices, companies and people, as small as a test needs it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from booking.account import Account
from booking.app import Booking
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
BENCH = TermsOfUse()
EMAIL, PASSWORD = "kim@mudeung.example", "맑은 날 무등산에 오르기"
PURPOSE = "CAN FD 지연 측정"
BEGIN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


async def build(url: str) -> Account:
    """Open the ledger and let kim in; answers kim's account."""
    async with open_testbed(url, Settings()) as testbed:
        do = testbed.booking.do
        terms = TermsOfUse(closed_on_holidays=False)
        await furnish(testbed.booking, devices=["ENE-001"], companies=["mudeung"], terms=terms)
        kim = await testbed.accounts.add(EMAIL, "김하늘", "member", "mudeung", PASSWORD)
        await do(
            AddAccount(
                by=SYSTEM, account_id=kim.account_id, role=kim.role, company_id=kim.company_id
            )
        )
        return kim


async def furnish(
    booking: Booking,
    *,
    devices: Iterable[str],
    companies: Iterable[str],
    terms: TermsOfUse = BENCH,
) -> None:
    """Open the ledger, with devices under the same terms and with companies without a quota."""
    await booking.do(OpenLedger(by=SYSTEM, origin="testbed.example"))
    for device_id in devices:
        await booking.do(
            CommissionDevice(
                by=SYSTEM,
                device_id=device_id,
                name=NAME,
                sector="energy",
                site=NAME,
                location=NAME,
                registration_number="NFEC-1",
            )
        )
        await booking.do(SetTerms(by=SYSTEM, device_id=device_id, terms=terms))
    for company_id in companies:
        await register(booking, company_id)


async def register(booking: Booking, company_id: str) -> None:
    await booking.do(
        RegisterCompany(by=SYSTEM, company_id=company_id, name=NAME, sector="energy", kind="small")
    )


def slot(number: int = 0, length: int = 1) -> Period:
    """Half-hour slots from 15:00 UTC tomorrow, which is midnight of Asia/Seoul."""
    day = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)
    start = day + timedelta(days=1, minutes=30 * number)
    return Period(start, start + timedelta(minutes=30 * length))


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
