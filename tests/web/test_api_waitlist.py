"""The waiting list over HTTP: joining, places in line, and its lists."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.conftest import World, asked, tomorrow
from tests.web.waiting_line import AUDITOR, KIM, LEE, PARK, STAFF, booked, joined


async def test_a_refused_request_is_told_how_to_wait(world: World) -> None:
    """The 409 names the path and the place that one would have; waiting there gives that place."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    await booked(kim)
    refused = await lee.post("/api/reservations", json=asked())
    assert refused.status_code == 409
    assert refused.json()["waitlist"] == {"path": "/api/waitlist", "place": 1}
    wish = await lee.post(refused.json()["waitlist"]["path"], json=asked(people=[LEE]))
    assert wish.status_code == 201, wish.text
    shown = wish.json()
    assert (shown["status"], shown["place"], shown["company_id"]) == ("waiting", 1, "hanbit")
    assert (shown["purpose"], shown["account"]["name"]) == ("CAN FD 지연 측정", "이수민")
    assert (shown["expires_at"], shown["reservation_id"]) == (None, None)
    assert wish.headers["location"] == f"/api/waitlist/{shown['wish_id']}"
    assert int(wish.headers["ledger-position"]) == shown["position"]
    assert (await lee.get(wish.headers["location"])).json() == shown
    again = await staff.post("/api/reservations", json=asked(company_id="mudeung"))
    assert again.json()["waitlist"]["place"] == 2
    mine = (await lee.post("/api/reservations", json=asked("11:00", "13:00"))).json()["waitlist"]
    assert mine == {
        "path": wish.headers["location"],
        "place": 1,
        "wish_id": shown["wish_id"],
    }
    behind = await joined(staff, company_id="mudeung")
    assert (behind["company_id"], behind["place"]) == ("mudeung", 2)


async def test_waiting_keeps_to_the_rules(world: World) -> None:
    """Free time is booked, not waited for; one waits once; fields are named as for a booking."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]

    async def rules(answer: httpx.Response) -> list[str]:
        assert answer.status_code == 422, answer.text
        return [one["rule"] for one in answer.json()["violations"]]

    assert await rules(await lee.post("/api/waitlist", json=asked())) == ["slot_free"]
    await booked(kim)
    await joined(lee)
    assert await rules(await lee.post("/api/waitlist", json=asked())) == ["waiting_already"]
    assert await rules(await lee.post("/api/waitlist", json=asked("10:00", "10:10"))) != []
    for body, field in (
        (asked(end=tomorrow("09:00").isoformat()), "end"),
        (asked(purpose=""), "purpose"),
        (asked(people=[KIM]), "people[0]"),
        (asked(override={"rules": ["notice"], "reason": "x"}), "override"),
    ):
        answer = await lee.post("/api/waitlist", json=body)
        assert answer.status_code == 422, body
        assert [one["field"] for one in answer.json()["errors"]] == [field]
    missing = await staff.post("/api/waitlist", json=asked())
    assert [one["field"] for one in missing.json()["errors"]] == ["company_id"]
    foreign = await lee.post("/api/waitlist", json=asked(company_id="mudeung"))
    assert foreign.status_code == 403
    assert (
        await (await world.client(AUDITOR)).post("/api/waitlist", json=asked())
    ).status_code == (403)


async def test_nobody_waits_for_what_they_hold(world: World) -> None:
    """The answer says so, and the refused booking before it offers no line to stand in."""
    kim, park = await world.client(KIM), await world.client(PARK)
    await booked(kim)
    refused = await kim.post("/api/reservations", json=asked())
    assert (refused.status_code, "waitlist" in refused.json()) == (409, False)
    assert "waitlist" in (await park.post("/api/reservations", json=asked())).json()
    answer = await kim.post("/api/waitlist", json=asked())
    assert [one["rule"] for one in answer.json()["violations"]] == ["own_time"]
    assert (await park.post("/api/waitlist", json=asked())).status_code == 201


async def test_wishes_are_listed_open_ones_first(world: World) -> None:
    """Filtered by status and device, in pages, and as of any position."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await booked(kim)
    await booked(kim, device_id="HEA-013")
    first = await joined(lee)
    left = await joined(lee, device_id="HEA-013")
    gone = await lee.post(f"/api/waitlist/{left['wish_id']}/leave")
    position = int(gone.headers["ledger-position"])
    second = await joined(lee, "10:00", "11:00", device_id="HEA-013")
    names = [first["wish_id"], second["wish_id"], left["wish_id"]]

    async def listed(**params: Any) -> list[str]:
        answer = await lee.get("/api/waitlist", params=params)
        assert answer.status_code == 200, answer.text
        return [one["wish_id"] for one in answer.json()["items"]]

    assert await listed() == names
    assert await listed(status="open") == names[:2]
    assert await listed(status="left") == names[2:]
    assert await listed(device_id="HEA-013") == names[1:]
    assert await listed(as_of=position) == [names[0], names[2]]
    assert await listed(as_of=position - 1, status="waiting") == [names[0], names[2]]
    pages, after = [], None
    while True:
        params = {"limit": 1} | ({"after": after} if after else {})
        page = (await lee.get("/api/waitlist", params=params)).json()
        pages += [one["wish_id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert pages == names
    early = await lee.get(f"/api/waitlist/{second['wish_id']}", params={"as_of": position})
    assert early.status_code == 404


@pytest.mark.parametrize(
    "query",
    ["status=nothing", "limit=0", "after=x", "after=WzAsOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "as_of=x"],
)
async def test_a_wrong_query_is_named(world: World, query: str) -> None:
    """Bad parameters are the client's fault, and the field says which."""
    lee = await world.client(LEE)
    answer = await lee.get(f"/api/waitlist?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_one_key_joins_once(world: World) -> None:
    """The same request again is answered with the same wish; another body is refused."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await booked(kim)
    key = {"Idempotency-Key": "join-1"}
    body = asked()
    one = await lee.post("/api/waitlist", json=body, headers=key)
    two = await lee.post("/api/waitlist", json=body, headers=key)
    assert (one.status_code, one.json()) == (201, two.json())
    other = await lee.post("/api/waitlist", json=body | {"purpose": "x"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")


async def test_a_late_view_delays_no_answer(world: World) -> None:
    """Where the view is stopped, the wish and its place are told from the ledger itself."""
    kim, park, lee = [await world.client(who) for who in (KIM, PARK, LEE)]
    await booked(kim)
    await joined(lee)
    async with world.testbed.database.views.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM views.positions WHERE view = 'waiting' FOR UPDATE")
        wish = await joined(park)
        assert (wish["status"], wish["place"], wish["company_id"]) == ("waiting", 2, "mudeung")
        left = await park.post(f"/api/waitlist/{wish['wish_id']}/leave")
        assert (left.json()["status"], left.json()["place"]) == ("left", None)


async def test_waiting_is_demand(world: World) -> None:
    """A refused request that then waits is one request, which waited; the report can ask for it."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    await booked(kim)
    assert (await lee.post("/api/reservations", json=asked())).status_code == 409
    await joined(lee)
    await lee.post("/api/reservations", json=asked("09:00", "11:00"))
    span = {"from": tomorrow("00:00").isoformat(), "to": tomorrow("24:00").isoformat()}
    found = (await staff.get("/api/demand", params=span)).json()
    assert (found["requests"], found["waited"], found["hours"]) == (2, 1, 4)
    waited = (await staff.get("/api/demand", params=span | {"waiting": "true"})).json()
    assert waited["items"] == [
        {"key": "AUT-018", "requests": 1, "hours": 2, "companies": 1, "waited": 1}
    ]
    by_hour = span | {"waiting": "true", "by": "hour"}
    hours = (await staff.get("/api/demand", params=by_hour)).json()["items"]
    assert [(one["hour"], one["hours"]) for one in hours] == [(10, 1), (11, 1)]
