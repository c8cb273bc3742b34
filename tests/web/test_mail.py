"""Notices by e-mail: each once, to whoever may still read it, and in their language."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import asyncpg

from booking import letters
from booking.mailer import Mailer
from tests.web.conftest import World, running, tomorrow, world_settings
from tests.web.mail_server import Mailbox, words_of
from tests.web.mailbox import Connection, connection, mailbox, mailer, port, world
from tests.web.mailing import ADMIN, KIM, SENDER, STAFF, mailer_of, requested, step
from web.app import create_app

__all__ = ["connection", "mailbox", "mailer", "port", "world"]


async def test_people_are_mailed_once_about_what_comes(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """The request goes to the laboratory's people, the answer to who asked, and nothing twice."""
    reservation_id = await requested(world)
    await mailer.round(connection)
    assert sorted(str(one["To"]) for one in mailbox.taken) == [
        f"오관리 <{ADMIN}>",
        f"정직원 <{STAFF}>",
    ]
    asked_for = "승인을 기다리는 신청이 있어요 · AUT-011 전자파 챔버"
    assert [one["Subject"] for one in mailbox.taken] == [asked_for] * 2
    await step(world, reservation_id, "decline", reason="챔버 점검")
    await mailer.round(connection)
    await mailer.round(connection)
    (declined,) = mailbox.of(KIM)
    assert len(mailbox.taken) == 3
    assert declined["Subject"] == "예약 신청이 반려되었어요 · AUT-011 전자파 챔버"
    assert str(declined["From"]) == "테스트베드 <booking@testbed.example>"
    assert declined["Auto-Submitted"] == "auto-generated"
    words = words_of(declined)
    assert "“챔버 점검”" in words
    assert f"http://127.0.0.1:8000/reservations/{reservation_id}" in words
    stored = await world.testbed.ledger.stored(types=["ReservationDeclined"], limit=1)
    notice = await connection.fetchval(
        "SELECT recorded_at FROM ledger.events WHERE position = $1", stored[0].position
    )
    assert declined["Date"].datetime == notice.replace(microsecond=0)


async def test_nobody_is_mailed_about_the_past(
    world: World, port: int, connection: Connection, mailbox: Mailbox
) -> None:
    """Mail begins at the ledger's head of the day on which a server is first set."""
    reservation_id = await requested(world)
    mailer = mailer_of(world, f"smtp://127.0.0.1:{port}")
    await mailer.round(connection)
    assert mailbox.taken == []
    await step(world, reservation_id, "approve")
    await mailer.round(connection)
    assert [str(one["To"]) for one in mailbox.taken] == [f"김하늘 <{KIM}>"]


async def test_rebuilding_the_view_mails_nothing_again(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """What was sent is kept apart from the view."""
    await requested(world)
    await mailer.round(connection)
    await world.testbed.projector.rebuild("notices", lambda _done, _total: None)
    await mailer.round(connection)
    assert len(mailbox.taken) == 2


async def test_who_has_left_hears_nothing(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """Rights are looked at when the mail is sent: disabled, erased, of another company now."""
    mailbox.closed = True
    reservation_id = await requested(world)
    await step(world, reservation_id, "approve")
    await mailer.round(connection)
    accounts = world.testbed.accounts
    for email, leave in ((STAFF, accounts.disable), (ADMIN, accounts.erase)):
        account = await accounts.by_email(email)
        assert account is not None
        await leave(account.account_id)
    kim = await accounts.by_email(KIM)
    assert kim is not None
    await accounts.set_role(kim.account_id, "member", "hanbit")
    mailbox.closed = False
    await mailer.round(connection)
    assert mailbox.taken == []
    states = await connection.fetch("SELECT DISTINCT state FROM mail.letters")
    assert [row["state"] for row in states] == ["dropped"]


async def test_text_in_headers_stays_on_its_line(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """Whatever a name holds, it makes no header; an odd address is refused and noted."""
    pool = world.testbed.database.app
    await pool.execute(
        "UPDATE identity.accounts SET name_ko = $1 WHERE email = $2",
        'Bcc: x@evil.example" <a@b>,',
        STAFF,
    )
    await pool.execute("UPDATE identity.accounts SET email = 'a,b@x' WHERE email = $1", ADMIN)
    await requested(world)
    await mailer.round(connection)
    (sent,) = mailbox.taken
    assert [one.addr_spec for one in sent["To"].addresses] == [STAFF]
    assert sent["To"].addresses[0].display_name == 'Bcc: x@evil.example" <a@b>,'
    assert sent["Bcc"] is None
    assert [one.code for one in await letters.undelivered(connection)] == [553]


async def test_a_series_asked_for_at_once_is_one_mail(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """The laboratory's people get one mail that names every date, and the page has them all."""
    kim = await world.client(KIM)
    body = {
        "device_id": "AUT-011",
        "first": tomorrow("00:00", days=2).date().isoformat(),
        "start_time": "10:00",
        "end_time": "11:00",
        "repeat": {"every": "day", "count": 3},
        "purpose": "전자파 내성",
    }
    made = await kim.post("/api/series", json=body)
    assert made.status_code == 201, made.text
    await mailer.round(connection)
    (mail,) = mailbox.of(STAFF)
    assert mail["Subject"].endswith("AUT-011 전자파 챔버 · 외 2건")
    assert words_of(mail).count("10:00 ~ 11:00") == 3
    assert "http://127.0.0.1:8000/staff" in words_of(mail)
    staff = await world.client(STAFF)
    assert len((await staff.get("/api/notices")).json()["items"]) == 3
    await requested(world, "15:00")
    await mailer.round(connection)
    assert len(mailbox.of(STAFF)) == 2


async def test_people_are_mailed_in_their_language(
    world: World, mailer: Mailer, connection: Connection, mailbox: Mailbox
) -> None:
    """The account's own language, whoever else reads what."""
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.set_profile(account.account_id, "김하늘", "Haneul Kim", "", "en")
    await step(world, await requested(world), "approve")
    await mailer.round(connection)
    (mail,) = mailbox.of(KIM)
    assert str(mail["To"]) == f"Haneul Kim <{KIM}>"
    assert mail["Subject"] == "Your request was approved · AUT-011 EMC chamber"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body["Content-Language"] == "en"
    assert tomorrow("10:00", days=2).strftime("%Y") in words_of(mail)


async def test_the_service_mails_by_itself(world_url: str, mailbox: Mailbox, port: int) -> None:
    """With a server in the settings, the running application sends, one process at a time."""
    url = f"smtp://127.0.0.1:{port}"
    settings = world_settings(smtp_url=url, mail_from=SENDER)
    apps = [create_app(world_url, settings) for _ in range(2)]
    async with running(apps[0]), running(apps[1]), AsyncExitStack() as stack:
        world = World(world_url, apps[0], stack)
        pool = world.testbed.database.app
        await until(pool, "SELECT count(*) = 1 FROM mail.progress")
        await step(world, await requested(world), "approve")
        await until(pool, "SELECT count(*) = 3 FROM mail.letters WHERE state = 'sent'")
    assert len(mailbox.taken) == 3


async def until(pool: asyncpg.Pool[asyncpg.Record], question: str) -> None:
    """Waits up to 20 seconds until the answer is yes."""
    for _ in range(200):
        if await pool.fetchval(question):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(question)
