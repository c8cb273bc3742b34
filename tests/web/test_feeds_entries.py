"""What the entries of a feed say: changes, requests, buffers, outages, cancellations."""

from __future__ import annotations

from tests.web.calendar_program import event_of, fetch, new_feed, utc_of
from tests.web.calendar_readers import events_of
from tests.web.conftest import World, asked, tomorrow

KIM = "kim@mudeung.example"
STAFF = "staff@testbed.example"


async def test_a_reservation_keeps_its_uid_and_counts_its_changes(world: World) -> None:
    """The same UID in every feed and after every change; SEQUENCE and DTSTAMP are the view's."""
    kim = await world.client(KIM)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    moved = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    await kim.post(f"{path}/reschedule", json=moved)
    shown = (await kim.get(path)).json()
    for scope in ("device:AUT-018", "mine", "company:mudeung"):
        answer = await fetch(world, await new_feed(world, KIM, scope))
        event = event_of(answer, shown["reservation_id"])
        assert event["UID"] == f"{shown['reservation_id']}@testbed.example"
        assert event["SEQUENCE"] == str(shown["sequence"]) == "1"
        assert event["DTSTAMP"] == event["LAST-MODIFIED"] == utc_of(shown["changed_at"])
        assert event["CREATED"] == utc_of(shown["created_at"])
        assert event["STATUS"] == "CONFIRMED"
        assert event["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('14:00'):%Y%m%dT%H%M%S}"


async def test_a_request_is_tentative_until_it_is_approved(world: World) -> None:
    """A request that waits says so in STATUS and, for programs that ignore it, in words."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    path = (await kim.post("/api/reservations", json=asked(device_id="AUT-011"))).headers[
        "location"
    ]
    address = await new_feed(world, KIM, "mine")
    (event,) = events_of((await fetch(world, address)).content)
    assert event["STATUS"] == "TENTATIVE"
    assert "[승인 대기]" in event["SUMMARY"]
    await staff.post(f"{path}/approve", json={})
    (event,) = events_of((await fetch(world, address)).content)
    assert event["STATUS"] == "CONFIRMED"
    assert "[" not in event["SUMMARY"]


async def test_buffers_and_outages_are_entries_of_their_own(world: World) -> None:
    """A device's feed shows clearing time and maintenance; the maintenance feed only outages."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked("10:00", "12:00"))).json()
    outage = {
        "kind": "maintenance",
        "start": tomorrow("15:00").isoformat(),
        "end": tomorrow("17:00").isoformat(),
        "reason": "펌웨어 교체",
    }
    planned = await staff.post("/api/devices/AUT-018/outages", json=outage)
    assert planned.status_code in {200, 201}
    events = events_of((await fetch(world, await new_feed(world, KIM, "device:AUT-018"))).content)
    found = {event["UID"].split("@")[0]: event for event in events}
    after = found[f"{made['reservation_id']}-after"]
    assert after["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('12:00'):%Y%m%dT%H%M%S}"
    assert after["DTEND;TZID=Asia/Seoul"] == f"{tomorrow('12:15'):%Y%m%dT%H%M%S}"
    assert after["SUMMARY"] == "정리 시간"
    (maintenance,) = [event for event in events if "점검" in event["SUMMARY"]]
    assert "펌웨어" not in str(maintenance)
    of_staff = await fetch(world, await new_feed(world, STAFF, "maintenance"))
    (event,) = events_of(of_staff.content)
    assert "펌웨어 교체" in event["SUMMARY"]


async def test_cancelled_entries_leave_the_device_and_stay_a_while_with_their_owner(
    world: World,
) -> None:
    """The device's feed forgets them; one's own says CANCELLED, so that every program hears."""
    kim = await world.client(KIM)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    await kim.post(f"{path}/cancel", json={})
    device = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
    assert events_of(device.content) == []
    (event,) = events_of((await fetch(world, await new_feed(world, KIM, "mine"))).content)
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == (
        "CANCELLED",
        "TRANSPARENT",
        "1",
    )


async def test_a_feed_of_the_past(world: World) -> None:
    """With `as_of` a feed is what it would have been after that position."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked())
    made_at = int(answer.headers["ledger-position"])
    await kim.post(f"{answer.headers['location']}/cancel", json={})
    address = await new_feed(world, KIM, "device:AUT-018")
    assert len(events_of((await fetch(world, f"{address}?as_of={made_at}")).content)) == 2
    assert events_of((await fetch(world, f"{address}?as_of={made_at - 1}")).content) == []
