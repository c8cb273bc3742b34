"""Reserving, listing and looking at reservations over HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import asyncpg

from tests.web.conftest import World, asked, tomorrow

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


async def test_a_booking_is_answered_in_full_and_found_where_it_says(world: World) -> None:
    """A booking answers 201 with its address, and GET there shows the same."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked())
    made = answer.json()
    assert answer.status_code == 201
    assert made["status"] == "confirmed"
    assert made["company_id"] == "mudeung"
    assert made["purpose"] == "CAN FD 지연 측정"
    assert datetime.fromisoformat(made["start"]) == tomorrow("10:00")
    assert made["position"] == int(answer.headers["ledger-position"])
    again = await kim.get(answer.headers["location"])
    assert again.status_code == 200
    assert again.json() == made


async def test_a_device_with_approval_is_requested(world: World) -> None:
    """Where the terms ask for approval, a company's booking waits as `requested`."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked(device_id="AUT-011"))
    assert answer.status_code == 201
    assert answer.json()["status"] == "requested"


async def test_taken_time_is_refused_with_conflicts_and_alternatives(world: World) -> None:
    """Whoever is second gets 409 with what is in the way, not whose it is, and free times."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    made = (await kim.post("/api/reservations", json=asked())).json()
    answer = await lee.post("/api/reservations", json=asked())
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "/problems/slot-taken"
    (conflict,) = body["conflicts"]
    assert conflict.keys() == {"device_id", "start", "end", "kind"}
    assert made["reservation_id"] not in answer.text
    kinds = {one["kind"] for one in body["alternatives"]}
    assert "same_device_later" in kinds
    later = next(one for one in body["alternatives"] if one["kind"] == "same_device_later")
    wanted = asked() | {name: later[name] for name in ("device_id", "start", "end")}
    assert (await lee.post("/api/reservations", json=wanted)).status_code == 201


async def test_of_many_at_once_one_books(world: World) -> None:
    """Twenty requests for one slot: one 201, the others 409 with alternatives."""
    clients = [await world.client(KIM), await world.client(LEE)] * 10
    answers = await asyncio.gather(
        *(client.post("/api/reservations", json=asked()) for client in clients)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert all(one.json()["alternatives"] for one in answers if one.status_code == 409)


async def test_broken_rules_are_named_in_the_readers_language(world: World) -> None:
    """A booking of ten hours at night from 10:10 breaks two rules, told with limit and words."""
    kim = await world.client(KIM)
    body = asked("10:10", "20:10")
    english = (await kim.post("/api/reservations", json=body)).json()
    korean = await kim.post(
        "/api/reservations", json=body, headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
    )
    assert korean.status_code == 422
    assert korean.headers["content-language"] == "ko"
    assert korean.json()["type"] == english["type"] == "/problems/not-allowed"
    rules = {one["rule"]: one for one in english["violations"]}
    assert rules.keys() == {"slot", "maximum"}
    assert rules["maximum"]["limit"] == 480
    assert rules["maximum"]["actual"] == 600
    assert "longest booking" in rules["maximum"]["message"]
    assert any("최대 8시간" in one["message"] for one in korean.json()["violations"])


async def test_a_repeated_request_books_once(world: World) -> None:
    """The same key and body answer the same reservation; the same key with another body is 422."""
    kim = await world.client(KIM)
    key = {"Idempotency-Key": "0b1f7d9e"}
    first = await kim.post("/api/reservations", json=asked(), headers=key)
    second = await kim.post("/api/reservations", json=asked(), headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = await kim.post("/api/reservations", json=asked("14:00", "15:00"), headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-mismatch"


async def test_a_repeated_refusal_stays_refused(world: World) -> None:
    """A key that was refused is refused again, even when the slot has become free since."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    made = (await kim.post("/api/reservations", json=asked())).json()
    key = {"Idempotency-Key": "once"}
    assert (await lee.post("/api/reservations", json=asked(), headers=key)).status_code == 409
    cancel = f"/api/reservations/{made['reservation_id']}/cancel"
    assert (await kim.post(cancel)).status_code == 200
    assert (await lee.post("/api/reservations", json=asked(), headers=key)).status_code == 409
    assert (await lee.post("/api/reservations", json=asked())).status_code == 201


async def test_one_key_of_two_accounts_are_two_requests(world: World) -> None:
    """An idempotency key belongs to its account."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    key = {"Idempotency-Key": "1"}
    assert (await kim.post("/api/reservations", json=asked(), headers=key)).status_code == 201
    answer = await lee.post("/api/reservations", json=asked("14:00", "15:00"), headers=key)
    assert answer.status_code == 201


async def test_colleagues_come_along_by_email_or_id(world: World, testbed) -> None:
    """People are named by e-mail or id; a stranger or an unknown one is refused by place."""
    kim = await world.client(KIM)
    park = await testbed.accounts.by_email(PARK)
    assert park is not None
    body = asked(people=[PARK.upper(), park.account_id])
    made = (await kim.post("/api/reservations", json=body)).json()
    assert made["people"] == [{"account_id": park.account_id, "name": "박도윤"}]
    answer = await kim.post("/api/reservations", json=asked(days=2, people=[PARK, LEE]))
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["people[1]"]


async def test_the_laboratory_books_for_a_company(world: World) -> None:
    """Staff name the company, and may name who answers; without a company they are told so."""
    staff = await world.client(STAFF)
    missing = await staff.post("/api/reservations", json=asked())
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["field"] == "company_id"
    body = asked(company_id="mudeung", account=KIM)
    made = (await staff.post("/api/reservations", json=body)).json()
    assert made["company_id"] == "mudeung"
    assert made["account"]["name"] == "김하늘"


async def test_a_company_books_in_no_other_name(world: World) -> None:
    """Another company's name is forbidden to a company's people, and so is another's account."""
    kim = await world.client(KIM)
    for more in ({"company_id": "hanbit"}, {"account": LEE}, {"account": PARK}):
        answer = await kim.post("/api/reservations", json=asked(**more))
        assert answer.status_code == 403, more


async def test_auditors_change_nothing(world: World) -> None:
    """An auditor may look at every reservation and make none."""
    auditor, kim = await world.client(AUDITOR), await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked())).json()
    path = f"/api/reservations/{made['reservation_id']}"
    assert (await auditor.get(path)).status_code == 200
    body = asked(days=2, company_id="mudeung")
    assert (await auditor.post("/api/reservations", json=body)).status_code == 403
    assert (await auditor.post(f"{path}/cancel")).status_code == 403


async def test_lists_show_others_only_as_taken_time(world: World) -> None:
    """A company's list has its own bookings in full and others' as device, time and kind."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    own = (await kim.post("/api/reservations", json=asked())).json()
    other = (await lee.post("/api/reservations", json=asked("14:00", "16:00"))).json()
    items = (await kim.get("/api/reservations")).json()["items"]
    assert items[0] == own
    assert items[1].keys() == {"device_id", "start", "end", "kind"}
    everything = (await staff.get("/api/reservations")).json()["items"]
    assert [one["reservation_id"] for one in everything] == [
        own["reservation_id"],
        other["reservation_id"],
    ]


async def test_what_others_gave_up_is_nobodys_business(world: World) -> None:
    """A stranger's cancelled booking is in no list, one's own is; a status filter is one's own."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    for client, hours in ((kim, ("10:00", "11:00")), (lee, ("12:00", "13:00"))):
        made = (await client.post("/api/reservations", json=asked(*hours))).json()
        await client.post(f"/api/reservations/{made['reservation_id']}/cancel")
    await lee.post("/api/reservations", json=asked("14:00", "15:00"))
    items = (await kim.get("/api/reservations")).json()["items"]
    assert [one.get("status") for one in items] == ["cancelled", None]
    confirmed = (await kim.get("/api/reservations", params={"status": "confirmed"})).json()
    assert confirmed["items"] == []


async def test_lists_go_on_after_their_cursor(world: World) -> None:
    """Pages of two hold every reservation once, also where several start at the same moment."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    for device in ("AUT-018", "HEA-013", "ENE-013"):
        for client, hours in ((kim, ("10:00", "11:00")), (lee, ("14:00", "15:00"))):
            answer = await client.post("/api/reservations", json=asked(*hours, device_id=device))
            assert answer.status_code == 201
    seen, after = [], ""
    for _ in range(5):
        query = {"limit": 2} | ({"after": after} if after else {})
        page = (await kim.get("/api/reservations", params=query)).json()
        seen += [(one["device_id"], one["start"]) for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 6


async def test_lists_are_filtered_by_time_and_device(world: World) -> None:
    """`from` and `to` choose what overlaps them, half-open, even with a plus sign unescaped."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked("10:00", "12:00"))
    twelve, ten = tomorrow("12:00").isoformat(), tomorrow("10:00").isoformat()
    before = await kim.get(f"/api/reservations?from={ten}&to={twelve}&device_id=AUT-018")
    assert len(before.json()["items"]) == 1
    after = await kim.get("/api/reservations", params={"from": twelve})
    assert after.json()["items"] == []


async def test_the_past_is_seen_as_of_a_position_or_a_time(world: World) -> None:
    """`as_of` shows a reservation as it was then, and nothing where it was not made yet."""
    kim = await world.client(KIM)
    answer = await kim.post("/api/reservations", json=asked())
    made, position = answer.json(), int(answer.headers["ledger-position"])
    path = f"/api/reservations/{made['reservation_id']}"
    await kim.post(f"{path}/cancel")
    assert (await kim.get(path)).json()["status"] == "cancelled"
    then = await kim.get(path, params={"as_of": position})
    assert then.json() == made
    at = await kim.get(path, params={"as_of": made["changed_at"]})
    assert at.json() == made
    assert (await kim.get(path, params={"as_of": position - 1})).status_code == 404
    before = datetime.fromisoformat(made["changed_at"]) - timedelta(seconds=1)
    assert (await kim.get(path, params={"as_of": before.isoformat()})).status_code == 404


async def test_a_write_is_answered_while_the_view_stands_still(world: World) -> None:
    """With the calendar stopped, a booking and a cancellation answer from their own events."""
    kim = await world.client(KIM)
    await _stop_calendar(world)
    made = (await kim.post("/api/reservations", json=asked())).json()
    assert made["status"] == "confirmed"
    assert made["purpose"] == "CAN FD 지연 측정"
    path = f"/api/reservations/{made['reservation_id']}"
    assert (await kim.get(path)).status_code == 404
    cancelled = await kim.post(f"{path}/cancel", json={"reason": "일정 변경"})
    assert cancelled.status_code == 200
    assert cancelled.json()["status"] == "cancelled"
    assert cancelled.json()["reason"] == "일정 변경"
    assert cancelled.json()["sequence"] == 1


async def test_reads_by_the_laboratory_are_recorded(world: World, testbed) -> None:
    """Whoever of the laboratory or audit looks at a reservation leaves a note; a company none."""
    kim, auditor = await world.client(KIM), await world.client(AUDITOR)
    made = (await kim.post("/api/reservations", json=asked())).json()
    path = f"/api/reservations/{made['reservation_id']}"
    await kim.get(path)
    await auditor.get(path)
    (entry,) = await testbed.access_log.newest(10)
    assert (entry.what, entry.subject) == ("read reservation", made["reservation_id"])


async def _stop_calendar(world: World) -> None:
    """Stop the calendar as an event does that it can't apply."""
    connection = await asyncpg.connect(world.url)
    try:
        await connection.execute(
            "UPDATE views.positions SET stopped_at = position + 1, stopped_error = 'a test'"
            " WHERE view = 'calendar'"
        )
    finally:
        await connection.close()
