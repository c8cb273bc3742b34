"""The waiting list with forms alone, as a browser without JavaScript has them."""

from __future__ import annotations

import pytest

from domain.period import Period
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import FormBrowser, Page, browser_of
from web.when import fields_of

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
PURPOSE = "생체신호 비교"


async def taken(world: World) -> str:
    """The id of Kim's booking of tomorrow from ten to twelve."""
    made = await (await world.client(KIM)).post("/api/reservations", json=asked())
    return str(made.json()["reservation_id"])


async def refused(browser: FormBrowser, **more: str) -> Page:
    """The answer to a booking of the same time."""
    form = (await browser.get("/devices/AUT-018")).form("/book")
    page = await browser.send(form, **_when(), purpose=PURPOSE, **more)
    assert page.status == 409, page.words
    return page


async def offered(world: World) -> FormBrowser:
    """Lee's browser, when Kim has given back what Lee waits for."""
    reservation_id = await taken(world)
    browser = await browser_of(world, LEE)
    page = await refused(browser)
    await browser.send(page.form("/wait"))
    gone = await (await world.client(KIM)).post(f"/api/reservations/{reservation_id}/cancel")
    assert gone.status_code == 200
    return browser


async def test_a_colleague_accepts_an_offer_and_ends_no_place(world: World) -> None:
    """Kim sees the button to accept what is offered to a colleague, and none to leave the line."""
    lee, park = await world.client(LEE), await world.client(PARK)
    path = (await lee.post("/api/reservations", json=asked())).headers["location"]
    await park.post("/api/waitlist", json=asked())
    await lee.post(f"{path}/cancel")
    kim = await (await browser_of(world, KIM, "en")).get("/mine")
    assert kim.form("/accept")
    assert "Leave the line" not in kim.words
    assert "Leave the line" in (await (await browser_of(world, PARK, "en")).get("/mine")).words


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_whoever_is_refused_waits_with_one_press(world: World, language: str) -> None:
    """The button is beside the alternatives, joins for the same time, and the list says where."""
    await taken(world)
    browser = await browser_of(world, LEE, language)
    page = await refused(browser)
    said = {"ko": ("대기 신청", "대기 1번이에요"), "en": ("Join the waiting list", "be number 1")}
    assert all(words in page.words for words in said[language])
    mine = await browser.send(page.form("/wait"))
    assert (mine.status, mine.answer.url.path) == (200, "/mine")
    place = {"ko": ("대기를 신청했어요", "대기 1번"), "en": ("You are in line", "Number 1 in line")}
    assert all(words in mine.words for words in (*place[language], PURPOSE, "10:00"))
    device = await browser.get("/devices/AUT-018")
    assert place[language][1] in device.words
    left = await browser.send(mine.form("/leave"))
    assert {"ko": "대기를 취소했어요", "en": "You have left the line"}[language] in left.words
    assert place[language][1] not in left.words


async def test_an_offer_stands_first_and_is_accepted(world: World) -> None:
    """It says until when; accepting it leads to the new booking, with the purpose of the wish."""
    browser = await offered(world)
    mine = await browser.get("/mine")
    assert mine.words.index("예약 제안") < mine.words.index("다가오는 예약")
    assert "까지 수락해 주세요" in mine.words
    made = await browser.send(mine.form("/accept"))
    assert made.answer.url.path.startswith("/reservations/")
    assert "예약했어요" in made.words
    assert PURPOSE in made.words
    assert "예약 제안" not in (await browser.get("/mine")).words


async def test_a_colleagues_offer_is_shown_and_wishes_only_on_request(world: World) -> None:
    """Anybody of the company may take an offer in time; the line is one's own unless asked."""
    lee = await world.client(LEE)
    reservation = await lee.post("/api/reservations", json=asked())
    other = await lee.post("/api/reservations", json=asked("14:00", "16:00"))
    kim = await world.client(KIM)
    for clocks in (("10:00", "12:00"), ("14:00", "16:00")):
        assert (await kim.post("/api/waitlist", json=asked(*clocks))).status_code == 201
    assert other.status_code == 201
    await lee.post(f"/api/reservations/{reservation.json()['reservation_id']}/cancel")
    park = await browser_of(world, PARK, "en")
    mine = await park.get("/mine")
    assert "Offered to you" in mine.words
    assert "김하늘" in mine.words
    assert "Number 1 in line" not in mine.words
    assert "Number 1 in line" in (await park.get("/mine?of=company")).words
    made = await park.send(mine.form("/accept"))
    assert made.answer.url.path.startswith("/reservations/"), made.words


async def test_an_offered_time_looks_held(world: World) -> None:
    """One's own leads to the offer, the laboratory reads whose it is, others only that it is."""
    browser = await offered(world)
    week = f"/timeline?week={tomorrow('00:00').date()}"
    own = await browser.get(week)
    assert 'class="b offer own' in own.answer.text
    assert any("예약 제안" in label for label in own.labels)
    foreign = await (await browser_of(world, KIM)).get(week)
    assert 'class="b offer s20' in foreign.answer.text
    assert "한빛" not in foreign.answer.text
    staff = await (await browser_of(world, STAFF)).get(week)
    assert any("한빛헬스케어" in label for label in staff.labels)


async def test_the_laboratory_sees_the_line_and_joins_it_for_a_company(world: World) -> None:
    """On the device's page: companies in their order, of which each can be taken out."""
    await taken(world)
    lee = await world.client(LEE)
    assert (await lee.post("/api/waitlist", json=asked())).status_code == 201
    staff = await browser_of(world, STAFF)
    page = await refused(staff, company_id="mudeung")
    assert "지금 신청하면 대기 2번" in page.words
    line = await staff.send(page.form("/wait"))
    assert line.answer.url.path == "/devices/AUT-018"
    assert line.words.index("한빛헬스케어") < line.words.index("대기 2번")
    left = await staff.send(line.form("/leave"))
    assert (left.status, left.answer.url.path) == (200, "/devices/AUT-018")
    assert "대기 2번" not in left.words
    auditor = await (await browser_of(world, AUDITOR)).get("/devices/AUT-018")
    assert "대기 1번" in auditor.words
    assert not [form for form in auditor.forms if form.action.startswith("/waitlist")]


async def test_nobody_answers_for_a_stranger(world: World) -> None:
    """Neither the page nor the address of somebody else's offer is there for others."""
    browser = await offered(world)
    action = (await browser.get("/mine")).form("/accept").action
    kim = await browser_of(world, KIM)
    mine = await kim.get("/mine")
    assert "예약 제안" not in mine.words
    csrf = mine.form("/language").value("csrf_token")
    for path in (action, "/waitlist/w-aaaaaaaaaaaaaaaa/accept", action.replace("accept", "take")):
        assert (await kim.post(path, [("csrf_token", csrf)])).status_code == 404, path


async def test_a_refusal_is_said_where_it_was_asked(world: World) -> None:
    """Waiting twice comes back to the form with all that was typed; a late answer to the list."""
    browser = await offered(world)
    accept = (await browser.get("/mine")).form("/accept")
    leave = (await browser.get("/mine")).form("/leave")
    assert (await browser.send(leave)).status == 200
    late = await browser.send(accept)
    assert late.status == 422
    assert "이미 끝난 대기예요" in late.words
    await taken(world)
    page = await refused(browser)
    again = page.form("/wait")
    assert (await browser.send(again)).status == 200
    knows = await refused(browser)
    assert "이미 기다리고 있어요 (대기 1번)" in knows.words
    assert not [form for form in knows.forms if form.action.endswith("/wait")]
    answer = await browser.send(again, purpose=PURPOSE, usage_type="operated")
    assert answer.status == 422
    assert "이미 기다리고 있어요" in answer.words
    assert answer.form("/book").value("purpose").strip() == PURPOSE


async def test_a_form_sent_twice_joins_once(world: World) -> None:
    """Pressing the button twice leads to one wish."""
    await taken(world)
    browser = await browser_of(world, LEE)
    form = (await refused(browser)).form("/wait")
    for _ in range(2):
        assert (await browser.send(form)).answer.url.path == "/mine"
    listed = await (await world.client(LEE)).get("/api/waitlist")
    assert len(listed.json()["items"]) == 1


async def test_the_list_can_be_seen_as_of_then(world: World) -> None:
    """Looking back shows the place of then, and no button that would act today."""
    await taken(world)
    lee = await world.client(LEE)
    joined = await lee.post("/api/waitlist", json=asked())
    position = joined.headers["ledger-position"]
    await lee.post(f"/api/waitlist/{joined.json()['wish_id']}/leave")
    browser = await browser_of(world, LEE)
    then = await browser.get(f"/mine?as_of={position}")
    assert "대기 1번" in then.words
    assert not [form for form in then.forms if form.action.startswith("/waitlist")]
    assert "대기 1번" not in (await browser.get("/mine")).words


def _when() -> dict[str, str]:
    return fields_of(Period(tomorrow("10:00"), tomorrow("12:00")))
