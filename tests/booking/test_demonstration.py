"""A demonstration is prepared once, also when somebody interrupted that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from booking.demonstration import prepare
from tests.booking.simulated import Process, ignore, testbed

__all__ = ["testbed"]


async def test_a_demonstration_is_prepared_once(testbed: Process, database_url: str) -> None:
    """The second time finds everything there, and leaves it as it is."""
    assert await prepare(testbed, database_url, ignore, events=200) > 500
    before = await testbed.ledger.head()
    assert await prepare(testbed, database_url, ignore, events=200) == 0
    assert await testbed.ledger.head() == before


async def test_an_interrupted_preparation_goes_on(testbed: Process, database_url: str) -> None:
    """What was stopped in the middle of the year is finished by the next start."""
    reached = asyncio.Event()

    def notice(done: int, _total: int) -> None:
        if done > 100:
            reached.set()

    preparing = asyncio.create_task(prepare(testbed, database_url, notice, events=400))
    await asyncio.wait_for(reached.wait(), 60)
    preparing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preparing
    stopped = await testbed.ledger.head()
    assert stopped.recorded_at < datetime.now(UTC) - timedelta(days=30)
    assert await prepare(testbed, database_url, ignore, events=400) > 50
    head = await testbed.ledger.head()
    assert head.recorded_at > datetime.now(UTC) - timedelta(days=3)
