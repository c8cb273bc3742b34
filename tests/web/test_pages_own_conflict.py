"""A booking that one's own company is in the way of is told so, with the way on."""

from __future__ import annotations

from domain.period import Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Page, browser_of
from web.when import fields_of

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"


async def test_ones_own_booking_is_told_with_its_link(world: World) -> None:
    """Booking the same time again says that it is booked already, and links to that booking."""
    made = await (await world.client(KIM)).post("/api/reservations", json=asked())
    page = await _books(world, KIM)
    assert page.status == 409
    assert "이미 예약하셨어요" in page.words
    assert f"/reservations/{made.json()['reservation_id']}" in page.links
    assert not [form for form in page.forms if form.action.endswith("/wait")]


async def test_a_colleagues_booking_is_told_by_name_and_a_strangers_is_not(world: World) -> None:
    """Their own company's people read who booked; others read only that the time is taken."""
    await (await world.client(KIM)).post("/api/reservations", json=asked())
    assert "우리 기업의 김하늘 님이 이미 예약한 시간이에요" in (await _books(world, PARK)).words
    stranger = await _books(world, LEE)
    assert "김하늘" not in stranger.words
    assert [form for form in stranger.forms if form.action.endswith("/wait")]


async def test_an_offer_to_ones_own_company_is_to_be_accepted(world: World) -> None:
    """Booking time that is offered to one's company leads to the offer."""
    lee, kim = await world.client(LEE), await world.client(KIM)
    held = (await lee.post("/api/reservations", json=asked())).json()["reservation_id"]
    assert (await kim.post("/api/waitlist", json=asked())).status_code == 201
    await lee.post(f"/api/reservations/{held}/cancel")
    page = await _books(world, PARK)
    assert page.status == 409
    assert "제안을 수락하세요" in page.words
    assert "/mine" in page.links


async def _books(world: World, email: str) -> Page:
    browser = await browser_of(world, email)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    time = fields_of(Period(tomorrow("10:00"), tomorrow("12:00")))
    return await browser.send(form, **time, purpose="시험")
