"""The steps of a reservation over HTTP: change, cancel, approve, hand out, return."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.web.conftest import KRW_PER_HOUR, World, asked, tomorrow
from tests.web.form_browser import browser_of

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"


async def test_a_reservation_is_moved_shortened_extended_and_cancelled(world: World) -> None:
    """Each change answers the reservation as it is now, with a higher sequence."""
    kim = await world.client(KIM)
    path = await _booked(kim)
    steps = (
        ("reschedule", {"start": _at("14:00"), "end": _at("17:00")}, ("14:00", "17:00")),
        ("shorten", {"end": _at("16:00")}, ("14:00", "16:00")),
        ("extend", {"end": _at("18:00")}, ("14:00", "18:00")),
    )
    for number, (name, body, (start, end)) in enumerate(steps, 1):
        answer = await kim.post(f"{path}/{name}", json=body)
        now = answer.json()
        assert answer.status_code == 200, answer.text
        assert now["sequence"] == number
        assert _times(now) == (tomorrow(start), tomorrow(end))
    cancelled = (await kim.post(f"{path}/cancel", json={"reason": "취소해요"})).json()
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "취소해요")


async def test_a_move_into_taken_time_is_409_with_alternatives(world: World) -> None:
    """Moving onto somebody's time is refused as a new booking would be, and changes nothing."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    path = await _booked(kim)
    await lee.post("/api/reservations", json=asked("14:00", "15:00"))
    body = {"start": _at("14:00"), "end": _at("15:00")}
    answer = await kim.post(f"{path}/reschedule", json=body)
    assert answer.status_code == 409
    assert answer.json()["alternatives"]
    assert _times((await kim.get(path)).json()) == (tomorrow("10:00"), tomorrow("12:00"))


async def test_a_reservation_moves_to_a_colleague_and_a_device(world: World) -> None:
    """A transfer names a colleague by e-mail, another device, or both."""
    kim = await world.client(KIM)
    path = await _booked(kim)
    body = {"account": PARK, "device_id": "HEA-013"}
    moved = (await kim.post(f"{path}/transfer", json=body)).json()
    assert (moved["account"]["name"], moved["device_id"]) == ("박도윤", "HEA-013")
    stranger = await kim.post(f"{path}/transfer", json={"account": LEE})
    # It is the colleague's now, so that a plain member may not change it any more.
    assert stranger.status_code == 403


async def test_no_booking_goes_to_a_stranger(world: World) -> None:
    """Only people of the same company can take a reservation over."""
    kim = await world.client(KIM)
    path = await _booked(kim)
    answer = await kim.post(f"{path}/transfer", json={"account": LEE})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "colleague"


async def test_members_change_their_own_and_managers_all(world: World) -> None:
    """A colleague's booking is seen by a member and changed by a manager."""
    kim, park = await world.client(KIM), await world.client(PARK)
    path = await _booked(park)
    assert (await kim.get(path)).status_code == 200
    assert (await kim.post(f"{path}/cancel")).status_code == 403
    mine = await _booked(kim, days=2)
    assert (await park.post(f"{mine}/cancel")).status_code == 200


async def test_requests_are_approved_or_declined_by_staff(world: World) -> None:
    """Staff answer a request once; companies cannot answer their own."""
    park, staff = await world.client(PARK), await world.client(STAFF)
    path = await _booked(park, device_id="AUT-011")
    assert (await park.post(f"{path}/approve")).status_code == 403
    assert (await staff.post(f"{path}/approve")).json()["status"] == "confirmed"
    again = await staff.post(f"{path}/approve")
    assert again.status_code == 422
    assert again.json()["violations"][0]["rule"] == "wrong_status"
    other = await _booked(park, device_id="AUT-011", days=3)
    assert (await staff.post(f"{other}/decline")).status_code == 422
    declined = (await staff.post(f"{other}/decline", json={"reason": "장비 점검"})).json()
    assert (declined["status"], declined["reason"]) == ("declined", "장비 점검")


async def test_a_device_goes_out_and_comes_back_with_its_log(world: World) -> None:
    """Hand-out and return make a line of the use log, which can be corrected and waived."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    path = await _booked_now(kim)
    start = datetime.fromisoformat((await kim.get(path)).json()["start"])
    before = {"at": (start - timedelta(minutes=1)).isoformat()}
    assert rules_of(await staff.post(f"{path}/hand-out", json=before)) == ["before_booking"]
    out = await staff.post(f"{path}/hand-out")
    assert out.json()["status"] == "in_use", out.text
    soon = {"reason": "기록 오류", "start": (await kim.get(path)).json()["start"]}
    early = await staff.post(f"{path}/correct", json=soon)
    assert (early.status_code, rules_of(early)) == (422, ["wrong_status"])
    back = await staff.post(f"{path}/return", json={"samples": 3, "notes": "이상 없음"})
    assert back.json()["status"] == "returned"
    assert back.json()["returned_at"] is not None
    (line,) = await _lines(kim)
    assert (line["hours"], line["fee"]) == (0.5, KRW_PER_HOUR // 2)
    same = await staff.post(f"{path}/correct", json={"reason": "기록 오류"})
    assert (same.status_code, rules_of(same)) == (422, ["nothing_to_change"])
    fixed = await staff.post(f"{path}/correct", json={"reason": "기록 오류", "samples": 4})
    assert fixed.status_code == 200, fixed.text
    assert (await staff.post(f"{path}/waive", json={"reason": "장비 고장"})).status_code == 200
    (line,) = await _lines(kim)
    assert (line["fee"], line["waived"], line["corrected"]) == (0, True, 1)


async def test_a_no_show_can_be_withdrawn(world: World) -> None:
    """A no-show is recorded once the time has begun, and withdrawn where it was a mistake."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    early = await staff.post(f"{await _booked(kim)}/no-show")
    assert early.json()["violations"][0]["rule"] == "not_begun"
    path = await _booked_now(kim)
    assert (await staff.post(f"{path}/no-show")).json()["status"] == "no_show"
    assert (await staff.post(f"{path}/withdraw-no-show")).json()["status"] == "cancelled"
    out = await staff.post(f"{path}/hand-out", json={"at": (await kim.get(path)).json()["start"]})
    assert (out.status_code, out.json()["status"]) == (200, "in_use")


async def test_a_use_that_needs_approval_is_extended_by_staff(world: World) -> None:
    """The company is told whom to ask, in the answer and before that on the page; staff extend."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    path = await _booked_now(staff, device_id="AUT-011", company_id="mudeung", account=KIM)
    assert (await staff.post(f"{path}/hand-out")).status_code == 200
    end = datetime.fromisoformat((await kim.get(path)).json()["end"]) + timedelta(hours=1)
    body = {"end": end.isoformat()}
    refused = await kim.post(f"{path}/extend", json=body)
    assert refused.status_code == 422
    (violation,) = refused.json()["violations"]
    assert violation["rule"] == "extension_by_staff"
    assert "Please ask" in violation["message"]
    page = await (await browser_of(world, KIM, "en")).get(path.removeprefix("/api"))
    assert "For more time ask the laboratory" in page.words
    extended = await staff.post(f"{path}/extend", json=body)
    assert (extended.status_code, extended.json()["status"]) == (200, "in_use")


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("reschedule", {"start": "2026-12-01T09:00:00+09:00"}, "end"),
        ("reschedule", {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:00:00Z"}, "end"),
        ("extend", {"end": "2026-12-01T09:00:00"}, "end"),
        ("transfer", {"device_id": "../etc"}, "device_id"),
        ("cancel", {"reason": "x" * 2001}, "reason"),
        ("cancel", {"why": "x"}, "why"),
    ],
)
async def test_wrong_fields_of_steps_are_named(
    world: World, step: str, body: dict[str, Any], field: str
) -> None:
    """A step's body is read as strictly as a booking's."""
    kim = await world.client(KIM)
    answer = await kim.post(f"{await _booked(kim)}/{step}", json=body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def _booked(client: httpx.AsyncClient, **more: Any) -> str:
    answer = await client.post("/api/reservations", json=asked(**more))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def _booked_now(client: httpx.AsyncClient, **more: Any) -> str:
    """A booking of the slot that has just begun."""
    now = datetime.now().astimezone()
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    end = start + timedelta(hours=2)
    times = {"start": start.isoformat(), "end": end.isoformat()}
    answer = await client.post("/api/reservations", json=asked() | times | more)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def _lines(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    month = tomorrow("00:00", days=0).strftime("%Y-%m")
    answer = await client.get("/api/companies/mudeung/usage", params={"month": month})
    assert answer.status_code == 200, answer.text
    return answer.json()["lines"]


def _times(shown: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(shown["start"]), datetime.fromisoformat(shown["end"])


def _at(clock: str) -> str:
    return tomorrow(clock).isoformat()


def rules_of(answer: httpx.Response) -> list[str]:
    """The rules that a refusal names."""
    return [violation["rule"] for violation in answer.json()["violations"]]
