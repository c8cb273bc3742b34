"""The last hour of a company's quota, wanted on two devices at once: one of them gets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import httpx
import pytest

from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.companies import SetQuota
from domain.period import SEOUL, month_of, month_period
from tests.web.conftest import World, asked, running, world_settings
from web.app import create_app

KIM, PARK = "kim@mudeung.example", "park@mudeung.example"
PLAIN = ("AUT-018", "HEA-013")
RACES = 100


@pytest.fixture
async def other(world: World) -> AsyncIterator[World]:
    """The same database behind another application, as a second web process has it."""
    app = create_app(world.url, world_settings())
    async with running(app), AsyncExitStack() as stack:
        yield World(world.url, app, stack)


async def test_a_quota_of_one_hour_raced_on_two_devices(world: World, other: World) -> None:
    """Two people, two devices, two processes, a hundred times: one 201, and one 422 by quota."""
    kim, park = await world.client(KIM), await other.client(PARK)
    for number in range(RACES):
        await one_hour_left(world.testbed, number)
        # Whoever is sent first changes with every race, and the device with every other one.
        first, second = PLAIN[:: -1 if number & 2 else 1]
        asks = [hour_of(kim, first, number), hour_of(park, second, number)]
        answers = await asyncio.gather(*(asks[:: -1 if number & 1 else 1]))
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, lost.status_code) == (201, 422), (number, won.text, lost.text)
        assert [one["rule"] for one in lost.json()["violations"]] == ["quota"]
    month = month_of(hour(0))
    usage = (await kim.get("/api/companies/mudeung/usage", params={"month": month})).json()
    assert usage["quota"]["all"]["used"] == RACES


async def one_hour_left(testbed: Testbed, booked: int) -> None:
    """Room for one hour beside those that the races before have booked."""
    await testbed.booking.do(SetQuota(by=SYSTEM, company_id="mudeung", hours=booked + 1))


async def hour_of(client: httpx.AsyncClient, device_id: str, number: int) -> httpx.Response:
    start = hour(number)
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    body = asked() | {"device_id": device_id} | times
    return await client.post("/api/reservations", json=body)


def hour(number: int) -> datetime:
    """The hour of a race: all of them lie in the month after this one, with the buffer between."""
    this_month = month_period(month_of(datetime.now(SEOUL)))
    return this_month.end + timedelta(minutes=90 * number)
