"""The embedded PostgreSQL is shared, durable, and brought back when it was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from booking.cluster import SOCKET_FOLDER_BYTES
from booking.postgres import EmbeddedServer, running_server
from booking.postgres_programs import Account, EmbeddedServerError, identity
from tests.ledger.server_processes import (
    account_of,
    alive,
    another_process,
    ask,
    finished,
    first_line,
    kill,
    launch,
    leave,
    postmaster,
    write,
    written,
)


async def test_it_runs_unprivileged_and_durable(folder: Path) -> None:
    """A new folder gets a server with all that keeps an acknowledged booking, not run by root."""
    with EmbeddedServer(folder / "data") as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await ask(server.url, f"SHOW {name}") == "on", name
        assert await ask(server.url, "SHOW listen_addresses") == ""
        assert await ask(server.url, "SHOW server_encoding") == "UTF8"
        assert await ask(server.url, "SELECT upper('é') || ('가' < '나')::text") == "Étrue"
        assert account_of(folder / "data") != 0


async def test_what_was_committed_is_there_after_a_restart(folder: Path) -> None:
    """Stopping keeps everything, and the next start makes no new database."""
    with EmbeddedServer(folder / "data") as server:
        await write(server.url, 1)
        first = server.url
    assert not alive(folder / "data")
    with EmbeddedServer(folder / "data") as server:
        assert server.url == first
        assert await written(server.url) == [1]


async def test_processes_share_it_and_the_last_stops_it(folder: Path) -> None:
    """Whoever leaves first leaves it running; with the last one it ends."""
    data = folder / "data"
    with another_process(data) as (process, url):
        with EmbeddedServer(data) as server:
            assert server.url == url
            await write(url, 1)
        assert alive(data)
        assert await written(url) == [1]
        leave(process)
    assert not alive(data)


async def test_the_first_may_leave_before_the_second(folder: Path) -> None:
    """Who started it is not who stops it."""
    data = folder / "data"
    with another_process(data) as (process, url), EmbeddedServer(data):
        leave(process)
        await write(url, 1)
        assert await written(url) == [1]
    assert not alive(data)


def test_processes_that_race_start_one_server(folder: Path) -> None:
    """Four processes that find nothing make one database and meet in one server."""
    data = folder / "data"
    processes = [launch(data) for _ in range(4)]
    urls = {first_line(process) for process in processes}
    said = "".join(leave(process) for process in processes)
    assert len(urls) == 1
    assert urls != {""}
    assert said.count("making the database") == 1
    assert not alive(data)


async def test_a_killed_user_leaves_it_usable(folder: Path) -> None:
    """A process that was killed neither blocks the next one nor keeps the server for ever."""
    data = folder / "data"
    with another_process(data) as (process, url):
        await write(url, 1)
        process.kill()
        process.wait()
        assert alive(data)
        with EmbeddedServer(data) as server:
            assert await written(server.url) == [1]
        assert not alive(data)


async def test_a_terminals_interrupt_stops_it_in_order(folder: Path) -> None:
    """Ctrl-C reaches the whole process group: our process stops the server, nobody else does."""
    data = folder / "data"
    with another_process(data) as (process, url):
        await write(url, 1)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    assert not alive(data)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_it_recovers_after_kill_9(folder: Path) -> None:
    """What was committed before PostgreSQL was killed is there, though an orphan was computing."""
    data = folder / "data"
    with EmbeddedServer(data) as server:
        await write(server.url, 1)
        busy = await asyncpg.connect(server.url)
        # A backend in the middle of a computation doesn't notice that its parent is gone.
        forever = asyncio.create_task(busy.execute("SELECT count(*) FROM generate_series(1, 1e11)"))
        await asyncio.sleep(0.2)
        kill(data)
        await asyncio.to_thread(server.ensure_running)
        assert await written(server.url) == [1]
        await write(server.url, 2)
        assert await written(server.url) == [1, 2]
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, OSError)):
            await forever


async def test_the_watcher_brings_it_back(folder: Path) -> None:
    """Nobody has to ask: it is back soon after it was killed, at the same address."""
    data = folder / "data"
    with running_server(data) as server:
        await write(server.url, 1)
        kill(data)
        until = time.monotonic() + 30
        while not await answers(server.url):
            assert time.monotonic() < until
            await asyncio.sleep(0.05)
        assert await written(server.url) == [1]


async def test_two_processes_bring_it_back_once(folder: Path) -> None:
    """Users that notice the end at the same time start one server."""
    data = folder / "data"
    with another_process(data) as (process, url), running_server(data) as server:
        for number in range(3):
            kill(data)
            await asyncio.to_thread(server.ensure_running)
            await write(url, number)
        assert await written(url) == [0, 1, 2]
        leave(process)


async def test_a_stale_number_of_another_program_does_not_matter(folder: Path) -> None:
    """After a reboot the old process id may be somebody else's: the server starts all the same."""
    data = folder / "data"
    with EmbeddedServer(data) as server:
        await write(server.url, 1)
        lock_file = data / "postgres" / "cluster" / "postmaster.pid"
        lines = lock_file.read_text().splitlines()
        kill(data)
        with stranger(account_of_folder(data)) as pid:
            lock_file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
            await asyncio.to_thread(server.ensure_running)
            assert await written(server.url) == [1]
            assert postmaster(data) != pid
            os.kill(pid, 0)


def test_another_major_version_is_refused(folder: Path) -> None:
    """Data of PostgreSQL 17 is left alone, and the message says what to do."""
    data = folder / "data"
    with EmbeddedServer(data):
        pass
    version = data / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(EmbeddedServerError, match=r"PostgreSQL 17 .* PostgreSQL 18") as refused:
        EmbeddedServer(data).__enter__()
    assert "booking backup" in str(refused.value)
    version.write_text("18\n")
    with EmbeddedServer(data):
        pass


async def test_a_killed_initdb_is_made_up_for(folder: Path) -> None:
    """A process killed while it makes the database leaves nothing that looks like one."""
    data = folder / "data"
    unfinished = data / "postgres" / "cluster.unfinished"
    with launch(data) as process:
        until = time.monotonic() + 30
        while not (unfinished / "base").exists():
            assert time.monotonic() < until
        os.killpg(process.pid, signal.SIGKILL)
    assert unfinished.exists()
    with EmbeddedServer(data) as server:
        await write(server.url, 1)
        assert await written(server.url) == [1]
    assert not unfinished.exists()


async def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    """A socket's address is short; the data folder's path may be long and hold anything."""
    data = folder / ("Prüf'stand $HOME" + "x" * SOCKET_FOLDER_BYTES) / "data"
    for number in (1, 2):
        with EmbeddedServer(data) as server:
            await write(server.url, number)
            assert f"host={(data / 'postgres' / 'socket').readlink()}&" in server.url
            assert await written(server.url) == list(range(1, number + 1))
    (data / "postgres" / "socket").readlink().rmdir()


async def test_a_copy_of_a_folder_does_not_meet_the_original(folder: Path) -> None:
    """A copied data folder is a database of its own, even when sockets lie elsewhere."""
    data = folder / ("x" * SOCKET_FOLDER_BYTES) / "data"
    with EmbeddedServer(data) as server:
        await write(server.url, 1)
    copied = data.with_name("copy")
    assert finished("/bin/cp", "-a", data, copied).returncode == 0
    with EmbeddedServer(data) as server, EmbeddedServer(copied) as copy:
        await write(copy.url, 2)
        assert await written(server.url) == [1]
        assert await written(copy.url) == [1, 2]
    for place in (data, copied):
        (place / "postgres" / "socket").readlink().rmdir()


def test_a_lost_database_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    """A link to a disk that isn't there is an error, not a reason to begin anew."""
    (folder / "data").mkdir()
    (folder / "data" / "postgres").symlink_to(folder / "disk")
    with pytest.raises(EmbeddedServerError, match="not there"):
        EmbeddedServer(folder / "data").__enter__()


def test_a_server_that_was_left_can_not_be_used(folder: Path) -> None:
    """After leaving, the address is refused instead of leading nowhere; leaving twice is fine."""
    server = EmbeddedServer(folder / "data")
    with server:
        pass
    server.stop()
    with pytest.raises(EmbeddedServerError, match="not in use"):
        _ = server.url


async def answers(url: str) -> bool:
    try:
        return await ask(url, "SELECT 1") == 1
    except (OSError, asyncpg.PostgresError):
        return False


def account_of_folder(data: Path) -> Account:
    owner = (data / "postgres" / "cluster").stat()
    return Account(owner.st_uid, owner.st_gid, "PostgreSQL's")


@contextmanager
def stranger(account: Account) -> Iterator[int]:
    """A program that has nothing to do with us and runs as PostgreSQL's account."""
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity(account)) as process:
        try:
            yield process.pid
        finally:
            process.kill()
