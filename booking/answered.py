"""Requests outside the ledger that are repeated: one effect, and the answer of the first time.

The ledger knows the requests of its own appends. What changes only people's own things (calendar
addresses, API tokens, marks, letters) is remembered here, for a day.

An address or a token is shown once and stored only hashed, and yet its repeated answer has to show
it again, for the first one may never have arrived. So it isn't remembered but made again: it is
the HMAC, under a random salt that is kept with the request, of the credential that the client
shows each time (its session's or its API token's secret, 256 random bits, stored only hashed as
well). The database alone gives nobody the secret, nor does a request alone that was overheard. Who
repeats it with another credential is told to make another one; after a day the salt is gone.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from booking.app import OutOfTries
from booking.bearer import new_secret, secret_hash
from booking.identity_error import IdentityError
from booking.ledger import Request
from booking.writer import RequestMismatch

REMEMBERED_FOR = timedelta(days=1)
SALT_BYTES = 32

Within: TypeAlias = asyncpg.Pool | PoolConnectionProxy
"""What does something, so that it is done in the transaction in which its answer is kept."""
Make = Callable[[Within], Awaitable[bytes]]
MakeWithSecret = Callable[[Within, str], Awaitable[bytes]]


class Answered:
    """The answered requests of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def once(self, request: Request, account_id: str, make: Make) -> bytes:
        """What `make` answers, or answered when this request came for the first time.

        Raises RequestMismatch when the key was used for another request before.
        """
        answer, _ = await self._once(request, account_id, "", lambda within, _: make(within))
        return answer

    async def once_with_secret(
        self, request: Request, account_id: str, credential: str, make: MakeWithSecret
    ) -> tuple[bytes, str]:
        """The same for what has a secret, 43 URL-safe characters: the answer, and that secret.

        Raises IdentityError (`shown_once`) too, for a repetition with another credential.
        """
        return await self._once(request, account_id, credential, make)

    async def _once(
        self, request: Request, account_id: str, credential: str, make: MakeWithSecret
    ) -> tuple[bytes, str]:
        if not request.named:
            secret = new_secret()
            return await make(self._pool, secret), secret
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_FORGET, REMEMBERED_FOR)
            salt, shown = secrets.token_bytes(SALT_BYTES), secret_hash(credential)
            # A twin under way is waited for here, and found below.
            is_new = await connection.fetchval(
                _NEW, request.tag, account_id, request.digest, shown, salt
            )
            if not is_new:
                return await _known(connection, request, credential)
            secret = _secret(salt, credential)
            answer = await make(connection, secret)
            await connection.execute(_KEEP, request.tag, answer)
            return answer, secret


async def _known(
    connection: PoolConnectionProxy, request: Request, credential: str
) -> tuple[bytes, str]:
    row = await connection.fetchrow(_FIND, request.tag)
    if row is None:
        raise OutOfTries  # forgotten at this very moment
    if row["digest"] != request.digest:
        raise RequestMismatch
    if row["credential"] != secret_hash(credential):
        raise IdentityError("shown_once")
    return row["answer"], _secret(row["salt"], credential)


def _secret(salt: bytes, credential: str) -> str:
    made = hmac.digest(salt, credential.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


_FORGET = """
    DELETE FROM identity.answered WHERE request IN (
        SELECT request FROM identity.answered WHERE made_at < clock_timestamp() - $1::interval
        FOR UPDATE SKIP LOCKED)
"""
_NEW = """
    INSERT INTO identity.answered (request, account_id, digest, credential, salt)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (request) DO NOTHING RETURNING true
"""
_KEEP = "UPDATE identity.answered SET answer = $2 WHERE request = $1"
_FIND = "SELECT digest, credential, salt, answer FROM identity.answered WHERE request = $1"
