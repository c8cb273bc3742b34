"""Repeating bookings and bundles with forms alone: list the dates, book them, cancel together."""

from __future__ import annotations

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import FormBrowser, Page, browser_of

KIM, LEE, STAFF = "kim@mudeung.example", "lee@hanbit.example", "staff@testbed.example"


async def preview(browser: FormBrowser, **typed: str) -> Page:
    """The dates of four weeks at ten, listed from the form of the device's page."""
    form = (await browser.get("/devices/AUT-018")).form("/series")
    fields = {
        "first": tomorrow("00:00").date().isoformat(),
        "start_time": "10:00",
        "end_time": "12:00",
        "count": "4",
        "purpose": "주간 회귀 시험",
    }
    return await browser.send(form, **(fields | typed))


def buttons(page: Page) -> list[str]:
    return [" ".join(form.words.split()) for form in page.forms if form.action.endswith("/series")]


async def test_dates_are_listed_and_then_booked(world: World) -> None:
    """Nothing is booked by looking; one press books all that was listed, twice pressed once."""
    browser = await browser_of(world, KIM)
    listed = await preview(browser)
    assert listed.status == 200
    assert "4일 가운데 4일을 예약할 수 있어요" in listed.words
    assert buttons(listed)[0] == "모두 예약"
    kim = await world.client(KIM)
    assert (await kim.get("/api/reservations")).json()["items"] == []
    mine = await browser.send(listed.form("/series"))
    assert mine.status == 200
    assert mine.answer.url.path == "/mine"
    assert "모든 날짜는 내 예약에서" in mine.words
    await browser.send(listed.form("/series"))
    assert len((await kim.get("/api/reservations")).json()["items"]) == 4


async def test_only_the_free_dates_are_booked(world: World) -> None:
    """A taken date is shown as taken, and the others can be booked without it."""
    lee, kim = await world.client(LEE), await world.client(KIM)
    await lee.post("/api/reservations", json=asked(days=8))
    browser = await browser_of(world, KIM)
    listed = await preview(browser)
    assert "예약됨" in listed.words
    assert "한빛" not in listed.answer.text
    assert buttons(listed)[0] == "가능한 3회만 예약"
    assert "모두 예약" not in buttons(listed)
    assert [name for name in ("state free", "state taken") if name in listed.answer.text] == [
        "state free",
        "state taken",
    ]
    booked = await browser.send(listed.forms[_place(listed, "가능한 3회만 예약")])
    assert booked.answer.url.path == "/mine"
    own = [
        one
        for one in (await kim.get("/api/reservations")).json()["items"]
        if "reservation_id" in one
    ]
    assert len(own) == 3


async def test_a_date_taken_since_the_list_was_seen_books_none_of_them(world: World) -> None:
    """All or none: the answer lists the dates anew, and the free ones can be booked."""
    lee, browser = await world.client(LEE), await browser_of(world, KIM)
    listed = await preview(browser)
    await lee.post("/api/reservations", json=asked(days=8))
    refused = await browser.send(listed.forms[_place(listed, "모두 예약")])
    assert refused.status == 409
    assert "이미 예약되어 있어요" in refused.words
    booked = await browser.send(refused.forms[_place(refused, "가능한 3회만 예약")])
    assert booked.answer.url.path == "/mine"


async def test_a_series_is_cancelled_from_my_bookings(world: World) -> None:
    """Only one, one and later, or all, each by a button."""
    browser = await browser_of(world, KIM)
    listed = await preview(browser)
    mine = await browser.send(listed.form("/series"))
    one = await browser.send(mine.forms[_place(mine, "이번만 취소")])
    assert "예약을 취소했어요" in one.words
    later = [form for form in one.forms if form.words.strip() == "이후 모두 취소"]
    assert len(later) == 1
    assert "반복 예약 · 3회" in one.words
    left = await browser.send(later[0])
    assert "예약들을 취소했어요" in left.words
    assert "이번만 취소" not in left.words


async def test_a_bundle_is_cancelled_whole_from_my_bookings(world: World) -> None:
    """The rig and its cabin go together."""
    kim = await world.client(KIM)
    body = asked() | {"device_ids": ["AUT-018", "ENE-013"]}
    del body["device_id"]
    assert (await kim.post("/api/bundles", json=body)).status_code == 201
    browser = await browser_of(world, KIM)
    mine = await browser.get("/mine")
    gone = await browser.send(mine.forms[_place(mine, "묶음 전체 취소")])
    assert "묶음 전체 취소" not in gone.words


async def test_a_wrong_form_comes_back_as_typed(world: World) -> None:
    """Without an end, and with a field that is wrong, the form says so and keeps what was typed."""
    browser = await browser_of(world, KIM)
    endless = await preview(browser, count="")
    assert endless.status == 422
    assert "끝나는 날짜나 횟수" in endless.words
    wrong = await preview(browser, interval="0")
    assert wrong.status == 422
    assert wrong.form("/series").value("purpose").strip() == "주간 회귀 시험"


async def test_staff_book_a_series_for_a_company(world: World) -> None:
    """They choose the company, and come to the first of the bookings."""
    browser = await browser_of(world, STAFF)
    assert (await preview(browser)).status == 422
    listed = await preview(browser, company_id="mudeung")
    booked = await browser.send(listed.form("/series"))
    assert booked.answer.url.path.startswith("/reservations/")


def _place(page: Page, words: str) -> int:
    return next(n for n, form in enumerate(page.forms) if " ".join(form.words.split()) == words)


async def test_staff_cancel_a_series_from_a_reservation(world: World) -> None:
    """The page of one of its reservations offers to cancel the rest as well."""
    browser = await browser_of(world, STAFF)
    listed = await preview(browser, company_id="mudeung")
    booked = await browser.send(listed.form("/series"))
    gone = await browser.send(booked.forms[_place(booked, "전체 취소")])
    assert gone.answer.url.path == booked.answer.url.path
    assert "예약들을 취소했어요" in gone.words
