"""Calendar feeds over HTTP: what they say, to whom, and how programs keep them up to date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from tests.web.calendar_readers import events_of, lines_of
from tests.web.conftest import World, asked, tomorrow

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


async def test_a_feed_is_a_calendar_with_all_that_programs_ask_for(world: World) -> None:
    """Type, caching, name and the properties of the calendar itself."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    answer = await _get(world, await _feed(world, KIM, "device:AUT-018"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-disposition"].startswith('inline; filename="AUT-018')
    assert "set-cookie" not in answer.headers
    lines = lines_of(answer.content)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert "X-WR-CALNAME:AUT-018 차량 내 네트워크 분석기" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert not [line for line in lines if line.startswith("METHOD")]
    assert not [line for line in lines[: lines.index("BEGIN:VTIMEZONE")] if line[:4] == "UID:"]
    assert lines.count("BEGIN:VTIMEZONE") == 1


async def test_head_says_what_get_says(world: World) -> None:
    """HEAD has the same headers and no content."""
    address = await _feed(world, KIM, "mine")
    got, head = await _get(world, address), await (await world.client()).head(address)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-length", "content-type", "last-modified"):
        assert head.headers[name] == got.headers[name]


async def test_the_same_state_gives_the_same_bytes_and_304(world: World) -> None:
    """A program that has the calendar is told so, until something in it changes."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked())).json()
    address = await _feed(world, KIM, "device:AUT-018")
    first, second = await _get(world, address), await _get(world, address)
    assert first.content == second.content
    tag = first.headers["etag"]
    kept = await _get(world, address, **{"If-None-Match": f'"other", W/{tag}'})
    assert kept.status_code == 304
    assert kept.content == b""
    assert kept.headers["etag"] == tag
    await kim.post("/api/reservations", json=asked(device_id="HEA-013"))
    assert (await _get(world, address, **{"If-None-Match": tag})).status_code == 304
    await kim.post(f"/api/reservations/{made['reservation_id']}/cancel", json={})
    changed = await _get(world, address, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_if_none_match_wins_over_a_date(world: World) -> None:
    """A date alone may answer 304; beside a tag it counts for nothing."""
    address = await _feed(world, KIM, "device:AUT-018")
    date = {"If-Modified-Since": (await _get(world, address)).headers["last-modified"]}
    assert (await _get(world, address, **date)).status_code == 304
    both = date | {"If-None-Match": '"another"'}
    assert (await _get(world, address, **both)).status_code == 200
    never = {"If-Modified-Since": "not a date"}
    assert (await _get(world, address, **never)).status_code == 200


async def test_gzip_only_when_asked_with_a_tag_of_its_own(world: World) -> None:
    """Another representation of the same calendar has another strong tag."""
    address = await _feed(world, KIM, "device:AUT-018")
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    plain = await _get(world, address, **{"Accept-Encoding": "identity"})
    packed = await _get(world, address, **{"Accept-Encoding": "br, gzip"})
    refused = await _get(world, address, **{"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == refused.content
    assert packed.headers["etag"] != plain.headers["etag"] == refused.headers["etag"]
    assert {one.headers["vary"] for one in (plain, packed)} == {"Accept-Encoding"}


async def test_a_reservation_keeps_its_uid_and_counts_its_changes(world: World) -> None:
    """The same UID in every feed and after every change; SEQUENCE and DTSTAMP are the view's."""
    kim = await world.client(KIM)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    moved = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    await kim.post(f"{path}/reschedule", json=moved)
    shown = (await kim.get(path)).json()
    for scope in ("device:AUT-018", "mine", "company:mudeung"):
        answer = await _get(world, await _feed(world, KIM, scope))
        event = _event(answer, shown["reservation_id"])
        assert event["UID"] == f"{shown['reservation_id']}@testbed.example"
        assert event["SEQUENCE"] == str(shown["sequence"]) == "1"
        assert event["DTSTAMP"] == event["LAST-MODIFIED"] == _utc(shown["changed_at"])
        assert event["CREATED"] == _utc(shown["created_at"])
        assert event["STATUS"] == "CONFIRMED"
        assert event["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('14:00'):%Y%m%dT%H%M%S}"


async def test_a_request_is_tentative_until_it_is_approved(world: World) -> None:
    """A request that waits says so in STATUS and, for programs that ignore it, in words."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    path = (await kim.post("/api/reservations", json=asked(device_id="AUT-011"))).headers[
        "location"
    ]
    address = await _feed(world, KIM, "mine")
    (event,) = events_of((await _get(world, address)).content)
    assert event["STATUS"] == "TENTATIVE"
    assert "[승인 대기]" in event["SUMMARY"]
    await staff.post(f"{path}/approve", json={})
    (event,) = events_of((await _get(world, address)).content)
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
    events = events_of((await _get(world, await _feed(world, KIM, "device:AUT-018"))).content)
    found = {event["UID"].split("@")[0]: event for event in events}
    after = found[f"{made['reservation_id']}-after"]
    assert after["DTSTART;TZID=Asia/Seoul"] == f"{tomorrow('12:00'):%Y%m%dT%H%M%S}"
    assert after["DTEND;TZID=Asia/Seoul"] == f"{tomorrow('12:15'):%Y%m%dT%H%M%S}"
    assert after["SUMMARY"] == "정리 시간"
    (maintenance,) = [event for event in events if "점검" in event["SUMMARY"]]
    assert "펌웨어" not in str(maintenance)
    of_staff = await _get(world, await _feed(world, STAFF, "maintenance"))
    (event,) = events_of(of_staff.content)
    assert "펌웨어 교체" in event["SUMMARY"]


async def test_cancelled_entries_leave_the_device_and_stay_a_while_with_their_owner(
    world: World,
) -> None:
    """The device's feed forgets them; one's own says CANCELLED, so that every program hears."""
    kim = await world.client(KIM)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    await kim.post(f"{path}/cancel", json={})
    device = await _get(world, await _feed(world, KIM, "device:AUT-018"))
    assert events_of(device.content) == []
    (event,) = events_of((await _get(world, await _feed(world, KIM, "mine"))).content)
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == (
        "CANCELLED",
        "TRANSPARENT",
        "1",
    )


async def test_a_company_reads_of_others_only_when_the_device_is_taken(world: World) -> None:
    """No purpose, name, id or address of a stranger's booking, and UIDs that no two feeds share."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))).json()
    addresses = [await _feed(world, LEE, "device:AUT-018") for _ in range(2)]
    first, second = [await _get(world, address) for address in addresses]
    for answer in (first, second):
        text = "\n".join(lines_of(answer.content))
        assert "비밀 시험" not in text
        assert "무등" not in text
        assert made["reservation_id"] not in text
        assert "DESCRIPTION" not in str(events_of(answer.content))
        assert {"예약됨", "정리 시간"} == {e["SUMMARY"] for e in events_of(answer.content)}
    uids = [{event["UID"] for event in events_of(one.content)} for one in (first, second)]
    assert len(uids[0]) == len(uids[1]) == 2
    assert not uids[0] & uids[1]
    again = await _get(world, addresses[0])
    assert {event["UID"] for event in events_of(again.content)} == uids[0]


async def test_a_busy_feed_tells_no_more_even_of_ones_own(world: World) -> None:
    """Detail `busy` is for passing on: times alone."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))).json()
    for scope, detail in (("mine", "busy"), ("sector:automotive", "full")):
        text = (await _get(world, await _feed(world, KIM, scope, detail))).text
        assert "비밀" not in text
        assert made["reservation_id"] not in text
        assert "BEGIN:VEVENT" in text


async def test_the_laboratory_reads_all_of_a_device(world: World) -> None:
    """Staff see company and purpose, auditors too."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    for reader in (STAFF, AUDITOR):
        answer = await _get(world, await _feed(world, reader, "device:AUT-018"))
        summaries = [event["SUMMARY"] for event in events_of(answer.content)]
        assert "(주)무등모빌리티 · CAN FD 지연 측정" in summaries


async def test_revoked_is_gone_and_unknown_is_not_found(world: World) -> None:
    """410 tells a program to stop asking; whoever guesses learns nothing."""
    address = await _feed(world, KIM, "mine")
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    (feed,) = await world.testbed.feeds.list(account.account_id)
    assert (await _get(world, address.replace(".ics", ".txt"))).status_code == 404
    await world.testbed.feeds.revoke(feed.feed_id, account.account_id)
    assert (await _get(world, address)).status_code == 410
    assert (await _get(world, "/calendar/" + "x" * 43 + "/mine.ics")).status_code == 404


async def test_a_feed_ends_with_the_account_and_with_the_right(world: World) -> None:
    """Every fetch asks anew what the account may see."""
    kims, parks = await _feed(world, KIM, "mine"), await _feed(world, PARK, "company:mudeung")
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.disable(account.account_id)
    assert (await _get(world, kims)).status_code == 410
    assert (await _get(world, parks)).status_code == 200
    connection = await asyncpg.connect(world.url)
    await connection.execute(
        "UPDATE identity.accounts SET company_id = 'hanbit' WHERE email = $1", PARK
    )
    await connection.close()
    assert (await _get(world, parks)).status_code == 404


async def test_an_erased_persons_words_leave_the_feed(world: World) -> None:
    """After an erasure the purpose is gone, and the tag has changed so that programs hear of it."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))
    address = await _feed(world, PARK, "company:mudeung")
    before = await _get(world, address)
    assert "비밀 시험" in before.text
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.erase(account.account_id)
    world.testbed.seals.forget(account.account_id)
    after = await _get(world, address, **{"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "비밀 시험" not in after.text


async def test_views_that_are_behind_answer_503_and_never_an_empty_calendar(world: World) -> None:
    """A program that gets a fault keeps what it has."""
    kim = await world.client(KIM)
    address = await _feed(world, KIM, "mine")
    held = await asyncpg.connect(world.url)
    try:
        async with held.transaction():
            await held.execute("SELECT * FROM views.positions FOR UPDATE")
            await kim.post("/api/reservations", json=asked())
            answer = await _get(world, address)
    finally:
        await held.close()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert len(events_of((await _get(world, address)).content)) == 1


async def test_the_owner_sees_when_and_by_what_a_feed_was_used(world: World) -> None:
    """Last use and program are noted for whoever made the address."""
    address = await _feed(world, KIM, "mine")
    await _get(world, address, **{"User-Agent": "Thunderbird/140.0"})
    (feed,) = (await (await world.client(KIM)).get("/api/feeds")).json()["items"]
    assert feed["last_user_agent"] == "Thunderbird/140.0"
    assert feed["last_used_at"] is not None


async def test_a_feed_of_the_past(world: World) -> None:
    """With `as_of` a feed is what it would have been after that position."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked())
    made_at = int(answer.headers["ledger-position"])
    await kim.post(f"{answer.headers['location']}/cancel", json={})
    address = await _feed(world, KIM, "device:AUT-018")
    assert len(events_of((await _get(world, f"{address}?as_of={made_at}")).content)) == 2
    assert events_of((await _get(world, f"{address}?as_of={made_at - 1}")).content) == []


async def _feed(world: World, email: str, scope: str, detail: str = "full") -> str:
    """The path of a new feed."""
    client = await world.client(email)
    answer = await client.post("/api/feeds", json={"scope": scope, "detail": detail})
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.json()["url"]).path


async def _get(world: World, path: str, **headers: str) -> httpx.Response:
    """The feed as a calendar program gets it: without cookie or token."""
    return await (await world.client()).get(path, headers=headers)


def _event(answer: httpx.Response, reservation_id: str) -> dict[str, str]:
    (event,) = [
        event
        for event in events_of(answer.content)
        if event["UID"].startswith(f"{reservation_id}@")
    ]
    return event


def _utc(moment: Any) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
