"""`booking token` and `booking account add|role|password|disable|erase`."""

from __future__ import annotations

import argparse
import os
import sys

from booking.account import Account
from booking.account_fields import COMPANY_ROLES, LAB_ROLES, LANGUAGES
from booking.api_tokens import DEFAULT_DAYS, MOST_DAYS
from booking.commands import account_changes
from booking.commands.account_changes import record_account, require_company, typed_password
from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    say,
    settings_of,
    topic,
    with_testbed,
)
from booking.commands.named import account_named
from booking.commands.numbers import whole
from booking.erasure import Erasure
from booking.erasure_list import erasure_list_of, remember_erasure
from booking.identity_error import IdentityError
from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.people import ErasePerson

ISSUE_EXAMPLES = """\
  booking token park@mudeung.example
  booking token park@mudeung.example --name nightly-export --days 30
"""
ADD_EXAMPLES = """\
  booking account add hong@lab.example --name-ko 홍길동 --role staff
  booking account add kim@mudeung.example --name-ko 김하늘 --name-en "Haneul Kim" \\
      --role member --company mudeung --password-stdin < password.txt
"""


def add(commands: Commands) -> None:
    parser = command(
        commands, "token", _token, "print a new API token of an account, once", ISSUE_EXAMPLES
    )
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--name", metavar="N", default="command line", help="what it is for")
    parser.add_argument(
        "--days",
        metavar="N",
        type=whole(1, MOST_DAYS),
        default=DEFAULT_DAYS,
        help=f"valid for ({DEFAULT_DAYS})",
    )
    add_data(parser)
    actions = topic(commands, "account", "add, change, disable or erase an account")
    _add_add(actions)
    account_changes.add(actions)
    about = "shut an account out at once: sessions, tokens and feeds end"
    parser = command(
        actions, "disable", _disable, about, "  booking account disable hong@lab.example\n"
    )
    parser.add_argument("email", metavar="EMAIL")
    add_data(parser)
    about = "remove a person's data for ever, and say what is kept and why"
    parser = command(actions, "erase", _erase, about, "  booking account erase hong@lab.example\n")
    parser.add_argument("email", metavar="EMAIL", help="e-mail, or the account's id")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    add_data(parser)


def _add_add(actions: Commands) -> None:
    about = "add an account; its password is asked for"
    parser = command(actions, "add", _add, about, ADD_EXAMPLES)
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--name-ko", metavar="NAME", default="", help="name in Korean")
    parser.add_argument("--name-en", metavar="NAME", default="", help="name in English")
    parser.add_argument("--role", required=True, choices=(*COMPANY_ROLES, *LAB_ROLES))
    parser.add_argument("--company", metavar="ID", help="of members and managers")
    parser.add_argument("--phone", default="", metavar="NUMBER")
    parser.add_argument("--language", choices=LANGUAGES, default="ko")
    password = parser.add_mutually_exclusive_group()
    password.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    password.add_argument(
        "--no-password", action="store_true", help="for an account that uses API tokens only"
    )
    add_data(parser)


def _token(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> str:
        account = await account_named(testbed, options.email)
        return await testbed.api_tokens.issue(account.account_id, options.name, options.days)

    say(with_testbed(options, work))
    print("It is shown only this once.", file=sys.stderr)  # noqa: T201 - not part of the answer
    return 0


def _add(options: argparse.Namespace) -> int:
    password = None if options.no_password else typed_password(stdin=options.password_stdin)

    async def work(testbed: Testbed, _url: str) -> Account:
        if (await testbed.ledger.head()).position == 0:
            raise Refused("the ledger is empty: run `booking serve` or `booking load` first.")
        await require_company(testbed, options.company)
        try:
            account = await testbed.accounts.add(
                options.email,
                options.name_ko,
                options.role,
                options.company,
                password,
                name_en=options.name_en,
                phone=options.phone,
                language=options.language,
            )
        except IdentityError:
            # An account whose event was lost in a crash gets it now.
            known = await testbed.accounts.by_email(options.email)
            if known is not None:
                await record_account(testbed, known)
            raise
        await record_account(testbed, account)
        return account

    account = with_testbed(options, work)
    say(f"{account.account_id} added.")
    return 0


def _disable(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> Account:
        account = await account_named(testbed, options.email)
        return await testbed.accounts.disable(account.account_id)

    account = with_testbed(options, work)
    say(f"{account.account_id} disabled.")
    return 0


def _erase(options: argparse.Namespace) -> int:
    if not options.yes and not _confirmed(options.email):
        raise Refused("nothing was erased.")

    async def work(testbed: Testbed, _url: str) -> Erasure:
        account = await account_named(testbed, options.email)
        # Backups that were made before still hold the person; the list is for their restores.
        remember_erasure(erasure_list_of(testbed.settings), account.account_id)
        erasure = await testbed.accounts.erase(account.account_id)
        testbed.seals.forget(account.account_id)
        # Recorded after it was done, so that the ledger never claims what is not so.
        await testbed.booking.do(ErasePerson(by=SYSTEM, account_id=account.account_id))
        return erasure

    erasure = with_testbed(options, work)
    korean = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("ko")
    language = "ko" if korean else "en"
    say(f"{erasure.account_id} erased.\nRemoved for ever:")
    for text in erasure.removed:
        say(f"  - {text.in_language(language)}")
    say("Kept, and why:")
    for text in erasure.kept:
        say(f"  - {text.in_language(language)}")
    say(f"Restores of older backups will read {erasure_list_of(settings_of(options))}.")
    return 0


def _confirmed(email: str) -> bool:
    print(f"This removes {email} for ever. Type the e-mail again to go on: ", end="", flush=True)  # noqa: T201 - a question
    return sys.stdin.readline().strip() == email
