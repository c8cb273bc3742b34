"""What identity's tests share: the application's own connections, and two people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from booking.database import connect
from booking.identity import Account, Accounts

PASSWORD = "맑은 날 무등산에 오르기"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections with the application's rights, to an empty migrated database."""
    database = await connect(database_url)
    yield database.app
    await database.close()


@pytest.fixture
async def kim(pool: asyncpg.Pool) -> Account:
    """A member of a company, with the password PASSWORD."""
    return await Accounts(pool).add(
        "Kim@Mudeung.example", "김하늘", "member", "mudeung", PASSWORD, name_en="Kim Haneul"
    )


@pytest.fixture
async def staff(pool: asyncpg.Pool) -> Account:
    """One of the laboratory's people, without a password."""
    return await Accounts(pool).add("staff@testbed.example", "이직원", "staff")
