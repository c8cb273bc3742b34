"""Problems, maintenance, overrides and displaced bookings on the pages, without JavaScript."""

from __future__ import annotations

import pytest

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Form, Page, browser_of

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
AUDITOR = "auditor@testbed.example"
HERE = "/devices/AUT-018/maintenance"


def form_to(page: Page, action: str) -> Form:
    return next(one for one in page.forms if one.action == action)


async def test_a_company_reports_and_staff_triage_and_resolve(world: World) -> None:
    """The report stops the device at once; the laboratory sees it, lifts the stop, resolves it."""
    kim, staff = await browser_of(world, KIM), await browser_of(world, STAFF)
    device = await kim.get("/devices/AUT-018")
    assert HERE in device.links
    page = await kim.get(HERE)
    reported = await kim.send(
        form_to(page, f"{HERE}/problem"), text="연기가 나요", urgency="urgent", safety_stop="true"
    )
    assert "기록했어요" in reported.words
    assert "안전 중지" in reported.words
    assert not [one for one in reported.forms if one.action.endswith(("triage", "log", "outage"))]
    every = await staff.get("/staff/maintenance")
    assert "연기가 나요" in every.words
    done = await staff.send(form_to(every, f"{HERE}/triage"), urgency="low")
    assert done.status == 200
    resolved = await staff.send(form_to(await staff.get(HERE), f"{HERE}/resolve"), text="교체")
    assert "열려 있는 문제가 없어요" in resolved.words


async def test_staff_write_the_log_and_record_a_calibration(world: World) -> None:
    """Both forms record, and what was refused is shown with its reason."""
    staff = await browser_of(world, STAFF)
    page = await staff.get(HERE)
    logged = await staff.send(
        form_to(page, f"{HERE}/log"), work="팬 교체", repairer="김기사", parts="팬", cost="45000"
    )
    assert "팬 교체" in logged.words
    assert "₩45,000" in logged.words
    good = tomorrow("00:00", days=20).date().isoformat()
    done = await staff.send(
        form_to(page, f"{HERE}/calibration"), certificate="KC-1", valid_through=good
    )
    assert "기록했어요" in done.words
    assert "KC-1" in (await staff.get("/staff/maintenance")).words
    past = await staff.send(
        form_to(page, f"{HERE}/calibration"), certificate="KC-2", valid_through="2020-01-01"
    )
    assert past.status == 422


async def test_a_planned_outage_is_previewed_and_the_company_moves_its_booking(
    world: World,
) -> None:
    """Preview, plan for three weeks, and the company books again with one press."""
    api = await world.client(KIM)
    made = (await api.post("/api/reservations", json=asked("09:00", "10:00"))).json()
    kim, staff = await browser_of(world, KIM), await browser_of(world, STAFF)
    form = form_to(await staff.get(HERE), f"{HERE}/outage")
    preview = await staff.send(form, count="3", preview="true")
    assert "예약 1건이 자리를 잃어요" in preview.words
    assert (await api.get(f"/api/reservations/{made['reservation_id']}")).json()["status"] == (
        "confirmed"
    )
    planned = await staff.send(form, count="3")
    assert "기록했어요" in planned.words
    again = await staff.send(form_to(planned, f"{HERE}/outage"), count="2")
    assert again.status == 422
    mine = await kim.get("/mine")
    assert "/claims" in mine.links
    claims = await kim.get("/claims")
    assert "옮길 수 있는 시간" in claims.words
    moved = await kim.send(form_to(claims, f"/claims/{made['reservation_id']}"))
    assert "예약했어요" in moved.words
    assert "자리를 잃은 예약이 없어요" in (await kim.get("/claims")).words


async def test_staff_set_a_rule_aside_on_the_page(world: World) -> None:
    """The form of staff names rules and a reason; the booking's page shows them to the company."""
    kim, staff = await browser_of(world, KIM), await browser_of(world, STAFF)
    form = form_to(await staff.get("/devices/AUT-018"), "/devices/AUT-018/book")
    day = tomorrow("08:00").date().isoformat()
    typed = {
        "company_id": "mudeung",
        "purpose": "긴 시험",
        "start_day": day,
        "start_time": "08:00",
        "end_day": day,
        "end_time": "18:00",
    }
    refused = await staff.send(form, **typed)
    assert refused.status == 422
    made = await staff.send(form, **typed, override_rules="maximum", override_reason="급한 시험")
    assert "예약했어요" in made.words, made.words
    shown = await kim.get(made.answer.url.path)
    assert "예외로 한 규칙" in shown.words
    assert "급한 시험" in shown.words
    assert "override_rules" not in shown.answer.text
    change = form_to(made, f"{made.answer.url.path}/change")
    longer = await staff.send(
        change, end_time="20:00", override_rules="maximum", override_reason="더 길게"
    )
    assert longer.status == 200, longer.words
    assert "더 길게" in longer.words
    assert "급한 시험" in (await staff.get("/staff/maintenance")).words


async def test_who_sees_which_page(world: World) -> None:
    """Auditors read and record nothing; a company neither logs nor sees the laboratory's list."""
    auditor, kim = await browser_of(world, AUDITOR), await browser_of(world, KIM)
    page = await auditor.get(HERE)
    assert page.status == 200
    assert not [one for one in page.forms if one.action.startswith(HERE)]
    assert (await auditor.get("/staff/maintenance")).status == 200
    assert (await auditor.get("/claims")).status == 200
    assert (await kim.get("/staff/maintenance")).status == 403
    form = form_to(await kim.get(HERE), f"{HERE}/problem")
    answer = await kim.post(f"{HERE}/log", form.filled(text="x"))
    assert answer.status_code == 403
    assert (await kim.get("/devices/AUT-999/maintenance")).status == 404
    assert (await kim.post(f"{HERE}/anything", form.filled(text="x"))).status_code == 404


LOGGED = {"work": "팬을 갈았음", "repairer": "김기사", "parts": "팬 2개"}
PLANNED = {"start_day": "2026-12-03", "end_day": "2026-12-03", "kind": "calibration", "count": "0"}
CERTIFIED = {"certificate": "KC-1", "laboratory": "한국교정"}


@pytest.mark.parametrize(
    ("email", "what", "typed", "said", "field"),
    [
        (STAFF, "log", LOGGED | {"cost": "20000000000"}, ["비용(원): 10000000000 이하"], "cost"),
        (
            STAFF,
            "calibration",
            CERTIFIED | {"valid_through": "1999-01-01"},
            ["유효기간 마지막 날: 2000-01-01 ~ 2200-01-01 안이어야 해요."],
            "valid_through",
        ),
        (
            STAFF,
            "outage",
            PLANNED | {"every_weeks": "60", "reason": "정기"},
            ["몇 주마다: 52 이하여야 해요.", "횟수: 1 이상이어야 해요."],
            "every_weeks",
        ),
        (KIM, "problem", {"text": "소리가\x07 나요", "urgency": "urgent"}, ["제어 문자"], "text"),
        (
            STAFF,
            "breakdown",
            {"expected_day": "2300-01-01", "reason": "전원"},
            ["안이어"],
            "breakdown",
        ),
    ],
)
async def test_a_refused_form_keeps_what_was_typed_and_names_the_field(
    world: World, *, email: str, what: str, typed: dict[str, str], said: list[str], field: str
) -> None:
    """On top with the field's label, and beside the field; nothing has to be typed again."""
    browser = await browser_of(world, email)
    page = await browser.send(form_to(await browser.get(HERE), f"{HERE}/{what}"), **typed)
    assert page.status == 422
    form = form_to(page, f"{HERE}/{what}")
    assert {name: form.value(name) for name in typed} == typed
    for words in said:
        assert words in page.words
        assert page.words.count(words.rpartition(": ")[2]) == 2
    assert ("aria-describedby", f"{field}-wrong") in page.attributes
    assert ("id", f"{field}-wrong") in page.attributes


async def test_a_refused_resolution_keeps_what_was_done(world: World) -> None:
    """The problem stands open with the text, and the label is that of its own field."""
    kim, staff = await browser_of(world, KIM), await browser_of(world, STAFF)
    await kim.send(form_to(await kim.get(HERE), f"{HERE}/problem"), text="연기가 나요")
    form = form_to(await staff.get("/staff/maintenance"), f"{HERE}/resolve")
    page = await staff.send(form, text="전원을\x07 갈았음")
    assert page.status == 422
    assert "조치 내용: 제어 문자" in page.words
    assert form_to(page, f"{HERE}/resolve").value("text") == "전원을\x07 갈았음"
    assert form_to(page, f"{HERE}/problem").value("text") == ""


async def test_a_refused_answer_keeps_the_reason_for_declining(world: World) -> None:
    """The request waits on, with the reason as it was typed."""
    api = await world.client(KIM)
    made = (await api.post("/api/reservations", json=asked(device_id="AUT-011"))).json()
    staff = await browser_of(world, STAFF)
    form = (await staff.get("/staff")).form(f"/{made['reservation_id']}/decline")
    page = await staff.send(form, reason="점검이\x07 있음")
    assert page.status == 422
    assert "사유: 제어 문자" in page.words
    assert page.form("/decline").value("reason") == "점검이\x07 있음"
    assert ("id", "declining-wrong") in page.attributes
