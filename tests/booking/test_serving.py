"""`booking serve` in a process of its own: killed, stopped, and asked over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from booking.config import Settings
from booking.testbed import open_testbed
from tests.conftest import run


def test_a_service_outlives_its_web_processes_and_stops_when_told(database_url: str) -> None:
    """Web processes that are killed come back, twice in a row too; SIGTERM ends it all cleanly."""
    with served(database_url) as (service, client):
        for _ in range(2):
            (worker,) = web_processes(service.pid)
            os.kill(worker, signal.SIGKILL)
            wait_until(lambda gone=worker: gone not in web_processes(service.pid))
            wait_until(lambda: answers(client))
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0
        assert not answers(client)


def test_web_processes_do_not_outlive_a_killed_service(database_url: str) -> None:
    """After kill -9 of the service its port is free again, so that it can be started anew."""
    with served(database_url) as (service, client):
        service.kill()
        service.wait(10)
        wait_until(lambda: not answers(client))


def test_an_empty_ledger_is_served_as_a_real_one(database_url: str) -> None:
    """`serve` opens the ledger for real; sign-in is the only door."""
    with served(database_url) as (_service, client):
        assert client.get("/api/devices").status_code == 401
    assert run(demonstration_of(database_url)) is False


@contextmanager
def served(database_url: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """A running `booking serve`, and a client of it."""
    port = free_port()
    service = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "booking", "serve", "--port", str(port)],
        env=environment(database_url),
        stdout=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            wait_until(lambda: answers(client))
            yield service, client
    finally:
        service.terminate()
        service.wait(30)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def web_processes(service: int) -> list[int]:
    """The service's web processes, without the helper of Python's multiprocessing."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
            command = (folder / "cmdline").read_text(encoding="utf-8")
        except (OSError, IndexError):
            continue
        if parent == service and "spawn_main" in command:
            found.append(int(folder.name))
    return found


def wait_until(true: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


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


async def demonstration_of(url: str) -> bool:
    async with open_testbed(url, Settings()) as testbed:
        return (await testbed.ledger.head()).demonstration
