"""Erasure of a person: what goes, what stays, and why (PIPA article 21; GDPR article 17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from booking.account_fields import storable
from booking.bearer import attempt_key
from booking.database import OWNER_ROLE
from booking.identity_error import IdentityError
from domain.text import Text


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What erasing an account did. `erased_at` is the time of the first erasure (UTC)."""

    account_id: str
    erased_at: datetime
    removed: tuple[Text, ...]
    kept: tuple[Text, ...]


async def erase_person(pool: asyncpg.Pool, account_id: str) -> Erasure:
    """Remove all that names the person, and the key of everything that the person typed.

    The old pages of the database keep the bytes until PostgreSQL vacuums them. Raises
    IdentityError when there is no such account.
    """
    if not storable(account_id):
        raise IdentityError("account_unknown")
    async with pool.acquire() as connection, connection.transaction():
        return await erase_within(connection, account_id)


async def erase_within(
    connection: asyncpg.Connection | PoolConnectionProxy, account_id: str
) -> Erasure:
    """The same within the connection's transaction."""
    # The account's row goes first: a `seal` under way waits for it and then makes no new key.
    account = await connection.fetchrow(_LOCK, account_id)
    if account is None:
        raise IdentityError("account_unknown")
    erased_at = await connection.fetchval(_ERASE, account_id)
    for table in ("person_keys", "sessions", "api_tokens", "feeds", "answered"):
        await connection.execute(f"DELETE FROM identity.{table} WHERE account_id = $1", account_id)
    if account["email"] is not None:
        key = attempt_key("e-mail", account["email"])
        await connection.execute(_FORGET_FAILURES, key)
    return Erasure(account_id=account_id, erased_at=erased_at, removed=REMOVED, kept=KEPT)


async def erase_listed(connection: asyncpg.Connection, account_ids: Sequence[str]) -> Sequence[str]:
    """Erase those on a list who are still people, or whose key is still there; answers who was."""
    found = await connection.fetch(_STILL_PEOPLE, list(account_ids))
    for row in found:
        await erase_within(connection, row["account_id"])
    return [row["account_id"] for row in found]


async def clear_old_pages(connection: asyncpg.Connection) -> None:
    """Write the tables anew that held the erased, so that nothing is left in dead rows.

    For the schema's owner, outside of a transaction; each table is locked meanwhile.
    """
    await connection.execute(f"SET ROLE {OWNER_ROLE}")
    for table in ("accounts", "person_keys", "api_tokens", "feeds", "answered"):
        await connection.execute(f"VACUUM (FULL) identity.{table}")
    await connection.execute("RESET ROLE")


REMOVED = (
    Text(ko="이름, 이메일, 전화번호, 비밀번호", en="names, e-mail address, phone number, password"),
    Text(
        ko="로그인 상태, API 토큰, 캘린더 구독 주소",
        en="sessions, API tokens, calendar subscriptions",
    ),
    Text(
        ko="직접 적은 글(사용 목적, 메모, 사유)을 여는 열쇠: 남은 암호문은 아무도 읽을 수 없어요",
        en="the key of all text this person typed (purposes, notes, reasons): "
        "nobody can read the ciphertext that remains",
    ),
)

KEPT = (
    Text(
        ko="이름 없는 계정 번호와 역할, 소속 기업: 예약·이용료·감사 기록이 누구의 것인지 서로 "
        "이어져야 하기 때문이에요",
        en="the nameless account id with role and company: bookings, fees and the audit log "
        "must stay connected and verifiable",
    ),
    Text(
        ko="열람 기록(계정 번호만): 개인정보의 안전성 확보조치에 따라 2년간 보관해요",
        en="the log of who looked at personal data (account ids only): kept two years, "
        "as Korea's safety measures for personal data ask",
    ),
    Text(
        ko="삭제 전에 만든 백업: 최대 30일 뒤에 없어지며, 복원할 때 삭제를 다시 적용해요",
        en="backups made before: gone after at most 30 days, and a restore erases again",
    ),
)

_LOCK = "SELECT email FROM identity.accounts WHERE account_id = $1 FOR UPDATE"

_FORGET_FAILURES = "DELETE FROM identity.sign_in_failures WHERE email_key = $1"

_ERASE = """
    UPDATE identity.accounts
    SET email = NULL, name_ko = '', name_en = '', phone = '', password_hash = NULL,
        disabled_at = coalesce(disabled_at, clock_timestamp()),
        erased_at = coalesce(erased_at, clock_timestamp())
    WHERE account_id = $1 RETURNING erased_at
"""

_STILL_PEOPLE = """
    SELECT a.account_id FROM identity.accounts AS a
    WHERE a.account_id = ANY ($1::text[]) AND (a.erased_at IS NULL
        OR EXISTS (SELECT FROM identity.person_keys AS k WHERE k.account_id = a.account_id))
    ORDER BY a.account_id
"""
