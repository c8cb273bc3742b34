"""Wishes and offers answered over HTTP: taking the time, leaving the line, and who may."""

from __future__ import annotations

from datetime import datetime

from tests.web.conftest import World, asked, tomorrow
from tests.web.waiting_line import AUDITOR, KIM, LEE, PARK, STAFF, UNKNOWN, booked, joined, offered


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
    (refused,) = twice.json()["violations"]
    assert refused["rule"] == "accepted_already"
    assert refused["actual"] == reservation["reservation_id"]
    assert reservation["reservation_id"] in refused["message"]
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
