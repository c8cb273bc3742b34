"""Looks at personal data are forgotten after two years, by the process that decides deadlines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import asyncpg
import pytest

from booking.config import Settings
from booking.retention import AGAIN_SECONDS, DAY_SECONDS, Retention
from booking.testbed import Testbed, open_testbed
from booking.worker import Worker

NOW = 1_000.0
"""Seconds of a clock that only goes forward."""


@pytest.fixture
async def testbed(database_url: str) -> AsyncIterator[Testbed]:
    async with open_testbed(database_url, Settings()) as opened:
        yield opened


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def looked(owner: asyncpg.Connection, subject: str, age: str) -> None:
    """Somebody looked so long ago."""
    await owner.execute(
        "INSERT INTO identity.access_log (at, account_id, what, subject)"
        f" VALUES (clock_timestamp() - interval '{age}', 'a-staff', 'read reservation', $1)",
        subject,
    )


async def kept(testbed: Testbed) -> list[str]:
    return sorted(entry.subject for entry in await testbed.access_log.newest(10))


async def test_once_a_day_what_is_older_than_two_years_goes(
    testbed: Testbed, owner: asyncpg.Connection
) -> None:
    """The first look deletes, then none for a day, and then the next one does."""
    await looked(owner, "recent", "700 days")
    await looked(owner, "old", "3 years")
    retention = Retention(testbed.access_log)
    assert await retention.look(NOW) == 1
    assert await kept(testbed) == ["recent"]
    await looked(owner, "older", "4 years")
    assert await retention.look(NOW + DAY_SECONDS - 1) == 0
    assert await kept(testbed) == ["older", "recent"]
    assert await retention.look(NOW + DAY_SECONDS) == 1
    assert await kept(testbed) == ["recent"]


async def test_what_could_not_be_deleted_is_tried_again_within_the_hour(
    testbed: Testbed, owner: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure stops nothing else, is logged, and does not cost a day."""
    await looked(owner, "old", "3 years")
    retention = Retention(testbed.access_log)
    await owner.execute("REVOKE DELETE ON identity.access_log FROM booking_app")
    with caplog.at_level(logging.ERROR):
        assert await retention.look(NOW) == 0
    assert "could not be pruned" in caplog.text
    await owner.execute("GRANT DELETE ON identity.access_log TO booking_app")
    assert await retention.look(NOW + AGAIN_SECONDS - 1) == 0
    assert await retention.look(NOW + AGAIN_SECONDS) == 1
    assert await kept(testbed) == []


async def test_the_running_service_does_it(
    testbed: Testbed, owner: asyncpg.Connection, database_url: str
) -> None:
    """The task that decides deadlines deletes too, without anybody asking."""
    await looked(owner, "recent", "700 days")
    await looked(owner, "old", "3 years")
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(testbed, database_url).run(stop))
    for _ in range(200):
        if await kept(testbed) == ["recent"]:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await task
    assert await kept(testbed) == ["recent"]
