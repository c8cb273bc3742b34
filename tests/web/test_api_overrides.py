"""Overrides over HTTP: named by the laboratory, refused to companies, and reported."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain import companies
from domain.actor import SYSTEM
from domain.period import SEOUL
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.test_deadlines_settled import booked_now

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
AUDITOR, ADMIN = "auditor@testbed.example", "admin@testbed.example"


def overriding(*rules: str, reason: str = "급한 시험") -> dict[str, Any]:
    return {"override": {"rules": list(rules), "reason": reason}}


def long_day(**more: Any) -> dict[str, Any]:
    """Ten hours, where the terms allow eight."""
    return asked("08:00", "18:00", company_id="mudeung", **more)


async def test_staff_set_a_rule_aside_and_it_is_reported(world: World) -> None:
    """The booking is made, and the report counts the rule, the device and the person."""
    staff, auditor, kim = [await world.client(who) for who in (STAFF, AUDITOR, KIM)]
    refused = await staff.post("/api/reservations", json=long_day())
    assert refused.json()["violations"][0]["rule"] == "maximum"
    body = long_day(**overriding("maximum", "notice"))
    made = await staff.post("/api/reservations", json=body)
    assert made.status_code == 201, made.text
    report = (await auditor.get("/api/overrides")).json()
    assert (report["count"], report["by_rule"]) == (1, {"maximum": 1})
    assert report["by_device"] == {"AUT-018": 1}
    assert report["by_account"][0]["account"]["name"] == "정직원"
    (item,) = report["items"]
    assert item["reservation_id"] == made.json()["reservation_id"]
    assert (item["rules"], item["reason"]) == (["maximum"], "급한 시험")
    assert (await kim.get("/api/overrides")).status_code == 403
    shown = (await kim.get(f"/api/reservations/{item['reservation_id']}")).json()
    assert [one["rules"] for one in shown["overrides"]] == [["maximum"]]


async def test_a_companys_override_is_forbidden(world: World) -> None:
    """403, whichever rule, for a new booking and for every edit; nothing is recorded."""
    kim = await world.client(KIM)
    body = asked(**overriding("notice"))
    assert (await kim.post("/api/reservations", json=body)).status_code == 403
    made = (await kim.post("/api/reservations", json=asked())).json()
    path = f"/api/reservations/{made['reservation_id']}"
    later = {"start": tomorrow("13:00").isoformat(), "end": tomorrow("14:00").isoformat()}
    for step, fields in (
        ("reschedule", later),
        ("shorten", {"end": tomorrow("11:00").isoformat()}),
        ("extend", {"end": tomorrow("13:00").isoformat()}),
        ("transfer", {"device_id": "ENE-013"}),
    ):
        answer = await kim.post(f"{path}/{step}", json=fields | overriding("notice"))
        assert answer.status_code == 403, step


async def test_every_edit_can_be_let_pass(world: World) -> None:
    """Staff extend beyond the longest booking, and the page of edits obeys the same."""
    kim, admin = await world.client(KIM), await world.client(ADMIN)
    made = (await kim.post("/api/reservations", json=asked("10:00", "18:00"))).json()
    path = f"/api/reservations/{made['reservation_id']}/extend"
    longer = {"end": tomorrow("20:00").isoformat()}
    assert (await admin.post(path, json=longer)).status_code == 422
    done = await admin.post(path, json=longer | overriding("maximum"))
    assert done.status_code == 200, done.text
    assert len((await admin.get("/api/overrides")).json()["items"]) == 1


async def test_an_approval_keeps_what_was_set_aside_and_sets_more_aside(world: World) -> None:
    """A request that staff made longer is approved; beyond a lower quota only with a reason."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked(device_id="AUT-011"))).json()
    path = f"/api/reservations/{made['reservation_id']}"
    longer = {"start": tomorrow("08:00").isoformat(), "end": tomorrow("18:00").isoformat()}
    moved = await staff.post(f"{path}/reschedule", json=longer | overriding("maximum"))
    assert moved.json()["status"] == "requested", moved.text
    lower = companies.SetQuota(by=SYSTEM, company_id="mudeung", hours=2)
    await world.testbed.booking.do(lower)
    refused = await staff.post(f"{path}/approve")
    assert [one["rule"] for one in refused.json()["violations"]] == ["quota"]
    done = await staff.post(f"{path}/approve", json=overriding("quota"))
    assert (done.status_code, done.json()["status"]) == (200, "confirmed"), done.text
    shown = (await kim.get(path)).json()
    assert [one["rules"] for one in shown["overrides"]] == [["maximum"], ["quota"]]


async def test_staff_move_a_booking_that_has_begun(world: World) -> None:
    """On its page, where the rule can be ticked; a new booking has nothing to move."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    path = f"/reservations/{await booked_now(kim)}"
    form = (await staff.get(path)).form("/change")
    day = f"{tomorrow('10:00').astimezone(SEOUL):%Y-%m-%d}"
    later = {"start_day": day, "start_time": "10:00", "end_day": day, "end_time": "11:00"}
    refused = await staff.send(form, **later)
    assert (refused.status, "can be cancelled, not moved" in refused.words) == (422, True)
    aside = {"override_rules": "change_notice", "override_reason": "장비 고장"}
    moved = await staff.send(refused.form("/change"), **later, **aside)
    assert "Notice of changes" in moved.words
    start = (await kim.get(f"/api{path}")).json()["start"]
    assert datetime.fromisoformat(start) == tomorrow("10:00")
    new = await staff.get("/devices/AUT-018")
    assert "Rules that must not refuse this booking" in new.words
    assert "Notice of changes" not in new.words


async def test_what_cannot_be_overridden(world: World) -> None:
    """A rule that nobody sets aside, an empty list, a missing reason, a field too many."""
    staff, kim = await world.client(STAFF), await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    for rule in ("slot_taken", "calibration", "safety_stop", "anything"):
        body = asked(company_id="mudeung", **overriding(rule))
        answer = await staff.post("/api/reservations", json=body)
        assert answer.status_code == 422
        assert answer.json()["violations"][0]["rule"] == "not_overridable"
    taken = asked(company_id="mudeung", **overriding("quota", "notice"))
    assert (await staff.post("/api/reservations", json=taken)).status_code == 409
    for wrong in (
        {"rules": [], "reason": "x"},
        {"rules": ["notice"]},
        {"rules": ["notice"], "reason": ""},
        {"rules": ["notice"], "reason": "x", "more": 1},
        {"rules": "notice", "reason": "x"},
        {"rules": ["notice"], "reason": "\x00"},
        [],
        "notice",
    ):
        body = asked(company_id="mudeung", override=wrong)
        answer = await staff.post("/api/reservations", json=body)
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"][0]["field"].startswith("override"), wrong


async def test_the_report_is_of_a_span_of_time(world: World) -> None:
    """Nothing is counted outside [from, to), and to is after from."""
    staff = await world.client(STAFF)
    await staff.post("/api/reservations", json=long_day(**overriding("maximum")))
    now = tomorrow("00:00")
    span = {"from": (now - timedelta(days=2)).isoformat(), "to": now.isoformat()}
    assert (await staff.get("/api/overrides", params=span)).json()["count"] == 1
    span = {"from": now.isoformat(), "to": (now + timedelta(days=1)).isoformat()}
    assert (await staff.get("/api/overrides", params=span)).json()["count"] == 0
    backwards = {"from": span["to"], "to": span["from"]}
    assert (await staff.get("/api/overrides", params=backwards)).status_code == 422
    assert (await staff.get("/api/overrides", params={"as_of": 0})).json()["count"] == 0
