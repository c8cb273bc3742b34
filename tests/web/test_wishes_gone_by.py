"""What a company reads of a time that it waited for in vain, and where it goes on from there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from booking.mailer import Mailer
from domain import events as e
from domain.waitlist import Wish, wished
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.mail_server import Mailbox, calendar_of, words_of
from tests.web.test_deadlines_settled import record
from tests.web.test_mail import (  # noqa: F401 - fixtures
    Connection,
    connection,
    mailbox,
    mailer,
    port,
    world,
)
from web.writes import recalled

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"


async def passed(world: World, **more: Any) -> str:  # noqa: F811
    """Lee's wish for Kim's time, which has begun as far as the ledger says."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    wish_id = str((await lee.post("/api/waitlist", json=asked())).json()["wish_id"])
    wish = Wish(wish_id)
    await recalled(world.testbed, wish)
    await record(world, e.WaitlistPassed(**wished(wish.require_open()), **more))
    return wish_id


async def test_it_is_heard_once_with_the_way_to_another_time(world: World) -> None:  # noqa: F811
    """By whoever waited, not by the one who has the time; the link leads to the device's week."""
    wish_id = await passed(world)
    lee, kim = await world.client(LEE), await world.client(KIM)
    (notice,) = (await lee.get("/api/notices")).json()["items"]
    assert (notice["kind"], notice["wish_id"]) == ("wish_passed", wish_id)
    assert notice["path"] == "/devices/AUT-018"
    assert datetime.fromisoformat(notice["start"]) == tomorrow("10:00")
    assert (await kim.get("/api/notices")).json()["items"] == []
    assert (await (await world.client(STAFF)).get("/api/notices")).json()["items"] == []
    browser = await browser_of(world, LEE, "en")
    page = await browser.get("/notices")
    assert "The time that you waited for has begun" in page.words
    assert (await browser.get(notice["path"])).form("/book")


async def test_a_displaced_booking_is_led_to_its_claim(world: World) -> None:  # noqa: F811
    """Its time did not come back, and another may still be booked without notice."""
    await passed(world, replaces="r-1")
    lee = await world.client(LEE)
    (notice,) = (await lee.get("/api/notices")).json()["items"]
    assert (notice["kind"], notice["path"]) == ("claim_passed", "/claims")
    assert notice["reservation_id"] == "r-1"


@pytest.mark.parametrize(
    ("language", "said", "onward"),
    [
        ("ko", "제안 없이 시작됨", "다른 시간 찾기"),
        ("en", "Began without an offer", "Find another time"),
    ],
)
async def test_my_bookings_say_so(
    world: World,  # noqa: F811
    language: str,
    said: str,
    onward: str,
) -> None:
    """With the way to another time, and nothing left to press about the wish itself."""
    wish_id = await passed(world)
    mine = await (await browser_of(world, LEE, language)).get("/mine")
    assert said in mine.words
    assert onward in mine.words
    assert not [form for form in mine.forms if form.action.startswith("/waitlist")]
    lee = await world.client(LEE)
    shown = (await lee.get(f"/api/waitlist/{wish_id}")).json()
    assert (shown["status"], shown["place"]) == ("passed", None)
    listed = (await lee.get("/api/waitlist?status=passed")).json()["items"]
    assert [one["wish_id"] for one in listed] == [wish_id]
    assert (await lee.get("/api/waitlist?status=open")).json()["items"] == []
    left = await lee.post(f"/api/waitlist/{wish_id}/leave", json={})
    assert [one["rule"] for one in left.json()["violations"]] == ["wish_over"]


async def test_it_is_mailed_without_a_calendar_part(
    world: World,  # noqa: F811
    mailer: Mailer,  # noqa: F811
    connection: Connection,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    """Nothing was ever booked, so there is nothing to put into anybody's calendar."""
    await passed(world)
    await mailer.round(connection)
    (mail,) = mailbox.of(LEE)
    assert mail["Subject"] == "대기하던 시간이 시작됐어요 · AUT-018 차량 내 네트워크 분석기"
    assert "http://127.0.0.1:8000/devices/AUT-018" in words_of(mail)
    assert calendar_of(mail) is None
