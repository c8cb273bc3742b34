"""Deadlines decided by the worker: once each, in order, and fairly after downtime."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from booking.config import Settings
from booking.database import connect_alone
from booking.testbed import Testbed, open_testbed
from booking.worker import ONE_AT_A_TIME, Worker
from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.companies import OpenLedger, RegisterCompany
from domain.devices import CommissionDevice, SetTerms
from domain.period import Period
from domain.reservations import ReserveDevice
from domain.stored import decode_body
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from domain.usage import HandOutDevice, ReturnDevice

NAME = Text("이름", "name")
KIM = Actor(account_id="a-kim", role="member", company_id="mudeung")
STAFF = Actor(account_id="a-staff")
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NINE = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 20 * DAY
"""The hour that the tests' bookings begin at, on a demonstration ledger in the past."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def testbed(database_url: str) -> AsyncIterator[Testbed]:
    """A demonstration with an open bench (BENCH), a rig to be approved (RIG), and a company."""
    async with open_testbed(database_url, Settings()) as opened:
        early = NINE - 10 * DAY
        await opened.booking.do(OpenLedger(by=SYSTEM, origin="test", demonstration=True), at=early)
        for device_id, approval in (("BENCH", False), ("RIG", True)):
            commission = CommissionDevice(
                by=SYSTEM,
                device_id=device_id,
                name=NAME,
                sector="energy",
                site=NAME,
                location=NAME,
                registration_number="1",
            )
            terms = TermsOfUse(approval_required=approval, answer_within_minutes=24 * 60)
            await opened.booking.do(commission, at=early)
            await opened.booking.do(SetTerms(by=SYSTEM, device_id=device_id, terms=terms), at=early)
        await opened.booking.do(
            RegisterCompany(
                by=SYSTEM, company_id="mudeung", name=NAME, sector="energy", kind="small"
            ),
            at=early,
        )
        yield opened


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    alone = await connect_alone(database_url)
    yield alone
    await alone.close()


@pytest.fixture
def worker(testbed: Testbed, database_url: str) -> Worker:
    return Worker(testbed, database_url)


async def booked(
    testbed: Testbed, name: str, start: datetime, *, device_id: str = "BENCH", ago: timedelta
) -> None:
    """Kim books an hour from `start`, `ago` before it."""
    order = ReserveDevice(
        by=KIM,
        reservation_id=name,
        device_id=device_id,
        company_id="mudeung",
        account_id=KIM.account_id,
        period=Period(start, start + HOUR),
    )
    await testbed.booking.do(order, at=start - ago)


async def decided(testbed: Testbed, *types: type[e.Event]) -> list[tuple[str, str]]:
    """What the system decided about reservations, in order: type and reservation."""
    kinds = types or (e.RequestExpired, e.NoShowRecorded, e.NoShowSuspected, e.ReturnOverdue)
    stored = await testbed.ledger.stored(types=[kind.__name__ for kind in kinds], limit=1000)
    found: list[Any] = [decode_body(one.body) for one in stored]
    return [(one.type, one.event.reservation_id) for one in found]


async def awake(worker: Worker, connection: Connection, start: datetime, end: datetime) -> None:
    """Rounds every minute, as if the clock ran."""
    moment = start
    while moment <= end:
        await worker.round(connection, at=moment)
        moment += MINUTE


async def test_a_no_show_is_recorded_when_the_grace_is_over(
    testbed: Testbed, worker: Worker, connection: Connection
) -> None:
    """An hour after its start, and no moment before, while the system was up all the time."""
    await booked(testbed, "r-1", NINE, ago=DAY)
    await awake(worker, connection, NINE - MINUTE, NINE + 59 * MINUTE)
    assert await decided(testbed) == []
    await awake(worker, connection, NINE + HOUR, NINE + HOUR + 2 * MINUTE)
    assert await decided(testbed) == [("NoShowRecorded", "r-1")]


async def test_what_was_handed_out_is_not_missed_but_overdue_once(
    testbed: Testbed, worker: Worker, connection: Connection
) -> None:
    """A device that stays out is noted once, and not again after its return."""
    await booked(testbed, "r-1", NINE, ago=DAY)
    await worker.round(connection, at=NINE)
    hand_out = HandOutDevice(by=STAFF, reservation_id="r-1")
    await testbed.booking.do(hand_out, at=NINE + MINUTE)
    await awake(worker, connection, NINE + 2 * MINUTE, NINE + HOUR + 15 * MINUTE)
    await testbed.booking.do(ReturnDevice(by=STAFF, reservation_id="r-1"), at=NINE + 2 * HOUR)
    await worker.round(connection, at=NINE + 3 * HOUR)
    assert await decided(testbed) == [("ReturnOverdue", "r-1")]


async def test_a_week_without_a_server(
    testbed: Testbed, worker: Worker, connection: Connection
) -> None:
    """Each deadline is decided once, in order; nobody is blamed for what nobody could record."""
    await booked(testbed, "r-asked", NINE + 3 * DAY, device_id="RIG", ago=6 * DAY)
    await booked(testbed, "r-missed", NINE + 2 * DAY, ago=4 * DAY)
    await booked(testbed, "r-out", NINE, ago=DAY)
    await booked(testbed, "r-later", NINE + 5 * DAY, ago=5 * DAY + MINUTE)
    await worker.round(connection, at=NINE)
    assert await decided(testbed) == [("RequestExpired", "r-asked")]
    await testbed.booking.do(HandOutDevice(by=STAFF, reservation_id="r-out"), at=NINE + MINUTE)
    back = NINE + 7 * DAY
    await awake(worker, connection, back, back + 3 * MINUTE)
    assert await decided(testbed) == [
        ("RequestExpired", "r-asked"),
        ("ReturnOverdue", "r-out"),
        ("NoShowSuspected", "r-missed"),
        ("NoShowSuspected", "r-later"),
    ]
    head = await testbed.ledger.head()
    await awake(worker, connection, back + 4 * MINUTE, back + 6 * MINUTE)
    assert (await testbed.ledger.head()).position == head.position


async def test_down_while_the_hand_out_was_due(
    testbed: Testbed, worker: Worker, connection: Connection
) -> None:
    """Up again at the deadline is not enough: the hand-out could not be recorded in between."""
    await booked(testbed, "r-1", NINE, ago=DAY)
    await worker.round(connection, at=NINE - MINUTE)
    await awake(worker, connection, NINE + 50 * MINUTE, NINE + HOUR)
    assert await decided(testbed) == [("NoShowSuspected", "r-1")]


async def test_workers_at_once_decide_once(
    testbed: Testbed, worker: Worker, database_url: str
) -> None:
    """Ten rounds at the same moment, each with its own connection, record one event each."""
    for number in range(5):
        start = NINE + number * 2 * HOUR
        await booked(testbed, f"r-{number}", start, ago=start - NINE + DAY)
    others = [await connect_alone(database_url) for _ in range(10)]
    at = NINE + DAY
    await asyncio.gather(*(worker.round(one, at=at) for one in others))
    assert await decided(testbed) == [("NoShowSuspected", f"r-{n}") for n in range(5)]
    for one in others:
        await one.close()


async def test_a_real_deadline_is_decided_by_the_running_worker(
    testbed: Testbed, worker: Worker, connection: Connection
) -> None:
    """The task finds what fell due in the past, and another takes over when it ends."""
    await booked(testbed, "r-1", NINE, ago=DAY)
    assert await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME)
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0.5)
    assert await decided(testbed) == []
    await connection.fetchval("SELECT pg_advisory_unlock($1)", ONE_AT_A_TIME)
    for _ in range(200):
        if await decided(testbed):
            break
        await asyncio.sleep(0.1)
    stop.set()
    await task
    assert await decided(testbed) == [("NoShowSuspected", "r-1")]
