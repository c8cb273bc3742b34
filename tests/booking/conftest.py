"""Two processes' decisions on one new ledger; what stands in it is each test file's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from booking.app import Booking
from booking.database import Database, connect
from booking.ledger import Ledger


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def deciding(database: Database) -> AsyncIterator[Booking]:
    """One process's decisions on an empty ledger."""
    ledger = Ledger(database.app)
    yield Booking(ledger, database.app)
    await ledger.close()


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Booking]:
    """Another process's decisions on the same ledger: own writer, own queues."""
    ledger = Ledger(database.app)
    yield Booking(ledger, database.app)
    await ledger.close()
