"""A mail server that refuses, breaks off or is down costs nobody else a mail."""

from __future__ import annotations

from booking import letters
from booking.mailer import Mailer
from tests.web.conftest import World
from tests.web.form_browser import browser_of
from tests.web.mail_server import Mailbox, mail_server
from tests.web.mailbox import Connection, connection, hurry, mailbox, mailer, port, world
from tests.web.mailing import ADMIN, KIM, STAFF, mailer_of, requested, step

__all__ = ["connection", "mailbox", "mailer", "port", "world"]


async def test_a_mail_whose_answer_was_lost_goes_again_as_the_same(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """The server took it and the connection broke: the next one has the same Message-ID."""
    await step(world, await requested(world), "approve")
    mailbox.dropped = {KIM}
    await mailer.round(connection)
    mailbox.dropped = set()
    await hurry(connection)
    await mailer.round(connection)
    await mailer.round(connection)
    first, second = mailbox.of(KIM)
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    # The laboratory's two were behind it or before it, and came once each.
    assert len(mailbox.of(STAFF)) == len(mailbox.of(ADMIN)) == 1
    assert len({one["Message-ID"] for one in mailbox.taken}) == 3


async def test_a_server_that_breaks_off_every_mail_is_left_alone(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """After three connections that broke, the rest waits without having been tried."""
    mailbox.dropped = {STAFF, ADMIN}
    await requested(world, "10:00")
    await requested(world, "14:00")
    await mailer.round(connection)
    rows = await connection.fetch("SELECT tries FROM mail.letters ORDER BY position, account_id")
    assert [row["tries"] for row in rows] == [1, 1, 1, 0]
    mailbox.dropped = set()
    await hurry(connection)
    await mailer.round(connection)
    assert len({one["Message-ID"] for one in mailbox.taken}) == 4
    assert await connection.fetchval("SELECT bool_and(state = 'sent') FROM mail.letters")


async def test_a_refused_address_stops_nobody_and_staff_read_of_it(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """A permanent refusal is kept with its code, tried no more, and sent again on demand."""
    mailbox.refused = {ADMIN}
    await requested(world)
    await mailer.round(connection)
    await hurry(connection)
    await mailer.round(connection)
    assert len(mailbox.of(STAFF)) == 1
    (failed,) = await letters.undelivered(connection)
    assert (failed.code, failed.tries) == (550, 0)
    staff, kim = await world.client(STAFF), await world.client(KIM)
    (shown,) = (await staff.get("/api/notices/undelivered")).json()["items"]
    assert (shown["account"]["name"], shown["code"], shown["kind"]) == ("오관리", 550, "request")
    assert (await kim.get("/api/notices/undelivered")).status_code == 403
    mailbox.refused = set()
    page = await (await browser_of(world, STAFF)).get("/notices")
    assert "전달되지 않은 메일 1" in page.words
    assert "응답 550" in page.words
    assert "전달되지 않은" not in (await (await browser_of(world, KIM)).get("/notices")).words
    again = await staff.post("/api/notices/undelivered/retry", json={})
    assert again.json() == {"waiting": 1}
    await mailer.round(connection)
    assert len(mailbox.of(ADMIN)) == 1
    assert (await staff.get("/api/notices/undelivered")).json()["items"] == []


async def test_a_mailbox_that_is_full_for_now_waits_alone(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """Longer after each attempt, while the others pass; after five days staff read of it."""
    mailbox.delayed = {ADMIN}
    await requested(world)
    await mailer.round(connection)
    assert (len(mailbox.of(STAFF)), len(mailbox.of(ADMIN))) == (1, 0)
    waits = []
    for _ in range(10):
        waits.append(
            await connection.fetchval(
                "SELECT next_at - changed_at FROM mail.letters WHERE state = 'waiting'"
            )
        )
        await hurry(connection)
        await mailer.round(connection)
    seconds = [round(wait.total_seconds()) for wait in waits]
    assert seconds[:4] == [30, 60, 120, 240]
    assert max(seconds) == 3600
    old = "UPDATE mail.letters SET addressed_at = addressed_at - interval '6 days'"
    await connection.execute(old)
    await hurry(connection)
    await mailer.round(connection)
    assert [one.code for one in await letters.undelivered(connection)] == [451]


async def test_a_server_that_is_down_costs_nobody_a_try(
    world: World, connection: Connection, mailbox: Mailbox
) -> None:
    """Everything waits, is addressed meanwhile, and goes when the server is back."""
    with mail_server(mailbox) as port:
        pass
    mailer = mailer_of(world, f"smtp://127.0.0.1:{port}")
    await mailer.round(connection)
    reservation_id = await requested(world)
    await mailer.round(connection)
    await step(world, reservation_id, "approve")
    await mailer.round(connection)
    await connection.execute("UPDATE mail.letters SET addressed_at = now() - interval '1 hour'")
    assert (
        "메일 3통이 메일 서버를" in (await (await browser_of(world, STAFF)).get("/notices")).words
    )
    rows = await connection.fetch("SELECT state, tries FROM mail.letters")
    assert [tuple(row) for row in rows] == [("waiting", 0)] * 3
    with mail_server(mailbox) as port:
        mailbox.closed = True
        back = mailer_of(world, f"smtp://127.0.0.1:{port}")
        await back.round(connection)
        assert mailbox.taken == []
        mailbox.closed = False
        await back.round(connection)
    assert len(mailbox.taken) == 3
    assert {row["tries"] for row in await connection.fetch("SELECT * FROM mail.letters")} == {0}


async def test_staff_send_again_what_was_refused(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """One button on their page of notices."""
    mailbox.refused = {ADMIN}
    await requested(world)
    await mailer.round(connection)
    mailbox.refused = set()
    staff = await browser_of(world, STAFF)
    page = await staff.get("/notices")
    after = await staff.send(page.form("/notices/undelivered"))
    assert "전달되지 않은" not in after.words
    await mailer.round(connection)
    assert len(mailbox.of(ADMIN)) == 1
