"""Uses of last month on a real ledger: nobody can book the past, so they are written into it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from booking.config import Settings
from booking.ledger import Request, drafted
from booking.testbed import open_testbed
from booking.writer import Draft
from domain import events as e
from domain.actor import SYSTEM
from domain.period import SEOUL, Period, at_clock
from domain.stored import Envelope
from domain.usage import HandOutDevice, ReturnDevice
from tests.booking.cli_desk import KIM, STAFF


def last_month() -> str:
    """The newest month of Asia/Seoul that is over."""
    first = datetime.now(SEOUL).date().replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


async def used_last_month(url: str, reservation_id: str, hour: int = 9) -> None:
    """Kim had ENE-001 for two hours on the first of last month; staff entered it today."""
    async with open_testbed(url, Settings()) as testbed:
        kim = await testbed.accounts.by_email(KIM)
        staff = await testbed.accounts.by_email(STAFF)
        assert kim is not None
        assert staff is not None
        start = at_clock(date.fromisoformat(f"{last_month()}-01"), f"{hour:02d}:00")
        booked = Period(start, datetime.now(UTC) + timedelta(hours=1))
        confirmed = e.ReservationConfirmed(
            reservation_id=reservation_id,
            device_id="ENE-001",
            company_id="mudeung",
            sector="energy",
            account_id=kim.account_id,
            period=booked,
            occupied=booked,
        )
        request = Request.of("a-test", None, b"")
        stored = drafted([confirmed], request, Envelope(by="a-test", digest=request.digest))
        draft = Draft(request_tag=request.tag, digest=request.digest, events=stored)
        await testbed.ledger.append(draft)
        out = HandOutDevice(by=SYSTEM, reservation_id=reservation_id, at=start)
        await testbed.booking.do(out)
        notes = await testbed.seals.seal(staff.account_id, "케이블 교체")
        back = ReturnDevice(
            by=staff.actor,
            reservation_id=reservation_id,
            at=start + timedelta(hours=2),
            samples=3,
            staff_minutes=45,
            notes=notes,
        )
        await testbed.booking.do(back)
