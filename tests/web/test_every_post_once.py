"""Every POST of the API takes an Idempotency-Key: sent twice, it has one effect and one answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from domain import events as e
from domain.period import SEOUL, Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.past_use import last_month, record, use_last_month
from web.openapi import described

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"
PEOPLES_OWN = ("feeds", "api_tokens", "answered")


class Twice:
    """Clients that send every POST twice under one key, and what they have sent so far."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.sent: set[str] = set()

    async def post(self, who: str, path: str, **body: Any) -> Any:
        """The answer to both; what the first one changed, the second one left alone."""
        if who not in self.clients:
            self.clients[who] = await self.world.client(who)
        client, key = self.clients[who], {"Idempotency-Key": uuid4().hex}
        first = await client.post(path, json=body, headers=key)
        assert first.status_code in {200, 201}, (path, first.text)
        before = await self.state()
        again = await client.post(path, json=body, headers=key)
        assert (again.status_code, again.json()) == (first.status_code, first.json()), path
        assert await self.state() == before, path
        self.sent.add(path)
        return first.json()

    async def state(self) -> dict[str, int]:
        """How much the ledger holds, and of what people have of their own."""
        counts = {
            name: await self.world.testbed.database.app.fetchval(
                f"SELECT count(*) FROM identity.{name}"
            )
            for name in PEOPLES_OWN
        }
        return counts | {"ledger": (await self.world.testbed.ledger.head()).position}


async def test_every_post_has_one_effect(world: World) -> None:
    """The document's every POST is tried but the sign-in, where a repetition signs in again."""
    twice = Twice(world)
    for part in (own_things, bookings, uses, offers, several, upkeep, outages, companies):
        await part(twice)
    posts = {path for path, methods in described(world.app)["paths"].items() if "post" in methods}
    forms = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in posts}
    never = [path for path, form in forms.items() if not any(map(form.fullmatch, twice.sent))]
    assert never == ["/api/session"]


async def own_things(twice: Twice) -> None:
    await twice.post(KIM, "/api/feeds", scope="mine")
    await twice.post(KIM, "/api/tokens", name="script")
    await twice.post(KIM, "/api/notices/read")
    await twice.post(KIM, "/api/notices/mail", mailed=False)
    await twice.post(STAFF, "/api/notices/undelivered/retry")


async def bookings(twice: Twice) -> None:
    path = await booked(twice, "10:00", "12:00")
    await twice.post(KIM, f"{path}/reschedule", **times("13:00", "15:00"))
    await twice.post(KIM, f"{path}/shorten", end=tomorrow("14:00").isoformat())
    await twice.post(KIM, f"{path}/extend", end=tomorrow("16:00").isoformat())
    await twice.post(KIM, f"{path}/transfer", device_id="ENE-013")
    await twice.post(KIM, f"{path}/cancel")
    asks = await booked(twice, "10:00", "12:00", device_id="AUT-011")
    await twice.post(STAFF, f"{asks}/approve")
    asks = await booked(twice, "13:00", "14:00", device_id="AUT-011")
    await twice.post(STAFF, f"{asks}/decline", reason="점검")


async def uses(twice: Twice) -> None:
    now = datetime.now(SEOUL)
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    begun = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    path = await booked(twice, device_id="HEA-013", **begun)
    await twice.post(STAFF, f"{path}/hand-out")
    await twice.post(STAFF, f"{path}/return")
    await twice.post(STAFF, f"{path}/correct", reason="오기", samples=4)
    await twice.post(STAFF, f"{path}/waive", reason="고장")
    path = await booked(twice, device_id="ENE-013", **begun)
    await twice.post(STAFF, f"{path}/no-show")
    await twice.post(STAFF, f"{path}/withdraw-no-show")
    made = await twice.post(KIM, "/api/reservations", **asked(device_id="AUT-018", **begun))
    period = Period(start, start + timedelta(hours=1))
    await record(
        twice.world,
        e.NoShowSuspected(
            reservation_id=made["reservation_id"],
            device_id="AUT-018",
            company_id="mudeung",
            sector="automotive",
            account_id=made["account"]["account_id"],
            period=period,
            occupied=period,
            missed_at=start,
            doubt="system_down",
        ),
    )
    await twice.post(STAFF, f"/api/reservations/{made['reservation_id']}/dismiss-no-show")


async def offers(twice: Twice) -> None:
    for days, step in ((3, "accept"), (4, "leave")):
        path = await booked(twice, days=days)
        wish = await twice.post(LEE, "/api/waitlist", **asked(days=days))
        await twice.post(KIM, f"{path}/cancel")
        await twice.post(LEE, f"/api/waitlist/{wish['wish_id']}/{step}")


async def several(twice: Twice) -> None:
    daily = {"repeat": {"every": "day", "count": 2}, "purpose": "반복 시험"}
    on = {"first": tomorrow("00:00", 20).date().isoformat()}
    hours = {"start_time": "09:00", "end_time": "10:00"}
    series = await twice.post(KIM, "/api/series", device_id="AUT-018", **daily, **on, **hours)
    bundle = await twice.post(
        KIM, "/api/bundles", device_ids=["AUT-018", "ENE-013"], purpose="함께", **times(days=25)
    )
    for kind, made in (("series", series["series_id"]), ("bundles", bundle["group_id"])):
        path = f"/api/{kind}/{made}"
        members = (await twice.clients[KIM].get(path)).json()["members"]
        moved = {"scope": "all", **times("14:00", "15:00", days=20 if kind == "series" else 25)}
        moved["from"] = members[0]["reservation_id"]
        await twice.post(KIM, f"{path}/reschedule", **moved)
        await twice.post(KIM, f"{path}/cancel", scope="all")


async def upkeep(twice: Twice) -> None:
    device = "/api/devices/HEA-013"
    problem = await twice.post(KIM, f"{device}/problems", text="소음")
    path = f"{device}/problems/{problem['problem_id']}"
    await twice.post(STAFF, f"{path}/triage", urgency="low")
    await twice.post(STAFF, f"{path}/resolve", text="교체")
    await twice.post(STAFF, f"{device}/maintenance-log", work="청소")
    until = tomorrow("00:00", 200)
    await twice.post(
        STAFF, f"{device}/calibrations", certificate="C-1", valid_until=until.isoformat()
    )
    await twice.post(STAFF, f"{device}/rates", krw_per_hour=9_000)


async def outages(twice: Twice) -> None:
    path = await booked(twice, days=7)
    plan = {"kind": "maintenance", **times(days=7)}
    outage = await twice.post(STAFF, "/api/devices/AUT-018/outages", **plan)
    await twice.post(KIM, f"{path}/rebook", **times("15:00", "17:00", days=7))
    made = f"/api/outages/{outage['outage_id']}"
    await twice.post(STAFF, f"{made}/reschedule", **times("10:00", "13:00", days=7))
    await twice.post(STAFF, f"{made}/cancel")
    until = (datetime.now(SEOUL) + timedelta(days=1)).isoformat()
    await twice.post(STAFF, "/api/devices/ENE-013/breakdown", expected_until=until)
    await twice.post(STAFF, "/api/devices/ENE-013/repaired")


async def companies(twice: Twice) -> None:
    await use_last_month(twice.world)
    await twice.post(STAFF, "/api/companies/mudeung/statements", month=last_month())
    await twice.post(STAFF, "/api/no-show-policy", most=3, window_days=90)
    await twice.post(STAFF, "/api/companies/hanbit/suspend", reason="미납")
    await twice.post(STAFF, "/api/companies/hanbit/reinstate")


async def booked(twice: Twice, clock: str = "10:00", until: str = "12:00", **more: Any) -> str:
    made = await twice.post(KIM, "/api/reservations", **asked(clock, until, **more))
    return f"/api/reservations/{made['reservation_id']}"


def times(clock: str = "10:00", until: str = "12:00", days: int = 1) -> dict[str, str]:
    both = tomorrow(clock, days), tomorrow(until, days)
    return dict(zip(("start", "end"), (moment.isoformat() for moment in both), strict=True))
