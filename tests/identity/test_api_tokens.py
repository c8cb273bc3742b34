"""API tokens: shown once, stored hashed, expiring, revocable."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from booking.api_tokens import DEFAULT_DAYS, MOST_DAYS, ApiTokens
from booking.identity_error import IdentityError


async def test_a_token_is_its_accounts(pool, kim):
    """The token begins with `tb_`, finds its account, and is stored only as a hash."""
    tokens = ApiTokens(pool)
    token = await tokens.issue(kim.account_id, " 야간 스크립트 ")
    assert token.startswith("tb_")
    assert await tokens.find(token) == kim
    row = await pool.fetchrow("SELECT * FROM identity.api_tokens")
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in str(dict(row))
    assert row["name"] == "야간 스크립트"
    assert row["expires_at"] - row["created_at"] == pytest.approx(
        timedelta(days=DEFAULT_DAYS), abs=timedelta(seconds=1)
    )


@pytest.mark.parametrize("token", ["", "tb_", "tb_" + "x" * 43, "\ud800", "tb_\0"])
async def test_a_made_up_token_is_nobodys(pool, kim, token):
    """Guesses and garbage find no account."""
    await ApiTokens(pool).issue(kim.account_id, "script")
    assert await ApiTokens(pool).find(token) is None


async def test_an_expired_token_is_nobodys(pool, kim):
    """A token ends with its last day."""
    tokens = ApiTokens(pool)
    token = await tokens.issue(kim.account_id, "script", days=1)
    await pool.execute("UPDATE identity.api_tokens SET expires_at = expires_at - interval '23 h'")
    assert await tokens.find(token) == kim
    await pool.execute("UPDATE identity.api_tokens SET expires_at = expires_at - interval '1 h'")
    assert await tokens.find(token) is None


async def test_a_revoked_token_is_nobodys_and_only_its_owner_revokes(pool, kim, staff):
    """Another account's revocation is answered like one of a token that does not exist."""
    tokens = ApiTokens(pool)
    token = await tokens.issue(kim.account_id, "script")
    (listed,) = await tokens.list(kim.account_id)
    assert await tokens.revoke(listed.token_id, staff.account_id) is False
    assert await tokens.find(token) == kim
    assert await tokens.revoke(listed.token_id, kim.account_id) is True
    assert await tokens.find(token) is None
    assert await tokens.revoke("t-unknown", kim.account_id) is False
    (revoked,) = await tokens.list(kim.account_id)
    assert revoked.revoked_at is not None


async def test_the_owner_sees_the_last_use_within_a_minute(pool, kim):
    """The last use is written at the first use, then at most once a minute."""
    tokens = ApiTokens(pool)
    token = await tokens.issue(kim.account_id, "script")
    assert (await tokens.list(kim.account_id))[0].last_used_at is None
    await tokens.find(token)
    first = (await tokens.list(kim.account_id))[0].last_used_at
    await tokens.find(token)
    assert (await tokens.list(kim.account_id))[0].last_used_at == first
    await pool.execute("UPDATE identity.api_tokens SET last_used_at = $1", first - MINUTE)
    await tokens.find(token)
    assert (await tokens.list(kim.account_id))[0].last_used_at > first - MINUTE


@pytest.mark.parametrize(
    ("name", "days", "rule"),
    [
        ("script", 0, "token_days"),
        ("script", MOST_DAYS + 1, "token_days"),
        ("  ", 1, "token_name_length"),
        ("x" * 101, 1, "token_name_length"),
        ("a\0b", 1, "text_characters"),
    ],
)
async def test_a_token_without_end_or_name_is_refused(pool, kim, name, days, rule):
    """A token lives 1 to 365 days and has a name to be recognised by."""
    with pytest.raises(IdentityError) as refused:
        await ApiTokens(pool).issue(kim.account_id, name, days)
    assert refused.value.rule == rule
    assert await ApiTokens(pool).list(kim.account_id) == []


MINUTE = timedelta(seconds=61)
