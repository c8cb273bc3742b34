"""What a refused series or bundle leaves to choose from, over the API and on the page."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.test_api_together import rig, weekly
from tests.web.test_pages_bundle import sent

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
DEVICES = ["AUT-018", "ENE-013"]


async def book(client: httpx.AsyncClient, start: str, end: str, days: int, device_id: str) -> None:
    body = asked(start, end, days=days, device_id=device_id)
    answer = await client.post("/api/reservations", json=body)
    assert answer.status_code == 201, answer.text


async def taken(world: World) -> None:
    """Lee has the one device tomorrow from ten to twelve, and then the other until thirteen."""
    lee = await world.client(LEE)
    await book(lee, "10:00", "12:00", 1, "AUT-018")
    await book(lee, "12:00", "13:00", 1, "ENE-013")
    await book(lee, "10:00", "11:00", 2, "ENE-013")


async def test_a_refused_bundle_names_times_at_which_all_are_free(world: World) -> None:
    """The first is booked just as it is answered, and is then no alternative any more."""
    await taken(world)
    kim = await world.client(KIM)
    refused = await kim.post("/api/bundles", json=rig(*DEVICES))
    assert refused.status_code == 409
    others = refused.json()["alternatives"]
    kinds = [one["kind"] for one in others]
    assert kinds[0] == "later"
    assert set(kinds) <= {"later", "earlier", "other_day"}
    length = timedelta(hours=2)
    for one in others:
        start, end = datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])
        assert one["device_ids"] == DEVICES
        assert end - start == length
        preview = await kim.post(
            "/api/bundles?dry_run=true", json=rig(*DEVICES, start=one["start"], end=one["end"])
        )
        assert {member["state"] for member in preview.json()["members"]} == {"free"}
    assert datetime.fromisoformat(others[0]["start"]) >= tomorrow("13:00")
    chosen = rig(*DEVICES, start=others[0]["start"], end=others[0]["end"])
    assert (await kim.post("/api/bundles", json=chosen)).status_code == 201
    again = await kim.post("/api/bundles", json=rig(*DEVICES))
    assert others[0]["start"] not in [one["start"] for one in again.json()["alternatives"]]


async def test_a_refused_series_says_that_its_free_dates_can_be_had(world: World) -> None:
    """How many, and where; a series without one says nothing of it."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await book(lee, "10:00", "12:00", 8, "AUT-018")
    refused = (await kim.post("/api/series", json=weekly())).json()
    assert refused["only_free"] == {"path": "/api/series", "dates": 3}
    assert [one["state"] for one in refused["members"]].index("taken") == 1
    made = await kim.post(refused["only_free"]["path"], json=weekly(only_free=True))
    assert made.json()["booked"] == 3
    none = await kim.post("/api/series", json=weekly())
    assert none.status_code == 409
    assert "only_free" not in none.json()


async def test_a_bundle_against_a_rule_has_no_other_times(world: World) -> None:
    """Where nothing was taken, time is not what is in the way."""
    kim = await world.client(KIM)
    short = rig(*DEVICES, end=tomorrow("10:05").isoformat())
    refused = await kim.post("/api/bundles", json=short)
    assert refused.status_code == 422
    assert "alternatives" not in refused.json()


@pytest.mark.parametrize(
    ("language", "title", "kind"),
    [
        ("ko", "모두 비어 있는 시간이에요", "다음 빈 시간"),
        ("en", "All of them are free at these times", "next free time"),
    ],
)
async def test_one_press_books_another_time(
    world: World, language: str, title: str, kind: str
) -> None:
    """With all that was typed before; the form below stays for a choice of one's own."""
    await taken(world)
    browser, kim = await browser_of(world, KIM, language), await world.client(KIM)
    refused = await sent(browser, *DEVICES, purpose="챔버와 함께 시험")
    assert refused.status == 409
    assert title in refused.words
    assert kind in refused.words
    offers = [form for form in refused.forms if form.action == "/bundles"]
    assert len(offers) > 1
    done = await browser.send(offers[0])
    assert done.answer.url.path.startswith("/bundles/"), done.words
    every = (await kim.get("/api/reservations")).json()["items"]
    listed = [one for one in every if "purpose" in one]
    assert {one["device_id"] for one in listed} == set(DEVICES)
    assert {one["purpose"] for one in listed} == {"챔버와 함께 시험"}
    assert len({one["start"] for one in listed}) == 1
    assert datetime.fromisoformat(listed[0]["start"]) >= tomorrow("13:00")


async def test_a_bundle_that_cannot_be_moved_names_times_it_could(world: World) -> None:
    """What it holds now is free for it; the first is moved to just as it is answered."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/bundles", json=rig(*DEVICES, **hours("13:00", "15:00")))).json()
    await book(await world.client(LEE), "16:00", "17:00", 1, "AUT-018")
    anchor = made["members"][0]["reservation_id"]
    path = f"/api/bundles/{made['group_id']}/reschedule"
    asked_for = {"from": anchor, **hours("15:00", "17:00")}
    refused = await kim.post(path, json=asked_for)
    assert refused.status_code == 409, refused.text
    others = {one["kind"]: one for one in refused.json()["alternatives"]}
    assert others.keys() == {"later", "earlier", "other_day"}
    assert all(one["device_ids"] == DEVICES for one in others.values())
    # A part of its own time, and until the device is cleared for the booking of Lee.
    assert datetime.fromisoformat(others["earlier"]["start"]) == tomorrow("13:30")
    assert datetime.fromisoformat(others["later"]["start"]) > tomorrow("17:00")
    chosen = {name: others["earlier"][name] for name in ("start", "end")}
    moved = await kim.post(path, json={"from": anchor, **chosen})
    assert moved.status_code == 200, moved.text
    # Where it stands now is no place to move to.
    again = (await kim.post(path, json=asked_for)).json()["alternatives"]
    assert {one["kind"] for one in again} == {"later", "other_day"}
    # A device that went its own way leaves no time that both could move to.
    (other,) = [one for one in made["members"] if one["reservation_id"] != anchor]
    alone = f"/api/reservations/{other['reservation_id']}/reschedule"
    assert (await kim.post(alone, json=hours("09:00", "11:00"))).status_code == 200
    apart = await kim.post(path, json=asked_for)
    assert (apart.status_code, apart.json()["alternatives"]) == (409, [])


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_one_press_moves_a_bundle_to_another_time(world: World, language: str) -> None:
    """The page of the bundle offers the times after a refusal, as the form for booking does."""
    browser, kim = await browser_of(world, KIM, language), await world.client(KIM)
    made = (await kim.post("/api/bundles", json=rig(*DEVICES, **hours("10:00", "12:00")))).json()
    await book(await world.client(LEE), "13:00", "14:00", 1, "ENE-013")
    page = await browser.get(f"/bundles/{made['group_id']}")
    refused = await browser.send(page.form("/move"), start_time="13:00", end_time="15:00")
    assert refused.status == 409
    offers = [form for form in refused.forms if form.action.endswith("/move")][:-1]
    assert 1 <= len(offers) <= 3
    moved = await browser.send(offers[0])
    assert moved.status == 200, moved.words
    shown = (await kim.get(f"/api/bundles/{made['group_id']}")).json()["members"]
    starts = {datetime.fromisoformat(one["start"]) for one in shown}
    assert len(starts) == 1
    assert starts.pop() >= tomorrow("14:00")


def hours(start: str, end: str) -> dict[str, str]:
    """`start` and `end` on tomorrow's date, as the API takes them."""
    return {"start": tomorrow(start).isoformat(), "end": tomorrow(end).isoformat()}
