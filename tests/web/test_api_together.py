"""Series and bundles over HTTP: preview, book all or the free ones, cancel and move together."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import httpx

from domain.events import RequestRefused
from domain.period import SEOUL
from domain.stored import decode_body
from tests.web.conftest import World, asked, tomorrow

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


def weekly(days: int = 1, count: int = 4, **more: Any) -> dict[str, Any]:
    """Some weeks at ten for two hours on AUT-018."""
    body = {
        "device_id": "AUT-018",
        "first": tomorrow("00:00", days).date().isoformat(),
        "start_time": "10:00",
        "end_time": "12:00",
        "repeat": {"every": "week", "count": count},
        "purpose": "주간 회귀 시험",
    }
    return body | more


def rig(*devices: str, **more: Any) -> dict[str, Any]:
    """A bundle of devices tomorrow from ten to twelve."""
    body = asked() | {"device_ids": list(devices or ("AUT-018", "ENE-013"))} | more
    del body["device_id"]
    return body


async def booked(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/series", json=weekly(**more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def reservations(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/api/reservations")).json()["items"]
    return items


async def test_a_preview_lists_every_date_and_books_none(world: World) -> None:
    """Free, taken, and against a rule with its words; the ledger stays as it is."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await lee.post("/api/reservations", json=asked("11:00", "13:00", days=8))
    head = (await world.testbed.ledger.head()).position
    answer = await kim.post("/api/series?dry_run=true", json=weekly(count=30))
    shown = answer.json()
    assert answer.status_code == 200, answer.text
    states = [one["state"] for one in shown["members"]]
    assert states[:3] == ["free", "taken", "free"]
    assert states[-1] == "refused"
    assert shown["members"][-1]["violations"][0]["rule"] == "horizon"
    assert "180 days" in shown["members"][-1]["violations"][0]["message"]
    (conflict,) = shown["members"][1]["conflicts"]
    assert set(conflict) == {"device_id", "start", "end", "kind"}
    assert shown["booked"] == states.count("free")
    assert (await world.testbed.ledger.head()).position == head


async def test_a_series_is_booked_and_seen_in_each_reservation(world: World) -> None:
    """Four reservations of one series, with its id; a repeated request makes no more."""
    kim = await world.client(KIM)
    once = {"Idempotency-Key": "weekly"}
    answer = await kim.post("/api/series", json=weekly(), headers=once)
    again = await kim.post("/api/series", json=weekly(), headers=once)
    assert (answer.status_code, again.status_code) == (201, 201)
    assert again.json() == answer.json()
    made = answer.json()
    assert [one["state"] for one in made["members"]] == ["confirmed"] * 4
    one = (await kim.get(f"/api/reservations/{made['members'][2]['reservation_id']}")).json()
    assert (one["series_id"], one["group_id"]) == (made["series_id"], None)
    assert len(await reservations(kim)) == 4


async def test_one_taken_date_refuses_all_unless_only_the_free_are_asked_for(world: World) -> None:
    """409 names the date; with only_free the others are booked and the answer says which not."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await lee.post("/api/reservations", json=asked(days=8))
    refused = await kim.post("/api/series", json=weekly())
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"] == "/problems/slot-taken"
    states = [one["state"] for one in problem["members"]]
    assert states == ["free", "taken", "free", "free"]
    once = {"Idempotency-Key": "free-ones"}
    body = weekly(only_free=True)
    free, again = [await kim.post("/api/series", json=body, headers=once) for _ in range(2)]
    assert free.status_code == 201
    assert free.json()["booked"] == 3
    assert free.json()["members"][1]["state"] == "taken"
    assert again.json() == free.json()


async def test_a_series_without_an_end_or_with_wrong_fields_is_422(world: World) -> None:
    """What cannot be a series is named, in the field or by the rule."""
    kim = await world.client(KIM)
    cases = (
        ({"repeat": {}}, "not-allowed", "series_endless"),
        ({"repeat": {"every": "day", "until": "2099-01-01"}}, "not-allowed", "series_too_far"),
        ({"repeat": {"count": 201}}, "invalid", "too_large"),
        ({"repeat": {"every": "month", "count": 2}}, "invalid", "choice"),
        ({"repeat": {"count": 2, "byday": "MO"}}, "invalid", "unknown_field"),
        ({"zone": "Nowhere/City"}, "invalid", "value"),
        ({"zone": "../../etc"}, "invalid", "form"),
        ({"first": "9999-12-31"}, "invalid", "time_range"),
        ({"first": "1066-01-01"}, "invalid", "time_range"),
        ({"start_time": "24:00"}, "invalid", "form"),
    )
    for fields, name, rule in cases:
        answer = await kim.post("/api/series", json=weekly() | fields)
        assert answer.status_code == 422, (fields, answer.text)
        problem = answer.json()
        assert problem["type"] == f"/problems/{name}", fields
        named = problem.get("errors", []) + problem.get("violations", [])
        assert [one["rule"] for one in named] == [rule], fields


async def test_local_time_stays_in_another_zone(world: World) -> None:
    """Nine in New York for eight months stays nine there, across both changes of its clocks."""
    kim = await world.client(KIM)
    body = weekly(count=25, zone="America/New_York", start_time="09:00", end_time="10:00")
    shown = (await kim.post("/api/series?dry_run=true", json=body)).json()
    starts = [datetime.fromisoformat(one["start"]) for one in shown["members"]]
    assert {start.astimezone(SEOUL).hour for start in starts} <= {22, 23}


async def test_this_and_later_or_all_are_cancelled(world: World) -> None:
    """Cancelling from the third date leaves two; cancelling all leaves none."""
    kim = await world.client(KIM)
    made = await booked(kim)
    path = f"/api/series/{made['series_id']}/cancel"
    third = made["members"][2]["reservation_id"]
    later = await kim.post(path, json={"scope": "later", "from": third, "reason": "끝났어요"})
    assert later.status_code == 200, later.text
    assert len(later.json()["members"]) == 2
    assert [one["status"] for one in await reservations(kim)].count("confirmed") == 2
    assert len((await kim.post(path)).json()["members"]) == 2
    nothing = await kim.post(path)
    assert nothing.status_code == 422
    assert nothing.json()["violations"][0]["rule"] == "nothing_to_change"
    assert (await kim.post(path, json={"scope": "later"})).status_code == 422
    missing = {"scope": "later", "from": "r-unknown"}
    assert (await kim.post(path, json=missing)).status_code == 404


async def test_a_series_moves_together_or_not_at_all(world: World) -> None:
    """Four hours later where all dates are free; where one is taken, none moves."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    made = await booked(kim)
    path = f"/api/series/{made['series_id']}/reschedule"
    first = made["members"][0]["reservation_id"]
    start, end = tomorrow("14:00").isoformat(), tomorrow("16:00").isoformat()
    await lee.post("/api/reservations", json=asked("14:00", "16:00", days=15))
    body = {"from": first, "start": start, "end": end}
    assert (await kim.post(path, json=body)).status_code == 409
    hours = {datetime.fromisoformat(one["start"]).astimezone(SEOUL).hour for one in await mine(kim)}
    assert hours == {10}
    later = body | {"start": tomorrow("17:00").isoformat(), "end": tomorrow("18:00").isoformat()}
    moved = await kim.post(path, json=later)
    assert moved.status_code == 200, moved.text
    assert len(moved.json()["members"]) == 4
    assert (await kim.post(path, json=later | {"zone": "No/Where"})).status_code == 422


async def test_a_series_is_listed_with_what_became_of_it(world: World) -> None:
    """Every date by its start, cancelled ones too; as of before, all were confirmed."""
    kim, park = await world.client(KIM), await world.client(PARK)
    made = await booked(kim)
    path = f"/api/series/{made['series_id']}"
    position = (await world.testbed.ledger.head()).position
    second = made["members"][1]["reservation_id"]
    await kim.post(f"/api/reservations/{second}/cancel")
    shown = (await park.get(path)).json()
    assert (shown["series_id"], shown["group_id"]) == (made["series_id"], None)
    statuses = [one["status"] for one in shown["members"]]
    assert statuses == ["confirmed", "cancelled", "confirmed", "confirmed"]
    assert [one["reservation_id"] for one in shown["members"]] == [
        one["reservation_id"] for one in made["members"]
    ]
    then = (await kim.get(path, params={"as_of": position})).json()
    assert {one["status"] for one in then["members"]} == {"confirmed"}
    rigged = (
        await kim.post(
            "/api/bundles",
            json=rig(start=tomorrow("13:00").isoformat(), end=tomorrow("14:00").isoformat()),
        )
    ).json()
    bundle = (await kim.get(f"/api/bundles/{rigged['group_id']}")).json()
    assert {one["device_id"] for one in bundle["members"]} == {"AUT-018", "ENE-013"}


async def test_a_strangers_series_is_not_there(world: World) -> None:
    """Its id and one that does not exist answer alike; the laboratory's look is recorded."""
    kim, lee, staff = [await world.client(one) for one in (KIM, LEE, STAFF)]
    made = await booked(kim)
    foreign = await lee.get(f"/api/series/{made['series_id']}")
    missing = await lee.get("/api/series/s-unknown")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert (await kim.get(f"/api/bundles/{made['series_id']}")).status_code == 404
    assert (await staff.get(f"/api/series/{made['series_id']}")).status_code == 200
    newest = await world.testbed.access_log.newest(1)
    assert (newest[0].what, newest[0].subject) == ("read series", made["series_id"])


async def test_a_refused_move_says_which_dates(world: World) -> None:
    """The one that is taken, and that the others would be free; again for the same request."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    made = await booked(kim)
    await lee.post("/api/reservations", json=asked("14:00", "16:00", days=15))
    first = made["members"][0]["reservation_id"]
    times = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    path, key = f"/api/series/{made['series_id']}/reschedule", {"Idempotency-Key": "k"}
    for _ in range(2):
        answer = await kim.post(path, json={"from": first} | times, headers=key)
        assert answer.status_code == 409
        members = answer.json()["members"]
        assert [one["state"] for one in members] == ["free", "free", "taken", "free"]
        assert members[2]["conflicts"][0]["kind"] == "reservation"
    (stored,) = await world.testbed.ledger.stored(types=["RequestRefused"], limit=9)
    refused = decode_body(stored.body).event
    assert isinstance(refused, RequestRefused)
    assert (len(refused.asked), refused.conflict_members) == (4, (1,))


async def test_bundles_are_whole(world: World) -> None:
    """A rig with its cabin is booked under one group, refused whole, and cancelled whole."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    answer = await kim.post("/api/bundles", json=rig())
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["group_id"]
    assert made["series_id"] is None
    one = (await kim.get(f"/api/reservations/{made['members'][0]['reservation_id']}")).json()
    assert one["group_id"] == made["group_id"]
    lost = await lee.post("/api/bundles", json=rig("HEA-013", "ENE-013"))
    assert lost.status_code == 409
    assert [one["state"] for one in lost.json()["members"]] == ["free", "taken"]
    assert await mine(lee) == []
    gone = await kim.post(f"/api/bundles/{made['group_id']}/cancel")
    assert len(gone.json()["members"]) == 2
    assert (await lee.post("/api/bundles", json=rig("HEA-013", "ENE-013"))).status_code == 201


async def test_bundles_in_opposite_order_over_http(world: World) -> None:
    """Ten races: one 201 and one 409 each, never anything else."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    for day in range(1, 11):
        times = {
            "start": tomorrow("10:00", day).isoformat(),
            "end": tomorrow("11:00", day).isoformat(),
        }
        answers = await asyncio.gather(
            kim.post("/api/bundles", json=rig("AUT-018", "ENE-013", **times)),
            lee.post("/api/bundles", json=rig("ENE-013", "AUT-018", **times)),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_who_may(world: World) -> None:
    """Strangers see nothing there, members change their own only, managers all, auditors none."""
    kim, park, lee = [await world.client(one) for one in (KIM, PARK, LEE)]
    auditor, visitor = await world.client(AUDITOR), await world.client()
    made = await booked(park)
    path = f"/api/series/{made['series_id']}/cancel"
    foreign, missing = await lee.post(path), await lee.post("/api/series/s-unknown/cancel")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert (await kim.post(path)).status_code == 403
    assert (await auditor.post("/api/series", json=weekly())).status_code == 403
    assert (await visitor.post("/api/bundles", json=rig())).status_code == 401
    own = await booked(kim, days=2)
    answer = await park.post(f"/api/series/{own['series_id']}/cancel")
    assert len(answer.json()["members"]) == 4


async def test_the_laboratory_books_for_a_company(world: World) -> None:
    """Staff name the company, and the person who answers for it."""
    staff = await world.client(STAFF)
    assert (await staff.post("/api/series", json=weekly())).status_code == 422
    body = weekly(company_id="mudeung", account=PARK)
    answer = await staff.post("/api/series", json=body)
    assert answer.status_code == 201, answer.text


async def mine(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return [one for one in await reservations(client) if "reservation_id" in one]
