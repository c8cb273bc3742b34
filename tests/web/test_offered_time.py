"""Time that is offered to somebody who waits, as everybody else hears of it."""

from __future__ import annotations

from tests.web.calendar_program import fetch, new_feed
from tests.web.calendar_readers import events_of
from tests.web.conftest import World, asked, tomorrow

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"
WINDOW = {"from": tomorrow("09:00").isoformat(), "to": tomorrow("14:00").isoformat()}


async def offered(world: World) -> dict[str, str]:
    """Lee's wish, to which ten to twelve of AUT-018 is offered since Kim gave it up."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    wish = (await lee.post("/api/waitlist", json=asked())).json()
    assert (await kim.post(f"{path}/cancel", json={})).status_code == 200
    return dict(wish)


async def test_calendars_show_it_as_tentative_and_name_nobody(world: World) -> None:
    """In feeds of the device and of its sector, until it is accepted; in nobody's own."""
    wish = await offered(world)
    for reader, scope in ((KIM, "device:AUT-018"), (STAFF, "sector:automotive")):
        answer = await fetch(world, await new_feed(world, reader, scope))
        entries = {event["UID"].split("@")[0]: event for event in events_of(answer.content)}
        event = entries[wish["wish_id"]]
        assert (event["STATUS"], event["TRANSP"]) == ("TENTATIVE", "OPAQUE")
        assert "대기자에게 제안 중" in event["SUMMARY"]
        assert event["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('10:00'):%Y%m%dT%H%M%S}"
        for told in (b"hanbit", "한빛".encode(), "이수민".encode(), b"CAN FD"):
            assert told not in answer.content
    for scope in ("mine", "company:hanbit"):
        own = await fetch(world, await new_feed(world, LEE, scope))
        assert wish["wish_id"].encode() not in own.content
    lee = await world.client(LEE)
    accepted = await lee.post(f"/api/waitlist/{wish['wish_id']}/accept", json={})
    assert accepted.status_code in {200, 201}, accepted.text
    answer = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
    assert wish["wish_id"].encode() not in answer.content
    assert [event["STATUS"] for event in events_of(answer.content)] == ["CONFIRMED"] * 2


async def test_its_clearing_time_is_in_the_feed_too(world: World) -> None:
    """As that of a reservation, which it will be if it is accepted."""
    wish = await offered(world)
    answer = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
    entries = {event["UID"].split("@")[0]: event for event in events_of(answer.content)}
    after = entries[f"{wish['wish_id']}-after"]
    assert after["DTEND;TZID=Asia/Seoul"] == f"{tomorrow('12:15'):%Y%m%dT%H%M%S}"


async def test_it_is_taken_for_everybody_else(world: World) -> None:
    """Availability and conflicts tell it as a reservation, and lists of reservations not at all."""
    await offered(world)
    kim = await world.client(KIM)
    shown = (await kim.get("/api/devices/AUT-018/availability", params=WINDOW)).json()
    assert [one["kind"] for one in shown["busy"]] == ["reservation", "buffer"]
    refused = await kim.post("/api/reservations", json=asked())
    assert refused.status_code == 409
    assert [one["kind"] for one in refused.json()["conflicts"]] == ["reservation"]
    for alternative in refused.json()["alternatives"]:
        begins, ends = alternative["start"], alternative["end"]
        elsewhere = alternative["device_id"] != "AUT-018"
        assert elsewhere or begins >= shown["busy"][1]["end"] or ends <= shown["busy"][0]["start"]
    listed = (await kim.get("/api/reservations", params=WINDOW)).json()
    assert [one["status"] for one in listed["items"]] == ["cancelled"]
