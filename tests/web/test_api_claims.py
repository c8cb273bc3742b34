"""Displaced bookings over HTTP: where they could go, and booking there once without notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.actor import SYSTEM
from domain.devices import SetTerms
from domain.terms_of_use import TermsOfUse
from tests.web.conftest import World, asked, tomorrow

KIM, LEE, PARK = "kim@mudeung.example", "lee@hanbit.example", "park@mudeung.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
LONG_NOTICE = TermsOfUse(closed_on_holidays=False, notice_minutes=14 * 24 * 60)


def outage(**more: Any) -> dict[str, Any]:
    start, end = tomorrow("09:00").isoformat(), tomorrow("13:00").isoformat()
    return {"kind": "maintenance", "start": start, "end": end} | more


async def displaced(world: World) -> str:
    """Kim's booking of tomorrow, taken away by maintenance."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    assert (await staff.post("/api/devices/AUT-018/outages", json=outage())).status_code == 201
    return str(made["reservation_id"])


async def test_a_displaced_booking_is_listed_with_times_and_made_again_once(world: World) -> None:
    """The company sees where it could go, goes there inside the notice, and the claim is used."""
    reservation_id = await displaced(world)
    kim, lee, auditor = [await world.client(who) for who in (KIM, LEE, AUDITOR)]
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert claim["reservation_id"] == reservation_id
    assert claim["alternatives"]
    assert all(one["start"] > datetime.now(UTC).isoformat() for one in claim["alternatives"])
    assert (await lee.get("/api/claims")).json()["items"] == []
    assert len((await auditor.get("/api/claims")).json()["items"]) == 1
    await _ask_for_notice(world)
    time = {name: claim["alternatives"][0][name] for name in ("device_id", "start", "end")}
    again = await kim.post("/api/reservations", json=asked(**time))
    assert again.json()["violations"][0]["rule"] == "notice"
    path = f"/api/reservations/{reservation_id}/rebook"
    made = await kim.post(path, json=time)
    assert made.status_code == 201, made.text
    assert made.json()["purpose"] == "CAN FD 지연 측정"
    assert made.headers["location"].endswith(made.json()["reservation_id"])
    assert (await kim.get("/api/claims")).json()["items"] == []
    old = (await kim.get(f"/api/reservations/{reservation_id}")).json()
    assert (old["status"], old["replaced_by"]) == ("displaced", made.json()["reservation_id"])
    assert made.json()["replaces"] == reservation_id
    then = {"as_of": int(made.headers["ledger-position"]) - 1}
    before = await kim.get(f"/api/reservations/{reservation_id}", params=then)
    assert before.json()["replaced_by"] is None
    later = {"start": tomorrow("20:00").isoformat(), "end": tomorrow("21:00").isoformat()}
    twice = await kim.post(path, json=later)
    assert twice.json()["violations"][0]["rule"] == "rebooked_already"


async def test_a_new_reservation_may_name_the_one_that_it_replaces(world: World) -> None:
    """Without notice and once, with a purpose of its own; an open time answers no `replaces`."""
    reservation_id = await displaced(world)
    kim, lee, park = [await world.client(who) for who in (KIM, LEE, PARK)]
    other = await kim.post("/api/reservations", json=asked(days=20))
    assert other.json()["replaces"] is None
    assert "replaced_by" not in (await kim.get(other.headers["location"])).json()
    await _ask_for_notice(world)
    body = asked("14:00", "16:00", purpose="다시 재기", replaces=reservation_id)
    assert (await lee.post("/api/reservations", json=body)).status_code == 404
    unknown = body | {"replaces": "nothing"}
    assert (await kim.post("/api/reservations", json=unknown)).status_code == 404
    standing = body | {"replaces": other.json()["reservation_id"]}
    answer = await kim.post("/api/reservations", json=standing)
    assert answer.json()["violations"][0]["rule"] == "wrong_status"
    made = await park.post("/api/reservations", json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["replaces"], made.json()["purpose"]) == (reservation_id, "다시 재기")
    later = body | {"start": tomorrow("20:00").isoformat(), "end": tomorrow("21:00").isoformat()}
    twice = await kim.post("/api/reservations", json=later)
    assert twice.json()["violations"][0]["rule"] == "rebooked_already"
    listed = (await kim.get("/api/reservations", params={"status": "confirmed"})).json()["items"]
    assert reservation_id in {one["replaces"] for one in listed}


async def test_a_colleagues_claim_is_the_colleagues(world: World) -> None:
    """Staff may use a claim for the company; a member may not use that of another member."""
    park, kim, staff = [await world.client(who) for who in (PARK, KIM, STAFF)]
    made = (await park.post("/api/reservations", json=asked())).json()
    assert (await staff.post("/api/devices/AUT-018/outages", json=outage())).status_code == 201
    body = asked("14:00", "16:00", replaces=made["reservation_id"])
    assert (await kim.post("/api/reservations", json=body)).status_code == 403
    for_them = body | {"company_id": "mudeung"}
    assert (await staff.post("/api/reservations", json=for_them)).status_code == 201


async def test_rebooking_is_for_whoever_may_change_the_booking(world: World) -> None:
    """A stranger gets 404, auditors 403; staff may, and so may the company's manager."""
    reservation_id = await displaced(world)
    path = f"/api/reservations/{reservation_id}/rebook"
    time = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    for who, status in ((LEE, 404), (AUDITOR, 403), (PARK, 201), (STAFF, 422)):
        client = await world.client(who)
        assert (await client.post(path, json=time)).status_code == status, who


async def test_what_cannot_be_rebooked(world: World) -> None:
    """A booking that stands, an unknown one, more time than was lost, and taken time."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    reservation_id = await displaced(world)
    path = f"/api/reservations/{reservation_id}/rebook"
    time = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    longer = time | {"end": tomorrow("17:00").isoformat()}
    assert (await kim.post(path, json=longer)).json()["violations"][0]["rule"] == "claim_length"
    assert (await lee.post("/api/reservations", json=asked("14:00", "16:00"))).status_code == 201
    taken = await kim.post(path, json=time)
    assert taken.status_code == 409
    assert taken.json()["alternatives"]
    mine = (await kim.post("/api/reservations", json=asked(days=3))).json()["reservation_id"]
    standing = await kim.post(f"/api/reservations/{mine}/rebook", json=time)
    assert standing.json()["violations"][0]["rule"] == "wrong_status"
    assert (await kim.post("/api/reservations/nothing/rebook", json=time)).status_code == 404


async def test_the_same_rebooking_sent_twice_is_one(world: World) -> None:
    """The idempotency key holds for rebooking as for every write."""
    reservation_id = await displaced(world)
    kim = await world.client(KIM)
    time = {"start": tomorrow("14:00").isoformat(), "end": tomorrow("16:00").isoformat()}
    path, key = f"/api/reservations/{reservation_id}/rebook", {"Idempotency-Key": "k-1"}
    answers = [await kim.post(path, json=time, headers=key) for _ in range(2)]
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["reservation_id"] for one in answers}) == 1


async def test_outages_that_repeat(world: World) -> None:
    """The dry run lists what every one of them displaces; the real ones come all or none."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    for days in (1, 8):
        await kim.post("/api/reservations", json=asked(days=days))
    path, body = "/api/devices/AUT-018/outages", outage(repeat={"every_weeks": 1, "count": 3})
    head = await world.testbed.ledger.head()
    tried = await staff.post(f"{path}?dry_run=true", json=body)
    assert tried.status_code == 200, tried.text
    assert len(tried.json()["repeats"]) == 3
    assert len(tried.json()["displaced"]) == 2
    assert all(one["alternatives"] for one in tried.json()["displaced"])
    assert (await world.testbed.ledger.head()).position == head.position
    done = (await staff.post(path, json=body)).json()
    assert [one["start"][:10] for one in done["repeats"]] == [
        (tomorrow("09:00") + timedelta(weeks=number)).astimezone(UTC).isoformat()[:10]
        for number in range(3)
    ]
    assert done["series_id"]
    assert {one["status"] for one in done["displaced"]} == {"displaced"}
    again = await staff.post(path, json=body)
    assert again.status_code == 409
    second = done["repeats"][1]["outage_id"]
    cancelled = await staff.post(f"/api/outages/{second}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    # Its time is held for whoever lost it, and for nobody else.
    lee = await world.client(LEE)
    assert (await lee.post("/api/reservations", json=asked(days=8))).status_code == 409
    held = (await kim.get("/api/waitlist", params={"status": "offered"})).json()["items"]
    accepted = [await kim.post(f"/api/waitlist/{one['wish_id']}/accept") for one in held]
    assert [one.status_code for one in accepted] == [201]


async def test_repeats_have_bounds(world: World) -> None:
    """At most 52 of them, and none that would overlap the next."""
    staff = await world.client(STAFF)
    path = "/api/devices/AUT-018/outages"
    for repeat in ({"every_weeks": 1, "count": 53}, {"every_weeks": 0, "count": 2}, {"count": 2}):
        assert (await staff.post(path, json=outage(repeat=repeat))).status_code == 422, repeat
    long = outage(end=tomorrow("10:00", 8).isoformat(), repeat={"every_weeks": 1, "count": 2})
    answer = await staff.post(path, json=long)
    assert answer.json()["violations"][0]["rule"] == "repeats_overlap"
    assert (
        await staff.post(path, json=outage(repeat={"every_weeks": 1, "count": 52}))
    ).status_code == 201


async def _ask_for_notice(world: World) -> None:
    for device_id in ("AUT-018", "AUT-011"):
        command = SetTerms(by=SYSTEM, device_id=device_id, terms=LONG_NOTICE)
        await world.testbed.booking.do(command)
