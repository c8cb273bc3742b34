"""Sign-in: the right password opens a session, and guessing ends soon."""

from __future__ import annotations

import asyncio
import time

import argon2
import asyncpg
import pytest

from booking.identity import Accounts
from booking.identity_error import IdentityError, TooManyFailures
from booking.sessions import Sessions
from booking.sign_in import (
    FAILURES_PER_ACCOUNT,
    FAILURES_PER_ADDRESS,
    WINDOW,
    SignIn,
    address_block,
)

PASSWORD = "맑은 날 무등산에 오르기"
HOME = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


async def test_the_right_password_opens_a_session(pool, kim):
    """E-mail and password, in whatever case the e-mail was typed, answer a session's token."""
    token = await SignIn(pool).attempt("KIM@mudeung.example", PASSWORD, HOME)
    assert (await Sessions(pool).find(token)).account == kim


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("kim@mudeung.example", "wrong password"),
        ("nobody@mudeung.example", PASSWORD),
        ("staff@testbed.example", PASSWORD),
        ("k\0im@mudeung.example", PASSWORD),
        ("\ud800", "\ud800"),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("kim", "staff")
async def test_a_wrong_sign_in_never_says_what_was_wrong(pool, email, password):
    """Wrong password, unknown e-mail and account without password get one and the same answer."""
    with pytest.raises(IdentityError) as refused:
        await SignIn(pool).attempt(email, password, HOME)
    assert refused.value.rule == "sign_in"
    assert await pool.fetchval("SELECT count(*) FROM identity.sessions") == 0


async def test_a_disabled_account_cannot_sign_in(pool, kim):
    """The right password of a disabled account is answered like a wrong one."""
    await Accounts(pool).disable(kim.account_id)
    with pytest.raises(IdentityError) as refused:
        await SignIn(pool).attempt(kim.email, PASSWORD, HOME)
    assert refused.value.rule == "sign_in"


async def test_after_too_many_failures_even_the_right_password_waits(pool, kim):
    """The account's limit holds from any address, and the answer says for how long."""
    await fail(pool, kim.email, HOME, FAILURES_PER_ACCOUNT)
    with pytest.raises(TooManyFailures) as refused:
        await SignIn(pool).attempt(kim.email, PASSWORD, ELSEWHERE)
    assert 0 < refused.value.retry_after_seconds <= WINDOW.total_seconds()
    assert "15" in refused.value.message("ko")


async def test_the_wait_ends_when_the_oldest_failure_leaves_the_window(pool, kim):
    """The window slides: one failure grown old makes room for one attempt."""
    await fail(pool, kim.email, HOME, FAILURES_PER_ACCOUNT)
    await pool.execute(
        "UPDATE identity.sign_in_failures SET at = at - $1::interval"
        " WHERE failure_id = (SELECT min(failure_id) FROM identity.sign_in_failures)",
        WINDOW,
    )
    await fail(pool, kim.email, HOME, 1)
    with pytest.raises(TooManyFailures):
        await SignIn(pool).attempt(kim.email, PASSWORD, HOME)
    await pool.execute("UPDATE identity.sign_in_failures SET at = at - $1::interval", WINDOW)
    assert await SignIn(pool).attempt(kim.email, PASSWORD, HOME)


async def test_unknown_emails_are_limited_like_known_ones(pool):
    """The limit does not tell whether an account exists."""
    await fail(pool, "nobody@x.example", HOME, FAILURES_PER_ACCOUNT)
    with pytest.raises(TooManyFailures):
        await SignIn(pool).attempt("NOBODY@x.example", "anything", ELSEWHERE)


async def test_an_address_that_tries_many_accounts_is_stopped(pool, kim):
    """Spraying one password over many accounts ends at the address's limit, elsewhere goes on."""
    await entered(pool, HOME, FAILURES_PER_ADDRESS)
    with pytest.raises(TooManyFailures):
        await SignIn(pool).attempt(kim.email, PASSWORD, HOME)
    assert await SignIn(pool).attempt(kim.email, PASSWORD, ELSEWHERE)


async def test_guesses_that_arrive_together_are_counted_one_by_one(pool, kim):
    """Forty guesses at once, each at a door of its own, get ten looks at the password together."""
    answers = await asyncio.gather(
        *(SignIn(pool).attempt(kim.email, f"guess {n}", f"192.0.2.{n}") for n in range(40)),
        return_exceptions=True,
    )
    looked = [a for a in answers if isinstance(a, IdentityError) and a.rule == "sign_in"]
    stopped = [a for a in answers if isinstance(a, TooManyFailures)]
    assert (len(looked), len(stopped)) == (FAILURES_PER_ACCOUNT, 40 - FAILURES_PER_ACCOUNT)


async def test_a_rush_of_right_sign_ins_is_no_rush_of_failures(pool, kim):
    """Thirty right sign-ins of one account at once all succeed."""
    door = SignIn(pool)
    tokens = await asyncio.gather(*(door.attempt(kim.email, PASSWORD, HOME) for _ in range(30)))
    assert len(set(tokens)) == 30
    assert await pool.fetchval("SELECT count(*) FROM identity.sign_in_failures") == 0


async def test_a_right_password_forgives_this_place_and_no_other(pool, kim):
    """Success strikes out the failures of this account from this address, and only those."""
    await fail(pool, kim.email, HOME, 3)
    await fail(pool, kim.email, ELSEWHERE, 2)
    await fail(pool, "other@x.example", HOME, 1)
    await SignIn(pool).attempt(kim.email, PASSWORD, HOME)
    assert await pool.fetchval("SELECT count(*) FROM identity.sign_in_failures") == 3


async def test_old_failures_are_cleared_away(pool):
    """Hashes of e-mails and addresses are kept no longer than the window needs them."""
    await fail(pool, "a@x.example", HOME, 2)
    await pool.execute("UPDATE identity.sign_in_failures SET at = at - $1::interval", WINDOW)
    await fail(pool, "b@x.example", ELSEWHERE, 1)
    assert await pool.fetchval("SELECT count(*) FROM identity.sign_in_failures") == 1


async def test_unknown_accounts_take_as_long_as_known_ones(pool, kim):
    """A stop-watch does not tell which e-mails have accounts: a hash is computed for both."""

    async def seconds(email: str, address: str) -> float:
        started = time.perf_counter()
        with pytest.raises(IdentityError, match="wrong"):
            await SignIn(pool).attempt(email, "wrong password", address)
        return time.perf_counter() - started

    known, unknown = [], []
    for n in range(9):
        known.append(await seconds(kim.email, f"192.0.2.{n}"))
        unknown.append(await seconds("nobody@mudeung.example", f"192.0.2.{n}"))
    # The quickest of each is least disturbed by whatever else the machine does; leaving out the
    # hash makes a ratio of about a fifth.
    assert 0.5 < min(unknown) / min(known) < 2


async def test_a_hash_of_older_parameters_is_renewed_at_sign_in(pool, kim):
    """Whoever signs in gets today's parameters without noticing."""
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    await pool.execute("UPDATE identity.accounts SET password_hash = $1", weak.hash(PASSWORD))
    await SignIn(pool).attempt(kim.email, PASSWORD, HOME)
    stored = await pool.fetchval("SELECT password_hash FROM identity.accounts")
    assert "m=19456,t=2,p=1" in stored
    assert await SignIn(pool).attempt(kim.email, PASSWORD, HOME)


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address, block):
    """Whoever owns a /64 does not get a fresh limit with each of its addresses."""
    assert address_block(address) == block


async def fail(pool: asyncpg.Pool, email: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(IdentityError) as refused:
            await SignIn(pool).attempt(email, "wrong password", address)
        assert refused.value.rule == "sign_in"


async def entered(pool: asyncpg.Pool, address: str, times: int) -> None:
    """Failures of as many different accounts; one real one shows that they are counted alike."""
    await fail(pool, "first@x.example", address, 1)
    await pool.execute(
        "INSERT INTO identity.sign_in_failures (email_key, address_key)"
        " SELECT sha256(n::text::bytea), address_key"
        " FROM identity.sign_in_failures, generate_series(2, $1::int) AS n",
        times,
    )
