"""Accounts: added, found, changed, shut out."""

from __future__ import annotations

import unicodedata

import asyncpg
import pytest

from booking.api_tokens import ApiTokens
from booking.feed_tokens import Feeds
from booking.identity import Account, Accounts
from booking.identity_error import WORDS, IdentityError
from booking.sessions import Sessions


async def test_an_account_is_found_by_id_and_by_email_in_any_form(pool, kim):
    """Case, surrounding blanks and decomposed letters in a typed e-mail make no difference."""
    accounts = Accounts(pool)
    assert kim.email == "kim@mudeung.example"
    assert await accounts.by_id(kim.account_id) == kim
    assert await accounts.by_email(" KIM@mudeung.EXAMPLE ") == kim
    umlaut = await accounts.add("bär@mudeung.example", "박", "member", "mudeung")
    assert await accounts.by_email(unicodedata.normalize("NFD", "BÄR@mudeung.example")) == umlaut


async def test_ids_are_opaque_and_of_the_known_form(kim):
    """An account id is `a-` and 16 lower-case base32 characters, and names nobody."""
    assert kim.account_id.startswith("a-")
    assert len(kim.account_id) == 18
    assert kim.account_id == kim.account_id.lower()


@pytest.mark.parametrize("nobody", ["a-unknown", "", "a\0b", "\ud800"])
async def test_unknown_and_broken_ids_and_emails_find_nobody(pool, nobody):
    """Text that PostgreSQL cannot even hold is nobody's, and no fault."""
    accounts = Accounts(pool)
    assert await accounts.by_id(nobody) is None
    assert await accounts.by_email(nobody) is None
    assert await accounts.many([nobody]) == {}


async def test_many_answers_the_known_ones(pool, kim, staff):
    """Rendering a page of names takes one query, and unknown ids are left out."""
    found = await Accounts(pool).many([kim.account_id, staff.account_id, "a-unknown"])
    assert found == {kim.account_id: kim, staff.account_id: staff}


async def test_list_is_of_everyone_or_of_one_company(pool, kim, staff):
    """A company's manager lists the company's people, the laboratory everyone."""
    accounts = Accounts(pool)
    assert await accounts.list() == [kim, staff]
    assert await accounts.list("mudeung") == [kim]
    assert await accounts.list("hanbit") == []


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (("KIM@mudeung.example", "김", "member", "mudeung"), "email_taken"),
        (("kim", "김", "member", "mudeung"), "email_form"),
        (("k\0@m.example", "김", "member", "mudeung"), "text_characters"),
        (("k@m.example" * 30, "김", "member", "mudeung"), "email_form"),
        (("k@m.example", "", "member", "mudeung"), "name_length"),
        (("k@m.example", "김" * 101, "member", "mudeung"), "name_length"),
        (("k@m.example", "김\n하늘", "member", "mudeung"), "text_characters"),
        (("k@m.example", "김", "king", "mudeung"), "role"),
        (("k@m.example", "김", "member"), "company_missing"),
        (("k@m.example", "김", "staff", "mudeung"), "company_unwanted"),
        (("k@m.example", "김", "member", "mudeung", "short"), "password_short"),
    ],
)
async def test_a_bad_account_is_refused_by_name_of_the_rule(pool, kim, values, rule):
    """Each field has its rule, and a refused account leaves nothing behind."""
    with pytest.raises(IdentityError) as refused:
        await Accounts(pool).add(*values)
    assert refused.value.rule == rule
    assert await Accounts(pool).list() == [kim]


async def test_roles_say_who_is_of_the_lab_and_who_sees_everything(pool):
    """Auditors see everything and are not of the laboratory; companies' people are neither."""
    answers = {}
    for role in ("member", "manager", "staff", "auditor", "administrator"):
        company = "mudeung" if role in {"member", "manager"} else None
        account = await Accounts(pool).add(f"{role}@x.example", role, role, company)
        answers[role] = (account.is_lab, account.sees_everything)
    assert answers == {
        "member": (False, False),
        "manager": (False, False),
        "staff": (True, True),
        "auditor": (False, True),
        "administrator": (True, True),
    }


async def test_a_name_is_in_the_readers_language_or_in_the_one_there_is(kim, staff):
    """Names are rendered in Korean or English, falling back to the other."""
    assert (kim.name("ko"), kim.name("en")) == ("김하늘", "Kim Haneul")
    assert staff.name("en") == "이직원"


async def test_a_printed_account_names_nobody(kim):
    """Logs and tracebacks show the opaque id, never a name or an e-mail."""
    assert "김" not in repr(kim)
    assert "mudeung.example" not in f"{kim}"


async def test_people_change_their_own_profile(pool, kim):
    """Names, phone and language change; e-mail, role and company do not."""
    changed = await Accounts(pool).set_profile(kim.account_id, "김바다", "", "062-000-0000", "en")
    assert (changed.name("en"), changed.phone, changed.language) == ("김바다", "062-000-0000", "en")
    assert (changed.email, changed.role, changed.company_id) == (kim.email, "member", "mudeung")


async def test_a_disabled_account_is_out_at_once(pool, kim):
    """Disabling ends sessions, API tokens and feeds with the same statement."""
    doors = await open_doors(pool, kim)
    disabled = await Accounts(pool).disable(kim.account_id)
    assert disabled.disabled_at is not None
    await assert_shut(pool, doors)
    with pytest.raises(IdentityError, match="no longer in use"):
        await Sessions(pool).open(kim.account_id)
    with pytest.raises(IdentityError, match="no longer in use"):
        await ApiTokens(pool).issue(kim.account_id, "again")
    with pytest.raises(IdentityError, match="no longer in use"):
        await Feeds(pool).issue(kim.account_id, "mine", "full", "ko")


async def test_the_state_of_the_account_alone_shuts_every_door(pool, kim):
    """Doors are shut by what the account is now, even if closing them had been forgotten."""
    doors = await open_doors(pool, kim)
    await pool.execute("UPDATE identity.accounts SET disabled_at = clock_timestamp()")
    await assert_shut(pool, doors)


async def test_another_role_ends_sessions_and_feeds_of_the_old_one(pool, kim):
    """What was granted to the old role goes with it; API tokens act with the new role."""
    session, token, feed = await open_doors(pool, kim)
    await Accounts(pool).set_role(kim.account_id, "auditor", None)
    assert await Sessions(pool).find(session) is None
    assert (await Feeds(pool).find(feed)).revoked_at is not None
    assert (await ApiTokens(pool).find(token)).role == "auditor"


async def test_changing_an_unknown_account_is_refused(pool):
    """There is no silent success for accounts that do not exist."""
    with pytest.raises(IdentityError, match="no such account"):
        await Accounts(pool).disable("a-unknown")
    with pytest.raises(IdentityError, match="no such account"):
        await Accounts(pool).set_password("a-unknown", "a long enough one")


async def test_the_application_may_not_rewrite_who_looked_or_own_the_tables(pool):
    """The access log takes additions only, and the schema is not the application's to change."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("UPDATE identity.access_log SET subject = ''")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("TRUNCATE identity.accounts CASCADE")


def test_every_rule_has_words_in_both_languages():
    """No reader meets a rule's bare name, and both languages fill in the same values."""
    for rule, words in WORDS.items():
        assert set(words) == {"ko", "en"}, rule
        for language in words:
            assert IdentityError(rule, limit=7, actual=9).message(language), rule
        for value in ("{limit}", "{actual}"):
            assert (value in words["ko"]) == (value in words["en"]), rule


async def open_doors(pool: asyncpg.Pool, account: Account) -> tuple[str, str, str]:
    session = await Sessions(pool).open(account.account_id)
    token = await ApiTokens(pool).issue(account.account_id, "script")
    _, feed = await Feeds(pool).issue(account.account_id, "mine", "full", "ko")
    assert await Sessions(pool).find(session) is not None
    assert await ApiTokens(pool).find(token) is not None
    assert (await Feeds(pool).find(feed)).revoked_at is None
    return session, token, feed


async def assert_shut(pool: asyncpg.Pool, doors: tuple[str, str, str]) -> None:
    session, token, feed = doors
    assert await Sessions(pool).find(session) is None
    assert await ApiTokens(pool).find(token) is None
    assert (await Feeds(pool).find(feed)).revoked_at is not None
