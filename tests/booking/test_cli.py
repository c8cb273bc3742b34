"""The command `booking`, as people run it: what it prints, and what it exits with."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from booking.app import LedgerSource
from booking.cli import main
from booking.config import Settings
from booking.fixture_files import packaged_fixtures
from booking.testbed import open_testbed
from domain.decisions import Query
from domain.events import AccountAdded, PersonErased
from tests.conftest import run

PASSWORD = "a good long password 7"
SMALL = """
profiles: {X: {slot_minutes: 30}}
people:
  - {email: staff@lab.example, name: {ko: 직원, en: Staff}, role: staff}
companies:
  - {company_id: mudeung, name: {ko: 무등, en: Mudeung}, sector: energy, kind: small}
devices:
  - device_id: ENE-001
    name: {ko: 시험기, en: Rig}
    sector: energy
    site: {ko: 광주, en: Gwangju}
    location: {ko: 1층, en: 1F}
    registration_number: NFEC-2026-01-200001
    keeper: staff@lab.example
    rate: 1000
    terms: X
"""


class Answer(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def booking(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Command:
    """The command on the test's database, in this process: that spares starting a new one."""
    for name in [name for name in os.environ if name.startswith("BOOKING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BOOKING_DATABASE_URL", database_url)
    monkeypatch.setenv("BOOKING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def given(*arguments: str, typed: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        # In a thread of its own it may run a loop, whatever runs in this one.
        with ThreadPoolExecutor(1) as thread:
            code = thread.submit(exit_code, arguments).result()
        return Answer(code, *capfd.readouterr())

    return given


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "replay", "--check"),
        ("rebuild",),
        ("token", "kim@mudeung.example"),
        ("reservation", "list"),
    ],
)
def test_a_folder_without_a_database_is_refused(
    booking: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A mistyped folder is no ledger in which nothing is wrong, and nothing is made there."""
    monkeypatch.delenv("BOOKING_DATABASE_URL")
    nowhere = tmp_path / "mistyped"
    answer = booking(*words, "--data", str(nowhere))
    assert (answer.code, answer.out) == (1, "")
    assert f"there is no database in {nowhere}" in answer.err
    assert not nowhere.exists()


def test_an_empty_ledger_has_nothing_to_compare(booking: Command) -> None:
    """That nothing differs would sound as though something had been checked."""
    answer = booking("audit", "replay", "--check")
    assert (answer.code, "the ledger is empty" in answer.err) == (1, True)


@pytest.fixture
def loaded(booking: Command, tmp_path: Path) -> Command:
    """The command on a real ledger with one device, one company and one person."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert booking("load", str(path)).code == 0
    return booking


def exit_code(arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as misused:
        return int(misused.code or 0)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("demo",),
        ("serve",),
        ("load",),
        ("simulate",),
        ("token",),
        ("account",),
        ("account", "add"),
        ("account", "erase"),
        ("backup",),
        ("restore",),
        ("rebuild",),
        ("audit", "replay"),
    ],
)
def test_help_shows_examples(booking: Command, arguments: tuple[str, ...]) -> None:
    """Every command explains itself with examples."""
    answer = booking(*arguments, "--help")
    assert answer.code == 0
    assert "examples:\n  booking" in answer.out


@pytest.mark.parametrize(
    "group",
    [
        *("account", "audit", "company", "reservation", "series", "waitlist", "outage"),
        *("breakdown", "problem", "maintenance", "calibration", "usage", "statement"),
        *("rate", "quota"),
    ],
)
def test_a_group_shows_an_example_of_each_action(booking: Command, group: str) -> None:
    """Its help lists its actions, and shows how each of them is typed."""
    answer = booking(group, "--help")
    listed = answer.out.partition("positional arguments:")[2].partition("options:")[0]
    actions = re.findall(r"^ {4}([a-z-]+)", listed, re.MULTILINE)
    assert actions
    for action in actions:
        assert f"\n  booking {group} {action}" in answer.out, action


def test_numbers_out_of_range_are_misuse(booking: Command) -> None:
    """A token of no day and a history of no event are mistyped, not refused."""
    assert booking("token", "kim@mudeung.example", "--days", "0").code == 2
    assert booking("token", "kim@mudeung.example", "--days", "366").code == 2
    assert booking("simulate", "--events", "0").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("serve", "--port", "none"), "--port should be a whole number from 1 to 65535"),
        (("load",), "required: FILE"),
        (("simulate", "--events", "0"), "a whole number from 1 to"),
        (("rebuild", "weather"), "there is no view 'weather'"),
        (("account", "add", "x@y.example", "--role", "king"), "invalid choice: 'king'"),
    ],
)
def test_misuse_exits_with_2(booking: Command, arguments: tuple[str, ...], message: str) -> None:
    """A command line that means nothing says what is wrong with it."""
    answer = booking(*arguments)
    assert answer.code == 2
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_loading_twice_changes_nothing(booking: Command) -> None:
    """The first time tells the number of events, the second that there was nothing new."""
    names = ("terms", "devices", "companies", "people")
    files = [str(packaged_fixtures() / f"{name}.yaml") for name in names]
    first = booking("load", *files)
    assert (first.code, first.err) == (0, "")
    assert int(first.out.split()[0]) > 300
    second = booking("load", *files)
    assert (second.code, second.out) == (0, "Nothing new.\n")


def test_a_mistake_in_a_file_is_one_line(booking: Command, tmp_path: Path) -> None:
    """The file is named, the exit code is 1, and there is no traceback."""
    path = tmp_path / "people.yaml"
    path.write_text("people: [{email: x@y.example, role: king}]", encoding="utf-8")
    answer = booking("load", str(path))
    assert answer.code == 1
    assert answer.err.startswith(f"booking: {path}: people: x@y.example: ")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_a_real_ledger_is_no_place_for_made_up_history(loaded: Command, command: str) -> None:
    """`simulate` and `demo` refuse a ledger that was opened by `load`."""
    port = ("--port", str(free_port())) if command == "demo" else ()
    answer = loaded(command, *port)
    assert answer.code == 1
    assert "real bookings" in answer.err
    assert answer.err.strip().splitlines()[-1].startswith("booking: ")


def test_an_account_comes_signs_in_by_token_and_goes(loaded: Command, database_url: str) -> None:
    """Added with a password, given a token, disabled, erased: each step is recorded or told."""
    email = "hong@lab.example"
    added = loaded(
        *("account", "add", email, "--name-ko", "홍길동", "--role", "staff", "--password-stdin"),
        typed=f"{PASSWORD}\n",
    )
    assert (added.code, added.err) == (0, "")
    account_id = added.out.split()[0]
    token = loaded("token", email, "--name", "export", "--days", "30")
    assert token.code == 0
    assert token.out.startswith("tb_")
    assert run(owner_of(database_url, token.out.strip())) == account_id
    assert loaded("account", "disable", email).code == 0
    assert run(owner_of(database_url, token.out.strip())) is None
    refused = loaded("account", "erase", email, typed="no\n")
    assert refused.code == 1
    erased = loaded("account", "erase", email, "--yes")
    assert erased.code == 0
    assert "Removed for ever:" in erased.out
    assert "Kept, and why:" in erased.out
    assert run(types_about(database_url, account_id)) == ["AccountAdded", "PersonErased"]
    again = loaded("account", "erase", account_id, "--yes")
    assert again.code == 0
    assert loaded("token", email).code == 1


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (("--role", "staff", "--password-stdin"), "short\n", "8"),
        (("--role", "member", "--no-password"), "", "company"),
        (("--role", "member", "--company", "nobody", "--no-password"), "", "no company nobody"),
        (("--role", "staff", "--password-stdin"), "booking-demo-2026\n", "demonstration"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    loaded: Command, arguments: tuple[str, ...], typed: str, message: str
) -> None:
    """The reason is one line, and nothing is added."""
    name = ("account", "add", "hong@lab.example", "--name-ko", "홍길동")
    answer = loaded(*name, *arguments, typed=typed)
    assert answer.code == 1
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert "there is no account" in loaded("token", "hong@lab.example").err


def test_a_row_changed_by_hand_is_found_and_rebuilt(loaded: Command, database_url: str) -> None:
    """`audit replay --check` names it and exits with 1 until `rebuild` has put it right."""
    good = loaded("audit", "replay", "--check")
    assert good.code == 0, good.out
    run(change_a_device(database_url))
    bad = loaded("audit", "replay", "--check")
    assert bad.code == 1
    assert "ENE-001" in bad.out
    rebuilt = loaded("rebuild")
    assert rebuilt.code == 0
    assert "it differed" in rebuilt.out
    assert loaded("audit", "replay").code == 0


def test_a_database_out_of_reach_is_one_line(
    booking: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No traceback when nobody answers at the address of the database."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    answer = booking("token", "park@mudeung.example")
    assert answer.code == 1
    assert answer.err.startswith("booking: ")
    assert answer.err.count("\n") == 1


def test_the_program_itself_runs_with_its_own_database(folder: Path) -> None:
    """`python -m booking` starts the embedded database in BOOKING_DATA, and stops it again."""
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "booking", "load", str(path)],
        env=environment("") | {"BOOKING_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "events appended" in answer.stdout
    assert (folder / "data").is_dir()
    assert not list(folder.rglob("postmaster.pid"))


def test_a_port_in_use_is_refused_first(booking: Command) -> None:
    """Nobody waits for a year of history only to hear that the port is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = booking("demo", "--port", str(port))
    assert answer.code == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in answer.err


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def environment(database_url: str) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BOOKING_")}
    return {
        **kept,
        "BOOKING_DATABASE_URL": database_url,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


async def owner_of(url: str, token: str) -> str | None:
    async with open_testbed(url, Settings()) as testbed:
        account = await testbed.api_tokens.find(token)
        return account and account.account_id


async def types_about(url: str, account_id: str) -> list[str]:
    async with open_testbed(url, Settings()) as testbed:
        source = LedgerSource(testbed.ledger, None)
        query = Query(types=(AccountAdded, PersonErased), tags=(f"account:{account_id}",))
        answer = await source.read([query], None)
        return [recorded.type for recorded, _ in answer.events]


async def change_a_device(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        schema = await connection.fetchval(
            "SELECT table_schema FROM information_schema.tables"
            " WHERE table_schema LIKE 'view_devices_v%' AND table_name = 'rates'"
        )
        changed = await connection.execute(
            f"UPDATE {schema}.rates SET krw_per_hour = 1 WHERE device_id = 'ENE-001'"
        )
        assert changed != "UPDATE 0"
    finally:
        await connection.close()


def test_a_company_is_suspended_and_reinstated(booking: Command, tmp_path: Path) -> None:
    """From the command line as from the page; what changes nothing is refused."""
    small = tmp_path / "small.yaml"
    small.write_text(SMALL, encoding="utf-8")
    assert booking("load", str(small)).code == 0
    assert booking("company", "suspend", "mudeung").out.startswith("mudeung may not book.\n")
    twice = booking("company", "suspend", "mudeung")
    assert (twice.code, twice.err) == (1, "booking: There is nothing to change.\n")
    assert booking("company", "reinstate", "mudeung").out == "mudeung may book again.\n"
    assert booking("company", "reinstate", "mudeung").code == 1
    for unknown in (("reinstate", "nobody"), ("no-shows", "--company", "nobody", "--most", "1")):
        refused = booking("company", *unknown)
        assert (refused.code, "No such company: nobody" in refused.err) == (1, True), refused


def test_the_no_show_policy_is_shown_and_set(booking: Command, tmp_path: Path) -> None:
    """For all companies, and for one of them."""
    small = tmp_path / "small.yaml"
    small.write_text(SMALL, encoding="utf-8")
    assert booking("load", str(small)).code == 0
    assert booking("company", "no-shows").out.startswith("3 no-shows within 90 days suspend")
    assert booking("company", "no-shows", "--most", "2").out.startswith("2 no-shows within 90")
    never = booking("company", "no-shows", "--company", "mudeung", "--most", "0")
    assert never.out == "No-shows never suspend mudeung.\n"
    assert booking("company", "no-shows", "--days", "0").code == 1


@pytest.mark.parametrize("arguments", [("serve", "--port", "18517"), ("outage", "list")])
def test_data_of_a_newer_version_is_one_clear_sentence(
    booking: Command, database_url: str, arguments: tuple[str, ...]
) -> None:
    """Neither a traceback nor a server: what is the matter, and what to do."""

    async def upgrade() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE alembic_version SET version_num = '9999_newer'")
        await connection.close()

    run(upgrade())
    answer = booking(*arguments)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "made by a newer version of booking (revision 9999_newer): upgrade" in answer.err
