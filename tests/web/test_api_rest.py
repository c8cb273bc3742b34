"""Usage, events, feeds, tokens, health and the API's description over HTTP."""

from __future__ import annotations

import hashlib
import json
import re

import msgspec

from tests.web.conftest import World, asked, tomorrow

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


async def test_usage_counts_what_is_booked_against_the_quota(world: World) -> None:
    """A booking of two hours counts two hours of the month's 400, and makes no line yet."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    month = tomorrow("10:00").strftime("%Y-%m")
    usage = (await kim.get("/api/companies/mudeung/usage", params={"month": month})).json()
    assert (usage["lines"], usage["hours"], usage["fee"]) == ([], 0, 0)
    assert usage["quota"]["all"] == {"limit": 400, "used": 2}


async def test_usage_of_others_is_404_as_if_there_were_none(world: World) -> None:
    """A company's usage is its own and the laboratory's; months have a form."""
    lee, auditor = await world.client(LEE), await world.client(AUDITOR)
    query = {"month": "2026-12"}
    foreign = await lee.get("/api/companies/mudeung/usage", params=query)
    missing = await lee.get("/api/companies/nobody/usage", params=query)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content
    seen = await auditor.get("/api/companies/mudeung/usage", params=query)
    assert seen.status_code == 200
    assert (await auditor.get("/api/companies/nobody/usage", params=query)).status_code == 404
    for month in ("2026-13", "2026-00", "0000-01", "9999-12", "٢٠٢٦-١٢", "2026-1", ""):
        answer = await lee.get("/api/companies/hanbit/usage", params={"month": month})
        assert answer.status_code == 422, month
        assert answer.json()["errors"][0]["field"] == "month"


async def test_events_are_the_ledgers_bytes_with_their_leaf(world: World) -> None:
    """An item without its leaf is the stored body, and hashes to that leaf (RFC 6962)."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = await kim.post("/api/reservations", json=asked())
    query = {"type": "ReservationConfirmed", "tag": ["device:AUT-018", "company:mudeung"]}
    answer = await staff.get("/api/events", params=query)
    (item,) = answer.json()["items"]
    assert item["position"] == int(made.headers["ledger-position"])
    assert item["data"]["purpose"].keys() == {"key", "box"}
    leaf = item.pop("leaf")
    body = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
    assert hashlib.sha256(b"\x00" + body).hexdigest() == leaf


async def test_events_go_on_after_a_position_and_are_not_for_companies(world: World) -> None:
    """Pages of five walk through the ledger without a gap; a company gets 403."""
    auditor, kim = await world.client(AUDITOR), await world.client(KIM)
    seen, after = [], 0
    while after is not None:
        page = (await auditor.get("/api/events", params={"after": after, "limit": 5})).json()
        seen += [one["position"] for one in page["items"]]
        after = page["next"]
    head = await world.testbed.ledger.head()
    assert seen == list(range(1, head.position + 1))
    then = (await auditor.get("/api/events", params={"after": 2, "as_of": 4})).json()
    assert [one["position"] for one in then["items"]] == [3, 4]
    assert then["next"] is None
    assert (await kim.get("/api/events")).status_code == 403
    for wrong in ({"type": "Nothing"}, {"after": "-1"}, {"after": 2**64}, {"limit": 201}):
        assert (await auditor.get("/api/events", params=wrong)).status_code == 422, wrong


async def test_feeds_are_made_listed_and_revoked(world: World) -> None:
    """A feed's secret address is shown once, opens without signing in, and is gone when revoked."""
    kim, visitor = await world.client(KIM), await world.client()
    made = await kim.post("/api/feeds", json={"scope": "device:AUT-018", "detail": "full"})
    assert made.status_code == 201, made.text
    assert made.headers["referrer-policy"] == "no-referrer"
    path = made.json()["url"].removeprefix("http://127.0.0.1:8000")
    assert (await visitor.get(path)).status_code == 200
    (listed,) = (await kim.get("/api/feeds")).json()["items"]
    assert listed["feed_id"] == made.json()["feed_id"]
    assert "url" not in listed
    assert (await kim.delete(f"/api/feeds/{listed['feed_id']}")).status_code == 204
    assert (await visitor.get(path)).status_code == 410


async def test_feeds_of_others_are_refused_as_missing(world: World) -> None:
    """Another company's feed, a missing company's and a missing device's answer alike."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    scopes = ("company:mudeung", "company:nobody", "device:AUT-999")
    answers = [await lee.post("/api/feeds", json={"scope": scope}) for scope in scopes]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for scope in ("company:hanbit", "mine", "maintenance", "sector:energy"):
        assert (await lee.post("/api/feeds", json={"scope": scope})).status_code == 201, scope
    for scope in ("sector:nothing", "everything", "", "device:", "x" * 101):
        assert (await lee.post("/api/feeds", json={"scope": scope})).status_code in {404, 422}, (
            scope
        )
    made = (await kim.post("/api/feeds", json={"scope": "mine"})).json()
    assert (await lee.delete(f"/api/feeds/{made['feed_id']}")).status_code == 404


async def test_tokens_are_made_used_listed_and_revoked(world: World) -> None:
    """A token is shown once, signs its owner in, and no longer does when revoked."""
    kim, lee, visitor = await world.client(KIM), await world.client(LEE), await world.client()
    made = (await kim.post("/api/tokens", json={"name": "시험", "days": 7})).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await visitor.get("/api/session", headers=bearer)).json()["email"] == KIM
    listed = (await kim.get("/api/tokens")).json()["items"]
    assert "token" not in listed[0]
    path = f"/api/tokens/{made['token_id']}"
    assert (await lee.delete(path)).status_code == 404
    assert (await kim.delete(path)).status_code == 204
    assert (await visitor.get("/api/session", headers=bearer)).status_code == 401
    assert (await kim.post("/api/tokens", json={"name": "x", "days": 366})).status_code == 422


async def test_health_and_readiness_are_for_everyone(world: World) -> None:
    """Probes need no account; a service whose views follow is ready."""
    visitor = await world.client()
    assert (await visitor.get("/health")).json() == {"status": "ok"}
    ready = await visitor.get("/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_metrics_are_for_staff_and_this_machine(world: World) -> None:
    """Visitors from elsewhere get nothing; staff read counters by route, never by address."""
    visitor, kim, staff = [await world.client(who) for who in (None, KIM, STAFF)]
    made = (await kim.post("/api/reservations", json=asked())).json()
    await kim.get(f"/api/reservations/{made['reservation_id']}")
    assert (await visitor.get("/metrics")).status_code == 401
    assert (await kim.get("/metrics")).status_code == 403
    await visitor.head("/health")
    answer = await staff.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.text
    assert 'booking_requests_total{route="GET /health",status="200"} 1' in text
    assert "HttpMethod" not in text
    assert 'booking_requests_total{route="POST /api/reservations",status="201"} 1' in text
    assert "booking_ledger_position 2" in text
    assert made["reservation_id"] not in text


async def test_the_description_is_for_signed_in_users_and_complete(world: World) -> None:
    """Every route under /api is described, each with its body where it has one."""
    visitor, kim = await world.client(), await world.client(KIM)
    assert (await visitor.get("/schema/openapi.json")).status_code == 401
    described = (await kim.get("/schema/openapi.json")).json()
    reserve = described["paths"]["/api/reservations"]["post"]
    shape = reserve["requestBody"]["content"]["application/json"]["schema"]
    name = shape["$ref"].rpartition("/")[2]
    assert set(described["components"]["schemas"][name]["required"]) >= {
        "device_id",
        "start",
        "end",
        "purpose",
    }
    routes = {route.path for route in world.app.routes if route.path.startswith("/api/")}
    assert len(described["paths"]) == len(routes)
    assert msgspec.json.decode(msgspec.json.encode(described)) == described


async def test_every_answer_with_content_is_described(world: World) -> None:
    """Steps answer a reservation, dry runs what would be; refusals have their own members."""
    kim = await world.client(KIM)
    described = (await kim.get("/schema/openapi.json")).json()
    paths, schemas = described["paths"], described["components"]["schemas"]
    cancelled = paths["/api/reservations/{reservation_id}/cancel"]["post"]["responses"]["200"]
    shape = cancelled["content"]["application/json"]["schema"]
    assert shape == {"$ref": "#/components/schemas/Reservation"}
    assert "Ledger-Position" in cancelled["headers"]
    for path in ("/api/devices/{device_id}/outages", "/api/devices/{device_id}/breakdown"):
        tried = paths[path]["post"]["responses"]["200"]["content"]["application/json"]
        assert tried["schema"] == {"$ref": "#/components/schemas/OutageTried"}
    for path in ("/api/series", "/api/bundles"):
        assert paths[path]["post"]["responses"].keys() >= {"200", "201"}
    moved = paths["/api/outages/{outage_id}/reschedule"]["post"]["responses"]["200"]
    assert len(moved["content"]["application/json"]["schema"]["anyOf"]) == 2
    assert "Location" in paths["/api/reservations"]["post"]["responses"]["201"]["headers"]
    assert "Retry-After" in paths["/api/reservations"]["post"]["responses"]["503"]["headers"]
    assert schemas["Problem"]["properties"].keys() >= {
        *("errors", "violations", "conflicts", "alternatives", "waitlist", "members")
    }


async def test_the_description_holds_together(world: World) -> None:
    """Every reference names a part of it, and patterns have the anchors of ECMA-262."""
    kim = await world.client(KIM)
    text = (await kim.get("/schema/openapi.json")).text
    described = json.loads(text)
    for kind, name in set(re.findall(r'"\$ref":"#/components/(\w+)/([^"]+)"', text)):
        assert name in described["components"][kind]
    found = re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', text)
    patterns = list(map(json.loads, found))
    assert patterns
    for pattern in patterns:
        assert (pattern[0], pattern[-1]) == ("^", "$")
        assert not {r"\A", r"\Z"} & set(re.findall(r"\\.", pattern))


async def test_the_past_of_usage_and_devices_is_seen_too(world: World) -> None:
    """`as_of` 0 is before everything: no device, no hours."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    assert (await kim.get("/api/devices", params={"as_of": 0})).json()["items"] == []
    query = {"month": tomorrow("10:00").strftime("%Y-%m"), "as_of": 0}
    usage = (await kim.get("/api/companies/mudeung/usage", params=query)).json()
    assert usage["quota"]["all"] == {"limit": None, "used": 0}
