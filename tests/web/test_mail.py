"""Notices by e-mail: each once, none lost, the same Message-ID when one is sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import asyncpg
import pytest

from booking import letters
from booking.database import connect_alone
from booking.mailer import Mailer
from tests.web.conftest import World, running, tomorrow, world_settings
from tests.web.form_browser import browser_of
from tests.web.mail_server import Mailbox, mail_server, words_of
from tests.web.mailing import ADMIN, KIM, SENDER, STAFF, mailer_of, requested, step
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
