"""Who looked at personal data: reads by the laboratory's people and auditors, and downloads.

Kept two years, as Korea's Standards of Measures to Ensure the Safety of Personal Data (개인정보의
안전성 확보조치 기준, article 8) ask of sensitive data. Entries hold account ids, never names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

YEARS_KEPT = 2


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One look: account `account_id` did `what` (`read reservation`) to `subject` at `at` (UTC)."""

    entry_id: int
    at: datetime
    account_id: str
    what: str
    subject: str


class AccessLog:
    """The access log of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def record(self, account_id: str, what: str, subject: str) -> None:
        """Note a look. `what` has at most 100 characters and `subject` 200."""
        await self._pool.execute(_RECORD, account_id, what, subject)

    async def record_daily(self, account_id: str, what: str, subject: str) -> None:
        """As `record`, once in 24 hours: for programs, which look again and again by themselves."""
        await self._pool.execute(_RECORD_DAILY, account_id, what, subject)

    async def newest(self, limit: int, before: int | None = None) -> Sequence[Access]:
        """Entries, newest first; `before` is the last entry id of the previous page."""
        rows = await self._pool.fetch(_NEWEST, limit, before)
        return [Access(**row) for row in rows]

    async def prune(self) -> int:
        """Let go of what is older than two years; answers how many entries that were."""
        return int(await self._pool.fetchval(_PRUNE, YEARS_KEPT))


_RECORD = "INSERT INTO identity.access_log (account_id, what, subject) VALUES ($1, $2, $3)"

_RECORD_DAILY = """
    INSERT INTO identity.access_log (account_id, what, subject)
    SELECT $1, $2, $3 WHERE NOT EXISTS (
        SELECT 1 FROM identity.access_log
        WHERE account_id = $1 AND what = $2 AND subject = $3
            AND at > clock_timestamp() - interval '24 hours')
"""

_NEWEST = """
    SELECT entry_id, at, account_id, what, subject FROM identity.access_log
    WHERE $2::bigint IS NULL OR entry_id < $2 ORDER BY entry_id DESC LIMIT $1
"""

_PRUNE = """
    WITH pruned AS (
        DELETE FROM identity.access_log
        WHERE at < clock_timestamp() - make_interval(years => $1) RETURNING 1)
    SELECT count(*) FROM pruned
"""
