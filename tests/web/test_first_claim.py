"""A displaced booking over HTTP: first in line for its own time, before all who wait for it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"
PATH = "/api/devices/AUT-018/outages"


async def displaced(world: World, *, waits: bool = True) -> tuple[str, str]:
    """The ids of Kim's booking of tomorrow and of the outage that took it; Lee waits for it."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    made = await kim.post("/api/reservations", json=asked())
    if waits:
        assert (await lee.post("/api/waitlist", json=asked())).status_code == 201
    start, end = tomorrow("09:00").isoformat(), tomorrow("13:00").isoformat()
    planned = await staff.post(PATH, json={"kind": "maintenance", "start": start, "end": end})
    assert planned.status_code == 201, planned.text
    return str(made.json()["reservation_id"]), str(planned.json()["outage_id"])


async def given_back(world: World, outage_id: str) -> None:
    """The outage is called off."""
    staff = await world.client(STAFF)
    assert (await staff.post(f"/api/outages/{outage_id}/cancel")).status_code == 200


async def wishes(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/api/waitlist")).json()["items"]
    return items


async def test_the_displaced_company_gets_the_offer(world: World) -> None:
    """And not the one who joined the line before; what it accepts names the displaced booking."""
    reservation_id, outage_id = await displaced(world)
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    (own,) = await wishes(kim)
    assert (own["place"], own["status"], own["replaces"]) == (1, "waiting", reservation_id)
    assert own["purpose"] == "CAN FD 지연 측정"
    (other,) = await wishes(lee)
    assert (other["place"], other["status"], other["replaces"]) == (2, "waiting", None)
    assert [one["wish_id"] for one in await wishes(staff)] == [own["wish_id"], other["wish_id"]]
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert claim["wish_id"] == own["wish_id"]
    await given_back(world, outage_id)
    assert [one["status"] for one in (*await wishes(kim), *await wishes(lee))] == [
        "offered",
        "waiting",
    ]
    assert (await lee.post(f"/api/waitlist/{own['wish_id']}/accept")).status_code == 404
    accepted = await kim.post(f"/api/waitlist/{own['wish_id']}/accept")
    assert accepted.status_code == 201, accepted.text
    made = (await kim.get(accepted.headers["location"])).json()
    assert (made["replaces"], made["status"]) == (reservation_id, "confirmed")
    old = (await kim.get(f"/api/reservations/{reservation_id}")).json()
    assert (old["status"], old["replaced_by"]) == ("displaced", made["reservation_id"])
    assert (await kim.get("/api/claims")).json()["items"] == []
    assert (await wishes(lee))[0]["place"] == 1


async def test_whoever_books_another_time_leaves_the_line(world: World) -> None:
    """At once, and the next in line gets the time that was held."""
    reservation_id, outage_id = await displaced(world)
    kim, lee, park = [await world.client(who) for who in (KIM, LEE, PARK)]
    await given_back(world, outage_id)
    path = f"/api/reservations/{reservation_id}/rebook"
    time = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    made = await park.post(path, json=time)
    assert made.status_code == 201, made.text
    assert [one["status"] for one in (*await wishes(kim), *await wishes(lee))] == [
        "left",
        "offered",
    ]
    (own,) = await wishes(kim)
    assert (own["rebooked_as"], own["reservation_id"]) == (made.json()["reservation_id"], None)
    late = await kim.post(f"/api/waitlist/{own['wish_id']}/accept")
    assert late.json()["violations"][0]["actual"] == own["rebooked_as"]
    heard = [one["kind"] for one in (await kim.get("/api/notices")).json()["items"]]
    assert heard == ["booked", "offer", "displaced"]


async def test_the_claim_by_hand_takes_the_offered_time(world: World) -> None:
    """The company's own offer is no reason to refuse it the very time that is offered."""
    reservation_id, outage_id = await displaced(world)
    kim, lee = await world.client(KIM), await world.client(LEE)
    await given_back(world, outage_id)
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    first = claim["alternatives"][0]
    assert first["kind"] == "same_time"
    body = asked(replaces=reservation_id)
    made = await kim.post("/api/reservations", json=body)
    assert made.status_code == 201, made.text
    assert [one["status"] for one in (*await wishes(kim), *await wishes(lee))] == [
        "left",
        "waiting",
    ]


async def test_leaving_the_line_leaves_the_claim(world: World) -> None:
    """Another time is still to be had by it, once."""
    reservation_id, _ = await displaced(world)
    kim = await world.client(KIM)
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert (await kim.post(f"/api/waitlist/{claim['wish_id']}/leave")).status_code == 200
    assert (await wishes(kim))[0]["rebooked_as"] is None
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert claim["wish_id"] is None
    body = asked("14:00", "16:00", replaces=reservation_id)
    assert (await kim.post("/api/reservations", json=body)).status_code == 201


async def test_a_wait_for_that_time_is_the_claims_own(world: World) -> None:
    """Refused for its old time, the company is told of its wish, and need not join the line."""
    await displaced(world, waits=False)
    kim, lee = await world.client(KIM), await world.client(LEE)
    (own,) = await wishes(kim)
    refused = await kim.post("/api/reservations", json=asked())
    assert refused.json()["waitlist"] == {
        "path": f"/api/waitlist/{own['wish_id']}",
        "place": 1,
        "wish_id": own["wish_id"],
    }
    again = await kim.post("/api/waitlist", json=asked())
    assert again.json()["violations"][0]["rule"] == "waiting_already"
    assert (await lee.post("/api/reservations", json=asked())).json()["waitlist"]["place"] == 2


async def test_the_notice_tells_of_both_ways(world: World) -> None:
    """One notice: first in line for the old time, and a link to the other times."""
    await displaced(world)
    kim = await world.client(KIM)
    (notice,) = (await kim.get("/api/notices?limit=9")).json()["items"]
    assert (notice["kind"], notice["path"]) == ("displaced", "/claims")
    assert "it is offered to you first" in notice["text"]
    assert "another time once" in notice["text"]


async def test_it_is_read_and_answered_on_the_pages(world: World) -> None:
    """My bookings and the displaced bookings say what waits, for whom, and since when not."""
    reservation_id, outage_id = await displaced(world)
    browser = await browser_of(world, KIM, "en")
    mine = await browser.get("/mine")
    assert "First claim of a displaced booking" in mine.words
    assert "Number 1 in line" in mine.words
    assert f'href="/reservations/{reservation_id}"' in mine.answer.text
    assert "Number 1 in line for the old time" in (await browser.get("/claims")).words
    staff = await browser_of(world, STAFF, "en")
    line = await staff.get("/devices/AUT-018")
    assert line.words.index("Number 1 in line") < line.words.index("Number 2 in line")
    await given_back(world, outage_id)
    claims = await browser.get("/claims")
    assert "The old time is free again, and held until" in claims.words
    assert "Take the old time back" in claims.words
    booked = await browser.send((await browser.get("/mine")).form("/accept"))
    assert "In place of" in booked.words
    assert "displaced booking" in booked.words
