"""A rig on a telephone without JavaScript: several devices booked, moved and given back as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import tomorrow

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 1440])
def test_a_bundle_from_form_to_cancellation(person: Callable[..., Any], width: int) -> None:
    """Every page of it stays inside the window and says what was done, or what stood in the way."""
    kim, lee = [person(width, java_script_enabled=False) for _ in range(2)]
    kim.sign_in("kim@mudeung.example")
    lee.sign_in("lee@hanbit.example")
    _book(lee.page, "10:00", "12:00")
    assert "done=bundle" in lee.page.url
    _book(kim.page, "11:00", "13:00")
    assert kim.page.locator(".state:has-text('예약됨')").count() == 2
    assert kim.page.evaluate(SIDEWAYS) <= 0
    # The browser says 409 aloud, which is what was meant.
    kim.complaints.clear()
    _choose(kim.page, "13:00", "15:00")
    kim.page.click("button:has-text('모두 예약하기')")
    assert "done=bundle" in kim.page.url
    form = kim.page.locator("form[action$='/move']")
    form.locator("select[name=start_time]").select_option("16:00")
    form.locator("select[name=end_time]").select_option("18:00")
    form.locator("button").click()
    assert "done=moved-together" in kim.page.url
    assert kim.page.locator("h1 + .muted:has-text('16:00')").count() == 1
    assert kim.page.evaluate(SIDEWAYS) <= 0
    kim.page.click("button:has-text('묶음 전체 취소')")
    assert kim.page.locator(".state:has-text('취소')").count() == 2
    assert kim.complaints == []


@pytest.mark.parametrize("width", [320, 1440])
def test_the_new_pages_stay_inside_the_window(person: Callable[..., Any], width: int) -> None:
    """Prices for staff and companies, and the empty form of a bundle."""
    for email in ("kim@mudeung.example", "staff@testbed.example"):
        who = person(width, java_script_enabled=False)
        who.sign_in(email)
        for path in ("/devices/AUT-018/rates", "/bundles"):
            answer = who.page.goto(path)
            assert answer is not None
            assert answer.status == 200
            assert who.page.evaluate(SIDEWAYS) <= 0, path
        assert who.complaints == []


def _book(page: Any, start: str, end: str) -> None:
    page.goto("/bundles?device=AUT-018")
    page.click("summary:has-text('에너지')")
    page.locator("input[value='ENE-013']").check()
    page.locator("textarea[name=purpose]").fill("챔버와 함께")
    _choose(page, start, end)
    page.click("button:has-text('모두 예약하기')")


def _choose(page: Any, start: str, end: str) -> None:
    day = tomorrow("00:00").date().isoformat()
    for part, clock in (("start", start), ("end", end)):
        page.locator(f"input[type=date][name={part}_day]").fill(day)
        page.locator(f"select[name={part}_time]").select_option(clock)
