"""Sessions: new at sign-in, over at sign-out, idle or old; and their CSRF tokens."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import asyncpg
import pytest

from booking.identity import Accounts
from booking.sessions import IDLE, LIFETIME, Sessions


async def test_a_session_is_its_accounts_until_it_is_closed(pool, kim):
    """After sign-out the token is worth nothing, and stays so."""
    sessions = Sessions(pool)
    token = await sessions.open(kim.account_id)
    assert (await sessions.find(token)).account == kim
    await sessions.close(token)
    assert await sessions.find(token) is None
    await sessions.close(token)
    assert await pool.fetchval("SELECT count(*) FROM identity.sessions") == 0


async def test_every_sign_in_has_a_token_of_its_own(pool, kim):
    """Two sessions of one account are apart: closing one leaves the other."""
    sessions = Sessions(pool)
    phone, desk = await sessions.open(kim.account_id), await sessions.open(kim.account_id)
    assert phone != desk
    await sessions.close(phone)
    assert await sessions.find(phone) is None
    assert await sessions.find(desk) is not None


async def test_sign_out_everywhere_closes_all_of_one_account(pool, kim, staff):
    """`close_all` ends every session of the account and nobody else's."""
    sessions = Sessions(pool)
    mine = [await sessions.open(kim.account_id) for _ in range(3)]
    other = await sessions.open(staff.account_id)
    await sessions.close_all(kim.account_id)
    assert [await sessions.find(token) for token in mine] == [None, None, None]
    assert await sessions.find(other) is not None


async def test_the_database_holds_a_hash_and_no_token(pool, kim):
    """Whoever reads the table cannot sign in with what it holds."""
    token = await Sessions(pool).open(kim.account_id)
    assert len(token) >= 43
    row = await pool.fetchrow("SELECT * FROM identity.sessions")
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in str(dict(row))


@pytest.mark.parametrize("token", ["", "x" * 43, "\ud800", "a\0b"])
async def test_a_made_up_token_is_nobody_and_stores_nothing(pool, token):
    """Clients cannot bring their own session, and anonymous visits leave no rows."""
    assert await Sessions(pool).find(token) is None
    assert await pool.fetchval("SELECT count(*) FROM identity.sessions") == 0


async def test_an_idle_session_is_over(pool, kim):
    """Two hours without a request end a session; a minute less does not."""
    sessions = Sessions(pool)
    token = await sessions.open(kim.account_id)
    await shift(pool, "last_seen_at", IDLE - timedelta(minutes=1))
    assert await sessions.find(token) is not None
    await shift(pool, "last_seen_at", IDLE)
    assert await sessions.find(token) is None


async def test_a_busy_session_is_over_after_its_lifetime(pool, kim):
    """Requests keep a session from being idle and never make it live longer."""
    sessions = Sessions(pool)
    token = await sessions.open(kim.account_id)
    await shift(pool, "created_at", LIFETIME - timedelta(minutes=1))
    assert await sessions.find(token) is not None
    await shift(pool, "created_at", timedelta(minutes=1))
    assert await sessions.find(token) is None


async def test_last_seen_is_written_at_most_once_a_minute(pool, kim):
    """Reading ten pages writes one row at most, and a minute later it is written again."""
    sessions = Sessions(pool)
    token = await sessions.open(kim.account_id)
    opened = await last_seen(pool)
    for _ in range(3):
        await sessions.find(token)
    assert await last_seen(pool) == opened
    await shift(pool, "last_seen_at", timedelta(seconds=61))
    await sessions.find(token)
    assert await last_seen(pool) > opened


async def test_expired_sessions_are_cleared_away_at_the_next_sign_in(pool, kim, staff):
    """The table holds living sessions, whoever left without signing out."""
    sessions = Sessions(pool)
    await sessions.open(kim.account_id)
    await shift(pool, "last_seen_at", IDLE)
    await sessions.open(staff.account_id)
    assert await pool.fetchval("SELECT count(*) FROM identity.sessions") == 1


async def test_a_csrf_token_is_of_one_session(pool, kim):
    """A form made for one session is refused in another, even of the same account."""
    sessions = Sessions(pool)
    first_token, second_token = [await sessions.open(kim.account_id) for _ in range(2)]
    first, second = await sessions.find(first_token), await sessions.find(second_token)
    assert (await sessions.find(first_token)).csrf_token == first.csrf_token
    assert first.accepts_csrf(first.csrf_token)
    for wrong in (second.csrf_token, "", first_token, "가", "\ud800"):
        assert not first.accepts_csrf(wrong)
    assert first.session_id != second.session_id
    assert first.csrf_token not in repr(first)


async def test_a_new_password_ends_the_other_sessions(pool, kim):
    """Whoever changes the password keeps this session, and every other one is out."""
    sessions = Sessions(pool)
    here, thief = await sessions.open(kim.account_id), await sessions.open(kim.account_id)
    session_id = (await sessions.find(here)).session_id
    await Accounts(pool).set_password(
        kim.account_id, "영산강 자전거길 80리", keep_session_id=session_id
    )
    assert await sessions.find(here) is not None
    assert await sessions.find(thief) is None


async def shift(pool: asyncpg.Pool, column: str, span: timedelta) -> None:
    """Let time pass for all sessions."""
    await pool.execute(f"UPDATE identity.sessions SET {column} = {column} - $1::interval", span)


async def last_seen(pool: asyncpg.Pool) -> object:
    return await pool.fetchval("SELECT last_seen_at FROM identity.sessions")
