"""The application behind its real server: sockets, workers, and bytes no client library sends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from booking.testbed import open_testbed
from tests.conftest import Copies
from tests.web.conftest import asked, world_settings

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
WORKERS = 2
START_SECONDS = 60
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def served(worlds: Copies) -> Iterator[tuple[str, int]]:
    """The URL of a copy of the world, and the port of two web processes on it."""
    with worlds.one() as url, _serving(url) as port:
        yield url, port


async def test_of_many_in_two_processes_one_books(served: tuple[str, int]) -> None:
    """Sixty clients of two companies want one slot from two processes: one 201, 59 × 409."""
    url, port = served
    tokens = await _tokens(url, KIM, LEE)
    answers = await asyncio.gather(*(_reserve(port, tokens[number % 2]) for number in range(60)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 59
    assert all(one.json()["alternatives"] for one in answers if one.status_code == 409)


async def test_a_booking_of_one_process_is_seen_in_the_other(served: tuple[str, int]) -> None:
    """Each of twenty fresh connections, to whichever process, sees the booking at once."""
    url, port = served
    (token,) = await _tokens(url, KIM)
    made = (await _reserve(port, token, days=2)).json()
    for _ in range(20):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            path = f"/api/reservations/{made['reservation_id']}"
            seen = await client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert seen.json() == made


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        (b"/api/devices/%00", {404}),
        (b"/api/devices/%ff%fe", {400, 404}),
        (b"/api/devices/%c0%80", {400, 404}),
        (b"/api/devices/%ed%a0%80", {400, 404}),
        (b"/api/devices/..%2f..%2fetc", {404}),
        (b"/api/devices/AUT-018%0d%0aX:%20y", {404}),
        (b"/api/devices?q=%00", {422}),
        (b"/api/devices?q=%ff", {400}),
        (b"/api/devices?q=%ed%a0%80", {400}),
        (b"/api/devices?" + b"a=b&" * 500, {400}),
        (b"/api/devices?limit=" + b"9" * 6000, {422}),
        (b"/api/devices?as_of=99999999999999999999", {422}),
        (b"/api/devices?as_of=" + b"9" * 64, {422}),
        (b"/api/devices?%5b%5d=1&limit[]=2", {422}),
        (b"/api/reservations?after=%F0%9F%9A%97", {422}),
        (b"/api/events?tag=%1f", {422, 403}),
        (b"//api//devices", {200, 404}),
    ],
)
async def test_bytes_in_addresses_are_never_a_fault(
    served: tuple[str, int], target: bytes, statuses: set[int]
) -> None:
    """NUL, broken UTF-8, huge numbers and separators in an address are the client's mistake."""
    url, port = served
    (token,) = await _tokens(url, KIM)
    status, body = await _raw(port, b"GET " + target + b" HTTP/1.1", token)
    assert status in statuses, (status, body)


async def test_a_large_body_is_cut_off(served: tuple[str, int]) -> None:
    """A body of two megabytes is 413, told from its announced length alone."""
    url, port = served
    (token,) = await _tokens(url, KIM)
    lines = b"POST /api/reservations HTTP/1.1\r\nContent-Length: 2000000"
    status, _ = await _raw(port, lines, token)
    assert status == 413


@contextlib.contextmanager
def _serving(url: str) -> Iterator[int]:
    """The port of two web processes on the database at `url`, for a while."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    # A worker that is told to stop while it still starts does not hear it.
    options = ["--workers", str(WORKERS), "--workers-kill-timeout", "5"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory"]
    environment = os.environ | {
        "BOOKING_DATABASE_URL": url,
        "BOOKING_DEMO": "1",
        "BOOKING_APP_CONNECTIONS": "5",
        "BOOKING_PORT": str(port),
    }
    process = subprocess.Popen(  # noqa: S603 - our own server
        [*command, *options, *address, "web.asgi:app"], cwd=ROOT, env=environment
    )
    try:
        _until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


async def _tokens(url: str, *emails: str) -> list[str]:
    async with open_testbed(url, world_settings()) as testbed:
        accounts = [await testbed.accounts.by_email(email) for email in emails]
        return [
            await testbed.api_tokens.issue(account.account_id, "test")
            for account in accounts
            if account is not None
        ]


async def _reserve(port: int, token: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        return await client.post("/api/reservations", json=asked(**more), headers=headers)


async def _raw(port: int, start: bytes, token: str) -> tuple[int, bytes]:
    """Status and answer to a request written byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    writer.write(start + head.encode())
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), answer


def _until_ready(port: int) -> None:
    give_up = monotonic() + START_SECONDS
    while monotonic() < give_up:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/ready", timeout=5).status_code == 200:
                return
        sleep(0.1)
    raise TimeoutError(f"not ready after {START_SECONDS} s")
