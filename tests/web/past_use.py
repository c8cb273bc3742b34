"""A use of last month, as the tests of usage, log and statements need one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from booking.ledger import Request, drafted
from booking.writer import Draft
from domain import events as e
from domain.event import Event
from domain.period import SEOUL, Period, at_clock
from domain.stored import Envelope
from domain.usage import HandOutDevice, ReturnDevice
from tests.web.conftest import World

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


def last_month() -> str:
    """The newest month of Asia/Seoul that is over."""
    first = datetime.now(SEOUL).date().replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def first_day() -> date:
    return date.fromisoformat(f"{last_month()}-01")


async def use_last_month(
    world: World, reservation_id: str = "r-past", hour: int = 9, *, day: date | None = None
) -> Period:
    """Kim had AUT-018 for two hours on the first of last month, or `day`; staff entered it today.

    Nobody can book the past, so the booking is written straight into the ledger.
    """
    testbed = world.testbed
    kim = await testbed.accounts.by_email(KIM)
    staff = await testbed.accounts.by_email(STAFF)
    assert kim is not None
    assert staff is not None
    start = at_clock(day or first_day(), f"{hour:02d}:00")
    booked = Period(start, datetime.now(UTC) + timedelta(hours=1))
    await record(
        world,
        e.ReservationConfirmed(
            reservation_id=reservation_id,
            device_id="AUT-018",
            company_id="mudeung",
            sector="automotive",
            account_id=kim.account_id,
            period=booked,
            occupied=booked,
        ),
    )
    given = {"by": staff.actor, "reservation_id": reservation_id}
    used = Period(start, start + timedelta(hours=2))
    await testbed.booking.do(HandOutDevice(**given, at=used.start))
    notes = await testbed.seals.seal(staff.account_id, "전원 케이블 교체")
    figures = {"samples": 3, "staff_minutes": 45, "notes": notes}
    await testbed.booking.do(ReturnDevice(**given, at=used.end, **figures))
    await testbed.projector.catch_up()
    return used


async def record(world: World, *events: Event) -> None:
    """Append events without asking the rules."""
    request = Request.of("a-test", None, b"")
    stored = drafted(events, request, Envelope(by="a-test", digest=request.digest))
    await world.testbed.ledger.append(
        Draft(request_tag=request.tag, digest=request.digest, events=stored)
    )
