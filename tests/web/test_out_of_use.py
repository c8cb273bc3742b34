"""A device that takes no bookings is called free nowhere, and its page says why."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain import devices
from domain.actor import SYSTEM
from domain.terms_of_use import TermsOfUse
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of

KIM, LEE, STAFF = "kim@mudeung.example", "lee@hanbit.example", "staff@testbed.example"
PROBLEM = {"text": "연기가 나요", "safety_stop": True}


async def test_a_stopped_device_is_nowhere_called_free(world: World) -> None:
    """While a safety stop holds: no free time, not among the free devices, no alternative."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    assert await _is_free(world, "AUT-018")
    made = await kim.post("/api/devices/AUT-018/problems", json=PROBLEM)
    assert made.status_code == 201
    assert not await _is_free(world, "AUT-018")
    await (await world.client(LEE)).post("/api/reservations", json=asked(device_id="AUT-011"))
    taken = await kim.post("/api/reservations", json=asked(device_id="AUT-011"))
    assert taken.status_code == 409
    assert {one["device_id"] for one in taken.json()["alternatives"]} == {"AUT-011"}
    problem = f"/api/devices/AUT-018/problems/{made.json()['problem_id']}/triage"
    assert (await staff.post(problem, json={"urgency": "low"})).status_code == 200
    assert await _is_free(world, "AUT-018")


async def test_the_page_of_a_stopped_device_has_the_reason_and_no_form(world: World) -> None:
    """Chip, list, timeline and page say that it is stopped; the form comes back afterwards."""
    kim = await world.client(KIM)
    await kim.post("/api/devices/AUT-018/problems", json=PROBLEM)
    browser = await browser_of(world, KIM)
    page = await browser.get("/devices/AUT-018")
    assert "안전을 위해 멈춘 장비예요" in page.words
    assert not [form for form in page.forms if form.action.endswith(("/book", "/series"))]
    listed = await browser.get("/devices?q=AUT-018")
    assert "안전 중지" in listed.words
    assert "지금 가능" not in listed.words


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (devices.SuspendDevice, "담당자가 이 장비의 예약을 멈춰 두었어요"),
        (devices.RetireDevice, "운영을 마친 장비예요"),
    ],
)
async def test_suspended_and_retired_devices_have_no_free_time(
    world: World, order: type[devices.SuspendDevice], said: str
) -> None:
    """Neither is free by any way of asking, and the page says which of the two it is."""
    await world.testbed.booking.do(order(by=SYSTEM, device_id="AUT-018"))
    await world.testbed.projector.catch_up()
    assert not await _is_free(world, "AUT-018")
    page = await (await browser_of(world, KIM)).get("/devices/AUT-018")
    assert said in page.words
    assert not [form for form in page.forms if form.action.endswith("/book")]


async def test_where_calibration_is_needed_nothing_is_free_beyond_its_certificate(
    world: World,
) -> None:
    """Without a certificate nothing is free; with one, the free time ends where it does."""
    do = world.testbed.booking.do
    terms = TermsOfUse(closed_on_holidays=False, calibration_required=True)
    await do(devices.SetTerms(by=SYSTEM, device_id="AUT-018", terms=terms))
    await world.testbed.projector.catch_up()
    assert not await _is_free(world, "AUT-018")
    page = await (await browser_of(world, KIM)).get("/devices/AUT-018")
    assert "교정 유효기간이 지났어요" in page.words
    staff = await world.client(STAFF)
    until = tomorrow("11:00", 2)
    certificate = {"certificate": "KC-1", "laboratory": "KTL", "valid_until": until.isoformat()}
    made = await staff.post("/api/devices/AUT-018/calibrations", json=certificate)
    assert made.status_code == 201, made.text
    assert await _is_free(world, "AUT-018")
    window = {"from": tomorrow("00:00", 2).isoformat(), "to": tomorrow("00:00", 3).isoformat()}
    free = (await staff.get("/api/devices/AUT-018/availability", params=window)).json()["free"]
    assert max(datetime.fromisoformat(span["end"]) for span in free) == until


async def _is_free(world: World, device_id: str) -> bool:
    """Whether tomorrow morning is free; the availability and the search for devices agree."""
    kim = await world.client(KIM)
    start, end = tomorrow("10:00"), tomorrow("11:00")
    window = {"from": start.isoformat(), "to": end.isoformat()}
    spans = (await kim.get(f"/api/devices/{device_id}/availability", params=window)).json()["free"]
    wanted = {"free_from": start.isoformat(), "free_to": end.isoformat()}
    found = (await kim.get("/api/devices", params=wanted)).json()["items"]
    listed = device_id in {one["device_id"] for one in found}
    assert listed == bool(spans)
    return listed
