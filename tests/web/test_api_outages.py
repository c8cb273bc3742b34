"""Outages, breakdowns, problems, maintenance log and calibrations over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.period import SEOUL
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"


async def test_a_dry_run_shows_what_would_be_displaced_and_records_nothing(world: World) -> None:
    """The dry run names the bookings in the way with other times, none within the outage."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    head = await world.testbed.ledger.head()
    answer = await staff.post("/api/devices/AUT-018/outages?dry_run=true", json=_outage())
    assert answer.status_code == 200, answer.text
    assert answer.json()["dry_run"] is True
    (hit,) = answer.json()["displaced"]
    assert hit["reservation_id"] == made["reservation_id"]
    later = [one for one in hit["alternatives"] if one["kind"] == "same_device_later"]
    assert later
    assert all(one["start"] >= answer.json()["end"] for one in later)
    assert (await world.testbed.ledger.head()).position == head.position


async def test_who_has_no_later_time_is_shown_an_earlier_one(world: World) -> None:
    """An outage up to the horizon leaves the nearest day before it, which can be booked."""
    staff, lee = await world.client(STAFF), await world.client("lee@hanbit.example")
    device = {"device_id": "HEA-013"}
    ends = {"start": tomorrow("00:00", 160).isoformat(), "end": tomorrow("00:00", 300).isoformat()}
    planned = await staff.post(
        "/api/devices/HEA-013/outages", json={"kind": "maintenance", "reason": "이전"} | ends
    )
    assert planned.status_code == 201, planned.text
    answer = await lee.post("/api/reservations", json=asked("09:00", "10:00", days=161) | device)
    assert answer.status_code == 409
    (earlier,) = answer.json()["alternatives"]
    assert earlier["kind"] == "shifted"
    # Its clearing time ends with the day.
    assert datetime.fromisoformat(earlier["start"]) == tomorrow("22:30", 159)
    wanted = asked() | {name: earlier[name] for name in ("device_id", "start", "end")}
    assert (await lee.post("/api/reservations", json=wanted)).status_code == 201


async def test_an_outage_says_where_it_hits_a_buffer_alone(world: World) -> None:
    """The quarter of an hour after a booking is its clearing time: it is displaced, and why."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    await kim.post("/api/reservations", json=asked("10:00", "12:00"))
    times = {"start": tomorrow("12:00").isoformat(), "end": tomorrow("14:00").isoformat()}
    path = "/api/devices/AUT-018/outages?dry_run=true"
    api = await world.client(STAFF)
    for start, because in ((times["start"], "buffer"), (tomorrow("11:59").isoformat(), "time")):
        body = {"kind": "maintenance", **times, "start": start}
        (hit,) = (await api.post(path, json=body)).json()["displaced"]
        assert hit["because"] == because
    form = (await staff.get("/devices/AUT-018/maintenance")).form("/outage")
    day = f"{tomorrow('12:00').astimezone(SEOUL):%Y-%m-%d}"
    typed = {"start_day": day, "start_time": "12:00", "end_day": day, "end_time": "14:00"}
    page = await staff.send(form, **typed, preview="true")
    assert "1 booking would be displaced" in page.words
    assert "only its set-up or clearing time is hit" in page.words
    done = await api.post("/api/devices/AUT-018/outages", json={"kind": "maintenance", **times})
    assert [one["because"] for one in done.json()["displaced"]] == ["buffer"]


async def test_an_outage_displaces_and_its_cancellation_frees(world: World) -> None:
    """A real outage makes bookings `displaced`, never deleted, and holds the time itself."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    answer = await staff.post("/api/devices/AUT-018/outages", json=_outage())
    outage = answer.json()
    assert answer.status_code == 201, answer.text
    assert outage["reason"] == "정기 점검"
    (hit,) = outage["displaced"]
    assert (hit["status"], hit["displaced_by"]) == ("displaced", outage["outage_id"])
    shown = await kim.get(f"/api/reservations/{made['reservation_id']}")
    assert shown.json()["status"] == "displaced"
    taken = await kim.post("/api/reservations", json=asked())
    assert taken.status_code == 409
    assert taken.json()["conflicts"][0]["kind"] == "maintenance"
    cancelled = await staff.post(f"/api/outages/{outage['outage_id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    again = await staff.post(f"/api/outages/{outage['outage_id']}/cancel")
    assert (again.status_code, again.json()["violations"][0]["rule"]) == (422, "outage_cancelled")
    # Its time is free for whoever lost it, and held for that company first.
    back = asked(replaces=made["reservation_id"])
    assert (await kim.post("/api/reservations", json=back)).status_code == 201


async def test_a_breakdown_runs_until_it_is_repaired(world: World) -> None:
    """A breakdown displaces, can be extended by a second report, and ends with the repair."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    await kim.post("/api/reservations", json=asked(days=2))
    first = await staff.post("/api/devices/AUT-018/breakdown", json=_until(days=1))
    assert first.status_code == 201, first.text
    assert first.json()["displaced"] == []
    second = (await staff.post("/api/devices/AUT-018/breakdown", json=_until(days=3))).json()
    assert second["outage_id"] == first.json()["outage_id"]
    assert len(second["displaced"]) == 1
    assert (await kim.get("/api/devices/AUT-018")).json()["state"] == "broken_down"
    before = {"at": (tomorrow("09:00") - timedelta(days=2)).isoformat()}
    early = await staff.post("/api/devices/AUT-018/repaired", json=before)
    assert early.json()["violations"][0]["rule"] == "before_breakdown"
    mended = await staff.post("/api/devices/AUT-018/repaired", json={"repairer": "김기사"})
    assert mended.json()["status"] == "repaired"
    assert (await kim.get("/api/devices/AUT-018")).json()["state"] == "in_service"
    again = await staff.post("/api/devices/AUT-018/repaired")
    assert again.json()["violations"][0]["rule"] == "not_broken_down"


async def test_problems_are_reported_by_companies_and_resolved_by_staff(world: World) -> None:
    """Anybody who books may report a problem; it counts as open until staff resolve it."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = await kim.post("/api/devices/AUT-018/problems", json={"text": "커넥터 접촉 불량"})
    assert made.status_code == 201, made.text
    assert (await kim.get("/api/devices/AUT-018")).json()["open_problems"] == 1
    path = f"/api/devices/AUT-018/problems/{made.json()['problem_id']}/resolve"
    assert (await kim.post(path)).status_code == 403
    assert (await staff.post(path, json={"text": "교체"})).status_code == 200
    assert (await kim.get("/api/devices/AUT-018")).json()["open_problems"] == 0
    for step, said in ((path, {}), (path.replace("resolve", "triage"), {"urgency": "low"})):
        again = await staff.post(step, json=said)
        assert again.status_code == 422, again.text
        (violation,) = again.json()["violations"]
        assert violation["rule"] == "problem_resolved"
        assert "resolved already" in violation["message"]
    assert (await staff.post(path.replace("resolve", "x/resolve"))).status_code == 404


async def test_maintenance_and_calibration_are_logged(world: World) -> None:
    """A log line and a certificate are recorded; the certificate shows in the catalogue."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    line = {"work": "팬 교체", "parts": "팬 2개", "cost": 45_000}
    logged = await staff.post("/api/devices/AUT-018/maintenance-log", json=line)
    assert logged.status_code == 201, logged.text
    assert int(logged.headers["ledger-position"]) == logged.json()["position"]
    good = tomorrow("00:00", days=365).isoformat()
    certificate = {"certificate": "KOLAS-2026-1", "valid_until": good, "laboratory": "KTL"}
    done = await staff.post("/api/devices/AUT-018/calibrations", json=certificate)
    assert done.status_code == 201, done.text
    device = (await kim.get("/api/devices/AUT-018")).json()
    assert device["calibration_valid_until"] == done.json()["valid_until"]
    assert (
        await kim.post("/api/devices/AUT-018/calibrations", json=certificate)
    ).status_code == 403


async def test_typed_text_is_nowhere_in_the_ledger(world: World) -> None:
    """What people type is stored as ciphertext: no event holds it."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    await kim.post("/api/reservations", json=asked(purpose="비밀스러운 목적"))
    await kim.post("/api/devices/AUT-018/problems", json={"text": "비밀스러운 문제"})
    await staff.post("/api/devices/ENE-013/outages", json=_outage(reason="비밀스러운 까닭"))
    stored = await world.testbed.ledger.stored(limit=1000)
    assert all("비밀" not in event.body.decode() for event in stored)


async def test_devices_that_are_not_there_are_404(world: World) -> None:
    """Every action on an unknown device answers 404, whatever its id looks like."""
    staff = await world.client(STAFF)
    for name in ("AUT-999", "%00", "a%1Fb", "..%2F..", "장비"):
        for action, body in (
            ("outages", _outage()),
            ("breakdown", _until(days=1)),
            ("repaired", {}),
            ("problems", {"text": "x"}),
            ("maintenance-log", {"work": "x"}),
        ):
            answer = await staff.post(f"/api/devices/{name}/{action}", json=body)
            assert answer.status_code == 404, (name, action, answer.text)


def _outage(**more: Any) -> dict[str, Any]:
    times = {"start": tomorrow("09:00").isoformat(), "end": tomorrow("18:00").isoformat()}
    return {"kind": "maintenance", "reason": "정기 점검"} | times | more


def _until(days: int) -> dict[str, Any]:
    return {"expected_until": (tomorrow("00:00") + timedelta(days=days)).isoformat()}


async def test_a_breakdown_can_be_tried_out(world: World) -> None:
    """`dry_run=true` shows what would be displaced, and the device goes on working."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    body = {"expected_until": tomorrow("18:00").isoformat()}
    path = "/api/devices/AUT-018/breakdown"
    tried = await staff.post(f"{path}?dry_run=true", json=body)
    assert tried.status_code == 200, tried.text
    shown = tried.json()
    assert (shown["kind"], shown["dry_run"]) == ("breakdown", True)
    assert [one["reservation_id"] for one in shown["displaced"]] == [made["reservation_id"]]
    assert (await kim.get(f"/api/reservations/{made['reservation_id']}")).json()["status"] == (
        "confirmed"
    )
    real = (await staff.post(path, json=body)).json()
    assert [one["alternatives"] for one in real["displaced"]] == [
        one["alternatives"] for one in shown["displaced"]
    ]


async def test_what_an_address_does_not_take_is_never_overlooked(world: World) -> None:
    """A dry run that is none would act for real."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    refused = await kim.post("/api/reservations?dry_run=true", json=asked())
    made = (await kim.post("/api/reservations", json=asked())).json()
    path = f"/api/reservations/{made['reservation_id']}"
    for answer in (
        refused,
        await kim.post(f"{path}/cancel?dry_run=true", json={}),
        await staff.post("/api/devices/AUT-018/repaired?at=now", json={}),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["rule"] == "unknown_field"
    assert (await kim.get(path)).json()["status"] == "confirmed"
