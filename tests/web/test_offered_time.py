"""Time that is offered to somebody who waits, as everybody else hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.web.calendar_program import fetch, new_feed
from tests.web.calendar_readers import Read, events_of, read_by_ics, read_by_vobject
from tests.web.conftest import World, asked, tomorrow
from web.language import in_language

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"
OF_SECTOR = "sector:automotive"


async def offered(world: World) -> dict[str, str]:
    """Lee's wish, to which ten to twelve of AUT-018 is offered since Kim gave it up."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    wish = (await lee.post("/api/waitlist", json=asked())).json()
    assert (await kim.post(f"{path}/cancel", json={})).status_code == 200
    return dict(wish)


async def test_calendars_of_others_show_it_as_tentative_and_name_nobody(world: World) -> None:
    """In feeds of the device and of its sector, until it is accepted, under a UID of the feed."""
    wish = await offered(world)
    uids = set()
    for reader, scope in ((KIM, "device:AUT-018"), (KIM, OF_SECTOR), (LEE, OF_SECTOR)):
        answer = await fetch(world, await new_feed(world, reader, scope))
        event = events_of(answer.content)[0]
        uids.add(event["UID"])
        assert (event["STATUS"], event["TRANSP"]) == ("TENTATIVE", "OPAQUE")
        assert event["SEQUENCE"] == "0"
        assert "대기자에게 제안 중" in event["SUMMARY"]
        assert event["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('10:00'):%Y%m%dT%H%M%S}"
        assert not {"DESCRIPTION", "URL;VALUE=URI", "CREATED"} & event.keys()
        for told in (wish["wish_id"], "hanbit", "한빛", "이수민", "CAN FD"):
            assert told.encode() not in answer.content
    assert len(uids) == 3
    lee = await world.client(LEE)
    accepted = await lee.post(f"/api/waitlist/{wish['wish_id']}/accept", json={})
    assert accepted.status_code in {200, 201}, accepted.text
    answer = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
    assert [event["STATUS"] for event in events_of(answer.content)] == ["CONFIRMED"] * 2


async def test_the_laboratory_sees_to_whom_it_is_offered(world: World) -> None:
    """Its feeds are in full, and lead to the device, whose page has the line."""
    wish = await offered(world)
    answer = await fetch(world, await new_feed(world, STAFF, "device:AUT-018"))
    event = events_of(answer.content)[0]
    assert event["UID"] == f"{wish['wish_id']}@testbed.example"
    assert "한빛헬스케어" in event["DESCRIPTION"]
    assert event["URL;VALUE=URI"].endswith("/devices/AUT-018")


@pytest.mark.parametrize("scope", ["mine", "company:hanbit"])
@pytest.mark.parametrize("read", [read_by_vobject, read_by_ics])
async def test_ones_own_calendar_says_until_when_to_accept(
    world: World, scope: str, read: Callable[[bytes], list[Read]]
) -> None:
    """Readers find the deadline in title and description, and the page to accept it on."""
    wish = await offered(world)
    lee = await world.client(LEE)
    until = (await lee.get(f"/api/waitlist/{wish['wish_id']}")).json()["expires_at"]
    said = f"{in_language('ko').moment(datetime.fromisoformat(until))}까지 수락해 주세요"
    answer = await fetch(world, await new_feed(world, LEE, scope))
    (one,) = read(answer.content)
    assert one.uid == f"{wish['wish_id']}@testbed.example"
    assert (one.start, one.end) == (tomorrow("10:00"), tomorrow("12:00"))
    assert one.summary == f"[{said}] AUT-018 차량 내 네트워크 분석기 · 예약 제안"
    assert said in one.description.split("\n")
    (event,) = events_of(answer.content)
    assert (event["STATUS"], event["TRANSP"]) == ("TENTATIVE", "OPAQUE")
    assert event["URL;VALUE=URI"].endswith("/mine")


async def test_an_offer_that_is_over_leaves_the_company_and_stays_a_while_with_its_owner(
    world: World,
) -> None:
    """As cancelled reservations do; what it became is an entry of its own."""
    wish = await offered(world)
    lee = await world.client(LEE)
    taken = (await lee.post(f"/api/waitlist/{wish['wish_id']}/accept", json={})).json()
    (event,) = events_of((await fetch(world, await new_feed(world, LEE, "company:hanbit"))).content)
    assert event["UID"].startswith(taken["reservation_id"])
    own = events_of((await fetch(world, await new_feed(world, LEE, "mine"))).content)
    found = {event["UID"].split("@")[0]: event for event in own}
    assert found.keys() == {taken["reservation_id"], wish["wish_id"]}
    event = found[wish["wish_id"]]
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == (
        "CANCELLED",
        "TRANSPARENT",
        "1",
    )
    assert "[수락함]" in event["SUMMARY"]


async def test_its_clearing_time_is_in_the_feed_too(world: World) -> None:
    """As that of a reservation, which it will be if it is accepted."""
    await offered(world)
    answer = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
    _, after = events_of(answer.content)
    assert after["DTEND;TZID=Asia/Seoul"] == f"{tomorrow('12:15'):%Y%m%dT%H%M%S}"


async def test_it_is_taken_for_everybody_else(world: World) -> None:
    """Availability and conflicts tell it as a reservation, and lists of reservations not at all."""
    await offered(world)
    window = {"from": tomorrow("09:00").isoformat(), "to": tomorrow("14:00").isoformat()}
    kim = await world.client(KIM)
    shown = (await kim.get("/api/devices/AUT-018/availability", params=window)).json()
    assert [one["kind"] for one in shown["busy"]] == ["reservation", "buffer"]
    refused = await kim.post("/api/reservations", json=asked())
    assert refused.status_code == 409
    assert [one["kind"] for one in refused.json()["conflicts"]] == ["reservation"]
    for alternative in refused.json()["alternatives"]:
        begins, ends = alternative["start"], alternative["end"]
        elsewhere = alternative["device_id"] != "AUT-018"
        assert elsewhere or begins >= shown["busy"][1]["end"] or ends <= shown["busy"][0]["start"]
    listed = (await kim.get("/api/reservations", params=window)).json()
    assert [one["status"] for one in listed["items"]] == ["cancelled"]
