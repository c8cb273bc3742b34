"""Where a refused form leads on to, in a real browser with JavaScript switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

KIM = "kim@mudeung.example"


def test_a_refused_booking_goes_on_to_weeks_and_the_other_language(
    person: Callable[..., Any],
) -> None:
    """The arrows and the language button of the answer lead to the device's page."""
    kim = person(java_script_enabled=False)
    kim.sign_in(KIM)
    page = kim.page
    for way in ("a[href*='?week=']:has(svg) >> nth=0", "a[href*='?week='] >> nth=1", ".me button"):
        page.goto("/devices/AUT-018")
        page.fill("#purpose", " ")
        page.click("#book form button")
        assert page.url.endswith("/devices/AUT-018/book")
        page.locator(way).first.click()
        assert "/devices/AUT-018?week=" in page.url
        assert page.locator("#book").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_form_sent_after_the_session_comes_back_to_its_week(person: Callable[..., Any]) -> None:
    """Whoever signs in again is on the page with the form, in the week that it showed."""
    kim = person(java_script_enabled=False)
    kim.sign_in(KIM)
    page = kim.page
    page.goto("/devices/AUT-018?week=2027-01-04")
    kim.context.clear_cookies()
    page.fill("#purpose", "CAN FD 지연 측정")
    page.click("#book form button")
    assert "로그인이 끝나서" in page.inner_text("main")
    page.click("main a[href^='/sign-in']")
    page.fill("#email", KIM)
    page.fill("#password", "booking-demo-2026")
    page.click("main form button")
    assert page.url.endswith("/devices/AUT-018?week=2027-01-04")
