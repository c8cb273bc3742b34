"""The use log on a reservation's page: what was used, corrections and waivers, late entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.period import SEOUL
from tests.web.conftest import World
from tests.web.form_browser import browser_of
from tests.web.past_use import AUDITOR, KIM, STAFF, last_month, use_last_month
from tests.web.test_deadlines_settled import booked_now

HERE = "/reservations/r-past"


async def line_of(client: Any, month: str = "") -> dict[str, Any]:
    """The one line of mudeung's month."""
    params = {"month": month or last_month()}
    (line,) = (await client.get("/api/companies/mudeung/usage", params=params)).json()["lines"]
    return dict(line)


async def test_staff_correct_a_use_from_the_usage_page(world: World) -> None:
    """The form has the figures as they stand; the company reads what changed, and why."""
    await use_last_month(world)
    staff, kim = await browser_of(world, STAFF, "en"), await browser_of(world, KIM, "en")
    usage = await staff.get(f"/companies/mudeung/usage?month={last_month()}")
    assert f"{HERE}#use" in usage.links
    form = (await staff.get(HERE)).form("/correct")
    assert (form.value("start_time"), form.value("end_time")) == ("09:00", "11:00")
    assert (form.value("samples"), form.value("staff_minutes")) == ("3", "45")
    done = await staff.send(form, end_time="10:10", reason="시계가 틀렸음")
    assert "The use log has been corrected" in done.words
    client = await world.client(KIM)
    line = await line_of(client)
    assert (line["hours"], line["fee"], line["corrected"]) == (1.5, 18_000, 1)
    page = await kim.get(HERE)
    assert "시계가 틀렸음" in page.words
    assert "18,000" in page.words
    assert not [form for form in page.forms if form.action.endswith(("/correct", "/waive"))]
    assert "#use" not in " ".join((await kim.get("/companies/mudeung/usage")).links)


async def test_notes_of_the_return_are_read(world: World) -> None:
    """By the laboratory and the company, on the booking's page."""
    await use_last_month(world)
    staff, kim = await browser_of(world, STAFF, "en"), await browser_of(world, KIM, "en")
    for who in (staff, kim):
        assert "Notes for the use log 전원 케이블 교체" in (await who.get(HERE)).words


async def test_what_was_left_as_it_stood_is_no_correction(world: World) -> None:
    """A use lasts to the second and the form shows minutes: other figures leave the time alone."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    reservation_id = await booked_now(kim)
    path = f"/reservations/{reservation_id}"
    await staff.send((await staff.get(path)).form("/hand-out"))
    await staff.send((await staff.get(path)).form("/return"))
    month = f"{datetime.now(SEOUL):%Y-%m}"
    before = await line_of(kim, month)
    await staff.send((await staff.get(path)).form("/correct"), samples="9", reason="한 개 더")
    after = await line_of(kim, month)
    assert (after["start"], after["end"]) == (before["start"], before["end"])
    assert after["corrected"] == 1


async def test_a_correction_says_what_is_wrong_with_it(world: World) -> None:
    """A time that has not come, an end before the start and half a time: said at the form."""
    await use_last_month(world)
    staff = await browser_of(world, STAFF, "en")
    form = (await staff.get(HERE)).form("/correct")
    late = await staff.send(form, end_day="2199-01-01", reason="x")
    assert late.status == 422
    backwards = await staff.send(form, start_time="23:00", reason="x")
    assert backwards.status == 422
    half = await staff.send(form, start_time="", reason="x")
    assert half.status == 422
    assert half.form("/correct").value("end_time") == "11:00"
    assert (await line_of(await world.client(KIM)))["corrected"] == 0


async def test_what_was_not_returned_has_nothing_to_correct(world: World) -> None:
    """A form that was open while the return was taken back is answered with its page and why."""
    await use_last_month(world)
    staff = await browser_of(world, STAFF, "en")
    form = (await staff.get(HERE)).form("/correct")
    form.action = f"/reservations/{await booked_now(await world.client(KIM))}/correct"
    refused = await staff.send(form, samples="5", reason="x")
    assert refused.status == 422
    assert "Not possible while the reservation is confirmed" in refused.words


async def test_staff_waive_a_fee(world: World) -> None:
    """Once, with a reason that the company reads."""
    await use_last_month(world)
    staff, kim = await browser_of(world, STAFF, "en"), await browser_of(world, KIM, "en")
    form = (await staff.get(HERE)).form("/waive")
    done = await staff.send(form, reason="장비 고장")
    assert "The fee has been waived" in done.words
    assert not [one for one in done.forms if one.action.endswith("/waive")]
    assert "장비 고장" in (await kim.get(HERE)).words
    assert (await line_of(await world.client(KIM)))["waived"]
    again = await staff.send(form, reason="한 번 더")
    assert again.status == 422


async def test_an_auditor_reads_the_use_log(world: World) -> None:
    """The figures as of then and now, and no form."""
    await use_last_month(world)
    staff = await browser_of(world, STAFF, "en")
    before = (await world.testbed.ledger.head()).position
    await staff.send((await staff.get(HERE)).form("/waive"), reason="장비 고장")
    auditor = await browser_of(world, AUDITOR, "en")
    assert "장비 고장" in (await auditor.get(HERE)).words
    assert "장비 고장" not in (await auditor.get(f"{HERE}?as_of={before}")).words
    assert not [form for form in (await auditor.get(HERE)).forms if "/waive" in form.action]


async def test_a_use_after_a_withdrawn_no_show_is_entered_late(world: World) -> None:
    """Hand-out at the start and return at the minute that staff type, though nobody saw it."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    reservation_id = await booked_now(kim)
    path = f"/reservations/{reservation_id}"
    await staff.send((await staff.get(path)).form("/no-show"))
    withdrawn = await staff.send((await staff.get(path)).form("/withdraw-no-show"))
    assert "No-show withdrawn" in withdrawn.words
    out = await staff.send(withdrawn.form("/hand-out"))
    assert "handed out" in out.words
    made = (await kim.get(f"/api{path}")).json()
    assert (made["status"], made["handed_out_at"]) == ("in_use", made["start"])
    minute = datetime.now(SEOUL).replace(second=0, microsecond=0)
    typed = {"at_day": f"{minute:%Y-%m-%d}", "at_time": f"{minute:%H:%M}"}
    back = await staff.send(out.form("/return"), **typed)
    if minute == datetime.fromisoformat(made["start"]):
        assert back.status == 422  # the booking has just begun, and no minute of it is over
    else:
        returned = (await kim.get(f"/api{path}")).json()["returned_at"]
        assert datetime.fromisoformat(returned) == minute


async def test_a_cancelled_booking_is_not_handed_out(world: World) -> None:
    """What its company gave up offers no late hand-out."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF)
    path = f"/reservations/{await booked_now(kim)}"
    await kim.post(f"/api{path}/cancel", json={})
    page = await staff.get(path)
    assert not [form for form in page.forms if form.action.endswith("/hand-out")]


async def test_a_correction_says_who_and_from_what_to_what(world: World) -> None:
    """Old and new figures stand side by side; only the laboratory reads who it was."""
    await use_last_month(world)
    staff, kim = await browser_of(world, STAFF, "en"), await browser_of(world, KIM, "en")
    form = (await staff.get(HERE)).form("/correct")
    page = await staff.send(form, end_time="10:10", samples="5", reason="시계가 틀렸음")
    for words in ("Hours of use: 2 h → 1.5 h", "Samples tested: 3 → 5", "₩24,000 → ₩18,000"):
        assert words in page.words
    assert "Staff's minutes: 45" not in page.words
    corrected = page.words.partition("Corrected")[2]
    assert "정직원" in corrected
    theirs = (await kim.get(HERE)).words
    assert "Hours of use: 2 h → 1.5 h" in theirs
    assert "정직원" not in theirs
    assert "Laboratory staff" in theirs


async def test_what_was_entered_late_says_when_and_by_whom(world: World) -> None:
    """Hand-out and return of last month were entered today; the line shows how it was used."""
    await use_last_month(world)
    page = await (await browser_of(world, STAFF, "en")).get(HERE)
    assert page.words.count("Entered late:") == 2
    assert f"{datetime.now(SEOUL):%H:}" in page.words.partition("Entered late:")[2]
    assert "Usage type Direct" in page.words.partition("Use log")[2]
    assert "Expected fee" not in page.words
