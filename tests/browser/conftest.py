"""A real server on a socket, and Debian's Chromium driven by Playwright.

Without Chromium these tests are skipped, and say so.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, sync_playwright

from booking.passwords import DEMONSTRATION_PASSWORD
from tests.web.conftest import world_url, worlds

__all__ = ["world_url", "worlds"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STARTING_SECONDS = 30
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: `apt-get install chromium` brings it")
    # Its loop runs in this thread until it is closed, and the other tests want theirs.
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture
def site(world_url: str, chromium: Browser) -> Iterator[str]:
    """The address of a server of its own over a fresh copy of the small world."""
    del chromium  # only so that nothing is started where there is no browser
    port = _free_port()
    environment = {
        **os.environ,
        "BOOKING_DATABASE_URL": world_url,
        "BOOKING_PORT": str(port),
        "BOOKING_DEMO": "1",
    }
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "web.asgi:app"]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as server:  # noqa: S603
        try:
            _wait_for(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


class Person:
    """Somebody at a browser, whose console and network are watched."""

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        defaults = {"locale": "ko-KR", "timezone_id": "Asia/Seoul"}
        self.context = browser.new_context(base_url=site, **{**defaults, **options})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._miss)

    def sign_in(self, email: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", DEMONSTRATION_PASSWORD)
        self.page.click("form[action='/sign-in'] button")

    def _miss(self, request: Request) -> None:
        # Whoever leaves a page takes along what it was still loading; that is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(request.url)

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


@pytest.fixture
def person(chromium: Browser, site: str) -> Iterator[Any]:
    """`person(width=390, java_script_enabled=False)`: a new browser for somebody."""
    people: list[Person] = []

    def make(width: int = 1440, height: int = 900, **options: Any) -> Person:
        size = {"width": width, "height": height}
        people.append(Person(chromium, site, viewport=size, **options))
        return people[-1]

    yield make
    for one in people:
        one.context.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    give_up = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
