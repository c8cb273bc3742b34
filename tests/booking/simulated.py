"""What the tests of the simulation share: a year on an empty ledger, and what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from booking.config import Settings
from booking.demonstration import demonstration_fixtures, demonstration_habits
from booking.loading import load, open_ledger
from booking.simulation import simulate
from booking.testbed import Testbed as Process
from booking.testbed import open_testbed
from domain.event import Recorded
from domain.stored import decode_body

Told = tuple[str, Any, Any, Any, Any, Any]
END = datetime(2025, 6, 2, tzinfo=UTC)
BEGIN = END - timedelta(days=120)
"""Always the same months, so that what seldom happens is in them whenever the tests run."""


@pytest.fixture
async def testbed(database_url: str) -> AsyncIterator[Process]:
    """A testbed with an empty ledger."""
    async with open_testbed(database_url, Settings()) as opened:
        yield opened


async def begin_a_year(testbed: Process) -> None:
    """The demonstration's ledger as it was a year before END."""
    begun = END - timedelta(days=365)
    await open_ledger(testbed, demonstration=True, at=begun)
    await load(testbed, demonstration_fixtures(), at=begun)


async def simulated(url: str, *, events: int, seed: int = 1, end: datetime | None = None) -> int:
    return await simulate(url, demonstration_habits(), events=events, seed=seed, end=end)


async def eventful_months(testbed: Process, url: str, seed: int = 2) -> Sequence[Recorded]:
    """Four months at their usual pace, with more outages, breakdowns and series than others."""
    await open_ledger(testbed, demonstration=True, at=BEGIN)
    await load(testbed, demonstration_fixtures(), at=BEGIN)
    habits = demonstration_habits()
    broken = {letter: 4 * often for letter, often in habits.breakdowns_per_device_year.items()}
    habits = msgspec.structs.replace(
        habits,
        breakdowns_per_device_year=broken,
        maintenance_interval_weeks=dict.fromkeys(habits.maintenance_interval_weeks, 3.0),
        maintenance_notice_days=14,
        series_per_year=250.0,
    )
    await simulate(url, habits, events=6_000, seed=seed, end=END)
    return await read_all(testbed)


async def read_all(testbed: Process) -> Sequence[Recorded]:
    rows = await testbed.database.app.fetch("SELECT body FROM ledger.events ORDER BY position")
    return [decode_body(row["body"]) for row in rows]


def told(recorded: Recorded) -> Told:
    """What of an event does not depend on random ids and keys."""
    event = recorded.event
    named = ("device_id", "company_id", "period", "occupied")
    return (recorded.type, recorded.recorded_at, *(getattr(event, one, None) for one in named))


def ignore(_done: int, _total: int) -> None:
    """Nobody watches."""


def ignore_event(_recorded: Recorded) -> None:
    """Nobody listens."""
