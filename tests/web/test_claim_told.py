"""What people read of a displaced booking: on its page, in notices and mail, and in the list."""

from __future__ import annotations

import pytest

from booking.mailer import Mailer
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.mail_server import Mailbox, words_of
from tests.web.test_first_claim import KIM, LEE, PARK, STAFF, displaced, given_back, wishes
from tests.web.test_mail_choice import (  # noqa: F401 - fixtures
    Connection,
    connection,
    mailbox,
    mailer,
    port,
    world,
)


async def test_the_offer_is_told_as_the_lost_time(
    world: World,  # noqa: F811
    mailer: Mailer,  # noqa: F811
    connection: Connection,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    """And that the claim on another time outlasts it; whoever just waits reads what they did."""
    reservation_id, outage_id = await displaced(world)
    await given_back(world, outage_id)
    kim, lee = await world.client(KIM), await world.client(LEE)
    notice = (await kim.get("/api/notices", headers={"Accept-Language": "en"})).json()["items"][0]
    assert (notice["kind"], notice["path"]) == ("offer", "/mine")
    assert notice["title"] == "The time of your displaced booking is free again"
    assert "you may still book another time once" in notice["text"]
    await mailer.round(connection)
    mail = mailbox.of(KIM)[-1]
    assert mail["Subject"].startswith("자리를 잃은 예약의 원래 시간이 다시 비었어요")
    assert "수락하지 않아도 다른 시간으로" in words_of(mail)
    mine = await (await browser_of(world, KIM, "en")).get("/mine")
    assert "it can still be booked once at another time" in mine.words
    (own,) = await wishes(kim)
    assert own["replaces"] == reservation_id
    assert (await kim.post(f"/api/waitlist/{own['wish_id']}/leave")).status_code == 200
    (told,) = (await lee.get("/api/notices", headers={"Accept-Language": "en"})).json()["items"]
    assert told["title"] == "The time that you wait for is free"
    assert "another time once" not in told["text"]


async def test_who_left_the_line_for_them_leaves_the_claim(world: World) -> None:  # noqa: F811
    """The notice says so, and leads to the times that it may be moved to."""
    await displaced(world, waits=False)
    kim, staff = await world.client(KIM), await world.client(STAFF)
    (own,) = await wishes(kim)
    assert (await staff.post(f"/api/waitlist/{own['wish_id']}/leave")).status_code == 200
    notice = (await kim.get("/api/notices", headers={"Accept-Language": "en"})).json()["items"][0]
    assert (notice["kind"], notice["path"]) == ("wish_removed", "/claims")
    assert "You may still book another time once" in notice["text"]


@pytest.mark.parametrize(
    ("language", "waits", "over"),
    [
        (
            "en",
            "Number 1 in line for the old time. It is offered as soon as it is free again.",
            "It no longer waits for its old time. It can still be booked once",
        ),
        (
            "ko",
            "원래 시간 대기 1번. 다시 비면 순번대로 제안해 드려요.",
            "원래 시간은 더 기다리지 않아요. 비어 있는 시간으로 한 번 다시 예약할 수 있어요.",
        ),
    ],
)
async def test_each_displaced_booking_says_whether_it_waits(
    world: World,  # noqa: F811
    language: str,
    waits: str,
    over: str,
) -> None:
    """First in line or no longer, for each; nothing is promised to all alike."""
    await displaced(world, waits=False)
    kim = await world.client(KIM)
    browser = await browser_of(world, KIM, language)
    page = await browser.get("/claims")
    assert waits in page.words
    assert over not in page.words
    (own,) = await wishes(kim)
    assert (await kim.post(f"/api/waitlist/{own['wish_id']}/leave")).status_code == 200
    page = await browser.get("/claims")
    assert over in page.words
    assert waits not in page.words


async def test_the_page_of_the_displaced_tells_what_became_of_the_outage(
    world: World,  # noqa: F811
) -> None:
    """It names the outage, and since when it is cancelled."""
    reservation_id, outage_id = await displaced(world, waits=False)
    browser = await browser_of(world, KIM, "en")
    page = await browser.get(f"/reservations/{reservation_id}")
    assert "Maintenance" in page.words
    assert "since, on" not in page.words
    await given_back(world, outage_id)
    page = await browser.get(f"/reservations/{reservation_id}")
    assert "It was cancelled since, on" in page.words


async def test_and_of_the_breakdown(world: World) -> None:  # noqa: F811
    """The device works again, so that the page does not go on blaming what is over."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    body = {"expected_until": tomorrow("18:00").isoformat()}
    broken = await staff.post("/api/devices/AUT-018/breakdown", json=body)
    assert broken.status_code == 201, broken.text
    browser = await browser_of(world, KIM, "en")
    page = await browser.get(f"/reservations/{made['reservation_id']}")
    assert "since, on" not in page.words
    repaired = await staff.post("/api/devices/AUT-018/repaired")
    assert repaired.status_code == 200, repaired.text
    page = await browser.get(f"/reservations/{made['reservation_id']}")
    assert "It was repaired since, on" in page.words


async def test_who_may_book_says_what_for(world: World) -> None:  # noqa: F811
    """Staff who book for a company say its purpose too, as whoever waits in line does."""
    staff, park = await world.client(STAFF), await world.client(PARK)
    for client, more in ((staff, {"company_id": "mudeung"}), (park, {})):
        body = asked(**more)
        del body["purpose"]
        for path in ("/api/reservations", "/api/waitlist"):
            refused = await client.post(path, json=body)
            assert refused.status_code == 422, refused.text
            assert "purpose" in refused.text


async def test_no_company_learns_which_outages_there_are(world: World) -> None:  # noqa: F811
    """The whole route is the laboratory's: a company meets the same 403 for any id."""
    _, outage_id = await displaced(world, waits=False)
    kim, staff = await world.client(KIM), await world.client(STAFF)
    statuses = [
        (await client.get(f"/api/outages/{one}")).status_code
        for client in (kim, staff)
        for one in (outage_id, "o-nope")
    ]
    assert statuses == [403, 403, 200, 404]
