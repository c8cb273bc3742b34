"""What the entries of a feed say: changes, requests, buffers, outages, cancellations."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from domain.period import SEOUL, Period
from projections.calendar import Entry
from tests.web.calendar_program import event_of, fetch, new_feed, utc_of
from tests.web.calendar_readers import events_of
from tests.web.conftest import World, asked, tomorrow
from tests.web.test_deadlines_settled import booked_now

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
    assert after["CATEGORIES"].endswith("정리 시간")
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


async def test_a_device_that_came_back_early_is_free_in_every_feed(world: World) -> None:
    """The reservation ends where availability says, then comes clearing, and the next company."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    path = f"/api/reservations/{await booked_now(kim)}"
    for step in ("hand-out", "return"):
        assert (await staff.post(f"{path}/{step}", json={})).status_code == 200
    shown = (await kim.get(path)).json()
    day = {"from": shown["start"], "to": shown["end"]}
    busy = (await kim.get("/api/devices/AUT-018/availability", params=day)).json()["busy"]
    assert [one["kind"] for one in busy] == ["reservation", "buffer"]
    assert busy[0]["end"] < shown["end"]
    for scope in ("device:AUT-018", "mine", "company:mudeung", "sector:automotive"):
        answer = await fetch(world, await new_feed(world, KIM, scope))
        ends = [event["DTEND;TZID=Asia/Seoul"] for event in events_of(answer.content)]
        # A calendar knows no less than a second.
        least = datetime.fromisoformat(shown["start"]) + timedelta(seconds=1)
        told = [max(datetime.fromisoformat(one["end"]), least).astimezone(SEOUL) for one in busy]
        # Clearing is the device's affair, and in its sector's calendar of no interest.
        shown_here = told if scope.startswith("device:") else told[:1]
        assert ends == [f"{end:%Y%m%dT%H%M%S}" for end in shown_here], scope


def test_late_and_early_time_is_the_reservations_own() -> None:
    """From an early hand-out to a late return; set-up and clearing lie around it."""
    nine, ten, minute = tomorrow("09:00"), tomorrow("10:00"), timedelta(minutes=1)
    booked = Entry(
        entry_id="r-1",
        kind="reservation",
        device_id="AUT-018",
        sector="automotive",
        company_id="mudeung",
        account_id="a-1",
        status="returned",
        period=Period(nine, ten),
        occupied=Period(nine - 30 * minute, ten + 60 * minute),
        sequence=3,
        created_at=nine,
        changed_at=ten,
        made_position=1,
        changed_position=4,
        handed_out_at=nine - 5 * minute,
        returned_at=ten + 45 * minute,
    )
    assert booked.held == Period(nine - 5 * minute, ten + 45 * minute)
    assert booked.buffers == (
        Period(nine - 30 * minute, nine - 5 * minute),
        Period(ten + 45 * minute, ten + 60 * minute),
    )
    at_once = msgspec.structs.replace(booked, returned_at=booked.handed_out_at)
    assert at_once.held.length == timedelta(seconds=1)
