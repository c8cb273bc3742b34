"""Secrets that open a door by being shown: session, API and feed tokens, and opaque ids.

Each carries 256 random bits, so a plain SHA-256 is enough to store it: there is nothing to guess,
and a reader of the database cannot turn the hash back into something usable.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

SECRET_BYTES = 32
ID_BYTES = 10  # 80 bits are 16 base32 characters without padding.


def new_secret(prefix: str = "") -> str:
    """A new token: `prefix` and 43 URL-safe characters. Shown once, stored only as its hash."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> bytes:
    """What is stored of a token: 32 bytes. Accepts whatever a client sent, broken text included."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def opaque_id(prefix: str) -> str:
    """A new id that says nothing about what it names, such as `a-mfrggzdfmztwq2lk`."""
    return f"{prefix}-{base64.b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()}"


def attempt_key(kind: str, value: str) -> bytes:
    """What failed sign-ins are counted by: a hash, so that the count holds no e-mail or address."""
    return hashlib.sha256(f"{kind}|{value}".encode("utf-8", "surrogatepass")).digest()
