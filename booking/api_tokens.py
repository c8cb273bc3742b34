"""API tokens: what a program shows instead of a person's password.

Shown once, stored hashed, expiring, revocable, with their last use visible to the owner. The
prefix lets scanners of public code recognise a token that leaked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from booking.account import ACCOUNT_COLUMNS, Account, account_from
from booking.account_fields import require_plain, storable
from booking.bearer import new_secret, opaque_id, secret_hash
from booking.identity_error import IdentityError

PREFIX = "tb_"
DEFAULT_DAYS = 90
MOST_DAYS = 365
LONGEST_NAME = 100

USE_WRITTEN_AT_MOST_EVERY = timedelta(minutes=1)
"""`last_used_at` is written no more often, so that reading by API does not write rows."""


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """One token as its owner sees it; the secret itself is shown only when it is issued.

    `scope` is `full`: whatever the account may do. Times are UTC.
    """

    token_id: str
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class ApiTokens:
    """The API tokens of one database."""

    def __init__(self, pool: asyncpg.Pool | PoolConnectionProxy) -> None:
        self._pool = pool

    async def issue(
        self, account_id: str, name: str, days: int = DEFAULT_DAYS, secret: str | None = None
    ) -> str:
        """A new token, to be shown once. Raises IdentityError, also for a disabled account.

        It ends with a new secret, unless the caller made one of 256 bits that nobody can guess.
        """
        name = require_plain(unicodedata.normalize("NFC", name.strip()))
        if not 1 <= len(name) <= LONGEST_NAME:
            raise IdentityError("token_name_length", limit=LONGEST_NAME, actual=len(name))
        if not 1 <= days <= MOST_DAYS:
            raise IdentityError("token_days", limit=MOST_DAYS, actual=days)
        token = new_secret(PREFIX) if secret is None else PREFIX + secret
        values = opaque_id("t"), secret_hash(token), name, timedelta(days=days)
        issued = storable(account_id) and await self._pool.fetchval(_ISSUE, account_id, *values)
        if not issued:
            raise IdentityError("account_unknown")
        return token

    async def find(self, token: str) -> Account | None:
        """Whose token this is; None for unknown, expired and revoked ones and disabled accounts."""
        if not token.startswith(PREFIX):
            return None
        row = await self._pool.fetchrow(_FIND, secret_hash(token), USE_WRITTEN_AT_MOST_EVERY)
        if row is None:
            return None
        if row["unwritten"]:
            await self._pool.execute(_USED, row["token_id"], USE_WRITTEN_AT_MOST_EVERY)
        return account_from(row)

    async def list(self, account_id: str) -> Sequence[ApiToken]:
        """All tokens of an account, newest first, revoked and expired ones included."""
        rows = await self._pool.fetch(_LIST, account_id)
        return [ApiToken(**row) for row in rows]

    async def revoke(self, token_id: str, account_id: str) -> bool:
        """Revoke a token of this account; False when the account has no such token."""
        if not storable(token_id):
            return False
        return await self._pool.fetchval(_REVOKE, token_id, account_id) is not None


# The lock makes issuing a token and the disabling of its account take turns.
_ISSUE = """
    INSERT INTO identity.api_tokens (account_id, token_id, token_hash, name, expires_at)
    SELECT account_id, $2, $3, $4, clock_timestamp() + $5::interval FROM identity.accounts
    WHERE account_id = $1 AND disabled_at IS NULL FOR SHARE
    RETURNING token_id
"""

_FIND = f"""
    SELECT t.token_id, {ACCOUNT_COLUMNS},
        coalesce(t.last_used_at < clock_timestamp() - $2::interval, true) AS unwritten
    FROM identity.api_tokens t JOIN identity.accounts a USING (account_id)
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp()
        AND a.disabled_at IS NULL
"""

_USED = """
    UPDATE identity.api_tokens SET last_used_at = clock_timestamp() WHERE token_id = $1
        AND coalesce(last_used_at < clock_timestamp() - $2::interval, true)
"""

_LIST = """
    SELECT token_id, name, scope, created_at, expires_at, last_used_at, revoked_at
    FROM identity.api_tokens WHERE account_id = $1 ORDER BY created_at DESC, token_id
"""

_REVOKE = """
    UPDATE identity.api_tokens SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE token_id = $1 AND account_id = $2 RETURNING token_id
"""
