"""Repeating a booking on a telephone without JavaScript: list the dates, book, cancel the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import tomorrow

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 1440])
def test_a_series_from_form_to_cancellation(person: Callable[..., Any], width: int) -> None:
    """Every page of it stays inside the window and says what was done."""
    kim = person(width, java_script_enabled=False)
    kim.sign_in("kim@mudeung.example")
    page = kim.page
    page.goto("/devices/AUT-018")
    page.click("summary:has-text('반복 예약')")
    form = page.locator("form[action='/devices/AUT-018/series']")
    form.locator("input[name=first]").fill(tomorrow("00:00").date().isoformat())
    form.locator("select[name=start_time]").select_option("10:00")
    form.locator("select[name=end_time]").select_option("12:00")
    form.locator("input[name=count]").fill("4")
    form.locator("textarea").fill("주간 회귀 시험")
    form.locator("button").click()
    assert page.locator(".rows > li").count() == 4
    assert page.evaluate(SIDEWAYS) <= 0
    page.click("button:has-text('모두 예약')")
    assert page.url.endswith("/mine?done=series")
    assert page.locator(".rows > li").count() == 1
    page.click("a[href^='/series/']")
    assert page.locator(".rows > li").count() == 4
    assert page.evaluate(SIDEWAYS) <= 0
    page.locator("a:has-text('여기서부터 바꾸기')").first.click()
    page.click("button:has-text('이후 모두 취소')")
    assert "done=cancel" in page.url
    assert page.locator(".rows .state.confirmed").count() == 1
    assert page.locator(".rows .state.cancelled").count() == 3
    assert page.evaluate(SIDEWAYS) <= 0
    assert kim.complaints == []
