"""Breakdowns, repairs and planned outages on a device's maintenance page, without JavaScript."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.period import SEOUL
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Form, Page, browser_of

KIM, STAFF, AUDITOR = "kim@mudeung.example", "staff@testbed.example", "auditor@testbed.example"
HERE = "/devices/AUT-018/maintenance"


def form_to(page: Page, what: str) -> Form:
    return next(one for one in page.forms if one.action == f"{HERE}/{what}")


def has(page: Page, what: str) -> bool:
    return any(one.action == f"{HERE}/{what}" for one in page.forms)


def until(days: int) -> dict[str, str]:
    """The fields of a breakdown that is expected to last to six in so many days."""
    return {
        "expected_day": tomorrow("18:00", days=days).date().isoformat(),
        "expected_time": "18:00",
    }


async def test_a_breakdown_is_reported_prolonged_and_repaired(world: World) -> None:
    """Each step from the page; the preview and the list say whose booking loses its time; the
    staff board leads to the repair, and the log keeps who did it.
    """
    api = await world.client(KIM)
    made = (await api.post("/api/reservations", json=asked(days=2))).json()
    path = f"/api/reservations/{made['reservation_id']}"
    staff = await browser_of(world, STAFF)
    page = await staff.get(HERE)
    assert not has(page, "repaired")
    broken = await staff.send(form_to(page, "breakdown"), reason="전원부", **until(1))
    assert "기록했어요" in broken.words
    assert "전원부" in broken.words
    assert not has(broken, "breakdown")
    shorter = await staff.send(form_to(broken, "longer"), expected_day=until(1)["expected_day"])
    assert shorter.status == 422
    preview = await staff.send(form_to(broken, "longer"), preview="true", **until(3))
    assert "예약 1건이 자리를 잃어요" in preview.words
    assert "(주)무등모빌리티 · 김하늘" in preview.words
    assert "옮길 수 있는 시간" in preview.words
    assert (await api.get(path)).json()["status"] == "confirmed"
    await staff.send(form_to(preview, "longer"), **until(3))
    assert (await api.get(path)).json()["status"] == "displaced"
    board = await staff.get("/staff")
    assert f"{HERE}#breakdown" in board.links
    done = await staff.send(form_to(await staff.get(HERE), "repaired"), repairer="김기사")
    assert "수리 완료를 기록했어요" in done.words
    assert "고장 수리 완료" in done.words
    assert "수리자: 김기사" in done.words
    assert has(done, "breakdown")
    assert f"{HERE}#breakdown" not in (await staff.get("/staff")).links


async def test_a_repair_that_is_entered_late(world: World) -> None:
    """The time is typed with its day; one that lies ahead or is half typed is refused by name."""
    staff = await browser_of(world, STAFF)
    broken = await staff.send(form_to(await staff.get(HERE), "breakdown"), **until(1))
    form = form_to(broken, "repaired")
    half = await staff.send(form, at_day="2026-12-01")
    assert half.status == 422
    assert form_to(half, "repaired").value("at_day") == "2026-12-01"
    ahead = tomorrow("09:00")
    early = await staff.send(form, at_day=ahead.date().isoformat(), at_time="09:00")
    assert early.status == 422
    assert has(early, "repaired")


async def test_planned_outages_are_moved_and_cancelled(world: World) -> None:
    """The list shows them with their reason; moving previews first; a series goes as a whole."""
    api = await world.client(KIM)
    await api.post("/api/reservations", json=asked(days=3))
    staff = await browser_of(world, STAFF)
    form = form_to(await staff.get(HERE), "outage")
    page = await staff.send(form, reason="분기 점검", count="3")
    assert "예정된 점검·교정 3" in page.words
    assert "분기 점검" in page.words
    day = tomorrow("09:00", days=3).date().isoformat()
    to = {"start_day": day, "start_time": "09:00", "end_day": day, "end_time": "12:00"}
    preview = await staff.send(form_to(page, "move-outage"), preview="true", **to)
    assert "예약 1건이 자리를 잃어요" in preview.words
    assert form_to(preview, "move-outage").value("start_day") == day
    moved = await staff.send(form_to(preview, "move-outage"), **to)
    assert "시간을 옮겼어요" in moved.words
    backwards = await staff.send(form_to(moved, "move-outage"), **(to | {"end_time": "08:00"}))
    assert backwards.status == 422
    one = await staff.send(form_to(moved, "cancel-outage"), scope="this")
    assert "예정된 점검·교정 2" in one.words
    none = await staff.send(form_to(one, "cancel-outage"), scope="all")
    assert "예정된 점검·교정이 없어요" in none.words


async def test_the_company_takes_its_old_time_back(world: World) -> None:
    """Once the outage is cancelled, the first button of the claim is the time that was lost."""
    kim, staff = await browser_of(world, KIM), await browser_of(world, STAFF)
    api = await world.client(KIM)
    made = (await api.post("/api/reservations", json=asked())).json()
    planned = await staff.send(form_to(await staff.get(HERE), "outage"))
    claims = await kim.get("/claims")
    assert "원래 시간 되찾기" not in claims.words
    assert "예약하기" in claims.words
    await staff.send(form_to(planned, "cancel-outage"))
    claims = await kim.get("/claims")
    form = next(one for one in claims.forms if one.action.startswith("/claims/"))
    assert "원래 시간 되찾기" in form.words
    assert form.value("start") == made["start"].replace("Z", "+00:00")
    back = await kim.send(form)
    assert "예약했어요" in back.words


async def test_who_sees_and_who_does(world: World) -> None:
    """Auditors read reasons and press nothing; companies see neither; another device's outage is
    not found on this page, and one that is gone is refused.
    """
    staff = await browser_of(world, STAFF)
    page = await staff.send(form_to(await staff.get(HERE), "outage"), reason="분기 점검")
    outage_id = form_to(page, "cancel-outage").value("outage_id")
    auditor = await (await browser_of(world, AUDITOR)).get(HERE)
    assert "분기 점검" in auditor.words
    assert not [one for one in auditor.forms if one.action.startswith(HERE)]
    kim = await browser_of(world, KIM)
    assert "분기 점검" not in (await kim.get(HERE)).words
    problem = form_to(await kim.get(HERE), "problem")
    for what in ("breakdown", "longer", "repaired", "move-outage", "cancel-outage"):
        answer = await kim.post(f"{HERE}/{what}", problem.filled(outage_id=outage_id))
        assert answer.status_code == 403, what
    fields = form_to(page, "cancel-outage").filled(scope="all")
    other = await staff.post("/devices/ENE-013/maintenance/cancel-outage", fields)
    assert other.status_code == 404
    await staff.send(form_to(page, "cancel-outage"))
    again = await staff.send(form_to(page, "cancel-outage"), idempotency_key="another")
    assert again.status == 422


async def test_a_hand_out_at_another_time_is_typed(world: World) -> None:
    """On the board and on the booking's page; one before the booking's day is refused there."""
    api = await world.client(STAFF)
    now = datetime.now(SEOUL)
    slot = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    body = {"company_id": "mudeung", "account": KIM, **asked()}
    body |= {"start": slot.isoformat(), "end": (slot + timedelta(hours=2)).isoformat()}
    answer = await api.post("/api/reservations", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/reservations/{answer.json()['reservation_id']}"
    staff = await browser_of(world, STAFF)
    board = await staff.get("/staff")
    assert "다른 시각에 왔어요" in board.words
    form = next(
        one
        for one in board.forms
        if one.action == f"{path}/hand-out" and ("at_time", "") in one.fields
    )
    refused = await staff.send(form, at_day="2026-01-01", at_time="09:00")
    assert refused.status == 422
    assert [one for one in refused.forms if ("at_time", "09:00") in one.fields]
    now = datetime.now(SEOUL)
    done = await staff.send(form, at_day=f"{now:%Y-%m-%d}", at_time=f"{now:%H:%M}")
    assert done.status == 200
    shown = (await api.get(f"/api{path}")).json()
    assert shown["status"] == "in_use"
    assert datetime.fromisoformat(shown["handed_out_at"]) == now.replace(second=0, microsecond=0)
