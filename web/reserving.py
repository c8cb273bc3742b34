"""From what somebody asks for to the command that reserves, for JSON and HTML alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from booking.account import Account
from booking.account_fields import normal_email
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain.events import UsageType
from domain.reservations import ReserveDevice
from web.forms import Id, Line, Moment, RequiredProse, period_of
from web.overriding import OverrideBody, override_of
from web.problem import FieldError, Invalid, Problem, wrong

MOST_PEOPLE = 20


class ReserveBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a company (or, with `company_id`, the laboratory for it) asks for.

    `people` are colleagues who come along, and `account` (the laboratory only) is who answers for
    the booking: e-mail addresses or account ids of the company. `replaces` is the displaced
    reservation whose place it takes: once, and without notice.
    """

    device_id: Id
    start: Moment
    end: Moment
    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None
    account: Line | None = None
    override: OverrideBody | None = None
    replaces: Id | None = None


async def reserve_command(testbed: Testbed, account: Account, body: ReserveBody) -> ReserveDevice:
    """The command; raises Invalid, and Problem (403) for a booking in another company's name."""
    period = period_of(body.start, body.end)
    override = await override_of(testbed, account, body.override)
    company_id = _company(account, body)
    people = await colleagues(testbed, company_id, "people", body.people)
    holder = account.account_id
    if body.account is not None:
        if not account.is_lab:
            raise Problem("forbidden")
        (holder,) = await colleagues(testbed, company_id, "account", [body.account])
    seal = testbed.seals.seal
    return ReserveDevice(
        by=account.actor,
        reservation_id=opaque_id("r"),
        device_id=body.device_id,
        company_id=company_id,
        account_id=holder,
        period=period,
        purpose=await seal(account.account_id, body.purpose),
        usage_type=body.usage_type,
        people=people,
        irb_number=await seal(account.account_id, body.irb_number) if body.irb_number else None,
        override=override,
        replaces=body.replaces,
    )


async def colleagues(
    testbed: Testbed, company_id: str, field: str, named: Sequence[str]
) -> tuple[str, ...]:
    """The account ids of people of a company, named by e-mail or id; raises Invalid."""
    if not named:
        return ()
    known: dict[str, str] = {}
    for one in await testbed.accounts.list(company_id):
        if one.disabled_at is None:
            known[one.email] = known[one.account_id] = one.account_id
    errors = [
        FieldError(
            field=f"{field}[{number}]" if field == "people" else field, rule="colleague", limit=name
        )
        for number, name in enumerate(named)
        if normal_email(name) not in known
    ]
    if errors:
        raise Invalid(*errors)
    return tuple(dict.fromkeys(known[normal_email(name)] for name in named))


def _company(account: Account, body: ReserveBody) -> str:
    if account.is_lab:
        if body.company_id is None:
            raise wrong("company_id", "required")
        return body.company_id
    if account.company_id is None or body.company_id not in (None, account.company_id):
        raise Problem("forbidden")
    return account.company_id
