"""Repeated requests outside the ledger: addresses, tokens and marks, once for each key."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.web.conftest import World, asked, tomorrow

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("/api/feeds", {"scope": "mine"}, {"scope": "mine", "detail": "busy"}),
        ("/api/tokens", {"name": "script"}, {"name": "script", "days": 2}),
        ("/api/notices/read", {"through": 1}, {"through": 2}),
        ("/api/notices/mail", {"mailed": False}, {"mailed": True}),
    ],
)
async def test_a_key_is_for_one_body(
    world: World, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    """Another body under the same key is refused, as for what is in the ledger."""
    kim, key = await world.client(KIM), {"Idempotency-Key": "one"}
    assert (await kim.post(path, json=body, headers=key)).is_success
    refused = await kim.post(path, json=other, headers=key)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/idempotency-mismatch")
    lee = await world.client(LEE)
    assert (await lee.post(path, json=other, headers=key)).is_success


async def test_a_repeated_secret_opens_what_was_made(world: World) -> None:
    """Both answers show the same address and the same token, each stored only as its hash."""
    kim, key = await world.client(KIM), {"Idempotency-Key": "one"}
    urls = [
        (await kim.post("/api/feeds", json={"scope": "mine"}, headers=key)).json()["url"]
        for _ in range(2)
    ]
    visitor = await world.client()
    assert urls[0] == urls[1]
    assert (await visitor.get(urls[0])).status_code == 200
    tokens = [
        (await kim.post("/api/tokens", json={"name": "x"}, headers=key)).json() for _ in range(2)
    ]
    # The same key is another request's here: of an account's requests, keys name one each.
    assert [one["type"] for one in tokens] == ["/problems/idempotency-mismatch"] * 2
    key = {"Idempotency-Key": "two"}
    tokens = [
        (await kim.post("/api/tokens", json={"name": "x"}, headers=key)).json()["token"]
        for _ in range(2)
    ]
    assert tokens[0] == tokens[1]
    shown = await visitor.get("/api/session", headers={"Authorization": f"Bearer {tokens[0]}"})
    assert shown.json()["email"] == KIM


async def test_a_secret_is_shown_again_only_to_whom_it_was_shown(world: World) -> None:
    """Another sign-in of the same account is told to make another; nothing more is made."""
    kim, elsewhere = await world.client(KIM), await world.client(KIM)
    key = {"Idempotency-Key": "one"}
    await kim.post("/api/feeds", json={"scope": "mine"}, headers=key)
    refused = await elsewhere.post("/api/feeds", json={"scope": "mine"}, headers=key)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["rule"]) == ("Idempotency-Key", "shown_once")
    assert len((await kim.get("/api/feeds")).json()["items"]) == 1


async def test_twins_under_way_make_one(world: World) -> None:
    """Ten at the same moment get one address."""
    kim, key = await world.client(KIM), {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(kim.post("/api/feeds", json={"scope": "mine"}, headers=key) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len((await kim.get("/api/feeds")).json()["items"]) == 1


async def test_a_request_is_forgotten_after_a_day(world: World) -> None:
    """With it goes what its secret was made from; the feed itself stays."""
    kim, key = await world.client(KIM), {"Idempotency-Key": "one"}
    await kim.post("/api/feeds", json={"scope": "mine"}, headers=key)
    app = world.testbed.database.app
    await app.execute("UPDATE identity.answered SET made_at = made_at - interval '25 hours'")
    assert (
        await kim.post("/api/feeds", json={"scope": "maintenance"}, headers=key)
    ).status_code == 201
    assert await app.fetchval("SELECT count(*) FROM identity.answered") == 1
    assert len((await kim.get("/api/feeds")).json()["items"]) == 2


async def test_what_came_after_a_request_stays_unread(world: World) -> None:
    """A repeated request marks what it marked the first time."""
    kim, staff, key = await world.client(KIM), await world.client(STAFF), {"Idempotency-Key": "1"}
    await kim.post("/api/notices/read", headers=key)
    made = await kim.post("/api/reservations", json=asked(device_id="AUT-011"))
    await staff.post(f"{made.headers['location']}/approve")
    await world.testbed.projector.catch_up("notices")
    assert (await kim.post("/api/notices/read", headers=key)).json()["unread"] > 0


async def test_a_repeated_step_is_answered_as_before(world: World) -> None:
    """Also where the booking was given away since, or has another time; a new order is refused."""
    kim = await world.client(KIM)
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    for name, body in (
        ("shorten", {"end": tomorrow("11:30").isoformat()}),
        ("reschedule", {"start": asked("15:00")["start"], "end": asked(until="16:00")["end"]}),
        ("transfer", {"account": PARK}),
    ):
        answer = await kim.post(f"{path}/{name}", json=body, headers={"Idempotency-Key": name})
        assert answer.status_code == 200, answer.text
        last = answer
    positions = set()
    for name, body in (
        ("shorten", {"end": tomorrow("11:30").isoformat()}),
        ("transfer", {"account": PARK}),
    ):
        answer = await kim.post(f"{path}/{name}", json=body, headers={"Idempotency-Key": name})
        assert answer.status_code == 200, answer.text
        assert answer.json() == last.json()
        positions.add(answer.headers["ledger-position"])
    assert last.headers["ledger-position"] in positions
    assert (await kim.post(f"{path}/transfer", json={"account": PARK})).status_code == 403
    lee = await world.client(LEE)
    stolen = await lee.post(
        f"{path}/transfer", json={"account": PARK}, headers={"Idempotency-Key": "transfer"}
    )
    assert stolen.status_code == 404


async def test_a_repeat_shows_nothing_of_a_company_that_one_has_left(world: World) -> None:
    """What was done is not done again, and what became of it is that company's affair."""
    kim, key = await world.client(KIM), {"Idempotency-Key": "cancel"}
    path = (await kim.post("/api/reservations", json=asked())).headers["location"]
    assert (await kim.post(f"{path}/cancel", json={}, headers=key)).status_code == 200
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.set_role(account.account_id, "member", "hanbit")
    assert (
        await (await world.client(KIM)).post(f"{path}/cancel", json={}, headers=key)
    ).status_code == 404
