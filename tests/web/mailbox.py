"""Fixtures of the tests of mail: an application, its mailer, and the mailbox of a mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from booking.database import connect_alone
from booking.mailer import Mailer
from tests.web.conftest import World, running, world_settings
from tests.web.mail_server import Mailbox, mail_server
from tests.web.mailing import SENDER, mailer_of
from web.app import create_app

Connection = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    with mail_server(mailbox) as port:
        yield port


@pytest.fixture
async def world(world_url: str) -> AsyncIterator[World]:
    """The application with an address to mail from, and without a server of its own."""
    app = create_app(world_url, world_settings(mail_from=SENDER))
    async with running(app), AsyncExitStack() as stack:
        yield World(world_url, app, stack)


@pytest.fixture
async def connection(world_url: str) -> AsyncIterator[Connection]:
    alone = await connect_alone(world_url)
    yield alone
    await alone.close()


@pytest.fixture
async def mailer(world: World, port: int, connection: Connection) -> Mailer:
    """A mailer that has begun, with its rounds in the test's hands."""
    mailer = mailer_of(world, f"smtp://127.0.0.1:{port}")
    await mailer.round(connection)
    return mailer


async def hurry(connection: Connection) -> None:
    """What waits for another attempt is due now."""
    await connection.execute("UPDATE mail.letters SET next_at = clock_timestamp()")
