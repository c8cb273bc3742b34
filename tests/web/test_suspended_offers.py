"""What a suspension does to an offer, as both companies and whoever is away read it."""

from __future__ import annotations

from tests.web.conftest import World
from tests.web.form_browser import browser_of
from tests.web.test_suspension_told import heard
from tests.web.waiting_line import KIM, LEE, STAFF, joined, offered


async def test_an_offer_of_a_suspended_company_goes_to_the_next(world: World) -> None:
    """Who had it reads why and that the place is kept; accepting says that it is suspended."""
    wish = await offered(world)
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    behind = await joined(kim, "11:00", "12:00")
    done = await staff.post("/api/companies/hanbit/suspend", json={"reason": "미납"})
    assert done.status_code == 200, done.text
    own, other = f"/api/waitlist/{wish['wish_id']}", f"/api/waitlist/{behind['wish_id']}"
    assert (await kim.get(other)).json()["status"] == "offered"
    waits = (await lee.get(own)).json()
    assert (waits["status"], waits["place"], waits["expires_at"]) == ("waiting", 1, None)
    refused = await lee.post(f"{own}/accept")
    assert [one["rule"] for one in refused.json()["violations"]] == ["company_suspended"]
    told = {one["kind"]: one for one in await heard(world, LEE)}
    assert "Bookings made before stand" in told["suspended"]["text"]
    assert "the places in line are kept" in told["suspended"]["text"]
    why = told["offer_suspended"]
    assert "suspended. You keep your place in line" in why["text"]
    assert (why["wish_id"], why["path"]) == (wish["wish_id"], "/mine")
    words = (await (await browser_of(world, LEE)).get("/notices")).words
    assert "대기 순번은 그대로이고" in words
    assert "대기 제안은 취소되고 대기 순번은 유지돼요" in words
    assert "offer_suspended" not in {one["kind"] for one in await heard(world, KIM)}


async def test_reinstated_it_is_asked_again(world: World) -> None:
    """The time that nobody else took is offered once more."""
    wish = await offered(world)
    lee, staff = await world.client(LEE), await world.client(STAFF)
    await staff.post("/api/companies/hanbit/suspend", json={})
    await staff.post("/api/companies/hanbit/reinstate")
    path = f"/api/waitlist/{wish['wish_id']}"
    assert (await lee.get(path)).json()["status"] == "offered"
    assert (await lee.post(f"{path}/accept")).status_code == 201
