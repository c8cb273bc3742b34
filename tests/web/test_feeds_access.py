"""Who reads what in a feed, and how a feed ends."""

from __future__ import annotations

import asyncpg

from tests.web.calendar_program import fetch, new_feed
from tests.web.calendar_readers import events_of, lines_of
from tests.web.conftest import World, asked

KIM = "kim@mudeung.example"
PARK = "park@mudeung.example"
LEE = "lee@hanbit.example"
STAFF = "staff@testbed.example"
AUDITOR = "auditor@testbed.example"


async def test_a_company_reads_of_others_only_when_the_device_is_taken(world: World) -> None:
    """No purpose, name, id or address of a stranger's booking, and UIDs that no two feeds share."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))).json()
    addresses = [await new_feed(world, LEE, "device:AUT-018") for _ in range(2)]
    first, second = [await fetch(world, address) for address in addresses]
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
    again = await fetch(world, addresses[0])
    assert {event["UID"] for event in events_of(again.content)} == uids[0]


async def test_a_busy_feed_tells_no_more_even_of_ones_own(world: World) -> None:
    """Detail `busy` is for passing on: times alone."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))).json()
    for scope, detail in (("mine", "busy"), ("sector:automotive", "full")):
        text = (await fetch(world, await new_feed(world, KIM, scope, detail))).text
        assert "비밀" not in text
        assert made["reservation_id"] not in text
        assert "BEGIN:VEVENT" in text


async def test_the_laboratory_reads_all_of_a_device(world: World) -> None:
    """Staff see company and purpose, auditors too."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    for reader in (STAFF, AUDITOR):
        answer = await fetch(world, await new_feed(world, reader, "device:AUT-018"))
        summaries = [event["SUMMARY"] for event in events_of(answer.content)]
        assert "(주)무등모빌리티 · CAN FD 지연 측정" in summaries


async def test_revoked_is_gone_and_unknown_is_not_found(world: World) -> None:
    """410 tells a program to stop asking; whoever guesses learns nothing."""
    address = await new_feed(world, KIM, "mine")
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    (feed,) = await world.testbed.feeds.list(account.account_id)
    assert (await fetch(world, address.replace(".ics", ".txt"))).status_code == 404
    await world.testbed.feeds.revoke(feed.feed_id, account.account_id)
    assert (await fetch(world, address)).status_code == 410
    assert (await fetch(world, "/calendar/" + "x" * 43 + "/mine.ics")).status_code == 404


async def test_a_feed_ends_with_the_account_and_with_the_right(world: World) -> None:
    """Every fetch asks anew what the account may see."""
    kims, parks = await new_feed(world, KIM, "mine"), await new_feed(world, PARK, "company:mudeung")
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.disable(account.account_id)
    assert (await fetch(world, kims)).status_code == 410
    assert (await fetch(world, parks)).status_code == 200
    connection = await asyncpg.connect(world.url)
    await connection.execute(
        "UPDATE identity.accounts SET company_id = 'hanbit' WHERE email = $1", PARK
    )
    await connection.close()
    assert (await fetch(world, parks)).status_code == 404


async def test_an_erased_persons_words_leave_the_feed(world: World) -> None:
    """After an erasure the purpose is gone, and the tag has changed so that programs hear of it."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked(purpose="비밀 시험"))
    address = await new_feed(world, PARK, "company:mudeung")
    await fetch(world, address)
    connection = await asyncpg.connect(world.url)
    ago = "UPDATE identity.feeds SET served_since = served_since - interval '1 minute'"
    await connection.execute(ago)
    await connection.close()
    before = await fetch(world, address)
    assert "비밀 시험" in before.text
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.erase(account.account_id)
    world.testbed.seals.forget(account.account_id)
    for header, known in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        after = await fetch(world, address, **{header: before.headers[known]})
        assert after.status_code == 200, header
        assert "비밀 시험" not in after.text


async def test_the_owner_sees_when_and_by_what_a_feed_was_used(world: World) -> None:
    """Last use and program are noted for whoever made the address."""
    address = await new_feed(world, KIM, "mine")
    await fetch(world, address, **{"User-Agent": "Thunderbird/140.0"})
    (feed,) = (await (await world.client(KIM)).get("/api/feeds")).json()["items"]
    assert feed["last_user_agent"] == "Thunderbird/140.0"
    assert feed["last_used_at"] is not None


async def test_a_sector_that_there_is_not_is_answered_with_those_that_there_are(
    world: World,
) -> None:
    """The form is right, so that the names are what helps."""
    answer = await (await world.client(KIM)).post("/api/feeds", json={"scope": "sector:space"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "scope"
    assert "sector:automotive, sector:healthcare, sector:energy" in error["message"]
