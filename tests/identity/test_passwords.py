"""Passwords: which are good enough, and how they are kept."""

from __future__ import annotations

import asyncio
import threading
import unicodedata

import pytest

from booking import passwords
from booking.identity import Accounts
from booking.identity_error import IdentityError
from booking.passwords import (
    DEMONSTRATION_PASSWORD,
    hash_password,
    needs_new_hash,
    password_matches,
    require_good_password,
)

EMAIL = "kim.haneul@mudeung.example"


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("1234567", "password_short"),
        ("가" * 129, "password_long"),
        ("football", "password_common"),
        ("Football", "password_common"),
        ("Football2026!", "password_common"),
        ("testbed2026", "password_common"),
        ("dkssudgktpdy", "password_common"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_common"),
        ("abcdabcdabcdabcdabcd", "password_common"),
        ("abcdefghijklmnop", "password_common"),
        ("9876543210", "password_common"),
        ("1984-03-12", "password_common"),
        ("Kim.Haneul@mudeung.example", "password_is_email"),
        ("kim.haneul", "password_is_email"),
        ("booking-demo-2026", "password_demonstration"),
        ("Booking-Demo-2026", "password_demonstration"),
        ("lone surrogate \ud800", "text_characters"),
    ],
)
def test_a_weak_password_is_refused_by_name_of_the_rule(password, rule):
    """Short, endless, common, patterned and self-evident passwords are refused, each as what."""
    with pytest.raises(IdentityError) as refused:
        require_good_password(password, EMAIL)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "password",
    [
        "k7#Vw2pQ",
        "무등산에오르자",
        "correct horse battery staple",
        "football-over-the-rainbow",
        "가" + "나다" * 60,
    ],
)
def test_a_good_password_needs_no_mix_of_characters(password):
    """Length and being uncommon are enough; there are no composition rules."""
    if len(password) < passwords.SHORTEST:
        password += " 내일"
    require_good_password(password, EMAIL)


def test_length_is_counted_in_characters_after_composition():
    """Eight Hangul syllables are eight characters, however the keyboard sent them."""
    decomposed = unicodedata.normalize("NFD", "무등산에오르자꾸")
    assert len(decomposed) > passwords.SHORTEST
    require_good_password(decomposed, EMAIL)
    with pytest.raises(IdentityError) as refused:
        require_good_password(unicodedata.normalize("NFD", "무등산에오르자"), EMAIL)
    assert (refused.value.limit, refused.value.actual) == (8, 7)


def test_the_list_of_common_passwords_holds_three_thousand_that_rules_would_allow():
    """The list is there, large enough for ASVS, and wastes no line on what is too short anyway."""
    common = passwords._common()
    assert len(common) >= 3000
    assert all(len(word) >= passwords.SHORTEST and word == word.lower() for word in common)


async def test_the_demonstrations_password_is_for_demonstration_accounts(pool, kim):
    """`booking-demo-2026` opens demonstration accounts and can be set for no other."""
    accounts = Accounts(pool)
    await accounts.add(
        "d@x.example", "시연", "staff", password=DEMONSTRATION_PASSWORD, demonstration=True
    )
    with pytest.raises(IdentityError, match="demonstration only"):
        await accounts.add("e@x.example", "실제", "staff", password=DEMONSTRATION_PASSWORD)
    with pytest.raises(IdentityError, match="demonstration only"):
        await accounts.set_password(kim.account_id, DEMONSTRATION_PASSWORD)


async def test_hashes_are_argon2id_with_the_named_parameters_and_salted():
    """What is stored says argon2id, 19 MiB, two passes, one lane, and differs each time."""
    first, second = await hash_password("the same one"), await hash_password("the same one")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert not needs_new_hash(first)
    assert needs_new_hash(first.replace("t=2", "t=1"))


async def test_only_the_right_password_matches_composed_or_not():
    """The same password typed as separate letters opens; anything else does not."""
    stored = await hash_password("비밀스러운 이야기")
    assert await password_matches(stored, "비밀스러운 이야기")
    assert await password_matches(stored, unicodedata.normalize("NFD", "비밀스러운 이야기"))
    for wrong in ("비밀스러운 이야기 ", "", "\ud800", "가" * 5000):
        assert not await password_matches(stored, wrong)
    assert not await password_matches(None, "nobody")


async def test_at_most_two_hashes_are_computed_at_a_time(monkeypatch):
    """A flood of sign-ins queues: never more than two hashes take memory at once."""
    running, most, lock = 0, 0, threading.Lock()
    verify = passwords._verify

    def counted(*arguments: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return verify(*arguments)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(passwords, "_verify", counted)
    await asyncio.gather(*(password_matches(None, "x") for _ in range(12)))
    assert most == passwords.HASHES_AT_A_TIME
