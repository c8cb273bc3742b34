"""The waiting list over HTTP: joining, places in line, offers, and who sees whose wishes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.web.conftest import World, asked, tomorrow

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
UNKNOWN = "w-aaaaaaaaaaaaaaaa"


async def booked(client: httpx.AsyncClient, **more: Any) -> str:
    """The id of a reservation of tomorrow from ten to twelve."""
    made = await client.post("/api/reservations", json=asked(**more))
    assert made.status_code == 201, made.text
    return str(made.json()["reservation_id"])


async def joined(client: httpx.AsyncClient, *clocks: str, **more: Any) -> dict[str, Any]:
    """A wish for the same time."""
    answer = await client.post("/api/waitlist", json=asked(*clocks, **more))
    assert answer.status_code == 201, answer.text
    wish: dict[str, Any] = answer.json()
    return wish


async def offered(world: World) -> dict[str, Any]:
    """Lee's wish, to which the time is offered that Kim gave back."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    reservation_id = await booked(kim)
    wish = await joined(lee)
    cancelled = await kim.post(f"/api/reservations/{reservation_id}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    answer = (await lee.get(f"/api/waitlist/{wish['wish_id']}")).json()
    assert answer["status"] == "offered"
    return dict(answer)


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


async def test_an_offer_is_accepted_as_a_reservation(world: World) -> None:
    """It answers like a new reservation, of the same time and purpose, and only once."""
    wish = await offered(world)
    kim, lee = await world.client(KIM), await world.client(LEE)
    assert datetime.fromisoformat(wish["expires_at"]) <= tomorrow("10:00")
    refused = await kim.post("/api/reservations", json=asked())
    assert refused.status_code == 409
    assert [one["kind"] for one in refused.json()["conflicts"]] == ["reservation"]
    path = f"/api/waitlist/{wish['wish_id']}/accept"
    key = {"Idempotency-Key": "accept-1"}
    made = await lee.post(path, headers=key)
    assert made.status_code == 201, made.text
    reservation = made.json()
    assert made.headers["location"] == f"/api/reservations/{reservation['reservation_id']}"
    assert (reservation["status"], reservation["purpose"]) == ("confirmed", "CAN FD 지연 측정")
    assert [reservation[name] for name in ("start", "end", "device_id")] == [
        wish[name] for name in ("start", "end", "device_id")
    ]
    assert (await lee.get(made.headers["location"])).json() == reservation
    repeated = await lee.post(path, headers=key)
    assert (repeated.status_code, repeated.json()) == (201, reservation)
    twice = await lee.post(path)
    assert [one["rule"] for one in twice.json()["violations"]] == ["wish_over"]
    over = (await lee.get(f"/api/waitlist/{wish['wish_id']}")).json()
    assert (over["status"], over["reservation_id"], over["place"]) == (
        "accepted",
        reservation["reservation_id"],
        None,
    )


async def test_what_is_not_offered_is_not_accepted(world: World) -> None:
    """Somebody who still waits hears that nothing has been offered yet."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await booked(kim)
    wish = await joined(lee)
    answer = await lee.post(f"/api/waitlist/{wish['wish_id']}/accept")
    assert answer.status_code == 422
    assert [one["rule"] for one in answer.json()["violations"]] == ["not_offered"]


async def test_leaving_moves_the_others_up(world: World) -> None:
    """The wish says that it was left; an offer goes to the next in line."""
    wish = await offered(world)
    kim, lee = await world.client(KIM), await world.client(LEE)
    behind = await joined(kim, "11:00", "12:00")
    assert behind["place"] == 2
    left = await lee.post(f"/api/waitlist/{wish['wish_id']}/leave")
    assert left.status_code == 200, left.text
    assert (left.json()["status"], left.json()["place"]) == ("left", None)
    now = (await kim.get(f"/api/waitlist/{behind['wish_id']}")).json()
    assert (now["status"], now["place"]) == ("offered", 1)
    again = await lee.post(f"/api/waitlist/{wish['wish_id']}/leave")
    assert [one["rule"] for one in again.json()["violations"]] == ["wish_over"]


async def test_companies_see_and_act_on_their_own_wishes(world: World) -> None:
    """A colleague may answer, a stranger meets the same 404 as for no wish, auditors read all."""
    wish = await offered(world)
    kim, park, staff, auditor = [await world.client(one) for one in (KIM, PARK, STAFF, AUDITOR)]
    for client in (kim, park):
        assert (await client.get("/api/waitlist")).json()["items"] == []
        for step in ("", "/accept", "/leave"):
            method = "POST" if step else "GET"
            foreign = await client.request(method, f"/api/waitlist/{wish['wish_id']}{step}")
            missing = await client.request(method, f"/api/waitlist/{UNKNOWN}{step}")
            assert (foreign.status_code, foreign.content) == (404, missing.content)
    (seen,) = (await auditor.get("/api/waitlist")).json()["items"]
    assert seen["wish_id"] == wish["wish_id"]
    assert (await auditor.post(f"/api/waitlist/{wish['wish_id']}/leave")).status_code == 403
    assert (await staff.post(f"/api/waitlist/{wish['wish_id']}/leave")).status_code == 200


async def test_a_colleague_answers_an_offer(world: World) -> None:
    """Whoever of the company is there may take the time; the booking is the one's who asked."""
    lee, park, kim = [await world.client(one) for one in (LEE, PARK, KIM)]
    reservation_id = await booked(lee)
    wish = await joined(kim)
    await lee.post(f"/api/reservations/{reservation_id}/cancel")
    made = await park.post(f"/api/waitlist/{wish['wish_id']}/accept")
    assert made.status_code == 201, made.text
    assert made.json()["account"]["name"] == "김하늘"


async def test_a_place_in_line_is_ended_as_a_booking_is_cancelled(world: World) -> None:
    """By its person, a manager or the laboratory, and by no colleague, who may accept an offer."""
    lee, park, kim = [await world.client(one) for one in (LEE, PARK, KIM)]
    reservation_id = await booked(lee)
    wish = await joined(park)
    assert (await kim.post(f"/api/waitlist/{wish['wish_id']}/leave")).status_code == 403
    await lee.post(f"/api/reservations/{reservation_id}/cancel")
    assert (await kim.post(f"/api/waitlist/{wish['wish_id']}/leave")).status_code == 403
    assert (await kim.post(f"/api/waitlist/{wish['wish_id']}/accept")).status_code == 201
    await booked(lee, device_id="HEA-013")
    wish = await joined(kim, device_id="HEA-013")
    assert (await park.post(f"/api/waitlist/{wish['wish_id']}/leave")).status_code == 200


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
