"""Everybody's own switch: notices stay on the page, and come by e-mail where that is wanted."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from booking.mailer import Mailer
from tests.web.conftest import World, running, world_settings
from tests.web.form_browser import browser_of
from tests.web.mail_server import Mailbox, words_of
from tests.web.mailbox import Connection, connection, mailbox, mailer, port, world
from tests.web.mailing import ADMIN, KIM, SENDER, STAFF, mailer_of, requested, step
from web.app import create_app

__all__ = ["connection", "mailbox", "mailer", "port", "world"]


async def choose(world: World, who: str, *, mailed: bool) -> None:
    chosen = await (await world.client(who)).post("/api/notices/mail", json={"mailed": mailed})
    assert chosen.status_code == 200, chosen.text
    assert chosen.json() == {"mailed": mailed, "sending": False}


async def test_who_turned_mail_off_reads_the_page_alone(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """No letter is made for them, the notice is there, and the others are mailed as before."""
    await choose(world, STAFF, mailed=False)
    await requested(world)
    await mailer.round(connection)
    assert [one["To"].addresses[0].addr_spec for one in mailbox.taken] == [ADMIN]
    assert await connection.fetchval("SELECT count(*) FROM mail.letters") == 1
    staff = await world.client(STAFF)
    assert [one["kind"] for one in (await staff.get("/api/notices")).json()["items"]] == ["request"]


async def test_turned_on_again_it_mails_what_comes_from_then_on(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """What was left out meanwhile is not sent after the fact."""
    await choose(world, KIM, mailed=False)
    await step(world, await requested(world), "approve")
    await mailer.round(connection)
    await choose(world, KIM, mailed=True)
    await mailer.round(connection)
    assert mailbox.of(KIM) == []
    await step(world, await requested(world, "14:00"), "approve")
    await mailer.round(connection)
    assert len(mailbox.of(KIM)) == 1


async def test_a_letter_that_waits_is_not_sent_any_more(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """The server was down when the switch was turned: the letter made before is dropped."""
    mailbox.closed = True
    await step(world, await requested(world), "approve")
    await mailer.round(connection)
    await choose(world, KIM, mailed=False)
    mailbox.closed = False
    await mailer.round(connection)
    assert mailbox.of(KIM) == []
    states = await connection.fetch("SELECT state FROM mail.letters ORDER BY state")
    assert [row["state"] for row in states] == ["dropped", "sent", "sent"]


async def test_a_mail_says_where_it_is_turned_off(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """In the header that mail programs show as a button, and in words at the end."""
    await requested(world)
    await mailer.round(connection)
    mail = mailbox.of(STAFF)[0]
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/notices#mail>"
    assert "이 메일 끄기: http://127.0.0.1:8000/notices#mail" in words_of(mail)


@pytest.mark.parametrize("email", [STAFF, "staff@테스트.example"])
async def test_a_long_address_of_the_site_stays_whole(
    world_url: str, connection: Connection, mailbox: Mailbox, port: int, email: str
) -> None:
    """Folding would encode what is longer than a line, and no mail program would open that."""
    site = f"https://{'booking-' * 7}a.{'testbed-' * 7}b.example.org:8443"
    app = create_app(world_url, world_settings(mail_from=SENDER, public_url=site))
    async with running(app), AsyncExitStack() as stack:
        world = World(world_url, app, stack)
        renamed = "UPDATE identity.accounts SET email = $2 WHERE email = $1"
        mailer = mailer_of(world, f"smtp://127.0.0.1:{port}")
        await mailer.round(connection)
        await requested(world)
        await world.testbed.database.app.execute(renamed, STAFF, email)
        await mailer.round(connection)
    assert len(mailbox.taken) == 2
    assert mailbox.of(email)
    for mail in mailbox.taken:
        as_it_came = mail.as_bytes(policy=mail.policy.clone(refold_source="none")).decode()
        assert f"\nList-Unsubscribe: <{site}/notices#mail>\n" in as_it_came
        assert mail["Subject"].startswith("승인을 기다리는 신청이 있어요")


async def test_the_choice_is_one_s_own(world: World) -> None:
    """It is on for everybody, says whether anything is sent, and wants a yes or a no."""
    kim, staff, visitor = await world.client(KIM), await world.client(STAFF), await world.client()
    await choose(world, KIM, mailed=False)
    assert (await kim.get("/api/notices/mail")).json() == {"mailed": False, "sending": False}
    assert (await staff.get("/api/notices/mail")).json()["mailed"]
    assert (await visitor.get("/api/notices/mail")).status_code == 401
    assert (await visitor.post("/api/notices/mail", json={"mailed": False})).status_code == 401
    for body, field in (({}, "mailed"), ({"mailed": "no"}, "mailed")):
        refused = await kim.post("/api/notices/mail", json=body)
        assert refused.status_code in {400, 422}
        assert field in refused.text


async def test_the_page_has_the_switch(world_url: str, port: int) -> None:
    """Plain forms: off and on again; it says that urgent notices are among them."""
    settings = world_settings(mail_from=SENDER, smtp_url=f"smtp://127.0.0.1:{port}")
    app = create_app(world_url, settings)
    async with running(app), AsyncExitStack() as stack:
        kim = await browser_of(World(world_url, app, stack), KIM, "en")
        page = await kim.get("/notices")
        assert f"They go to {KIM} too." in page.words
        assert "urgent ones like a safety stop" in page.words
        page = await kim.send(page.form("/notices/mail"))
        assert "Your mail is off." in page.words
        page = await kim.send(page.form("/notices/mail"))
        assert "Turn mail off" in page.words


async def test_without_a_mail_server_the_choice_is_for_later(world: World) -> None:
    """The page says that no mail is sent as yet, and what was chosen for when it will be."""
    kim = await browser_of(world, KIM)
    page = await kim.get("/notices")
    assert "이 서비스는 아직 메일을 보내지 않아요" in page.words
    assert f"메일을 보내게 되면 {KIM} 메일로도 보내 드릴게요." in page.words
    page = await kim.send(page.form("/notices/mail"))
    assert "메일을 보내게 되어도 꺼진 채예요" in page.words
    client = await world.client(KIM)
    assert (await client.get("/api/notices/mail")).json() == {"mailed": False, "sending": False}
    page = await kim.send(page.form("/notices/mail"))
    assert "메일 끄기" in page.words
