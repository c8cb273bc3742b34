"""What commands that ask for time share: their options, and the people and texts behind them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, get_args

from booking.account import Account
from booking.account_fields import normal_email
from booking.commands.common import Refused, add_data
from booking.commands.displacing import add_by
from booking.commands.local_time import moment_of, staff_named
from booking.testbed import Testbed
from domain.actor import Actor
from domain.events import UsageType
from domain.overriding import OVERRIDABLE, Override
from domain.period import Period
from domain.sealed import Sealed

USAGE_TYPES: tuple[UsageType, ...] = get_args(UsageType)
LONGEST_TEXT = 2000
TIMES = "Times are those of Asia/Seoul unless they say an offset."


def add_times(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    for option, where in (("--from", "start"), ("--to", "end")):
        parser.add_argument(
            option, dest=where, metavar="TIME", type=moment_of, required=required, default=None
        )


def add_asked(parser: argparse.ArgumentParser) -> None:
    """Whose booking it becomes, and what is said of it; what every reservation holds."""
    whose = "whose it is: e-mail of a company's person"
    parser.add_argument("--for", dest="holder", metavar="EMAIL", required=True, help=whose)
    sealed = "what it is for; sealed under the account of --by, else of --for"
    parser.add_argument("--purpose", metavar="TEXT", type=text_of, help=sealed)
    parser.add_argument("--usage-type", choices=USAGE_TYPES, default=USAGE_TYPES[0])
    along = "a colleague who comes along; may be given several times"
    parser.add_argument("--people", metavar="EMAIL", action="append", default=[], help=along)
    irb = "IRB approval, for devices used on people; sealed as well"
    parser.add_argument("--irb", metavar="NUMBER", type=text_of, help=irb)
    add_by(parser)
    add_data(parser)


def add_override(parser: argparse.ArgumentParser) -> None:
    rule = "set this rule aside; may be given several times"
    parser.add_argument(
        "--override", metavar="RULE", action="append", choices=OVERRIDABLE, default=[], help=rule
    )
    parser.epilog = f"{parser.epilog or ''}\nRules that --override takes: {', '.join(OVERRIDABLE)}."
    because = "why rules are set aside; sealed under the account of --by"
    parser.add_argument("--because", metavar="TEXT", type=text_of, help=because)


def text_of(text: str) -> str:
    """A line of text that can be kept."""
    line = text.strip()
    if 1 <= len(line) <= LONGEST_TEXT and line.isprintable():
        return line
    raise argparse.ArgumentTypeError(f"one line of 1 to {LONGEST_TEXT} characters")


def period_of(options: argparse.Namespace) -> Period:
    """Raises Refused where it does not end after it starts."""
    if options.end <= options.start:
        raise Refused("--to has to be later than --from.")
    return Period(options.start, options.end)


async def asked(testbed: Testbed, options: argparse.Namespace) -> dict[str, Any]:
    """What a reservation, a series and a wish have in common, by the names of their fields.

    Raises Refused for people whom nobody can book for.
    """
    by = await staff_named(testbed, options.by)
    holder = await booker_named(testbed, options.holder)
    company_id = holder.company_id or ""
    author = holder.account_id if options.by is None else by.account_id
    seal = testbed.seals.seal
    return {
        "by": by,
        "company_id": company_id,
        "account_id": holder.account_id,
        "purpose": await seal(author, options.purpose) if options.purpose else None,
        "usage_type": options.usage_type,
        "people": await colleagues_named(testbed, company_id, options.people),
        "irb_number": await seal(author, options.irb) if options.irb else None,
    }


async def booker_named(testbed: Testbed, email: str) -> Account:
    """A company's person who may hold bookings."""
    account = await testbed.accounts.by_email(email)
    if account is None:
        raise Refused(f"there is no account {email}.")
    if account.company_id is None:
        raise Refused(f"{email} is nobody of a company, and bookings belong to companies.")
    if account.disabled_at is not None:
        raise Refused(f"the account {email} is disabled.")
    return account


async def colleagues_named(
    testbed: Testbed, company_id: str, emails: Sequence[str]
) -> tuple[str, ...]:
    """The account ids of people of one company; raises Refused for others."""
    if not emails:
        return ()
    people = await testbed.accounts.list(company_id)
    known = {one.email: one.account_id for one in people if one.disabled_at is None}
    strangers = [email for email in emails if normal_email(email) not in known]
    if strangers:
        raise Refused(f"nobody of {company_id}: {', '.join(strangers)}.")
    return tuple(dict.fromkeys(known[normal_email(email)] for email in emails))


async def sealed_of(
    testbed: Testbed, options: argparse.Namespace, option: str, text: str
) -> Sealed:
    """A text sealed under the account of --by, and gone when that account is erased.

    Raises Refused for a text without an author.
    """
    if options.by is None:
        raise Refused(f"{option} is kept under somebody's account: say whose with --by EMAIL.")
    by = await staff_named(testbed, options.by)
    return await testbed.seals.seal(by.account_id, text)


async def reason_of(testbed: Testbed, options: argparse.Namespace) -> Sealed | None:
    """The sealed --reason, where one was given."""
    if options.reason is None:
        return None
    return await sealed_of(testbed, options, "--reason", options.reason)


async def override_of(testbed: Testbed, options: argparse.Namespace) -> Override | None:
    """The rules that are set aside, and why; both or neither."""
    if bool(options.override) != bool(options.because):
        raise Refused("--override and --because are given together.")
    if not options.override:
        return None
    because = await sealed_of(testbed, options, "--because", options.because)
    return Override(rules=tuple(dict.fromkeys(options.override)), reason=because)


async def actor_of(testbed: Testbed, options: argparse.Namespace) -> Actor:
    return await staff_named(testbed, options.by)
