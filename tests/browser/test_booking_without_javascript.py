"""Booking in a real browser with JavaScript switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.web.conftest import tomorrow

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"


def test_sign_in_book_and_see_it_on_the_timeline(person: Callable[..., Any]) -> None:
    """From the sign-in page to a bar in the right place of the right day."""
    kim = person(java_script_enabled=False)
    kim.sign_in(KIM)
    page = kim.page
    page.goto("/devices/AUT-018")
    _fill_in(page, "10:00", "12:00")
    page.click("#book form button")
    assert "예약했어요" in page.inner_text(".note.done")
    path = page.url.split("?")[0]
    page.goto(f"/timeline?week={tomorrow('00:00').date()}")
    bar = page.locator(f"a.b[href='{path[path.index('/reservations') :]}']")
    assert bar.count() == 1
    cell, box = bar.locator("xpath=..").bounding_box(), bar.bounding_box()
    assert cell is not None
    assert box is not None
    # 10:00 lies at 6 % for the night and 2 of 12 hours of the remaining 88 %.
    at = (box["x"] - cell["x"]) / cell["width"]
    assert abs(at - (0.06 + 0.88 * 2 / 12)) < 0.02
    assert kim.complaints == []


def test_the_loser_books_an_alternative_with_one_click(person: Callable[..., Any]) -> None:
    """A conflict shows the numbered alternatives first; a click on one books it."""
    kim, lee = person(java_script_enabled=False), person(java_script_enabled=False)
    for who, email in ((kim, KIM), (lee, LEE)):
        who.sign_in(email)
        who.page.goto("/devices/AUT-018")
        _fill_in(who.page, "10:00", "12:00")
        who.page.click("#book form button")
    assert "이미 예약되어 있어요" in lee.page.inner_text(".note.no")
    assert lee.page.input_value("#purpose") == "CAN FD 지연 측정"
    lee.page.click(".alternatives li:first-child button")
    assert "예약했어요" in lee.page.inner_text(".note.done")


def _fill_in(page: Any, start: str, end: str) -> None:
    day = tomorrow("00:00").date().isoformat()
    page.fill("[name=start_day]", day)
    page.fill("[name=end_day]", day)
    page.select_option("[name=start_time]", start)
    page.select_option("[name=end_time]", end)
    page.fill("#purpose", "CAN FD 지연 측정")
