"""What deadlines left to staff, over the API and on the pages: who came, and who did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from booking.ledger import Request, drafted
from booking.writer import Draft
from domain import events as e
from domain.event import Event
from domain.reservation import Reservation, carried
from domain.stored import Envelope
from tests.web.conftest import World, asked
from tests.web.form_browser import browser_of
from web.writes import recalled

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
SLOT = timedelta(minutes=30)


async def test_a_suspected_no_show_is_dismissed(world: World) -> None:
    """Staff see it in a list, the company at its booking; dismissed, it counts for nothing."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    reservation_id = await suspected(world, kim)
    (listed,) = (await staff.get("/api/no-shows/suspected")).json()["items"]
    assert (listed["reservation_id"], listed["status"]) == (reservation_id, "confirmed")
    path = f"/api/reservations/{reservation_id}"
    assert (await kim.get(path)).json()["suspected_at"] == listed["start"]
    assert (await kim.post(f"{path}/dismiss-no-show")).status_code == 403
    settled = await staff.post(f"{path}/dismiss-no-show")
    assert settled.json()["status"] == "cancelled", settled.text
    assert (await staff.get("/api/no-shows/suspected")).json()["items"] == []
    assert (await kim.get("/api/notices")).json()["items"] == []


async def test_overdue_returns_are_listed(world: World) -> None:
    """What is still out after its end is in the list, until it is back."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    reservation_id = await booked_now(kim)
    path = f"/api/reservations/{reservation_id}"
    await staff.post(f"{path}/hand-out")
    await record(world, e.ReturnOverdue(**await as_it_stands(world, reservation_id)))
    (listed,) = (await staff.get("/api/returns/overdue")).json()["items"]
    assert (listed["reservation_id"], listed["overdue_at"]) == (reservation_id, listed["end"])
    await staff.post(f"{path}/return")
    assert (await staff.get("/api/returns/overdue")).json()["items"] == []


async def test_the_policy_suspends_and_staff_reinstate(world: World) -> None:
    """With a policy of one, one no-show stops new bookings, and a reinstated company may book."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    assert (await staff.get("/api/no-show-policy")).json() == {"most": 3, "window_days": 90}
    policy = {"most": 1, "window_days": 30, "company_id": None}
    assert (await staff.post("/api/no-show-policy", json=policy)).json() == policy
    auditor = await world.client(AUDITOR)
    assert (await auditor.get("/api/no-show-policy")).json() == {"most": 1, "window_days": 30}
    await staff.post(f"/api/reservations/{await booked_now(kim)}/no-show")
    refused = await kim.post("/api/reservations", json=asked())
    assert [one["rule"] for one in refused.json()["violations"]] == ["company_suspended"]
    again = await staff.post("/api/companies/mudeung/reinstate")
    assert again.json() == {"company_id": "mudeung", "suspended": False}
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    suspend = await staff.post("/api/companies/mudeung/suspend", json={"reason": "미납"})
    assert suspend.json() == {"company_id": "mudeung", "suspended": True}
    assert (await kim.post("/api/companies/mudeung/reinstate")).status_code == 403
    for unknown in (
        await staff.post("/api/companies/nobody/reinstate"),
        await staff.post("/api/no-show-policy", json={**policy, "company_id": "nobody"}),
    ):
        assert unknown.status_code == 422
        assert [one["rule"] for one in unknown.json()["violations"]] == ["company_unknown"]


async def test_staff_settle_it_on_their_page(world: World) -> None:
    """A suspicion is confirmed, which suspends; then the company is reinstated with a button."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF)
    policy = {"most": 1, "window_days": 30}
    await (await world.client(STAFF)).post("/api/no-show-policy", json=policy)
    await suspected(world, kim)
    board = await staff.get("/staff")
    assert "왔었나요?" in board.words
    confirmed = await staff.send(board.form("/no-show"))
    assert "왔었나요?" not in confirmed.words
    assert "예약이 중지된 기업" in confirmed.words
    back = await staff.send(confirmed.form("/mudeung/reinstate"))
    assert "다시 예약할 수 있어요" in back.words
    assert "예약이 중지된 기업" not in back.words


async def test_staff_see_that_a_suspension_lost_its_cause(world: World) -> None:
    """A no-show that is taken back reinstates nobody by itself, and its company's row says so."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    api = await world.client(STAFF)
    await api.post("/api/no-show-policy", json={"most": 1, "window_days": 30})
    reservation_id = await booked_now(kim)
    await api.post(f"/api/reservations/{reservation_id}/no-show")
    board = await staff.get("/staff")
    assert "For no-shows: 1" in board.words
    assert f"/reservations/{reservation_id}" in board.links
    assert "taken back" not in board.words
    await api.post(f"/api/reservations/{reservation_id}/withdraw-no-show")
    board = await staff.get("/staff")
    assert "1 of 1 no-shows were taken back. Reinstate it?" in board.words
    await staff.send(board.form("/mudeung/reinstate"))
    await api.post("/api/companies/mudeung/suspend", json={"reason": "미납"})
    assert "For no-shows" not in (await staff.get("/staff")).words


async def test_a_hand_out_is_entered_late_on_the_page(world: World) -> None:
    """A no-show that was none: the device went out at the start, with one press."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF)
    reservation_id = await booked_now(kim)
    await (await world.client(STAFF)).post(f"/api/reservations/{reservation_id}/no-show")
    page = await staff.get(f"/reservations/{reservation_id}")
    out = await staff.send(page.form("/hand-out"))
    assert "장비를 인도했어요" in out.words
    shown = (await kim.get(f"/api/reservations/{reservation_id}")).json()
    assert (shown["status"], shown["handed_out_at"]) == ("in_use", shown["start"])


async def test_a_request_says_by_when_it_is_answered(world: World) -> None:
    """The company sees the deadline in the API and on the page."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked(device_id="AUT-011", days=9))).json()
    within = datetime.fromisoformat(made["answer_by"]) - datetime.now(UTC)
    assert timedelta(hours=47) < within <= timedelta(hours=48)
    page = await (await browser_of(world, KIM)).get(f"/reservations/{made['reservation_id']}")
    assert "답변 기한" in page.words


async def test_a_company_reads_why_it_was_declined(world: World) -> None:
    """The reason is at its reservation in the API, and strangers do not see it."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked(device_id="AUT-011"))).json()
    path = f"/api/reservations/{made['reservation_id']}"
    await staff.post(f"{path}/decline", json={"reason": "챔버 이전 공사"})
    assert (await kim.get(path)).json()["reason"] == "챔버 이전 공사"
    assert (await (await world.client(LEE)).get(path)).status_code == 404


async def booked_now(client: Any) -> str:
    """A booking of the half hour that runs, which may end while the test does."""
    now = datetime.now(UTC)
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    body = asked(start=start.isoformat(), end=(start + 4 * SLOT).isoformat())
    answer = await client.post("/api/reservations", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reservation_id"])


async def suspected(world: World, client: Any) -> str:
    """A booking of now that the worker would ask staff about."""
    reservation_id = await booked_now(client)
    fields = await as_it_stands(world, reservation_id)
    await record(world, e.NoShowSuspected(**fields, missed_at=fields["period"].start))
    return reservation_id


async def as_it_stands(world: World, reservation_id: str) -> dict[str, Any]:
    made = Reservation(reservation_id)
    await recalled(world.testbed, made)
    assert made.latest is not None
    return carried(made.latest)


async def record(world: World, event: Event) -> None:
    """Append an event without asking a rule: an hour need not pass for it."""
    request = Request.of("system", None, b"")
    draft = Draft(
        request_tag=request.tag,
        digest=request.digest,
        events=drafted([event], request, Envelope(by="system")),
    )
    await world.testbed.ledger.append(draft)
    await world.testbed.projector.catch_up()
