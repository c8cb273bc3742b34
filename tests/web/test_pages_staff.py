"""The operations page: whatever its lists hold is reached, page by page."""

from __future__ import annotations

import asyncpg

from tests.web.conftest import World, asked
from tests.web.form_browser import Page, browser_of
from web.staff_lists import SHOWN_AT_ONCE

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"


async def test_no_request_is_ever_cut_from_the_operations_page(world: World) -> None:
    """More requests than a page shows are all reached by links on, in the order of their starts."""
    made = await _requests(world, SHOWN_AT_ONCE + 2)
    browser = await browser_of(world, STAFF)
    first = await browser.get("/staff")
    assert _listed(first) == made[:SHOWN_AT_ONCE]
    assert f"승인 대기 {SHOWN_AT_ONCE}+" in first.words
    assert "이 목록은 여러 쪽으로 나뉘어 있어요." in first.words
    further = next(link for link in first.links if "waiting=" in link)
    assert further.endswith("#waiting")
    second = await browser.get(further.partition("#")[0])
    assert _listed(second) == made[SHOWN_AT_ONCE:]
    assert "승인 대기 2 " in second.words
    assert "/staff#waiting" in second.links
    assert not any("waiting=" in link for link in second.links)


async def test_a_list_that_fits_says_nothing_of_pages(world: World) -> None:
    """As many requests as a page shows need no link, and their number is the whole."""
    made = await _requests(world, SHOWN_AT_ONCE)
    page = await (await browser_of(world, STAFF)).get("/staff")
    assert _listed(page) == made
    assert f"승인 대기 {SHOWN_AT_ONCE} " in page.words
    assert "이 목록은 여러 쪽으로 나뉘어 있어요." not in page.words


async def test_a_made_up_place_on_the_operations_page_is_refused(world: World) -> None:
    """A place that no page gave is answered 422, naming the list that it is of."""
    staff = await world.client(STAFF)
    for part in ("waiting", "doubtful", "hand_outs", "out"):
        answer = await staff.get(f"/staff?{part}=xyz")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == part


async def test_a_stopped_view_is_shown_to_staff(world: World) -> None:
    """Staff read which view stands still, at which event, why, and what to do about it."""
    connection = await asyncpg.connect(world.url)
    await connection.execute(
        "UPDATE views.positions SET stopped_at = 20731, stopped_error = 'given twice'"
        " WHERE view = 'usage'"
    )
    await connection.close()
    page = await (await browser_of(world, STAFF)).get("/staff")
    assert "“usage” 보기가 20731번 기록을 적용하지 못해" in page.words
    assert "given twice" in page.words
    assert "booking resume usage --through N" in page.words
    assert "“calendar” 보기가" not in page.words


async def _requests(world: World, count: int) -> list[str]:
    """Requests for a device that needs approval, by their starts."""
    kim, made = await world.client(KIM), []
    for number in range(count):
        hour, day = 8 + number % 12, 1 + number // 12
        body = asked(f"{hour:02d}:00", f"{hour:02d}:30", days=day, usage_type="direct")
        answer = await kim.post("/api/reservations", json=body | {"device_id": "AUT-011"})
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["reservation_id"])
    return made


def _listed(page: Page) -> list[str]:
    """The requests on the page, from top to bottom."""
    paths = [link for link in page.links if link.startswith("/reservations/")]
    return [path.removeprefix("/reservations/").partition("?")[0] for path in paths]
