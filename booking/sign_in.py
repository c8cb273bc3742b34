"""Sign-in by password, with failures counted for each e-mail and each address.

An attempt is entered as a failure before its password is looked at, under a lock for its e-mail and
its address, and struck out when it turns out well. So the limits hold however many attempts arrive
at once and from however many processes, and a crash in between counts as a failure.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
from datetime import timedelta

import asyncpg

from booking import account_fields as fields
from booking.account import ACCOUNT_COLUMNS, Account, account_from
from booking.bearer import attempt_key
from booking.identity_error import IdentityError, TooManyFailures
from booking.passwords import HASHES_AT_A_TIME, hash_password, needs_new_hash, password_matches
from booking.sessions import Sessions

WINDOW = timedelta(minutes=15)
"""Failures older than this are forgotten."""

FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 50
"""More for an address, since a whole company may sit behind one."""

FORGOTTEN_AT_A_TIME = 100
"""Rows of forgotten failures that each attempt clears away."""


class SignIn:
    """The door: from e-mail and password to a session."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._sessions = Sessions(pool)
        # Attempts wait here, before they are entered, or a rush of right passwords would look like
        # a rush of failures.
        self._turns = asyncio.Semaphore(HASHES_AT_A_TIME)

    async def attempt(self, email: str, password: str, address: str) -> str:
        """The token of a new session. `address` is the client's IP address.

        Raises IdentityError (`sign_in`) without saying whether e-mail or password was wrong, and
        TooManyFailures.
        """
        account = await self.verify(email, password, address)
        return await self._sessions.open(account.account_id)

    async def verify(self, email: str, password: str, address: str) -> Account:
        """The account whose password this is, without opening a session; counts and raises alike.

        Unknown, disabled and passwordless accounts take as long as a wrong password.
        """
        email = fields.normal_email(email)
        keys = attempt_key("e-mail", email), attempt_key("address", address_block(address))
        async with self._turns:
            await self._enter_attempt(*keys)
            row = None
            if fields.storable(email):
                row = await self._pool.fetchrow(_CREDENTIALS, email)
            stored = None if row is None else row["password_hash"]
            if not await password_matches(stored, password):
                raise IdentityError("sign_in")
            await self._pool.execute(_STRIKE_OUT, *keys)
        account = account_from(row)
        if stored is not None and needs_new_hash(stored):
            await self._renew_hash(account.account_id, stored, password)
        return account

    async def _enter_attempt(self, email_key: bytes, address_key: bytes) -> None:
        """Enter a failure, or raise TooManyFailures when either has too many already."""
        locks = sorted(int.from_bytes(key[:8], signed=True) for key in (email_key, address_key))
        async with self._pool.acquire() as connection, connection.transaction():
            # The count is a later statement than the locks, so it sees all that came before them.
            for lock in locks:
                await connection.execute("SELECT pg_advisory_xact_lock($1)", lock)
            wait = await connection.fetchval(
                _WAIT, email_key, address_key, WINDOW, FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS
            )
            if wait is not None:
                raise TooManyFailures(max(1, math.ceil(wait.total_seconds())))
            await connection.execute(_ENTER, email_key, address_key)
            await connection.execute(_FORGET, WINDOW, FORGOTTEN_AT_A_TIME)

    async def _renew_hash(self, account_id: str, old_hash: str, password: str) -> None:
        await self._pool.execute(
            "UPDATE identity.accounts SET password_hash = $3"
            " WHERE account_id = $1 AND password_hash = $2",
            account_id,
            old_hash,
            await hash_password(password),
        )


def address_block(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one.

    Whoever has one IPv6 address usually has the 2^64 of its network (RFC 6177).
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


_CREDENTIALS = f"""
    SELECT a.password_hash, {ACCOUNT_COLUMNS} FROM identity.accounts a
    WHERE a.email = $1 AND a.disabled_at IS NULL
"""

# When the newest failures are at the limit, wait until the oldest of them leaves the window.
_WAIT = """
    SELECT max(at) + $3::interval - clock_timestamp() FROM (
        (SELECT at FROM identity.sign_in_failures
         WHERE email_key = $1 AND at > clock_timestamp() - $3::interval
         ORDER BY at DESC OFFSET $4::int - 1 LIMIT 1)
        UNION ALL
        (SELECT at FROM identity.sign_in_failures
         WHERE address_key = $2 AND at > clock_timestamp() - $3::interval
         ORDER BY at DESC OFFSET $5::int - 1 LIMIT 1)
    ) AS full_windows
"""

_ENTER = "INSERT INTO identity.sign_in_failures (email_key, address_key) VALUES ($1, $2)"

# A right password forgives what failed for this account from this address, and nothing from
# elsewhere (NIST SP 800-63B, 5.2.2): whoever owns one account clears no others' failures.
_STRIKE_OUT = "DELETE FROM identity.sign_in_failures WHERE email_key = $1 AND address_key = $2"

_FORGET = """
    DELETE FROM identity.sign_in_failures WHERE failure_id IN (
        SELECT failure_id FROM identity.sign_in_failures
        WHERE at < clock_timestamp() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
