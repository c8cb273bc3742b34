"""The mailing process is killed between handing in a mail and noting it: none is ever lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.conftest import World, asked
from tests.web.mail_server import Mailbox, mail_server

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
ROOT = Path(__file__).parents[2]
KILLS = 3
BOOKINGS = 4
WAIT_SECONDS = 60


async def test_killed_in_the_midst_of_mailing(world: World) -> None:
    """Each notice arrives, and whatever arrives twice bears the Message-ID of the first."""
    mailbox, pool = Mailbox(), world.testbed.database.app
    with mail_server(mailbox) as port:
        with mailing(world.url, port):
            await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM mail.progress"))
        await be_busy(world)
        for kill in range(KILLS):
            mailbox.held = True
            before = len(mailbox.taken)
            with mailing(world.url, port):
                await until(lambda taken=before: arrived(mailbox, taken + 1))
            mailbox.held = False
            assert len(mailbox.taken) == before + 1, kill
        with mailing(world.url, port):
            await until(
                lambda: pool.fetchval(
                    "SELECT count(*) > 0 AND bool_and(state = 'sent') FROM mail.letters"
                )
            )
    noted = await pool.fetch("SELECT position, number, account_id FROM mail.letters")
    ids = Counter(str(mail["Message-ID"]) for mail in mailbox.taken)
    # Two people of the laboratory hear of each request, and kim of each answer.
    assert len(ids) == len(noted) == BOOKINGS * 3
    assert sum(ids.values()) == len(noted) + KILLS
    assert {mail["To"].addresses[0].addr_spec for mail in mailbox.taken} == {
        KIM,
        STAFF,
        "admin@testbed.example",
    }


async def be_busy(world: World) -> None:
    """Requests and their approvals."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    for number in range(BOOKINGS):
        body = asked("10:00", "12:00", days=2 + number, device_id="AUT-011")
        made = (await kim.post("/api/reservations", json=body)).json()
        path = f"/api/reservations/{made['reservation_id']}/approve"
        assert (await staff.post(path, json={})).status_code == 200


@contextmanager
def mailing(url: str, port: int) -> Iterator[None]:
    """A web process of our own with a mail server in its settings; killed with -9 at the end."""
    environment = os.environ | {
        "BOOKING_DATABASE_URL": url,
        "BOOKING_APP_CONNECTIONS": "5",
        "BOOKING_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "BOOKING_MAIL_FROM": "booking@testbed.example",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = ["--host", "127.0.0.1", "--port", str(free.getsockname()[1])]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", *address]
    process = subprocess.Popen(  # noqa: S603 - our own server
        [*command, "web.asgi:app"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


async def arrived(mailbox: Mailbox, count: int) -> bool:
    return len(mailbox.taken) >= count


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits until something holds, a minute at most."""
    for _ in range(WAIT_SECONDS * 20):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came so far")
