"""A phone opens on today, and whoever goes by keys sees where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from domain.period import SEOUL

KIM = "kim@mudeung.example"
FOCUS = "document.activeElement.getBoundingClientRect()"
HEAD = "document.querySelector('.tl thead th:last-child').getBoundingClientRect().bottom"
SHOWN_DAY = """() => {
    const table = document.querySelector('.tl')
    return Math.round(table.scrollLeft / table.clientWidth)
}"""


def test_a_phone_opens_on_today(person: Callable[..., Any]) -> None:
    """The first look at the timeline is today's column, and pressing a day leads to that one."""
    kim = person(390)
    kim.sign_in(KIM)
    kim.page.goto("/timeline")
    today = datetime.now(SEOUL)
    _wait_for_day(kim.page, today.weekday())
    other = (today.weekday() + 3) % 7
    kim.page.click(f".days a:nth-child({other + 1})")
    _wait_for_day(kim.page, other)
    kim.page.reload()
    _wait_for_day(kim.page, other)
    kim.page.click(".week .bar a[href*='#d']")
    _wait_for_day(kim.page, today.weekday())
    assert kim.page.url.endswith(f"#d{today.day}")


def test_no_day_is_filled_as_if_it_were_shown(person: Callable[..., Any]) -> None:
    """Today has an outline among the days: whatever a finger moves into view, nothing is false."""
    kim = person(390)
    kim.sign_in(KIM)
    kim.page.goto("/timeline")
    days = kim.page.locator(".days a")
    assert days.count() == 7
    looks = [
        one.evaluate("it => [getComputedStyle(it).backgroundColor, getComputedStyle(it).boxShadow]")
        for one in days.all()
    ]
    assert len({ground for ground, _ in looks}) == 1
    assert len({outline for _, outline in looks}) == 2


@pytest.mark.parametrize("path", ["/devices/AUT-011", "/calendars"])
def test_the_bar_at_the_bottom_hides_no_focus(person: Callable[..., Any], path: str) -> None:
    """WCAG 2.4.11: on a phone whatever has the focus is above the menu, or is in it."""
    kim = person(390, 500)
    kim.sign_in(KIM)
    kim.page.goto(path)
    for _ in range(60):
        kim.page.keyboard.press("Tab")
        if kim.page.evaluate("document.activeElement.closest('.nav, .top') !== null"):
            continue
        bar = kim.page.evaluate("document.querySelector('.nav').getBoundingClientRect().top")
        assert kim.page.evaluate(f"{FOCUS}.top") < bar, _focused(kim.page)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_head_of_the_timeline_hides_no_focus(person: Callable[..., Any], width: int) -> None:
    """Going back row by row, the device is seen below the days, however far it was scrolled."""
    kim = person(width, 430)
    kim.sign_in(KIM)
    kim.page.goto("/timeline")
    rows = kim.page.locator(".tl th[scope=row] a")
    rows.last.focus()
    kim.page.evaluate("document.querySelector('.tl').scrollTop = 10_000")
    for _ in range(rows.count() - 1):
        kim.page.keyboard.press("Shift+Tab")
        assert kim.page.evaluate(f"{FOCUS}.bottom") > kim.page.evaluate(HEAD), _focused(kim.page)


def _focused(page: Any) -> str:
    words: str = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    return words


def _wait_for_day(page: Any, index: int) -> None:
    # The policy of the pages forbids what Playwright would wait with.
    for _ in range(50):
        if page.evaluate(SHOWN_DAY) == index:
            return
        page.wait_for_timeout(100)
    assert page.evaluate(SHOWN_DAY) == index
