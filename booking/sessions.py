"""Sessions of people in browsers: our own table, a new secret at every sign-in.

The cookie carries 256 random bits that are stored only as a hash, together with when the session
began and was last seen. Nothing is stored for visitors, and a closed session is a deleted row that
no slow request can bring back.
"""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta

import asyncpg
import msgspec

from booking.account import ACCOUNT_COLUMNS, Account, account_from
from booking.account_fields import storable
from booking.bearer import new_secret, opaque_id, secret_hash
from booking.identity_error import IdentityError

LIFETIME = timedelta(hours=12)
"""From sign-in to the end, however busy the session is: one working day."""

IDLE = timedelta(hours=2)
"""Without a request for this long, a session is over."""

SEEN_AT_MOST_EVERY = timedelta(minutes=1)
"""`last_seen_at` is written no more often, so that reading pages does not write rows."""

EXPIRED_AT_A_TIME = 100
"""Rows of expired sessions that each sign-in clears away."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who a request comes from. `csrf_token` goes into this session's forms and nobody else's."""

    account: Account
    csrf_token: str
    session_id: str

    def accepts_csrf(self, given: str) -> bool:
        """Whether a form carried this session's token; takes as long for any wrong one."""
        encoded = given.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(encoded, self.csrf_token.encode())

    def __repr__(self) -> str:
        """Tracebacks and logs print sessions, and must not print secrets."""
        return f"SignedIn(session_id={self.session_id!r}, account={self.account!r})"


class Sessions:
    """The sessions of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def open(self, account_id: str) -> str:
        """Begin a session and return its token. Raises IdentityError for a disabled account."""
        token = new_secret()
        await self._pool.execute(_CLEAR_EXPIRED, LIFETIME, IDLE, EXPIRED_AT_A_TIME)
        opened = await self._pool.fetchval(_OPEN, secret_hash(token), opaque_id("s"), account_id)
        if opened is None:
            raise IdentityError("account_unknown")
        return token

    async def find(self, token: str) -> SignedIn | None:
        """Who the token belongs to, as of now: None for unknown, expired and closed sessions.

        Role and state of the account are read with it, so a disabled account is out at once.
        """
        hashed = secret_hash(token)
        row = await self._pool.fetchrow(_FIND, hashed, LIFETIME, IDLE, SEEN_AT_MOST_EVERY)
        if row is None:
            return None
        if row["unseen"]:
            await self._pool.execute(_SEEN, hashed, SEEN_AT_MOST_EVERY)
        return SignedIn(
            account=account_from(row),
            csrf_token=_csrf_token(token),
            session_id=row["session_id"],
        )

    async def close(self, token: str) -> None:
        """Sign out: the token is worth nothing from now on."""
        await self._pool.execute(
            "DELETE FROM identity.sessions WHERE token_hash = $1", secret_hash(token)
        )

    async def close_all(self, account_id: str) -> None:
        """Sign an account out everywhere."""
        if storable(account_id):
            await self._pool.execute(
                "DELETE FROM identity.sessions WHERE account_id = $1", account_id
            )


def _csrf_token(token: str) -> str:
    """Derived from the session's secret, which the database does not hold: nothing to store."""
    digest = hmac.digest(token.encode(), b"testbed-booking csrf v1", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# The lock makes a sign-in and the disabling of its account take turns.
_OPEN = """
    INSERT INTO identity.sessions (token_hash, session_id, account_id)
    SELECT $1, $2, account_id FROM identity.accounts
    WHERE account_id = $3 AND disabled_at IS NULL FOR SHARE
    RETURNING session_id
"""

_FIND = f"""
    SELECT s.session_id, s.last_seen_at < clock_timestamp() - $4::interval AS unseen,
        {ACCOUNT_COLUMNS}
    FROM identity.sessions s JOIN identity.accounts a USING (account_id)
    WHERE s.token_hash = $1 AND a.disabled_at IS NULL
        AND s.created_at > clock_timestamp() - $2::interval
        AND s.last_seen_at > clock_timestamp() - $3::interval
"""

_SEEN = """
    UPDATE identity.sessions SET last_seen_at = clock_timestamp()
    WHERE token_hash = $1 AND last_seen_at < clock_timestamp() - $2::interval
"""

_CLEAR_EXPIRED = """
    DELETE FROM identity.sessions WHERE token_hash IN (
        SELECT token_hash FROM identity.sessions
        WHERE created_at < clock_timestamp() - $1::interval
            OR last_seen_at < clock_timestamp() - $2::interval
        LIMIT $3 FOR UPDATE SKIP LOCKED)
"""
