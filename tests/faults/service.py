"""A real service under test: the command line's own processes, on a folder of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "fixtures").glob("*.yaml"))
LOADED = ("terms", "devices", "companies", "people")
START_SECONDS = 60.0


class Service:
    """`booking serve` with two web processes and the embedded database, loaded with fixtures."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> str:
        """Runs a command of ours and answers what it printed."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "booking", *words, "--data", str(self.data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def token(self, email: str) -> str:
        return self.command("token", email).split()[-1]

    @contextmanager
    def running(self) -> Iterator[Service]:
        words = ["serve", "--port", str(self.port), "--workers", "2", "--data", str(self.data)]
        log = (self.data.parent / "service.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "booking", *words], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            self.wait_until_ready()
            yield self
        finally:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            log.close()

    def wait_until_ready(self) -> float:
        """Seconds until the service answers that it is ready; AssertionError when it does not."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            try:
                if httpx.get(f"{self.url}/ready", timeout=2).status_code == 200:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready within {START_SECONDS} s; see {self.data.parent}")

    def kill_a_web_process(self) -> None:
        """Kill -9 of one of the web processes."""
        assert self._process is not None
        os.kill(max(_web_processes(self._process.pid)), signal.SIGKILL)

    def kill_postgres(self) -> None:
        """Kill -9 of PostgreSQL's first process."""
        (pid_file,) = self.data.glob("**/postmaster.pid")
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)


@contextmanager
def loaded_service(folder: Path) -> Iterator[Service]:
    """A running service with the fixtures' devices, companies and people."""
    service = Service(folder / "data")
    files = [str(file) for file in FIXTURES if file.stem in LOADED]
    service.command("load", *files)
    with service.running():
        yield service


def _web_processes(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
