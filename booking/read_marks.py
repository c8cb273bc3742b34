"""How far each person has read the notices. No part of the ledger, and nothing is decided by it."""

from __future__ import annotations

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class ReadMarks:
    """The marks of one database."""

    def __init__(self, pool: asyncpg.Pool | PoolConnectionProxy) -> None:
        self._pool = pool

    async def position(self, account_id: str) -> int:
        """The position that the account has read through.

        What was recorded before there was the account counts as read.
        """
        found: int | None = await self._pool.fetchval(_POSITION, account_id)
        return found or 0

    async def read(self, account_id: str, through: int) -> None:
        """Mark as read through a position; what was read before stays read."""
        await self._pool.execute(_READ, account_id, through)


_POSITION = """
    SELECT coalesce(r.position, ledger.position_at(a.created_at))
    FROM identity.accounts AS a LEFT JOIN mail.read AS r USING (account_id)
    WHERE account_id = $1
"""
_READ = """
    INSERT INTO mail.read (account_id, position)
    SELECT account_id, greatest($2, ledger.position_at(created_at))
    FROM identity.accounts WHERE account_id = $1
    ON CONFLICT (account_id) DO UPDATE SET position = greatest(read.position, excluded.position)
"""
