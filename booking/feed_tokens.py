"""Calendar subscriptions: one secret address for each person and feed.

A calendar program cannot sign in, so the address itself is the secret: 256 random bits, stored
hashed, its scope fixed when it is issued. What the account may see is decided anew at every fetch,
so the account comes with the feed. A revoked address is told apart from one that never was (410
against 404), so that a program stops asking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from booking.account import ACCOUNT_COLUMNS, Account, account_from
from booking.account_fields import require_language, storable
from booking.bearer import new_secret, opaque_id, secret_hash
from booking.identity_error import IdentityError

SCOPES = ("device:ID", "sector:NAME", "company:ID", "mine", "maintenance")
DETAILS = ("full", "busy")
LONGEST_USER_AGENT = 200

USE_WRITTEN_AT_MOST_EVERY = timedelta(minutes=1)
"""`last_used_at` is written no more often, so that a busy feed does not write rows."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription with the account it was issued to. Times are UTC.

    `scope` is one of SCOPES, `detail` is full or busy. `revoked_at` is set as well when the
    account was disabled.
    """

    feed_id: str
    account: Account
    scope: str
    detail: str
    language: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_user_agent: str


class Feeds:
    """The calendar subscriptions of one database."""

    def __init__(self, pool: asyncpg.Pool | PoolConnectionProxy) -> None:
        self._pool = pool

    async def issue(
        self, account_id: str, scope: str, detail: str, language: str, secret: str | None = None
    ) -> tuple[str, str]:
        """The feed's id and its secret, to be shown once. Raises IdentityError.

        Whether this account may have this scope in this detail is for the caller to decide. The
        secret is a new one, unless the caller made one of 256 bits that nobody can guess.
        """
        if not re.fullmatch(r"mine|maintenance|(device|sector|company):[\w-]{1,80}", scope):
            raise IdentityError("feed_scope", limit=", ".join(SCOPES))
        if detail not in DETAILS:
            raise IdentityError("feed_detail", limit=", ".join(DETAILS))
        token = secret or new_secret()
        values = opaque_id("f"), secret_hash(token), scope, detail, require_language(language)
        feed_id = None
        if storable(account_id):
            feed_id = await self._pool.fetchval(_ISSUE, account_id, *values)
        if feed_id is None:
            raise IdentityError("account_unknown")
        return feed_id, token

    async def find(self, token: str) -> Feed | None:
        """The feed of a secret, with `revoked_at` set for one that is over; None if unknown."""
        row = await self._pool.fetchrow(f"{_SELECT} WHERE f.token_hash = $1", secret_hash(token))
        return None if row is None else _feed_from(row)

    async def touch(self, feed_id: str, user_agent: str) -> None:
        """Note for the owner that the feed was fetched, and by which program."""
        printable = "".join(c for c in user_agent if c.isprintable())[:LONGEST_USER_AGENT]
        await self._pool.execute(_USED, feed_id, printable, USE_WRITTEN_AT_MOST_EVERY)

    async def served(self, feed_id: str, tag: str) -> datetime:
        """Note what a fetch is answered with; since when every fetch was answered with the same."""
        since: datetime = await self._pool.fetchval(_SERVED, feed_id, tag)
        return since

    async def list(self, account_id: str) -> Sequence[Feed]:
        """The subscriptions of an account that are not revoked, newest first."""
        rows = await self._pool.fetch(
            f"{_SELECT} WHERE f.account_id = $1 AND f.revoked_at IS NULL"
            " ORDER BY f.created_at DESC, f.feed_id",
            account_id,
        )
        return [_feed_from(row) for row in rows]

    async def revoke(self, feed_id: str, account_id: str) -> bool:
        """Revoke a feed of this account; False when the account has no such feed."""
        if not storable(feed_id):
            return False
        return await self._pool.fetchval(_REVOKE, feed_id, account_id) is not None


def _feed_from(row: Any) -> Feed:
    own = {field: row[field] for field in Feed.__struct_fields__ if field != "account"}
    return Feed(account=account_from(row), **own)


_SELECT = f"""
    SELECT f.feed_id, f.scope, f.detail, f.language, f.created_at, f.last_used_at,
        f.last_user_agent, coalesce(f.revoked_at, a.disabled_at) AS revoked_at, {ACCOUNT_COLUMNS}
    FROM identity.feeds f JOIN identity.accounts a USING (account_id)
"""

# The lock makes issuing a feed and the disabling of its account take turns.
_ISSUE = """
    INSERT INTO identity.feeds (account_id, feed_id, token_hash, scope, detail, language)
    SELECT account_id, $2, $3, $4, $5, $6 FROM identity.accounts
    WHERE account_id = $1 AND disabled_at IS NULL FOR SHARE
    RETURNING feed_id
"""

_USED = """
    UPDATE identity.feeds SET last_used_at = clock_timestamp(), last_user_agent = $2
    WHERE feed_id = $1 AND coalesce(last_used_at < clock_timestamp() - $3::interval, true)
"""

# Nothing is written while the answer stays the same.
_SERVED = """
    WITH changed AS (
        UPDATE identity.feeds SET served_tag = $2, served_since = clock_timestamp()
        WHERE feed_id = $1 AND served_tag IS DISTINCT FROM $2 RETURNING served_since
    )
    SELECT coalesce(
        (SELECT served_since FROM changed),
        (SELECT served_since FROM identity.feeds WHERE feed_id = $1 AND served_tag = $2),
        clock_timestamp())
"""

_REVOKE = """
    UPDATE identity.feeds SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE feed_id = $1 AND account_id = $2 RETURNING feed_id
"""
