"""Passwords: which are good enough, and argon2id for those that are.

Rules after OWASP ASVS 5.0, 6.2 (length, no composition rules, the 3,000 most common refused);
parameters after the OWASP Password Storage Cheat Sheet (argon2id, m = 19 MiB, t = 2, p = 1).
"""

from __future__ import annotations

import asyncio
import base64
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import argon2

from booking.identity_error import IdentityError

T = TypeVar("T")

SHORTEST = 8
LONGEST = 128
"""Characters after NFC, so that a Korean syllable counts once however it was typed."""

LONG_ENOUGH_TO_DECORATE = 15
"""From this length on, a common word with digits around it is no longer refused."""

DEMONSTRATION_PASSWORD = "booking-demo-2026"  # noqa: S105 - printed in the README, on purpose

HASHES_AT_A_TIME = 2
"""Each hash takes 19 MiB and a processor, so a flood of sign-ins queues instead of swapping."""

LOCAL_WORDS = frozenset({"password", "testbed", "booking", "gwangju", "비밀번호", "테스트베드"})


def normal_password(password: str) -> str:
    """The password as it is hashed: NFC, for keyboards that send Hangul as separate letters."""
    return unicodedata.normalize("NFC", password)


def require_good_password(password: str, email: str, *, allow_demonstration: bool = False) -> None:
    """Raise IdentityError for a password that is too short, too long, common, or the e-mail.

    The demonstration's password is refused unless `allow_demonstration`.
    """
    password = normal_password(password)
    if len(password) < SHORTEST:
        raise IdentityError("password_short", limit=SHORTEST, actual=len(password))
    if len(password) > LONGEST:
        raise IdentityError("password_long", limit=LONGEST, actual=len(password))
    if not _encodable(password):
        raise IdentityError("text_characters")
    folded = password.lower()
    if folded == DEMONSTRATION_PASSWORD:
        if allow_demonstration and password == DEMONSTRATION_PASSWORD:
            return
        raise IdentityError("password_demonstration")
    if email and folded in {email.lower(), email.lower().partition("@")[0]}:
        raise IdentityError("password_is_email")
    if _is_common(folded):
        raise IdentityError("password_common")


async def hash_password(password: str) -> str:
    """The encoded argon2id hash (PHC string) of a password, after at most two others."""
    return await _in_turn(_HASHER.hash, normal_password(password))


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an account that doesn't exist (None)."""
    password = normal_password(password)
    possible = password_hash is not None and len(password) <= LONGEST and _encodable(password)
    if not possible:
        password_hash, password = _NOBODYS_HASH, "nobody"
    return await _in_turn(_verify, password_hash or _NOBODYS_HASH, password) and possible


def needs_new_hash(password_hash: str) -> bool:
    """Whether the stored hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


_HASHER = argon2.PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, type=argon2.Type.ID
)

# No password has this hash; verifying against it costs what verifying a real one costs.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$" + "$".join(
    base64.b64encode(bytes(length)).decode().rstrip("=") for length in (16, 32)
)

# Two threads are the bound, even for callers that gave up while their hash was being computed.
_THREADS = ThreadPoolExecutor(HASHES_AT_A_TIME, thread_name_prefix="argon2")


async def _in_turn(work: Callable[..., T], *arguments: str) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work, *arguments)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except argon2.exceptions.VerifyMismatchError:
        return False


def _encodable(text: str) -> bool:
    """Broken JSON may carry lone surrogates, which no UTF-8 and so no stored hash can hold."""
    return not any(unicodedata.category(character) == "Cs" for character in text)


def _is_common(folded: str) -> bool:
    if folded in _common() or _repeats(folded) or _runs(folded):
        return True
    # "Password2026!" is its word with what everyone puts around it.
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    decorated = word != folded and len(folded) < LONG_ENOUGH_TO_DECORATE
    return decorated and (not word or word in LOCAL_WORDS or word in _common())


def _repeats(folded: str) -> bool:
    """`aaaaaaaa`, `abcabcabc`: at most four characters, over and over."""
    return re.fullmatch(r"(.{1,4})\1+", folded, re.DOTALL) is not None


def _runs(folded: str) -> bool:
    """`abcdefgh`, `98765432`: each character is the next or the previous one of its alphabet."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1})


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
