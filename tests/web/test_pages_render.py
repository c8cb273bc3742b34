"""Every page for every role in both languages: it is there, in its language, and nothing leaks."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import World, asked
from tests.web.form_browser import Page, browser_of

ROLES = {
    "member": "kim@mudeung.example",
    "manager": "park@mudeung.example",
    "staff": "staff@testbed.example",
    "auditor": "auditor@testbed.example",
    "administrator": "admin@testbed.example",
}
PAGES = (
    "/timeline",
    "/timeline?hours=24&sector=automotive&q=AUT",
    "/timeline?week=2027-02-10",
    "/timeline?free=now",
    "/devices",
    "/devices?q=CAN",
    "/devices/AUT-018",
    "/devices/AUT-011?week=2026-12-24",
    "/mine",
    "/mine?of=company",
    "/companies/mudeung/usage",
    "/calendars",
    "/notices",
)
STAFF_PAGES = ("/staff", "/billing", "/demand")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("role", ROLES)
async def test_every_page_of_a_role_renders(world: World, role: str, language: str) -> None:
    """Each page answers 200 in the reader's language and keeps to the content security policy."""
    hanbit = await world.client("lee@hanbit.example")
    theirs = (await hanbit.post("/api/reservations", json=asked(purpose="비밀 시험"))).json()
    browser = await browser_of(world, ROLES[role], language)
    of_lab = role not in {"member", "manager"}
    reservation = f"/reservations/{theirs['reservation_id']}"
    for path in (*PAGES, *((*STAFF_PAGES, reservation) if of_lab else ())):
        page = await browser.get(path)
        assert page.status == 200, f"{path}: {page.words}"
        _require_well_made(page, language, path)
        if not of_lab:
            assert "한빛" not in page.answer.text
            assert "Hanbit" not in page.answer.text
            assert "비밀 시험" not in page.answer.text


async def test_visitors_see_the_sign_in_page_alone(world: World) -> None:
    """A visitor is led to the sign-in page and, once signed in, to the page that was wanted."""
    browser = await browser_of(world)
    page = await browser.get("/timeline?sector=energy")
    assert page.answer.url.path == "/sign-in"
    _require_well_made(page, "ko", "/sign-in")
    after = await browser.send(
        page.form("/sign-in"), email=ROLES["member"], password="booking-demo-2026"
    )
    assert str(after.answer.url).endswith("/timeline?sector=energy")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reservations/r-nothing", 404),
        ("/devices/NIX-001", 404),
        ("/nowhere", 404),
        ("/staff", 403),
        ("/timeline?week=yesterday", 422),
        ("/timeline?unknown=1", 422),
        ("/devices/%00", 404),
    ],
)
async def test_an_error_is_a_page_that_says_what_to_do(
    world: World, path: str, status: int
) -> None:
    """A browser gets a page in its language for every error, with ways to go on."""
    browser = await browser_of(world, ROLES["member"])
    page = await browser.get(path)
    assert page.status == status
    _require_well_made(page, "ko", path)
    assert "/timeline" in page.links


async def test_a_strangers_reservation_is_the_same_page_as_a_missing_one(world: World) -> None:
    """Nothing tells a stranger's id from one that never was."""
    hanbit = await world.client("lee@hanbit.example")
    theirs = (await hanbit.post("/api/reservations", json=asked())).json()["reservation_id"]
    browser = await browser_of(world, ROLES["member"])
    strange = await browser.get(f"/reservations/{theirs}")
    missing = await browser.get("/reservations/r-0000000000000000")
    assert strange.status == missing.status == 404
    assert strange.words == missing.words


async def test_a_page_of_the_past_says_so(world: World) -> None:
    """With `as_of` a page shows the data of then, and a banner with the way back."""
    kim = await world.client(ROLES["member"])
    before = int((await kim.post("/api/reservations", json=asked())).headers["ledger-position"])
    browser = await browser_of(world, ROLES["member"])
    past = await browser.get(f"/mine?as_of={before - 1}")
    assert "시점 보기" in past.words
    assert "/mine" in past.links
    assert "차량 내 네트워크 분석기" not in past.words
    assert "차량 내 네트워크 분석기" in (await browser.get(f"/mine?as_of={before}")).words


def _require_well_made(page: Page, language: str, path: str) -> None:
    assert page.language == language, path
    assert page.answer.headers["content-type"] == "text/html; charset=utf-8"
    names = {name for name, _ in page.attributes}
    assert "style" not in names, path
    assert not {name for name in names if name.startswith("on")}, path
    assert "<script" not in page.answer.text
    if language == "ko":
        assert not re.search(r"\b[AP]M\b", page.words), path
        assert re.search("[가-힣]", page.words)
