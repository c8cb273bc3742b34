"""Every list of the API goes on: `limit` and `after` in, `items` and `next` out, nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain import events as e
from domain.period import Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.past_use import record
from web.lists import cursor

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
LISTS = (
    *("/api/feeds", "/api/tokens", "/api/claims", "/api/problems", "/api/calibrations"),
    *("/api/no-shows/suspected", "/api/returns/overdue"),
    *("/api/devices/AUT-018/rates", "/api/devices/AUT-018/maintenance-log"),
)
FORGED = (
    *("x", "é", cursor(1), cursor([]), cursor(["a", "b"]), cursor([0, 0])),
    *(cursor(["0001-01-01T00:00:00+23:00", "x"]), cursor(["2026-12-01T00:00:00Z", "\0"])),
    *(cursor([10**30, "x"]), cursor([2, 9, "2026-12-01T00:00:00Z", "x"])),
    *(cursor(["2026-12-01T00:00:00Z", 2**80]), cursor(["2026-12-01T00:00:00", "x"])),
)


async def pages(client: httpx.AsyncClient, path: str, **query: Any) -> list[Any]:
    """Everything that a list holds, read one item at a time."""
    found: list[Any] = []
    after: dict[str, str] = {}
    while True:
        answer = await client.get(path, params={**query, "limit": 1, **after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= 1
        found += page["items"]
        if page["next"] is None:
            return found
        assert page["items"]
        after = {"after": page["next"]}


async def same_in_pages(client: httpx.AsyncClient, path: str, most: int) -> list[Any]:
    """A list of so many items, which is the same one by one as it is at once."""
    whole = (await client.get(path)).json()
    assert (len(whole["items"]), whole["next"]) == (most, None), path
    assert await pages(client, path) == whole["items"], path
    return list(whole["items"])


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_takes_limit_and_after(world: World, path: str) -> None:
    """A list has `next` also where it is empty; limits and cursors of no list are named."""
    staff = await world.client(STAFF)
    assert (await staff.get(path, params={"limit": 1})).json()["next"] is None
    for limit in ("0", "-1", "1001", "x"):
        assert (await staff.get(path, params={"limit": limit})).status_code == 422
    for after in FORGED:
        answer = await staff.get(path, params={"after": after})
        assert answer.status_code in {200, 422}, (after, answer.text)


async def test_own_feeds_and_tokens_come_in_pages(world: World) -> None:
    """Newest first, and a page goes on behind a feed that was given up meanwhile."""
    kim = await world.client(KIM)
    for scope in ("mine", "device:AUT-018", "company:mudeung"):
        await kim.post("/api/feeds", json={"scope": scope})
        await kim.post("/api/tokens", json={"name": scope})
    feeds = await same_in_pages(kim, "/api/feeds", 3)
    await same_in_pages(kim, "/api/tokens", 4)
    page = (await kim.get("/api/feeds", params={"limit": 1})).json()
    await kim.delete(f"/api/feeds/{feeds[0]['feed_id']}")
    rest = (await kim.get("/api/feeds", params={"after": page["next"]})).json()
    assert rest == {"items": feeds[1:], "next": None}


async def test_displaced_bookings_come_in_pages(world: World) -> None:
    """A laboratory with more of them than one page holds sees every one."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    for start, end in (("09:00", "10:00"), ("10:30", "11:00"), ("11:30", "12:00")):
        assert (await kim.post("/api/reservations", json=asked(start, end))).status_code == 201
    away = {"start": tomorrow("08:00").isoformat(), "end": tomorrow("13:00").isoformat()}
    await staff.post("/api/devices/AUT-018/outages", json={"kind": "maintenance", **away})
    for client in (kim, staff):
        claims = await same_in_pages(client, "/api/claims", 3)
        starts = [claim["start"] for claim in claims]
        assert starts == sorted(starts, reverse=True)


async def held(world: World, reservation_id: str, start: datetime) -> dict[str, Any]:
    """An hour of AUT-018 for the company, written straight into the ledger: what events carry."""
    period = Period(start, start + timedelta(hours=1))
    kim = await world.testbed.accounts.by_email(KIM)
    assert kim is not None
    fields: dict[str, Any] = {
        "reservation_id": reservation_id,
        "device_id": "AUT-018",
        "company_id": "mudeung",
        "sector": "automotive",
        "account_id": kim.account_id,
        "period": period,
        "occupied": period,
    }
    await record(world, e.ReservationConfirmed(**fields))
    return fields


async def test_what_deadlines_left_to_staff_comes_in_pages(world: World) -> None:
    """Suspected no-shows and overdue returns, by start."""
    staff = await world.client(STAFF)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for number in range(3):
        fields = await held(world, f"r-{number}", now - timedelta(hours=8 - 2 * number))
        await record(world, e.NoShowSuspected(**fields, missed_at=fields["period"].start))
        fields = await held(world, f"r-{number + 3}", now + timedelta(hours=2 * number))
        await record(world, e.ReturnOverdue(**fields))
    await world.testbed.projector.catch_up()
    await same_in_pages(staff, "/api/no-shows/suspected", 3)
    await same_in_pages(staff, "/api/returns/overdue", 3)


async def test_upkeep_comes_in_pages(world: World) -> None:
    """Problems by their urgency, prices and log lines newest first, calibrations by their end."""
    staff = await world.client(STAFF)
    device = "/api/devices/AUT-018"
    for number, urgency in enumerate(("low", "urgent", "normal", "low")):
        report = {"text": "소음", "urgency": urgency, "safety_stop": number == 3}
        assert (await staff.post(f"{device}/problems", json=report)).status_code == 201
        await staff.post(f"{device}/maintenance-log", json={"work": f"점검 {number}"})
        await staff.post(f"{device}/rates", json={"krw_per_hour": 1000 + number})
    for device_id, days in (("AUT-018", 3), ("HEA-013", 2), ("ENE-013", 3)):
        good = tomorrow("00:00", days=days).isoformat()
        certificate = {"certificate": "KOLAS-2026-1", "valid_until": good, "laboratory": "KTL"}
        await staff.post(f"/api/devices/{device_id}/calibrations", json=certificate)
    problems = await same_in_pages(staff, "/api/problems", 4)
    assert [one["urgency"] for one in problems] == ["low", "urgent", "normal", "low"]
    assert [one["safety_stop"] for one in problems] == [True, False, False, False]
    await same_in_pages(staff, f"{device}/maintenance-log", 4)
    await same_in_pages(staff, f"{device}/rates", 5)
    dues = await same_in_pages(staff, "/api/calibrations", 3)
    assert [one["device_id"] for one in dues] == ["HEA-013", "AUT-018", "ENE-013"]
