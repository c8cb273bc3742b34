"""`booking account role|password`, `booking notices`, and a backup where staff look for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from booking import letters
from booking.app import LedgerSource
from booking.backups import last_good
from booking.config import Settings
from booking.identity_error import IdentityError
from booking.testbed import Testbed, open_testbed
from domain import events as e
from domain.decisions import Query
from projections import notices
from tests.booking.cli_desk import KIM, LEE, STAFF, Command, booking, desk, requested
from tests.conftest import run

__all__ = ["booking", "desk"]

PASSWORD = "맑은 날 무등산에 오르기"


def test_a_role_is_changed_and_recorded(desk: Command, database_url: str) -> None:
    """The old one goes with the new; whoever has it already is told so; sessions end."""
    token = run(signed_in(database_url, KIM))
    assert "is manager of mudeung, and signed out" in desk("account", "role", KIM, "manager").out
    assert run(roles_of(database_url, KIM)) == ["-member", "+manager mudeung"]
    assert not run(is_signed_in(database_url, token))
    again = desk("account", "role", KIM, "manager")
    assert (again.code, "is manager of mudeung already" in again.err) == (1, True)
    moved = desk("account", "role", KIM, "member", "--company", "hanbit", "--by", STAFF)
    assert "is member of hanbit" in moved.out
    assert "is auditor, and" in desk("account", "role", KIM, "auditor").out
    assert run(roles_of(database_url, KIM))[2:] == [
        *("-manager", "+member hanbit"),
        *("-member", "+auditor None"),
    ]
    for arguments, code, said in (
        ((KIM, "member"), 1, "belong to a company"),
        ((KIM, "member", "--company", "nobody"), 1, "there is no company nobody"),
        ((LEE, "staff", "--company", "hanbit"), 1, "belong to no company"),
        (("x@y.example", "staff"), 1, "there is no account x@y.example"),
        ((LEE, "member", "--by", LEE), 1, "nobody of the laboratory"),
        ((LEE, "king"), 2, "invalid choice"),
    ):
        answer = desk("account", "role", *arguments)
        assert (answer.code, said in answer.err) == (code, True), answer


@pytest.mark.parametrize(
    "words",
    [
        ("account", "password", KIM),
        ("account", "add", "new@lab.example", "--name-ko", "새직원", "--role", "staff"),
    ],
)
def test_a_password_that_nobody_can_type_is_refused(desk: Command, words: tuple[str, ...]) -> None:
    """Without a terminal and without --password-stdin the answer is one sentence."""
    del desk  # only so that there is a laboratory
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "booking", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "--password-stdin" in answer.stderr


def test_a_role_whose_event_was_lost_is_recorded_later(desk: Command, database_url: str) -> None:
    """A crash between the account and the ledger is made good by the same command."""

    async def crash() -> None:
        async with open_testbed(database_url, Settings()) as testbed:
            kim = await known(testbed, KIM)
            await testbed.accounts.set_role(kim, "manager", "mudeung")

    run(crash())
    assert desk("account", "role", KIM, "manager").code == 0
    assert run(roles_of(database_url, KIM)) == ["-member", "+manager mudeung"]


def test_a_password_is_set(desk: Command, database_url: str) -> None:
    """It lets the person in, the one before does not, and who was signed in is out."""
    set_password = ("account", "password", KIM, "--password-stdin")
    assert desk(*set_password, typed=f"{PASSWORD}\n").code == 0
    token = run(signed_in(database_url, KIM))
    answer = desk(*set_password, typed="another good password 9\n")
    assert "has a new password, and is signed out everywhere." in answer.out
    assert not run(is_signed_in(database_url, token))
    assert run(lets_in(database_url, KIM, "another good password 9"))
    assert not run(lets_in(database_url, KIM, PASSWORD))
    short = desk(*set_password, typed="short\n")
    assert (short.code, "at least 8 characters" in short.err) == (1, True)
    assert desk("account", "disable", LEE).code == 0
    for email, said in ((LEE, "is disabled"), ("x@y.example", "there is no account")):
        refused = desk("account", "password", email, "--password-stdin", typed=f"{PASSWORD}\n")
        assert (refused.code, said in refused.err) == (1, True)


def test_notices_and_what_became_of_their_mails(desk: Command, database_url: str) -> None:
    """To whom, about what, sent or not; never what somebody wrote."""
    assert desk("notices").out == "There are no notices.\n"
    requested(database_url, 2, "r-asked")
    decline = ("reservation", "decline", "r-asked", "--reason", "비밀 사유", "--by", STAFF)
    assert desk(*decline).code == 0
    told = [line.split()[2:] for line in desk("notices").out.splitlines()[1:]]
    about = ["ENE-003", "r-asked", "mudeung"]
    assert told == [["declined", *about, KIM, "—"], ["request", *about, "staff", "—"]]
    run(addressed(database_url))
    assert "waiting 1" in desk("notices", KIM).out
    unsent = desk("notices", "--unsent")
    assert [line.split()[2] for line in unsent.out.splitlines()[1:]] == ["declined", "request"]
    assert STAFF in unsent.out
    assert "비밀" not in unsent.out + desk("notices").out
    assert desk("notices", KIM, "--unsent").out.count("waiting") == 1
    assert desk("notices", "--last", "1").out.count("\n") == 2
    run(refused_for_good(database_url))
    assert "550" in desk("notices", "--unsent").out
    assert desk("notices", "--retry").out == "Mails that are sent once more: 1.\n"
    assert desk("notices", "x@y.example").code == 1
    assert desk("notices", "--last", "0").code == 2


def test_a_backup_without_a_file_is_the_last_good_one(desk: Command, tmp_path: Path) -> None:
    """It lies where those of the service lie, so staff see it on their page."""
    made = desk("backup")
    assert made.code == 0, made.err
    last = last_good(tmp_path / "data" / "backups")
    assert last is not None
    assert last.file in made.out


async def known(testbed: Testbed, email: str) -> str:
    account = await testbed.accounts.by_email(email)
    assert account is not None
    return account.account_id


async def signed_in(url: str, email: str) -> str:
    async with open_testbed(url, Settings()) as testbed:
        return await testbed.sessions.open(await known(testbed, email))


async def is_signed_in(url: str, token: str) -> bool:
    async with open_testbed(url, Settings()) as testbed:
        return await testbed.sessions.find(token) is not None


async def lets_in(url: str, email: str, password: str) -> bool:
    async with open_testbed(url, Settings()) as testbed:
        try:
            await testbed.sign_in.attempt(email, password, "127.0.0.1")
        except IdentityError:
            return False
        return True


async def roles_of(url: str, email: str) -> list[str]:
    """What the ledger says of an account's roles: `-` revoked, `+` granted."""
    async with open_testbed(url, Settings()) as testbed:
        tag = f"account:{await known(testbed, email)}"
        query = Query(types=(e.RoleGranted, e.RoleRevoked), tags=(tag,))
        answer = await LedgerSource(testbed.ledger, None).read([query], None)
        return [_said(recorded.event) for recorded, _ in answer.events]


def _said(event: object) -> str:
    if isinstance(event, e.RoleGranted):
        return f"+{event.role} {event.company_id}"
    assert isinstance(event, e.RoleRevoked)
    return f"-{event.role}"


async def addressed(url: str) -> None:
    """Every notice up to now is made into letters, as where mail is set up."""
    async with open_testbed(url, Settings()) as testbed:
        head = (await testbed.ledger.head()).position
        await testbed.projector.catch_up()
        async with testbed.database.app.acquire() as connection:
            await letters.begin(connection, 0)
            found = await notices.after_position(connection, 0, head, 100)
            await letters.address(connection, found, await testbed.accounts.list(), head)


async def refused_for_good(url: str) -> None:
    """The mail server takes the first of the letters never."""
    async with open_testbed(url, Settings()) as testbed:
        head = (await testbed.ledger.head()).position
        async with testbed.database.app.acquire() as connection:
            first, *_ = await letters.due(connection, head, 10)
            await letters.finish(connection, first, "refused", 550)
