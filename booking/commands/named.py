"""Companies and devices as command lines name them, and people as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from booking.account import Account
from booking.commands.common import Refused
from booking.testbed import Testbed
from domain.actor import SYSTEM_ACCOUNT
from projections import usage
from projections.devices import Device, get_device
from projections.usage import Company


async def company_named(testbed: Testbed, company_id: str) -> Company:
    """Raises Refused for one that there is not, as do all of these."""
    company = await usage.company(testbed.database.app, company_id)
    if company is None:
        raise Refused(f"there is no company {company_id}.")
    return company


async def companies_named(testbed: Testbed, company_id: str | None) -> Sequence[Company]:
    """One company, or without a name all of them."""
    if company_id is not None:
        return [await company_named(testbed, company_id)]
    return await usage.companies(testbed.database.app)


async def device_named(testbed: Testbed, device_id: str) -> Device:
    device = await get_device(testbed.database.app, device_id)
    if device is None:
        raise Refused(f"there is no device {device_id}.")
    return device


def one_of(given: str | None, option: str | None, name: str) -> str | None:
    """What may be named bare or by an option; raises Refused for two names."""
    if given is not None and option is not None and given != option:
        raise Refused(f"{given} or {name} {option}: one of them.")
    return option if given is None else given


async def account_named(testbed: Testbed, name: str) -> Account:
    """The account with an e-mail or an id; an erased one has only its id."""
    account = await testbed.accounts.by_email(name) or await testbed.accounts.by_id(name)
    if account is None:
        raise Refused(f"there is no account {name}.")
    return account


async def noted(testbed: Testbed, what: str, subject: str) -> None:
    """Who looked at what is kept; on a command line it is whoever has the server."""
    await testbed.access_log.record(SYSTEM_ACCOUNT, what, subject)


def name_of(people: Mapping[str, Account], account_id: str, language: str = "en") -> str:
    """Whoever was erased, and the system, are known by their id alone."""
    known = people.get(account_id)
    return account_id if known is None or known.erased_at else known.name(language)


def email_of(people: Mapping[str, Account], account_id: str) -> str:
    """The same by e-mail, which commands take."""
    known = people.get(account_id)
    return account_id if known is None or known.erased_at else known.email
