"""What commands answer: who did it and why, usage that fits, options that help, lost output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from booking.config import Settings
from booking.testbed import open_testbed
from domain import events as e
from domain.actor import SYSTEM
from domain.devices import SetTerms
from domain.events import name_of
from domain.stored import decode_body
from domain.terms_of_use import TermsOfUse
from tests.booking.cli_desk import KIM, LEE, PARK, STAFF, Command, booking, desk, ids, times
from tests.booking.test_cli import environment
from tests.conftest import run

__all__ = ["booking", "desk"]

MAKE = ("reservation", "make", "ENE-001", "--for", KIM)
TIME = times(2, "09:00", "11:00")


def test_who_suspends_a_company_and_why_is_kept(desk: Command, database_url: str) -> None:
    """And what it keeps is counted: bookings and wishes stay, offers are withdrawn."""
    (lee,) = ids(desk("reservation", "make", "ENE-001", "--for", LEE, *TIME))
    assert desk(*MAKE, *times(3, "09:00", "10:00")).code == 0
    joined = desk("waitlist", "join", "ENE-001", "--for", PARK, *TIME)
    assert desk("reservation", "cancel", lee).code == 0
    suspend = ("company", "suspend", "mudeung", "--reason", "미납")
    assert "--by EMAIL" in desk(*suspend).err
    assert "nobody of the laboratory" in desk(*suspend, "--by", KIM).err
    done = desk(*suspend, "--by", STAFF)
    assert done.code == 0, done.err
    assert "Its open bookings stay: 1. Its offers that are withdrawn: 1." in done.out
    assert "offered nothing meanwhile: 1." in done.out
    assert ids(done, "w-") == ids(joined, "w-")
    assert desk("company", "reinstate", "mudeung", "--by", STAFF).code == 0
    assert run(standing(database_url)) == [(STAFF, "미납"), (STAFF, None)]


def test_what_a_command_wrote_is_in_the_views_when_it_ends(
    desk: Command, database_url: str
) -> None:
    """So that a web process that answers right after it is not behind."""
    for order in (("rate", "set", "ENE-001", "9000"), ("company", "no-shows", "--most", "2")):
        assert desk(*order).code == 0
        assert run(behind(database_url)) == 0


def test_a_misused_action_shows_its_own_usage(booking: Command) -> None:
    """Not that of all commands, which says nothing of the action's options."""
    answer = booking("outage", "list", "--devices", "ENE-001")
    assert answer.code == 2
    assert answer.err.startswith("usage: booking outage list ")
    assert "unrecognized arguments: --devices ENE-001" in answer.err


@pytest.mark.parametrize(
    ("terms", "option"),
    [
        (TermsOfUse(operator_required=True, closed_on_holidays=False), "(--usage-type operated)"),
        (TermsOfUse(irb_required=True, closed_on_holidays=False), "(--irb NUMBER)"),
    ],
)
def test_a_rule_names_the_option_that_helps(
    desk: Command, database_url: str, terms: TermsOfUse, option: str
) -> None:
    """Alone and in a bundle; a command without the option does not name it."""
    run(set_terms(database_url, terms))
    alone = desk(*MAKE, *TIME)
    assert (alone.code, option in alone.err) == (1, True)
    bundle = desk("reservation", "make", "ENE-001", "ENE-002", "--for", KIM, *TIME)
    assert (bundle.code, option in bundle.out) == (1, True)
    (other,) = ids(desk("reservation", "make", "ENE-002", "--for", KIM, *TIME))
    transferred = desk("reservation", "transfer", other, "--device", "ENE-001")
    assert (transferred.code, option in transferred.err) == (1, False)


@pytest.mark.parametrize(("redirected", "code"), [(">&-", 0), (">/dev/full", 1)])
def test_an_answer_that_nobody_can_read_is_said_on_standard_error(
    desk: Command, database_url: str, redirected: str, code: int
) -> None:
    """The id of what was made is not lost with a closed or full standard output."""
    words = [sys.executable, "-m", "booking", *MAKE, *TIME]
    answer = subprocess.run(  # noqa: S603 - the words are the test's own
        ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", *words],
        env=environment(database_url),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    (booked,) = ids(desk("reservation", "list"))
    assert (answer.returncode, booked in answer.stderr.decode()) == (code, True), answer.stderr


def test_a_backup_names_the_path_that_is_wrong(desk: Command, tmp_path: Path) -> None:
    """In one line, before there is a progress bar."""
    missing = tmp_path / "none"
    for target, said in (
        (missing / "x.backup", f"the folder {missing} does not exist."),
        (Path("/dev/full"), "/dev/full exists already"),
        (Path("/dev/full/x"), "/dev/full is a file, not a folder."),
    ):
        refused = desk("backup", str(target))
        assert (refused.code, refused.err.count("\n")) == (1, 1), refused
        assert said in refused.err


async def standing(url: str) -> list[tuple[str, str | None]]:
    """By whom a company was suspended and why, and by whom it was reinstated."""
    async with open_testbed(url, Settings()) as testbed:
        told = []
        for kind in (e.CompanySuspended, e.CompanyReinstated):
            (stored,) = await testbed.ledger.stored(types=[name_of(kind)], limit=2)
            recorded = decode_body(stored.body)
            account = await testbed.accounts.by_id(recorded.by)
            (reason,) = await testbed.seals.open_many([getattr(recorded.event, "reason", None)])
            assert account is not None
            told.append((account.email, reason))
        return told


async def behind(url: str) -> int:
    """By how many events the view that is furthest behind is behind."""
    async with open_testbed(url, Settings()) as testbed:
        positions = await testbed.projector.positions()
        head = await testbed.ledger.head()
        return head.position - min(one.position for one in positions.values())


async def set_terms(url: str, terms: TermsOfUse) -> None:
    async with open_testbed(url, Settings()) as testbed:
        await testbed.booking.do(SetTerms(by=SYSTEM, device_id="ENE-001", terms=terms))
