"""A mail server whose certificate fails gets no mail; every letter waits until one is good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from booking.database import connect_alone
from tests.certificates import Authority
from tests.web.conftest import World, running, world_settings
from tests.web.mail_server import Mailbox, mail_server
from tests.web.mailing import ADMIN, SENDER, STAFF, mailer_of, requested
from web.app import create_app


@pytest.fixture
async def world(world_url: str) -> AsyncIterator[World]:
    """The application with an address to mail from, and without a server of its own."""
    app = create_app(world_url, world_settings(mail_from=SENDER))
    async with running(app), AsyncExitStack() as stack:
        yield World(world_url, app, stack)


async def test_letters_wait_for_a_server_that_is_who_it_says(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not one try is counted, the log says why and no secret, and mending it sends them all."""
    mailbox, ours, theirs = Mailbox(), Authority(tmp_path), Authority(tmp_path, "theirs")
    connection = await connect_alone(world.url)
    with mail_server(mailbox, tls_context=ours.serving()) as port:
        url = f"smtp://127.0.0.1:{port}?starttls=required&cafile="
        doubted = mailer_of(world, f"{url}{theirs.file}")
        await doubted.round(connection)
        await requested(world)
        await doubted.round(connection)
        await doubted.round(connection)
        rows = await connection.fetch("SELECT state, tries FROM mail.letters")
        assert [tuple(row) for row in rows] == [("waiting", 0)] * 2
        assert mailbox.taken == []
        said = [it.getMessage() for it in caplog.records if it.name == "booking.mailer"]
        assert len(said) == 1
        assert "its certificate is not trusted" in said[0]
        assert STAFF not in caplog.text
        await mailer_of(world, f"{url}{ours.file}").round(connection)
    assert sorted(one["To"].addresses[0].addr_spec for one in mailbox.taken) == [ADMIN, STAFF]
    await connection.close()
