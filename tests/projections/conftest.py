"""What the tests of projections share: a ledger to write into, and a projector over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from booking.database import Database, connect
from projections.projector import Projector
from tests.projections.written import WrittenLedger


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The pools of a process, over an empty ledger."""
    database = await connect(database_url)
    yield database
    await database.close()


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections that may do anything, for setting up and for doing damage."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=2) as pool:
        yield pool


@pytest.fixture
async def ledger(owner: asyncpg.Pool) -> WrittenLedger:
    return WrittenLedger(owner)


@pytest.fixture
async def projector(database: Database) -> Projector:
    """A projector of all views, installed."""
    projector = Projector(database.views)
    await projector.install()
    return projector
