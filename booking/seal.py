"""Sealing of typed text under its author's person key, and opening it for those who may read.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, 8.2.2: good for 2^32 texts a person). The
author's id is authenticated with the text, so a box cannot be passed off as someone else's. Keys
live in `identity.person_keys`; deleting one erases all that it sealed.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from booking.account_fields import storable
from booking.identity_error import IdentityError
from domain.sealed import Sealed

NONCE_BYTES = 12
KEY_BYTES = 32
LABEL = b"testbed-booking sealed v1|"

KEYS_KEPT = 4096
SECONDS_KEPT = 30.0
"""How long a process may still open a text whose key another process has erased."""


class SealBroken(ValueError):  # noqa: N818 - the word for it
    """A sealed text that its author's key does not open: altered, or moved to another author."""


class Seals:
    """Seals and opens texts with the person keys of one database."""

    def __init__(self, pool: asyncpg.Pool, *, seconds_kept: float = SECONDS_KEPT) -> None:
        self._pool = pool
        self._seconds_kept = seconds_kept
        self._kept: OrderedDict[str, tuple[float, AESGCM]] = OrderedDict()

    async def seal(self, account_id: str, text: str) -> Sealed:
        """Seal what this account typed, with a new key when it never typed anything before.

        Raises IdentityError for an account that is unknown or erased.
        """
        key = (await self._keys([account_id])).get(account_id)
        if key is None:
            key = await self._new_key(account_id)
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = nonce + key.encrypt(nonce, text.encode(), LABEL + account_id.encode())
        return Sealed(key=account_id, box=base64.b64encode(box).decode())

    async def open(self, sealed: Sealed) -> str | None:
        """The text, or None when its author was erased. Raises SealBroken."""
        return (await self.open_many([sealed]))[0]

    async def open_many(self, texts: Iterable[Sealed | None]) -> list[str | None]:
        """The texts in the same order, with one query for all keys; None stays None."""
        boxes = list(texts)
        keys = await self._keys(sealed.key for sealed in boxes if sealed is not None)
        return [
            None if sealed is None or sealed.key not in keys else _open(keys[sealed.key], sealed)
            for sealed in boxes
        ]

    def forget(self, account_id: str) -> None:
        """Drop a key from this process's memory, at once after an erasure."""
        self._kept.pop(account_id, None)

    async def _keys(self, account_ids: Iterable[str]) -> dict[str, AESGCM]:
        """The keys that exist, from memory while they are fresh."""
        now = time.monotonic()
        found: dict[str, AESGCM] = {}
        missing: set[str] = set()
        for account_id in set(account_ids):
            kept_at, key = self._kept.get(account_id, (0.0, None))
            if key is not None and now - kept_at < self._seconds_kept:
                self._kept.move_to_end(account_id)
                found[account_id] = key
            elif storable(account_id):
                missing.add(account_id)
        if missing:
            for row in await self._pool.fetch(_KEYS, list(missing)):
                found[row["account_id"]] = self._keep(row["account_id"], row["key"], now)
        return found

    async def _new_key(self, account_id: str) -> AESGCM:
        asked_at = time.monotonic()
        new_key = secrets.token_bytes(KEY_BYTES)
        if not storable(account_id) or not await self._pool.fetchval(_NEW_KEY, account_id, new_key):
            raise IdentityError("account_unknown")
        # Whichever of two first texts came first, its key is the one that the table holds now.
        stored = await self._pool.fetchval(_KEY, account_id)
        if stored is None:
            raise IdentityError("account_unknown")
        return self._keep(account_id, stored, asked_at)

    def _keep(self, account_id: str, key: bytes, read_at: float) -> AESGCM:
        """Keep a key for as long as it may be, counted from before it was read."""
        cipher = AESGCM(key)
        self._kept[account_id] = (read_at, cipher)
        self._kept.move_to_end(account_id)
        while len(self._kept) > KEYS_KEPT:
            self._kept.popitem(last=False)
        return cipher


def _open(key: AESGCM, sealed: Sealed) -> str:
    try:
        box = base64.b64decode(sealed.box, validate=True)
        nonce, ciphertext = box[:NONCE_BYTES], box[NONCE_BYTES:]
        return key.decrypt(nonce, ciphertext, LABEL + sealed.key.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError) as broken:
        raise SealBroken(f"a sealed text of account {sealed.key} does not open") from broken


_KEYS = "SELECT account_id, key FROM identity.person_keys WHERE account_id = ANY($1::text[])"
_KEY = "SELECT key FROM identity.person_keys WHERE account_id = $1"

# The lock makes the first text of a person and the erasure of that person take turns.
_NEW_KEY = """
    WITH author AS (
        SELECT account_id FROM identity.accounts
        WHERE account_id = $1 AND erased_at IS NULL FOR SHARE),
    added AS (
        INSERT INTO identity.person_keys (account_id, key) SELECT account_id, $2 FROM author
        ON CONFLICT (account_id) DO NOTHING)
    SELECT count(*) FROM author
"""
