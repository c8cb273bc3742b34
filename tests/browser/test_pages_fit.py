"""Pages in a real browser: inside the window, inside the policy, readable in both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PATHS = (
    "/timeline",
    "/timeline?hours=24",
    "/devices",
    "/devices/AUT-011",
    "/mine",
    "/calendars",
    "/notices",
)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, select, input, summary')]
    .filter(one => one.checkVisibility() && !one.closest('td, p, dd, li, .tl, .check, .skip'))
    .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 24)"""


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_page_scrolls_sideways_or_breaks_the_policy(
    person: Callable[..., Any], width: int
) -> None:
    """At every width a page stays in the window, loads all it names, and nothing is blocked."""
    kim, staff = person(width), person(width)
    kim.sign_in("kim@mudeung.example")
    staff.sign_in("staff@testbed.example")
    for who, paths in (
        (kim, PATHS),
        (staff, ("/staff", "/timeline", "/devices/AUT-018/maintenance")),
    ):
        for path in paths:
            answer = who.page.goto(path)
            assert answer is not None
            assert answer.status == 200
            assert who.page.evaluate(SIDEWAYS) <= 0, path
            assert who.page.evaluate(SMALL_TARGETS) == [], path
        assert who.complaints == []


def test_bars_differ_without_colour(person: Callable[..., Any]) -> None:
    """The legend's samples differ in more than hue: pattern, border, shadow or brightness."""
    kim = person()
    kim.sign_in("kim@mudeung.example")
    kim.page.goto("/timeline")
    looks = kim.page.evaluate(
        """() => [...document.querySelectorAll('.legend .b')].map(one => {
            const style = getComputedStyle(one)
            return [style.backgroundImage, style.borderStyle, style.boxShadow,
                style.outlineStyle, style.backgroundColor].join('|')
        })"""
    )
    assert len(looks) == 10
    assert len(set(looks)) == len(looks)


def test_both_themes_follow_the_system(person: Callable[..., Any]) -> None:
    """Dark systems get dark pages, with light text on them."""
    shades = []
    for scheme in ("light", "dark"):
        kim = person(color_scheme=scheme)
        kim.sign_in("kim@mudeung.example")
        kim.page.goto("/timeline")
        shades.append(kim.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert shades[0] != shades[1]


def test_a_week_that_goes_on_sideways_says_so(person: Callable[..., Any]) -> None:
    """On a phone a device's hours run past the edge, where a shadow shows that there are more."""
    kim = person(390)
    kim.sign_in("kim@mudeung.example")
    kim.page.goto("/devices/AUT-011")
    week = kim.page.locator(".one .tl")
    assert week.evaluate("it => it.scrollWidth > it.clientWidth")
    seen = [week.screenshot()]
    week.evaluate("it => it.style.backgroundImage = 'none'")
    seen.append(week.screenshot())
    assert seen[0] != seen[1]
