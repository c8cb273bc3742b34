"""A series or a bundle on its page: what became of each, and moving one, the later ones or all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from domain.period import SEOUL
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.test_api_together import booked, rig

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


async def starts(client: httpx.AsyncClient, made: dict[str, Any]) -> list[str]:
    """The clock times of a series in Asia/Seoul, by date."""
    shown = (await client.get(f"/api/series/{made['series_id']}")).json()["members"]
    moments = [datetime.fromisoformat(one["start"]) for one in shown]
    return [f"{moment.astimezone(SEOUL):%H:%M}" for moment in sorted(moments)]


async def test_a_series_is_moved_from_one_of_its_dates(world: World) -> None:
    """One date, that and later ones, or all: the others move as far as the one in the form."""
    kim, browser = await world.client(KIM), await browser_of(world, KIM, "en")
    made = await booked(kim)
    here = f"/series/{made['series_id']}"
    mine = await browser.get("/mine")
    first, second = [one["reservation_id"] for one in made["members"][:2]]
    assert f"{here}?from={first}" in mine.links
    page = await browser.get(f"{here}?from={second}")
    assert "4 of 4 dates are ahead" in page.words
    form = page.form("/move")
    assert form.value("start_day") == tomorrow("00:00", 8).date().isoformat()
    one = await browser.send(form, start_time="13:00", end_time="15:00")
    assert "The bookings have been moved" in one.words
    assert await starts(kim, made) == ["10:00", "13:00", "10:00", "10:00"]
    third = made["members"][2]["reservation_id"]
    form = (await browser.get(f"{here}?from={third}")).form("/move")
    await browser.send(form, start_time="16:00", end_time="17:00", scope="later")
    assert await starts(kim, made) == ["10:00", "13:00", "16:00", "16:00"]
    form = (await browser.get(here)).form("/move")
    await browser.send(form, start_time="11:00", end_time="13:00", scope="all")
    assert await starts(kim, made) == ["11:00", "14:00", "17:00", "17:00"]


async def test_a_refused_move_names_the_dates(world: World) -> None:
    """One date is taken: nothing moves, each date says why, and what was typed stays."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    browser = await browser_of(world, KIM, "en")
    made = await booked(kim)
    await lee.post("/api/reservations", json=asked("14:00", "16:00", days=15))
    form = (await browser.get(f"/series/{made['series_id']}")).form("/move")
    typed = {"start_time": "14:00", "end_time": "16:00", "scope": "all"}
    refused = await browser.send(form, **typed)
    assert refused.status == 409
    assert "Nothing was moved" in refused.words
    assert refused.words.count("This time is already taken") == 2
    assert refused.form("/move").value("start_time") == "14:00"
    assert await starts(kim, made) == ["10:00"] * 4
    wrong = await browser.send(form, end_time="09:00")
    assert wrong.status == 422
    missing = await browser.send(form, scope="some")
    assert missing.status == 422


async def test_a_bundle_moves_whole(world: World) -> None:
    """Both devices, or none; the page names them."""
    kim, browser = await world.client(KIM), await browser_of(world, KIM, "en")
    made = (await kim.post("/api/bundles", json=rig())).json()
    page = await browser.get(f"/bundles/{made['group_id']}")
    assert "In-vehicle network analyser" in page.words
    moved = await browser.send(page.form("/move"), start_time="15:00", end_time="17:00")
    assert "The bookings have been moved" in moved.words
    shown = (await kim.get(f"/api/bundles/{made['group_id']}")).json()["members"]
    assert {one["start"][11:16] for one in shown} == {"06:00"}
    gone = await browser.send(moved.form("/cancel"))
    assert "The bookings have been cancelled" in gone.words
    assert "Nothing of it is ahead any more" in gone.words


async def test_who_sees_and_who_moves(world: World) -> None:
    """Strangers find nothing, auditors and colleagues no form, and no other series' booking."""
    park, kim = await world.client(PARK), await world.client(KIM)
    made, own = await booked(park), await booked(kim, days=2)
    here = f"/series/{made['series_id']}"
    browser = await browser_of(world, KIM)
    assert (await (await browser_of(world, LEE)).get(here)).status == 404
    for who in (browser, await browser_of(world, AUDITOR)):
        page = await who.get(here)
        assert page.status == 200
        assert not [form for form in page.forms if form.action.endswith("/move")]
    form = (await browser.get(f"/series/{own['series_id']}")).form("/move")
    form.action = f"{here}/move"
    assert (await browser.send(form)).status == 404
    forbidden = await browser.send(form, scope="all")
    assert forbidden.status == 403
    assert "기업 관리자는 할 수 있고" in forbidden.words
    staff = await browser_of(world, STAFF)
    moved = await staff.send((await staff.get(here)).form("/move"), end_time="13:00")
    assert "예약들을 옮겼어요" in moved.words
