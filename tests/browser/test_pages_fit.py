"""Pages in a real browser: inside the window, inside the policy, readable in both themes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
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


@pytest.mark.parametrize("width", [768, 1024])
def test_between_phone_and_desk_everything_is_in_the_window(
    person: Callable[..., Any], width: int
) -> None:
    """In English, where the menu is the longest, names and signing out are in the window too."""
    kim = person(width)
    kim.sign_in("kim@mudeung.example")
    kim.page.click("button[name=language][value=en]")
    for path in ("/timeline", "/devices", "/mine"):
        kim.page.goto(path)
        # The longest names are those of somebody else.
        kim.page.evaluate("document.querySelector('.me b').textContent += ' and Haneul Kim'")
        assert kim.page.evaluate(SIDEWAYS) <= 0, path
        box = kim.page.locator("form[action='/sign-out'] button").bounding_box()
        assert box["x"] + box["width"] <= width, path


def test_figures_are_never_broken(person: Callable[..., Any]) -> None:
    """However narrow a table is, every number in it stands on one line."""
    staff = person(320)
    staff.sign_in("staff@testbed.example")
    for width, path in ((320, "/devices/AUT-018/rates"), (721, "/devices")):
        staff.page.set_viewport_size({"width": width, "height": 900})
        staff.page.goto(path)
        # As long as a rate can get.
        staff.page.evaluate(
            """() => document.querySelectorAll('td.num')
                .forEach(one => { one.textContent = '₩1,234,567,890' })"""
        )
        lines = staff.page.evaluate(
            """() => [...document.querySelectorAll('td.num')].map(one => {
                const range = document.createRange()
                range.selectNodeContents(one)
                return new Set([...range.getClientRects()].map(box => box.top)).size
            })"""
        )
        assert set(lines) == {1}, path
        assert staff.page.evaluate(SIDEWAYS) <= 0, path


def test_date_fields_stand_apart(person: Callable[..., Any]) -> None:
    """On a phone two dates of one form never lie over each other."""
    staff = person(360)
    staff.sign_in("staff@testbed.example")
    staff.page.goto("/demand")
    fields = [one.bounding_box() for one in staff.page.locator(".inline input").all()]
    assert len(fields) == 3
    for one, other in pairwise(fields):
        below = other["y"] >= one["y"] + one["height"]
        assert below or other["x"] >= one["x"] + one["width"]


def test_the_list_of_devices_is_a_card(person: Callable[..., Any]) -> None:
    """It has the ground of every card, and not that of the page."""
    kim = person()
    kim.sign_in("kim@mudeung.example")
    grounds = []
    for path in ("/devices", "/notices"):
        kim.page.goto(path)
        card = kim.page.locator("main .card").first
        grounds.append(card.evaluate("it => getComputedStyle(it).backgroundColor"))
    assert grounds[0] == grounds[1]


def test_links_in_sentences_are_underlined(person: Callable[..., Any]) -> None:
    """Among other words a link is told by more than its colour."""
    kim = person()
    kim.sign_in("kim@mudeung.example")
    kim.page.goto("/devices/AUT-018")
    link = kim.page.locator("dd a[href$='/rates']")
    assert link.evaluate("it => getComputedStyle(it).textDecorationLine") == "underline"


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
