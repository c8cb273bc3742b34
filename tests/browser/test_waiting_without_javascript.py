"""Waiting for taken time in a real browser with JavaScript switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import tomorrow

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 1440])
def test_wait_be_offered_the_time_and_take_it(person: Callable[..., Any], width: int) -> None:
    """Refused, waiting, offered when the other gives the time back, booked; on a phone too."""
    kim = person(java_script_enabled=False)
    lee = person(width, java_script_enabled=False)
    for who, email in ((kim, KIM), (lee, LEE)):
        who.sign_in(email)
        _book(who.page)
    refused = lee.page
    assert refused.evaluate(SIDEWAYS) <= 0
    refused.click("form[action$='/wait'] button")
    assert "대기를 신청했어요" in lee.page.inner_text(".note.done")
    assert "대기 1번" in lee.page.inner_text("main")
    kim.page.click("form[action$='/cancel'] button")
    lee.page.goto("/mine")
    assert lee.page.evaluate(SIDEWAYS) <= 0
    assert "까지 수락해 주세요" in lee.page.inner_text("section[aria-labelledby=offers]")
    lee.page.goto(f"/timeline?week={tomorrow('00:00').date()}")
    assert lee.page.locator("a.b.offer.own[href='/mine']").count() == 1
    lee.page.goto("/mine")
    lee.page.click("form[action$='/accept'] button")
    assert "예약했어요" in lee.page.inner_text(".note.done")
    assert "CAN FD 지연 측정" in lee.page.inner_text("main")
    # The browser itself complains of the answer 409 to the refused booking, and of nothing else.
    assert [one for one in lee.complaints if "409" not in one] == []


def _book(page: Any) -> None:
    page.goto("/devices/AUT-018")
    day = tomorrow("00:00").date().isoformat()
    page.fill("[name=start_day]", day)
    page.fill("[name=end_day]", day)
    page.select_option("[name=start_time]", "10:00")
    page.select_option("[name=end_time]", "12:00")
    page.fill("#purpose", "CAN FD 지연 측정")
    page.click("#book form button")
