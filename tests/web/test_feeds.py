"""Calendar feeds over HTTP: how programs get them and keep them up to date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import asyncpg

from tests.web.calendar_program import fetch, new_feed
from tests.web.calendar_readers import events_of, lines_of
from tests.web.conftest import World, asked

KIM = "kim@mudeung.example"


async def test_a_feed_is_a_calendar_with_all_that_programs_ask_for(world: World) -> None:
    """Type, caching, name and the properties of the calendar itself."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    answer = await fetch(world, await new_feed(world, KIM, "device:AUT-018"))
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
    address = await new_feed(world, KIM, "mine")
    got, head = await fetch(world, address), await (await world.client()).head(address)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-length", "content-type", "last-modified"):
        assert head.headers[name] == got.headers[name]


async def test_the_same_state_gives_the_same_bytes_and_304(world: World) -> None:
    """A program that has the calendar is told so, until something in it changes."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked())).json()
    address = await new_feed(world, KIM, "device:AUT-018")
    first, second = await fetch(world, address), await fetch(world, address)
    assert first.content == second.content
    tag = first.headers["etag"]
    kept = await fetch(world, address, **{"If-None-Match": f'"other", W/{tag}'})
    assert kept.status_code == 304
    assert kept.content == b""
    assert kept.headers["etag"] == tag
    await kim.post("/api/reservations", json=asked(device_id="HEA-013"))
    assert (await fetch(world, address, **{"If-None-Match": tag})).status_code == 304
    await kim.post(f"/api/reservations/{made['reservation_id']}/cancel", json={})
    changed = await fetch(world, address, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_if_none_match_wins_over_a_date(world: World) -> None:
    """A date alone may answer 304; beside a tag it counts for nothing."""
    address = await new_feed(world, KIM, "device:AUT-018")
    # Later than the last change, which itself counts as unsettled for some seconds.
    later = datetime.now(UTC) + timedelta(minutes=1)
    date = {"If-Modified-Since": format_datetime(later, usegmt=True)}
    assert (await fetch(world, address, **date)).status_code == 304
    both = date | {"If-None-Match": '"another"'}
    assert (await fetch(world, address, **both)).status_code == 200
    for odd in ("not a date", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT"):
        assert (await fetch(world, address, **{"If-Modified-Since": odd})).status_code == 200


async def test_a_date_holds_for_what_was_answered_and_for_nothing_else(world: World) -> None:
    """Entries leave a feed's window by themselves, so that its date is that of its bytes."""
    address = await new_feed(world, KIM, "device:AUT-018")
    kim = await world.client(KIM)
    first = await fetch(world, address)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    connection = await asyncpg.connect(world.url)
    noted = "UPDATE identity.feeds SET served_since = $1"
    await connection.execute(noted, long_ago)
    same = await fetch(world, address)
    assert same.headers["last-modified"] == format_datetime(long_ago, usegmt=True)
    known = {"If-Modified-Since": same.headers["last-modified"]}
    assert (await fetch(world, address, **known)).status_code == 304
    await kim.post("/api/reservations", json=asked())
    changed = await fetch(world, address, **known)
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)
    await connection.execute("UPDATE identity.feeds SET served_tag = 'of other entries'")
    await connection.execute(noted, long_ago)
    assert (await fetch(world, address, **known)).status_code == 200
    await connection.close()


async def test_gzip_only_when_asked_with_a_tag_of_its_own(world: World) -> None:
    """Another representation of the same calendar has another strong tag."""
    address = await new_feed(world, KIM, "device:AUT-018")
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    plain = await fetch(world, address, **{"Accept-Encoding": "identity"})
    packed = await fetch(world, address, **{"Accept-Encoding": "br, gzip"})
    refused = await fetch(world, address, **{"Accept-Encoding": "*, gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == refused.content
    assert packed.headers["etag"] != plain.headers["etag"] == refused.headers["etag"]
    assert {one.headers["vary"] for one in (plain, packed)} == {"Accept-Encoding"}


async def test_views_that_are_behind_answer_503_and_never_an_empty_calendar(world: World) -> None:
    """A program that gets a fault keeps what it has."""
    kim = await world.client(KIM)
    address = await new_feed(world, KIM, "mine")
    held = await asyncpg.connect(world.url)
    try:
        async with held.transaction():
            await held.execute("SELECT * FROM views.positions FOR UPDATE")
            await kim.post("/api/reservations", json=asked())
            answer = await fetch(world, address)
    finally:
        await held.close()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert len(events_of((await fetch(world, address)).content)) == 1
