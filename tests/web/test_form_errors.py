"""What is wrong with a form is said at its field, and on top with the field's own label."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import World, asked
from tests.web.form_browser import browser_of
from tests.web.past_use import KIM, STAFF, use_last_month


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", "예외로 하는 까닭: 꼭 적어야 해요."),
        ("en", "Why they are set aside: This is required."),
    ],
)
async def test_rules_are_not_set_aside_without_a_reason(
    world: World, language: str, said: str
) -> None:
    """Moving a booking and making one say so at the reason, and the form keeps its choices."""
    made = await (await world.client(KIM)).post("/api/reservations", json=asked())
    browser = await browser_of(world, STAFF, language)
    here = f"/reservations/{made.json()['reservation_id']}"
    form = (await browser.get(here)).form("/change")
    moved = await browser.send(form, override_rules="notice")
    form = (await browser.get("/devices/AUT-018")).form("/book")
    booked = await browser.send(
        form, purpose="급한 시험", company_id="mudeung", override_rules="notice"
    )
    for page in (moved, booked):
        assert page.status == 422
        assert said in page.words
        assert ("aria-describedby", "override_reason-wrong") in page.attributes
        assert page.words.count(said.partition(": ")[2]) == 2


async def test_a_wrong_form_says_the_right_one(world: World) -> None:
    """A time of a wrong form is answered with one of the right form, by the field's label."""
    await use_last_month(world)
    staff = await browser_of(world, STAFF)
    form = (await staff.get("/reservations/r-past")).form("/correct")
    page = await staff.send(form, end_time="9시 반", reason="시계가 틀렸음")
    assert page.status == 422
    assert "끝: 09:30 같은 형식으로 적어 주세요." in page.words


@pytest.mark.parametrize(
    ("override", "field", "rule", "words"),
    [
        ({"rules": [], "reason": "급함"}, "override.rules", "too_few", "Please choose at least 1."),
        ({"rules": ["notice"], "reason": ""}, "override.reason", "too_short", "This is required."),
        ({"rules": ["notice"]}, "override.reason", "required", "This is required."),
        ({"rule": "notice"}, "override.rule", "unknown_field", "There is no such field."),
    ],
)
async def test_the_api_says_what_an_override_lacks(
    world: World, override: dict[str, Any], field: str, rule: str, words: str
) -> None:
    """No rules, no reason, or a reason left out are named, each in a sentence."""
    staff = await world.client(STAFF)
    body = asked() | {"company_id": "mudeung", "override": override}
    refused = await staff.post("/api/reservations", json=body)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["rule"]) == (field, rule)
    assert words in error["message"]


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "바뀌는 것이 없어요."), ("en", "There is nothing to change.")]
)
@pytest.mark.parametrize("step", ["confirmed", "in_use"])
async def test_a_time_sent_as_it_was_changes_nothing(
    world: World, language: str, said: str, step: str
) -> None:
    """Whoever presses the button without another time is not told to shorten the booking."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked())).json()
    here = f"/reservations/{made['reservation_id']}"
    if step == "in_use":
        staff = await world.client(STAFF)
        assert (await staff.post(f"/api{here}/hand-out", json={})).status_code == 200
    browser = await browser_of(world, KIM, language)
    page = await browser.send((await browser.get(here)).form("/change"))
    assert page.status == 422
    assert said in page.words
    assert page.form("/change").value("start_time") == "10:00"


async def test_a_changed_time_sent_twice_is_changed_once(world: World) -> None:
    """The second of two presses finds the time that it asks for, and is answered like the first."""
    kim = await world.client(KIM)
    made = (await kim.post("/api/reservations", json=asked())).json()
    here = f"/reservations/{made['reservation_id']}"
    browser = await browser_of(world, KIM)
    for time in ({"start_time": "11:00"}, {"start_time": "08:00", "end_time": "09:00"}):
        form = (await browser.get(here)).form("/change")
        pages = [await browser.send(form, **time) for _ in range(2)]
        assert [page.status for page in pages] == [200, 200]
        assert pages[0].words == pages[1].words
