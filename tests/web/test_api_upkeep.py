"""Triage, safety stops, the maintenance log and calibrations that are due, over HTTP."""

from __future__ import annotations

from datetime import timedelta

from tests.web.conftest import World, asked, tomorrow

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
PROBLEM = {"text": "연기가 나요", "safety_stop": True}


async def test_a_safety_stop_from_report_to_resolution(world: World) -> None:
    """It stops bookings and hand-outs, shows with the device, and staff lift it by triage."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    booked = (await kim.post("/api/reservations", json=asked(days=2))).json()["reservation_id"]
    made = await kim.post("/api/devices/AUT-018/problems", json=PROBLEM)
    assert made.status_code == 201, made.text
    device = (await kim.get("/api/devices/AUT-018")).json()
    assert (device["safety_stop"], device["open_problems"]) == (True, 1)
    (listed,) = [
        one
        for one in (await kim.get("/api/devices")).json()["items"]
        if one["device_id"] == "AUT-018"
    ]
    assert listed["safety_stop"] is True
    refused = await kim.post("/api/reservations", json=asked())
    assert refused.status_code == 422
    assert refused.json()["violations"][0]["rule"] == "safety_stop"
    out = await staff.post(f"/api/reservations/{booked}/hand-out")
    assert out.json()["violations"][0]["rule"] == "safety_stop"
    path = f"/api/devices/AUT-018/problems/{made.json()['problem_id']}/triage"
    assert (await kim.post(path, json={"urgency": "low"})).status_code == 403
    triaged = await staff.post(path, json={"urgency": "urgent", "safety_stop": True})
    assert triaged.status_code == 200, triaged.text
    lifted = await staff.post(path, json={"urgency": "low"})
    assert lifted.status_code == 200, lifted.text
    assert (await kim.get("/api/devices/AUT-018")).json()["safety_stop"] is False
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    for wrong in ({"urgency": "soon"}, {}, {"urgency": "low", "safety_stop": "yes"}):
        assert (await staff.post(path, json=wrong)).status_code == 422
    nowhere = path.replace("AUT-018", "ENE-013")
    assert (await staff.post(nowhere, json={"urgency": "low"})).status_code == 404


async def test_problems_are_listed_for_those_whom_they_concern(world: World) -> None:
    """The laboratory sees all, a company what it reported itself."""
    kim, lee, auditor, staff = [await world.client(who) for who in (KIM, LEE, AUDITOR, STAFF)]
    await kim.post("/api/devices/AUT-018/problems", json={"text": "소음", "urgency": "low"})
    stop = (await lee.post("/api/devices/ENE-013/problems", json=PROBLEM)).json()
    items = (await auditor.get("/api/problems")).json()["items"]
    assert [one["device_id"] for one in items] == ["ENE-013", "AUT-018"]
    assert (items[0]["text"], items[0]["by"]["name"]) == ("연기가 나요", "이수민")
    assert [one["text"] for one in (await kim.get("/api/problems")).json()["items"]] == ["소음"]
    path = f"/api/devices/ENE-013/problems/{stop['problem_id']}/resolve"
    await staff.post(path, json={"text": "배선 교체"})
    assert len((await staff.get("/api/problems")).json()["items"]) == 1
    every = (await staff.get("/api/problems?open=false&device_id=ENE-013")).json()["items"]
    assert (every[0]["resolution"], every[0]["safety_stop"]) == ("배선 교체", False)


async def test_the_maintenance_log_is_read_and_downloaded(world: World) -> None:
    """The 유지보수일지 has its fields in JSON and CSV, for the laboratory and auditors."""
    staff, kim, auditor = [await world.client(who) for who in (STAFF, KIM, AUDITOR)]
    line = {"work": "=팬 교체", "repairer": "김기사", "parts": "팬 2개", "cost": 45_000}
    await staff.post("/api/devices/AUT-018/maintenance-log", json=line)
    path = "/api/devices/AUT-018/maintenance-log"
    (item,) = (await auditor.get(path)).json()["items"]
    assert {name: item[name] for name in line} == line
    assert item["by"]["name"] == "정직원"
    assert (await kim.get(path)).status_code == 403
    korean = {"Accept-Language": "ko"}
    csv = await auditor.get(f"{path}.csv", headers=korean)
    assert csv.headers["content-type"].startswith("text/csv")
    heading, row = csv.content.decode("utf-8-sig").strip().splitlines()
    assert heading == "일시,장비번호,작업 내용,수리자,부품,비용(원),작성자"
    assert ",AUT-018,'=팬 교체,김기사,팬 2개,45000,정직원" in row
    later = {"from": (tomorrow("00:00") + timedelta(days=1)).isoformat()}
    assert (await auditor.get(path, params=later)).json()["items"] == []
    assert (await auditor.get("/api/devices/AUT-999/maintenance-log")).status_code == 404


async def test_a_repair_is_a_line_of_the_log(world: World) -> None:
    """With the repairer who was given, in JSON and CSV, in the reader's language."""
    staff = await world.client(STAFF)
    until = {"expected_until": tomorrow("18:00").isoformat()}
    broken = (await staff.post("/api/devices/AUT-018/breakdown", json=until)).json()
    await staff.post("/api/devices/AUT-018/repaired", json={"repairer": "김기사"})
    path = "/api/devices/AUT-018/maintenance-log"
    (item,) = (await staff.get(path)).json()["items"]
    assert (item["repairer"], item["parts"], item["cost"]) == ("김기사", None, 0)
    assert item["broken_from"] == broken["start"]
    assert item["work"].startswith("Repaired; broken down since")
    csv = await staff.get(f"{path}.csv", headers={"Accept-Language": "ko"})
    assert ",AUT-018,고장 수리 완료 (고장: " in csv.content.decode("utf-8-sig")
    assert ",김기사,,0,정직원" in csv.content.decode("utf-8-sig")


async def test_calibrations_that_are_due(world: World) -> None:
    """Within the days asked for, 30 unless said; for the laboratory and auditors."""
    staff, kim = await world.client(STAFF), await world.client(KIM)
    for device_id, days in (("AUT-018", 20), ("ENE-013", 60)):
        good = tomorrow("00:00", days=days).isoformat()
        body = {"certificate": "KOLAS-1", "valid_until": good, "laboratory": "KTL"}
        await staff.post(f"/api/devices/{device_id}/calibrations", json=body)
    (item,) = (await staff.get("/api/calibrations")).json()["items"]
    assert (item["device_id"], item["certificate"], item["by_date"]) == (
        "AUT-018",
        "KOLAS-1",
        True,
    )
    query = {"due_within_days": 90}
    found = (await staff.get("/api/calibrations", params=query)).json()["items"]
    assert [one["device_id"] for one in found] == ["AUT-018", "ENE-013"]
    assert (await staff.get("/api/calibrations?due_within_days=-1")).status_code == 422
    assert (await kim.get("/api/calibrations")).status_code == 403
