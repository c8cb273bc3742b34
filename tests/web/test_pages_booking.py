"""Booking, changing and cancelling with forms alone, as a browser without JavaScript does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from domain.period import SEOUL, Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Form, FormBrowser, Page, browser_of
from web.when import fields_of

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"


async def test_a_booking_from_form_to_timeline_and_away(world: World) -> None:
    """Book, see it under my bookings and on the timeline, cancel it, see it gone."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    made = await browser.send(form, **_tomorrow("10:00", "12:00"), purpose="CAN FD 지연 측정")
    assert made.status == 200
    assert "예약했어요" in made.words
    path = made.answer.url.path
    assert path.startswith("/reservations/")
    assert path in (await browser.get("/mine")).links
    timeline = await browser.get(f"/timeline?week={_day()}")
    assert path in timeline.links
    assert any("10:00–12:00 내 예약 확정 CAN FD 지연 측정" in label for label in timeline.labels)
    gone = await browser.send(made.form("/cancel"), reason="일정 변경")
    assert "예약을 취소했어요" in gone.words
    assert path not in (await browser.get(f"/timeline?week={_day()}")).links


async def test_a_form_sent_twice_books_once(world: World) -> None:
    """Pressing the button twice leads to one and the same reservation."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    typed = form.filled(**_tomorrow("10:00", "12:00"), purpose="두 번 누름")
    twice = await asyncio.gather(*(browser.post(form.action, typed) for _ in range(2)))
    assert {answer.status_code for answer in twice} == {200}
    assert len({answer.url.path for answer in twice}) == 1
    listed = await (await world.client(KIM)).get("/api/reservations?status=confirmed")
    assert len(listed.json()["items"]) == 1


async def test_a_form_sent_again_with_another_time_is_another_order(world: World) -> None:
    """Going back, changing the time and sending again books the other time as well."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    first = await browser.send(form, **_tomorrow("10:00", "12:00"), purpose="하나")
    second = await browser.send(form, **_tomorrow("14:00", "15:00"), purpose="하나")
    assert second.status == 200
    assert first.answer.url.path != second.answer.url.path


async def test_the_loser_keeps_what_was_typed_and_books_another_time_with_one_press(
    world: World,
) -> None:
    """A conflict shows the form as typed, and numbered times of which each button books one."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    browser = await browser_of(world, LEE)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    typed = '같은 시간이 필요해요; "따옴표", <b>\n둘째 줄'
    page = await browser.send(form, **_tomorrow("10:00", "12:00"), purpose=typed)
    assert page.status == 409
    assert "이미 예약되어 있어요" in page.words
    assert "무등" not in page.answer.text
    again = _booking_form(page)
    assert again.value("purpose").replace("\r\n", "\n").strip() == typed
    assert again.value("start_time") == "10:00"
    others = [one for one in page.forms if one.action.endswith("/book") and one is not again]
    assert others
    assert all(one.words.strip().startswith(str(n)) for n, one in enumerate(others, 1))
    booked = await browser.send(others[0])
    assert booked.status == 200
    assert "예약했어요" in booked.words or "신청했어요" in booked.words
    assert "같은 시간이 필요해요" in booked.words


async def test_wrong_fields_are_named_beside_them(world: World) -> None:
    """An end before its start, or no purpose, comes back with words at the field and all typed."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    page = await browser.send(form, **_tomorrow("12:00", "10:00"), purpose="거꾸로")
    assert page.status == 422
    assert "끝은 시작보다 늦어야 해요" in page.words
    assert _booking_form(page).value("purpose") == "거꾸로"
    page = await browser.send(_booking_form(page), **_tomorrow("10:00", "12:00"), purpose="")
    assert page.status == 422
    assert "꼭 적어야 해요" in page.words


async def test_a_rule_says_no_in_the_readers_words(world: World) -> None:
    """A period that the terms forbid is refused with the rule's sentence, in either language."""
    for language, sentence in (("ko", "최대 8시간까지"), ("en", "The longest booking is 8 h")):
        browser = await browser_of(world, KIM, language)
        form = (await browser.get("/devices/AUT-018")).form("/book")
        page = await browser.send(form, **_tomorrow("08:00", "20:00"), purpose="종일")
        assert page.status == 422
        assert sentence in page.words


async def test_a_change_moves_shortens_and_extends(world: World) -> None:
    """One form changes the time, whichever rule that falls under."""
    browser = await browser_of(world, KIM)
    page = await _booked(browser, "10:00", "12:00")
    for start, end in (("10:00", "11:00"), ("10:00", "13:00"), ("15:00", "16:00")):
        page = await browser.send(page.form("/change"), **_tomorrow(start, end))
        assert "예약을 바꿨어요" in page.words
        assert f"{start} ~ {end}" in page.words


async def test_a_change_into_taken_time_offers_other_times(world: World) -> None:
    """A change that loses a race says so and offers times that are free."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked("14:00", "16:00"))
    browser = await browser_of(world, KIM)
    page = await _booked(browser, "10:00", "12:00")
    refused = await browser.send(page.form("/change"), **_tomorrow("14:00", "16:00"))
    assert refused.status == 409
    other = next(form for form in refused.forms if form.action.endswith("/change"))
    moved = await browser.send(other)
    assert "예약을 바꿨어요" in moved.words


async def test_staff_approve_hand_out_and_take_back_in_the_browser(world: World) -> None:
    """A request is approved, the device handed out and returned, each with a button."""
    company = await browser_of(world, KIM)
    form = (await company.get("/devices/AUT-011")).form("/book")
    now = _now_fields()
    made = await company.send(form, **now, purpose="전자파 시험")
    assert "신청했어요" in made.words, made.words
    staff = await browser_of(world, STAFF)
    board = await staff.get("/staff")
    approved = await staff.send(board.form("/approve"))
    assert "예약을 승인했어요" in approved.words
    out = await staff.send(approved.form("/hand-out"))
    assert "장비를 인도했어요" in out.words
    page = await staff.get(made.answer.url.path)
    back = await staff.send(page.form("/return"), samples="12", notes="이상 없음")
    assert "반납받고" in back.words
    assert "반납 완료" in back.words


async def test_staff_decline_with_a_reason_that_the_company_reads(world: World) -> None:
    """A declined request shows the reason to whoever asked."""
    company = await browser_of(world, KIM)
    form = (await company.get("/devices/AUT-011")).form("/book")
    made = await company.send(form, **_tomorrow("10:00", "12:00"), purpose="전자파 시험")
    staff = await browser_of(world, STAFF)
    board = await staff.get("/staff")
    declined = await staff.send(board.form("/decline"), reason="챔버 이전 공사")
    assert "신청을 반려했어요" in declined.words
    page = await company.get(made.answer.url.path)
    assert "챔버 이전 공사" in page.words
    assert "반려" in page.words


async def test_staff_book_for_a_company(world: World) -> None:
    """The laboratory chooses the company, and has to."""
    staff = await browser_of(world, STAFF)
    form = (await staff.get("/devices/AUT-018")).form("/book")
    page = await staff.send(form, **_tomorrow("10:00", "11:00"), purpose="교육")
    assert page.status == 422
    made = await staff.send(_booking_form(page), company_id="hanbit")
    assert made.status == 200
    assert "한빛헬스케어" in made.words


async def test_a_form_of_another_site_does_nothing(world: World) -> None:
    """Without this session's token, or from another site, a form is refused as a page."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    typed = form.filled(**_tomorrow("10:00", "12:00"), purpose="위조")
    bare = [(name, value) for name, value in typed if name != "csrf_token"]
    answers = (
        await browser.post(form.action, bare),
        await browser.post(form.action, typed, **{"Sec-Fetch-Site": "cross-site"}),
    )
    assert [answer.status_code for answer in answers] == [403, 403]
    assert 'lang="ko"' in answers[0].text
    assert (await (await world.client(KIM)).get("/api/reservations")).json()["items"] == []


async def _booked(browser: FormBrowser, start: str, end: str) -> Page:
    form = (await browser.get("/devices/AUT-018")).form("/book")
    return await browser.send(form, **_tomorrow(start, end), purpose="시험")


def _booking_form(page: Page) -> Form:
    """The form to fill in, which follows those of the alternatives."""
    return [form for form in page.forms if form.action.endswith("/book")][-1]


def _day() -> str:
    return tomorrow("00:00").date().isoformat()


def _tomorrow(start: str, end: str) -> dict[str, str]:
    return {"start_day": _day(), "end_day": _day(), "start_time": start, "end_time": end}


def _now_fields() -> dict[str, str]:
    """A booking that began with the present half hour, and ends tomorrow at the latest."""
    now = datetime.now(SEOUL)
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return fields_of(Period(start, start + timedelta(hours=2)))
