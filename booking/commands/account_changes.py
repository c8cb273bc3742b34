"""`booking account role|password`: what an account may do, and how its person signs in."""

from __future__ import annotations

import argparse
import getpass
import sys
import warnings

from booking.account import Account
from booking.account_fields import COMPANY_ROLES, LAB_ROLES
from booking.app import LedgerSource
from booking.commands.common import Commands, Refused, add_data, command, say, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import staff_named
from booking.commands.named import account_named
from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.decisions import Recall
from domain.people import AddAccount, GrantRole
from domain.standing import Standing

ROLE_EXAMPLES = """\
  booking account role kim@mudeung.example manager
  booking account role kim@mudeung.example member --company hanbit   from another company
  booking account role hong@lab.example auditor --by admin@lab.example

The person is signed out everywhere, and calendar feeds end; API tokens go on with the new role.
Bookings stay with the company that they were made for.
"""
SIGN_IN_EXAMPLES = """\
  booking account password kim@mudeung.example
  booking account password kim@mudeung.example --password-stdin < password.txt

The person is signed out everywhere; API tokens and calendar feeds go on.
"""


def add(actions: Commands) -> None:
    about = "give an account another role, or another company"
    parser = command(actions, "role", _role, about, ROLE_EXAMPLES)
    parser.add_argument("email", metavar="EMAIL", help="e-mail, or the account's id")
    parser.add_argument("role", metavar="ROLE", choices=(*COMPANY_ROLES, *LAB_ROLES))
    company = "of members and managers; without it, the account's own"
    parser.add_argument("--company", metavar="ID", help=company)
    add_by(parser)
    add_data(parser)
    about = "set a new password; it is asked for"
    parser = command(actions, "password", _password, about, SIGN_IN_EXAMPLES)
    parser.add_argument("email", metavar="EMAIL", help="e-mail, or the account's id")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    add_data(parser)


def _role(options: argparse.Namespace) -> int:
    role: str = options.role

    async def work(testbed: Testbed, _url: str) -> Account:
        by = await staff_named(testbed, options.by)
        account = await account_named(testbed, options.email)
        company_id = options.company
        if company_id is None and role in COMPANY_ROLES:
            company_id = account.company_id
        await require_company(testbed, company_id)
        # An account whose event was lost in a crash gets it now, with the role of before.
        await record_account(testbed, account)
        changed = account
        if (account.role, account.company_id) != (role, company_id):
            changed = await testbed.accounts.set_role(account.account_id, role, company_id)
        order = GrantRole(by=by, account_id=account.account_id, role=role, company_id=company_id)
        done = await testbed.booking.do(order)
        if changed == account and not done.events:
            raise Refused(f"{options.email} is {_described(account)} already.")
        return changed

    changed = with_testbed(options, work)
    say(f"{changed.account_id} is {_described(changed)}, and signed out everywhere.")
    return 0


def _password(options: argparse.Namespace) -> int:
    password = typed_password(stdin=options.password_stdin)

    async def work(testbed: Testbed, _url: str) -> str:
        account = await account_named(testbed, options.email)
        if account.disabled_at is not None:
            raise Refused(f"the account {options.email} is disabled.")
        await testbed.accounts.set_password(account.account_id, password)
        return account.account_id

    say(f"{with_testbed(options, work)} has a new password, and is signed out everywhere.")
    return 0


async def record_account(testbed: Testbed, account: Account) -> None:
    """Record that an account exists, unless that is in the ledger."""
    await testbed.booking.do(
        AddAccount(
            by=SYSTEM,
            account_id=account.account_id,
            role=account.role,
            company_id=account.company_id,
        )
    )


async def require_company(testbed: Testbed, company_id: str | None) -> None:
    if company_id is not None:
        (standing,) = await Recall(LedgerSource(testbed.ledger, None))(Standing(company_id))
        if not standing.registered:
            raise Refused(f"there is no company {company_id}: load it first.")


def typed_password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    try:
        password, again = _asked("Password: "), _asked("Once more: ")
    except (EOFError, getpass.GetPassWarning) as nowhere:
        said = "no password was given: type it at a terminal, or use --password-stdin."
        raise Refused(said) from nowhere
    if again != password:
        raise Refused("the two passwords differ.")
    return password


def _asked(prompt: str) -> str:
    """What is typed unseen. Where the terminal would show it, getpass only warns; this raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        return getpass.getpass(prompt)


def _described(account: Account) -> str:
    return f"{account.role} of {account.company_id}" if account.company_id else account.role
