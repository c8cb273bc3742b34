"""kill -9 of web processes and of PostgreSQL while people book: nothing acknowledged is lost.

BOOKING_FAULT_SECONDS sets how long (`make faults` runs longer than every test run does).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from booking.postgres import running_server
from domain.events import ReservationConfirmed
from domain.period import SEOUL, Period
from tests.conftest import passable_folder
from tests.faults.history import Told, faults_in, overlaps
from tests.faults.service import Service, loaded_service

SECONDS = float(os.environ.get("BOOKING_FAULT_SECONDS", "12"))
SEED = int(os.environ.get("BOOKING_FAULT_SEED", "1"))
CLIENTS = 8
PAUSE_BETWEEN_FAULTS = (1.5, 3.0)
DEVICES = ("AUT-018", "HEA-013", "ENE-013")
PEOPLE = ("kim@mudeung.example", "lee@hanbit.example")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:

    with passable_folder() as folder, loaded_service(folder) as running:
        yield running


async def test_no_acknowledged_booking_is_lost(service: Service) -> None:
    """Clients book and repeat what they got no answer to; the ledger agrees with every answer."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    people = [await _person(service, email) for email in PEOPLE]
    told: list[Told] = []
    end = asyncio.get_running_loop().time() + SECONDS
    nemesis = asyncio.create_task(_nemesis(service, chance, end))
    await asyncio.gather(
        *(
            _client(service, people[number % 2], number, random.Random(SEED + number), end, told)  # noqa: S311
            for number in range(CLIENTS)
        )
    )
    killed = await nemesis
    service.wait_until_ready()
    answers = [one.answer for one in told]
    assert len(killed) >= 3, killed
    assert answers.count("ok") > 20
    with running_server(service.data) as server:
        assert await faults_in(server.url, told) == []
    replayed = await asyncio.to_thread(service.command, "audit", "replay", "--check")
    assert replayed is not None


def test_the_checker_sees_a_double_booking() -> None:
    """Two bookings of one device at one time, planted, are found; touching ones are not."""
    nine = datetime(2027, 1, 4, 9, tzinfo=SEOUL)
    hour = timedelta(hours=1)
    first, second = Period(nine, nine + hour), Period(nine + hour, nine + 2 * hour)
    assert overlaps([_confirmed("r-1", first), _confirmed("r-2", second)]) == []
    (fault,) = overlaps([_confirmed("r-1", first), _confirmed("r-2", first)])
    assert "position 2" in fault


async def _nemesis(service: Service, chance: random.Random, end: float) -> list[str]:
    killed = []
    while asyncio.get_running_loop().time() < end - 2:
        await asyncio.sleep(chance.uniform(*PAUSE_BETWEEN_FAULTS))
        # Alternating, so that the shortest run has both.
        if len(killed) % 2:
            service.kill_postgres()
            killed.append("postgres")
        else:
            service.kill_a_web_process()
            killed.append("web")
    return killed


async def _client(  # noqa: PLR0917 - a client is what these say
    service: Service,
    person: tuple[str, str],
    number: int,
    chance: random.Random,
    end: float,
    told: list[Told],
) -> None:
    account_id, token = person
    headers = {"Authorization": f"Bearer {token}"}
    count = 0
    while asyncio.get_running_loop().time() < end:
        count += 1
        key = f"{number}-{count}"
        start = datetime.now(SEOUL).replace(minute=0, second=0, microsecond=0)
        start += timedelta(hours=chance.randint(24, 24 * 150))
        period = Period(start, start + timedelta(minutes=30 * chance.randint(1, 4)))
        body = {
            "device_id": chance.choice(DEVICES),
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "purpose": "내구 시험",
        }
        answer, reservation_id = await _book(service, headers | {"Idempotency-Key": key}, body)
        told.append(Told(account_id, key, body["device_id"], period, answer, reservation_id))


async def _book(
    service: Service, headers: dict[str, str], body: dict[str, Any]
) -> tuple[str, str | None]:
    """Order, and repeat the same order where the outcome is unknown, as a careful client does."""
    answer: tuple[str, str | None] = ("unknown", None)
    for _ in range(4):
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                got = await client.post(
                    f"{service.url}/api/reservations", headers=headers, json=body
                )
        except httpx.HTTPError:
            await asyncio.sleep(0.3)
            continue
        if got.status_code == 201:
            return "ok", got.json()["reservation_id"]
        if got.status_code in {409, 422}:
            return "refused", None
        assert got.status_code == 503, got.text
        await asyncio.sleep(0.3)
    return answer


async def _person(service: Service, email: str) -> tuple[str, str]:
    token = await asyncio.to_thread(service.token, email)
    with running_server(service.data) as server:
        connection = await asyncpg.connect(server.url)
        account_id = await connection.fetchval(
            "SELECT account_id FROM identity.accounts WHERE email = $1", email
        )
        await connection.close()
    return account_id, token


def _confirmed(reservation_id: str, period: Period) -> ReservationConfirmed:
    return ReservationConfirmed(
        reservation_id=reservation_id,
        device_id="AUT-018",
        company_id="mudeung",
        sector="automotive",
        account_id="a-kim",
        period=period,
        occupied=period,
    )
