"""Erasure: the person goes, the nameless account stays."""

from __future__ import annotations

import pytest

from booking.api_tokens import ApiTokens
from booking.feed_tokens import Feeds
from booking.identity import Accounts
from booking.identity_error import IdentityError
from booking.seal import Seals
from booking.sessions import Sessions
from booking.sign_in import SignIn

PASSWORD = "맑은 날 무등산에 오르기"


async def test_erasure_removes_the_person_and_says_what_is_kept(pool, kim):
    """No table of identity holds anything personal afterwards; the id stays for the ledger."""
    await Accounts(pool).set_profile(kim.account_id, "김하늘", "Kim Haneul", "062-123-4567")
    await Sessions(pool).open(kim.account_id)
    await ApiTokens(pool).issue(kim.account_id, "script")
    await Feeds(pool).issue(kim.account_id, "mine", "full", "ko")
    await Seals(pool).seal(kim.account_id, "글")
    with pytest.raises(IdentityError):
        await SignIn(pool).attempt(kim.email, "wrong password", "203.0.113.7")
    erasure = await Accounts(pool).erase(kim.account_id)
    assert erasure.account_id == kim.account_id
    assert all(text.ko and text.en for text in (*erasure.removed, *erasure.kept))
    for table in ("sessions", "api_tokens", "feeds", "person_keys", "sign_in_failures"):
        assert await pool.fetchval(f"SELECT count(*) FROM identity.{table}") == 0, table
    stored = str(dict(await pool.fetchrow("SELECT * FROM identity.accounts")))
    for personal in ("김하늘", "Haneul", "kim@mudeung", "062", "argon2"):
        assert personal not in stored


async def test_an_erased_account_has_no_name_and_cannot_come_back(pool, kim):
    """Pages show that someone was erased; sign-in, password and role are gone for ever."""
    accounts = Accounts(pool)
    await accounts.erase(kim.account_id)
    erased = await accounts.by_id(kim.account_id)
    assert (erased.name("ko"), erased.name("en"), erased.email) == (
        "삭제된 계정",
        "erased account",
        "",
    )
    assert (erased.role, erased.company_id) == ("member", "mudeung")
    assert await accounts.by_email(kim.email) is None
    assert await accounts.by_email("") is None
    assert await accounts.list() == []
    for change in (
        accounts.set_password(kim.account_id, PASSWORD),
        accounts.set_profile(kim.account_id, "김"),
        accounts.set_role(kim.account_id, "staff", None),
        SignIn(pool).attempt(kim.email, PASSWORD, "203.0.113.7"),
    ):
        with pytest.raises(IdentityError):
            await change


async def test_erasing_twice_changes_nothing_and_the_email_is_free_again(pool, kim):
    """Erasure may be repeated, as a restore does; the person may register anew as someone new."""
    accounts = Accounts(pool)
    first = await accounts.erase(kim.account_id)
    assert await accounts.erase(kim.account_id) == first
    again = await accounts.add(kim.email, "김하늘", "member", "mudeung", PASSWORD)
    assert again.account_id != kim.account_id


async def test_erasing_nobody_is_refused(pool):
    """A mistyped id is not reported as a person erased."""
    for account_id in ("a-unknown", "a\0b"):
        with pytest.raises(IdentityError, match="no such account"):
            await Accounts(pool).erase(account_id)
