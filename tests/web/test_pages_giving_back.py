"""Cancelling, handing on and changing on the pages: what it costs is said before and after."""

from __future__ import annotations

from typing import Any

import httpx

from domain.period import Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import FormBrowser, Page, browser_of
from web.when import fields_of

KIM, PARK = "kim@mudeung.example", "park@mudeung.example"
LEE, STAFF = "lee@hanbit.example", "staff@testbed.example"


async def test_a_late_cancellation_is_announced_told_and_kept_in_view(world: World) -> None:
    """Within the notice the form says what it costs, and so do the result, the page and the API."""
    path = await _promised(world, "00:00", "01:00", days=1)
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    assert "1시간 전체가 한도에 들어가요" in page.words
    assert "까지 자유롭게 취소할 수 있고" not in page.words
    gone = await browser.send(page.form("/cancel"))
    assert "취소 기한이 지나서 전체 시간이 한도에 들어가요" in gone.words
    later = await browser.get(path)
    assert "기한 뒤 취소" in later.words
    assert "김하늘" in later.words
    assert "예상 이용료" not in later.words
    kim = await world.client(KIM)
    assert (await kim.get(f"/api{path}")).json()["late"] is True


async def test_days_without_bounds_name_none(world: World) -> None:
    """Where any day may be chosen, the fields say nothing of a first or a last."""
    path = await _promised(world, "10:00", "11:00", days=5)
    page = await (await browser_of(world, KIM)).get(path)
    assert 'name="start_day"' in page.answer.text
    assert 'min=""' not in page.answer.text
    assert 'max=""' not in page.answer.text


async def test_a_cancellation_in_time_is_free_and_says_until_when(world: World) -> None:
    """Before the notice the form names the moment until which it is free, and nothing is late."""
    path = await _promised(world, "10:00", "11:00", days=5)
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    assert "10:00까지 자유롭게 취소할 수 있고" in page.words
    gone = await browser.send(page.form("/cancel"))
    assert "한도에 들어가요" not in gone.words
    kim = await world.client(KIM)
    assert (await kim.get(f"/api{path}")).json()["late"] is False


async def test_a_late_bundle_says_that_its_hours_count(world: World) -> None:
    """Cancelling together within the notice of a device is told as late, too."""
    staff = await world.client(STAFF)
    body = asked("00:00", "01:00", company_id="mudeung", account=KIM)
    del body["device_id"]
    bundle = body | {"device_ids": ["AUT-011", "ENE-013"]}
    made = await staff.post("/api/bundles", json=bundle)
    assert made.status_code == 201, made.text
    browser = await browser_of(world, KIM)
    page = await browser.get(f"/bundles/{made.json()['group_id']}")
    assert "다시 승인을 받아야 해요" in page.words
    assert "취소 기한이 지난 예약은 전체 시간이 한도에 들어가요" in page.words
    gone = await browser.send(page.form("/cancel"))
    assert "예약들을 취소했어요. 취소 기한이 지난 예약은" in gone.words


async def test_a_request_is_withdrawn_freely_even_within_the_notice(world: World) -> None:
    """What nobody has approved yet costs nothing to withdraw, and the form says so."""
    kim = await world.client(KIM)
    path = await _booked(kim, asked("00:00", "01:00", device_id="AUT-011"))
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    assert "언제든지 자유롭게 취소할 수 있어요" in page.words
    assert "기한 뒤 취소" not in (await browser.send(page.form("/cancel"))).words


async def test_the_laboratory_that_cancelled_is_said_and_no_name_of_it(world: World) -> None:
    """A company reads that the laboratory cancelled its booking, not which of its people."""
    path = await _booked(await world.client(KIM), asked(days=3))
    staff = await world.client(STAFF)
    assert (await staff.post(f"/api{path}/cancel")).status_code == 200
    page = await (await browser_of(world, KIM)).get(path)
    assert "· 테스트베드" in page.words
    assert "정직원" not in page.words


async def test_a_displaced_booking_names_the_outage_that_took_it(world: World) -> None:
    """Its page says when and why, with a link to that week of the device, and no expected fee."""
    path = await _booked(await world.client(KIM), asked(days=3))
    staff = await world.client(STAFF)
    outage = {
        "start": tomorrow("09:00", 3).isoformat(),
        "end": tomorrow("18:00", 3).isoformat(),
        "kind": "maintenance",
    }
    assert (await staff.post("/api/devices/AUT-018/outages", json=outage)).status_code == 201
    page = await (await browser_of(world, KIM)).get(path)
    assert f"/devices/AUT-018?week={tomorrow('09:00', 3).date()}" in page.links
    assert "까닭 점검" in page.words
    assert "예상 이용료" not in page.words


async def test_a_booking_is_handed_to_a_colleague_with_a_form(world: World) -> None:
    """The manager takes a member's booking over; strangers are no choice and are refused."""
    path = await _booked(await world.client(KIM), asked(days=3))
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    form = page.form("/transfer")
    park = await _account_id(world, PARK)
    assert "박도윤" in form.words
    assert "이수민" not in form.words
    given = await browser.send(form, account=park)
    assert "예약을 넘겼어요" in given.words
    assert "박도윤" in given.words
    kim = await world.client(KIM)
    assert (await kim.get(f"/api{path}")).json()["account"]["account_id"] == park
    lee = await _account_id(world, LEE)
    parks = await browser_of(world, PARK)
    again = await parks.send((await parks.get(path)).form("/transfer"), account=lee)
    assert again.status == 422


async def test_a_booking_moves_to_a_compatible_device_which_stands_first(world: World) -> None:
    """Compatible devices come first; one that asks for approval asks for it and says so."""
    path = await _booked(await world.client(KIM), asked(days=3))
    browser = await browser_of(world, KIM)
    form = (await browser.get(path)).form("/transfer")
    assert form.words.index("AUT-011") < form.words.index("ENE-013")
    assert "(AUT-011) · 승인 필요" in form.words
    moved = await browser.send(form, device_id="AUT-011")
    assert "다시 승인을 받아야 해요" in moved.words
    assert "승인 대기" in moved.words
    nothing = await browser.send(moved.form("/transfer"))
    assert nothing.status == 422


async def test_a_taken_device_is_answered_with_another_that_is_free(world: World) -> None:
    """Handing on to a taken device answers 409, and a compatible device is one press away."""
    path = await _booked(await world.client(KIM), asked(days=3, device_id="HEA-013"))
    await _booked(await world.client(LEE), asked(days=3, device_id="AUT-011"))
    browser = await browser_of(world, KIM)
    page = await browser.send((await browser.get(path)).form("/transfer"), device_id="AUT-011")
    assert page.status == 409
    first = next(form for form in page.forms if form.action.endswith("/transfer"))
    assert "AUT-018" in first.words
    assert (await browser.send(first)).status == 200
    kim = await world.client(KIM)
    assert (await kim.get(f"/api{path}")).json()["device_id"] == "AUT-018"


async def test_a_change_that_needs_approval_again_says_so_before_and_after(world: World) -> None:
    """Moving a confirmed booking warns, and then says that it waits while its time is held."""
    path = await _promised(world, "10:00", "11:00", days=5)
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    assert "옮기거나 늘리면 다시 승인을 받아야 해요" in page.words
    shorter = await _change(browser, page, "10:00", "10:30")
    assert "예약을 바꿨어요" in shorter.words
    assert "확정" in shorter.words
    moved = await _change(browser, page, "14:00", "15:00")
    assert "다시 승인을 받아야 해요. 답이 올 때까지 시간은 잡아 둬요" in moved.words
    assert "승인 대기" in moved.words


async def _change(browser: FormBrowser, page: Page, start: str, end: str) -> Page:
    time = fields_of(Period(tomorrow(start, 5), tomorrow(end, 5)))
    return await browser.send(page.form("/change"), **time)


async def _promised(world: World, start: str, end: str, *, days: int) -> str:
    """A confirmed booking of a device with a day's notice, made for Kim by the laboratory."""
    staff = await world.client(STAFF)
    whose = {"company_id": "mudeung", "account": KIM, "device_id": "AUT-011"}
    return await _booked(staff, asked(start, end, days=days, **whose))


async def _booked(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    made = await client.post("/api/reservations", json=body)
    assert made.status_code == 201, made.text
    return f"/reservations/{made.json()['reservation_id']}"


async def _account_id(world: World, email: str) -> str:
    account = await world.testbed.accounts.by_email(email)
    assert account is not None
    return account.account_id
