"""My bookings: page by page, a series on one line, and the newest of what is over first."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx

from domain.period import SEOUL
from tests.web.conftest import World, asked
from tests.web.form_browser import Page, browser_of
from web.mine import SHOWN_AT_ONCE

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"


async def test_no_booking_is_ever_cut_from_my_bookings(world: World) -> None:
    """More bookings than a page shows are all reached by links on, in the order of their starts."""
    kim = await world.client(KIM)
    made = []
    for number in range(SHOWN_AT_ONCE + 5):
        clock = f"{8 + number % 6 * 2:02d}"
        body = asked(f"{clock}:00", f"{clock}:30", days=1 + number // 6, usage_type="direct")
        made.append(await _book(kim, body))
    browser = await browser_of(world, KIM)
    first = await browser.get("/mine")
    assert _listed(first) == made[:SHOWN_AT_ONCE]
    further = next(link for link in first.links if "ahead=" in link)
    second = await browser.get(further.partition("#")[0])
    assert _listed(second) == made[SHOWN_AT_ONCE:]
    assert "/mine#ahead" in second.links
    assert not any("ahead=" in link for link in second.links)


async def test_what_is_over_begins_with_what_ended_last(world: World) -> None:
    """A booking of next month that was cancelled first stands below one cancelled after it."""
    kim = await world.client(KIM)
    far = await _book(kim, asked(days=40))
    near = await _book(kim, asked(days=2))
    for reservation_id in (far, near):
        assert (await kim.post(f"/api/reservations/{reservation_id}/cancel")).status_code == 200
    browser = await browser_of(world, KIM)
    page = await browser.get("/mine")
    assert _listed(page) == [near, far]
    assert "지난 예약과 취소한 예약" in page.words


async def test_the_past_goes_on_page_by_page(world: World) -> None:
    """More cancelled bookings than a page shows are reached by a link, the newest first."""
    kim = await world.client(KIM)
    made = []
    for number in range(SHOWN_AT_ONCE + 3):
        made.append(await _book(kim, asked(days=2 + number)))
        await kim.post(f"/api/reservations/{made[-1]}/cancel")
    browser = await browser_of(world, KIM)
    first = await browser.get("/mine")
    further = next(link for link in first.links if "over=" in link)
    second = await browser.get(further.partition("#")[0])
    assert _listed(first) + _listed(second) == made[::-1]


async def test_a_series_takes_one_line_among_what_is_ahead_and_what_is_over(world: World) -> None:
    """Six dates are one line with a link to their page; cancelled, they are one line below."""
    kim = await world.client(KIM)
    day = (datetime.now(SEOUL) + timedelta(days=1)).date().isoformat()
    body = {
        "device_id": "AUT-018",
        "first": day,
        "start_time": "09:00",
        "end_time": "10:00",
        "repeat": {"every": "day", "count": 6},
        "purpose": "반복 시험",
    }
    made = (await kim.post("/api/series", json=body)).json()
    lone = await _book(kim, asked("15:00", "16:00"))
    browser = await browser_of(world, KIM)
    page = await browser.get("/mine")
    first = made["members"][0]["reservation_id"]
    assert _listed(page) == [first, lone]
    assert "6회" in page.words
    assert f"/series/{made['series_id']}?from={first}" in page.links
    await kim.post(f"/api/series/{made['series_id']}/cancel")
    page = await browser.get("/mine")
    assert len(_listed(page)) == 2
    assert "반복 예약 · 6회" in page.words


async def test_a_made_up_place_in_my_bookings_is_refused(world: World) -> None:
    """A place that no page gave is answered 422, naming the list that it is of."""
    kim = await world.client(KIM)
    for part in ("ahead", "over"):
        answer = await kim.get(f"/mine?{part}=xyz")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == part


async def _book(client: httpx.AsyncClient, body: dict[str, object]) -> str:
    answer = await client.post("/api/reservations", json=body)
    assert answer.status_code == 201, answer.text
    reservation_id: str = answer.json()["reservation_id"]
    return reservation_id


def _listed(page: Page) -> list[str]:
    """The bookings on the page, from top to bottom."""
    paths = [link for link in page.links if link.startswith("/reservations/")]
    return [path.removeprefix("/reservations/").partition("?")[0] for path in paths]


async def test_who_moved_to_another_company_left_its_bookings_behind(world: World) -> None:
    """They stay that company's; the page shows what one holds for the company of today."""
    kim = await world.client(KIM)
    left = await _book(kim, asked(purpose="옛 회사의 시험"))
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.set_role(account.account_id, "member", "hanbit")
    browser = await browser_of(world, KIM)
    for path in ("/mine", "/mine?of=company"):
        page = await browser.get(path)
        assert (page.status, _listed(page)) == (200, [])
        assert "옛 회사의 시험" not in page.words
    await world.testbed.accounts.set_role(account.account_id, "member", "mudeung")
    assert _listed(await (await browser_of(world, KIM)).get("/mine")) == [left]
