"""A page that answers a form: its links and its language button lead to what can be opened."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from domain.period import SEOUL
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import FormBrowser, Page, browser_of

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
TIME_OF_SEOUL = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00"


async def test_a_refused_form_leads_on_to_pages(world: World) -> None:
    """Whatever a form is refused for, every link of the answer can be opened, in both languages."""
    week = f"/devices/AUT-018?week={_monday(datetime.now(SEOUL).date())}"
    made, month = await _made(world), f"{datetime.now(SEOUL):%Y-%m}"
    for who, path, home in (
        (KIM, "/devices/AUT-018/book", week),
        (KIM, "/devices/AUT-018/wait", week),
        (KIM, "/devices/AUT-018/series", "/devices/AUT-018"),
        (KIM, f"/reservations/{made}/change", f"/reservations/{made}"),
        (KIM, f"/reservations/{made}/nothing", f"/reservations/{made}"),
        (KIM, "/bundles", "/bundles"),
        (KIM, "/devices/AUT-018/maintenance/problem", "/devices/AUT-018/maintenance"),
        (STAFF, "/devices/AUT-018/maintenance/outage", "/devices/AUT-018/maintenance"),
        (STAFF, "/devices/AUT-018/rates", "/devices/AUT-018/rates"),
        (STAFF, "/companies/mudeung/statements", f"/companies/mudeung/usage?month={month}"),
    ):
        browser = await browser_of(world, who)
        typed = {"month": month} if path.endswith("statements") else {}
        page = await _sent(browser, path, **typed)
        assert page.status >= 400, (path, page.words)
        assert page.form("/language").value("back") == home, path
        await _require_ways_on(browser, page)


async def test_the_week_of_a_refused_booking_goes_on_to_the_next(world: World) -> None:
    """The arrows beside the week lead to the device's page, and the language keeps the week."""
    await (await world.client("lee@hanbit.example")).post("/api/reservations", json=asked())
    browser = await browser_of(world, KIM)
    page = await _sent(browser, "/devices/AUT-018/book", **_taken(), purpose="시험")
    assert page.status == 409
    day = tomorrow("00:00").date()
    for step in (-7, 7):
        arrow = f"/devices/AUT-018?week={_monday(day, step)}"
        assert arrow in page.links
        assert (await browser.get(arrow)).status == 200
    english = await browser.send(page.form("/language"), language="en")
    assert (english.status, english.language) == (200, "en")
    assert f"/devices/AUT-018?week={_monday(day, 7)}" in english.links


async def test_a_bundle_that_cannot_be_moved_is_read_in_the_other_language(world: World) -> None:
    """The button on the answer to a refused move opens the bundle's page."""
    kim = await world.client(KIM)
    body = asked(device_ids=["AUT-018", "ENE-013"])
    del body["device_id"]
    made = (await kim.post("/api/bundles", json=body)).json()
    path = f"/bundles/{made['group_id']}"
    browser = await browser_of(world, KIM)
    refused = await browser.send((await browser.get(path)).form("/move"), start_time="")
    assert refused.status == 422
    english = await browser.send(refused.form("/language"), language="en")
    assert (english.status, english.answer.url.path, english.language) == (200, path, "en")


async def test_a_refused_answer_to_an_offer_leads_back_to_my_bookings(world: World) -> None:
    """A wish's steps have no page above them, so the language leads to the page that is shown."""
    await (await world.client("lee@hanbit.example")).post("/api/reservations", json=asked())
    wish = (await (await world.client(KIM)).post("/api/waitlist", json=asked())).json()["wish_id"]
    browser = await browser_of(world, KIM)
    page = await _sent(browser, f"/waitlist/{wish}/accept")
    assert page.status == 422
    assert page.form("/language").value("back") == "/mine"


async def test_a_secret_address_is_not_lost_by_the_language(world: World) -> None:
    """Where a secret is shown this once there is no button for the language."""
    browser = await browser_of(world, KIM)
    page = await browser.get("/calendars")
    made = await browser.send(page.form("/calendars"))
    assert "/calendar/" in made.words
    assert not _has_language(made)
    assert _has_language(page)


async def test_a_failed_sign_in_says_in_the_other_language_what_to_type_again(
    world: World,
) -> None:
    """The wish to go on to a page is kept; the e-mail, which no address may carry, is asked for."""
    browser = await browser_of(world)
    form = (await browser.get("/sign-in?to=/mine")).form("/sign-in")
    failed = await browser.send(form, email=KIM, password="not this one")
    english = await browser.send(failed.form("/language"), language="en")
    assert english.status == 200
    assert "type your e-mail address and your password again" in english.words
    assert KIM not in str(english.answer.url)
    assert english.form("/sign-in").value("to") == "/mine"


@pytest.mark.parametrize(
    ("path", "status", "back"),
    [
        ("/nowhere/at/all", 404, "/nowhere/at/all"),
        ("/static/nothing.css", 404, "/static/nothing.css"),
        ("/devices/AUT-018/book?week=2027-01-04", 405, "/devices/AUT-018"),
    ],
)
async def test_a_page_that_is_not_there_knows_its_reader(
    world: World, path: str, status: int, back: str
) -> None:
    """Whoever is signed in keeps the menu and can choose the language."""
    browser = await browser_of(world, KIM)
    page = await browser.get(path)
    assert page.status == status
    assert {"/mine", "/notices"} <= set(page.links)
    assert page.form("/language").value("back") == back
    english = await browser.send(page.form("/language"), language="en")
    assert english.language == "en"
    assert english.status in {200, 404}


async def test_a_visitor_at_a_page_that_is_not_there_chooses_the_language(world: World) -> None:
    """So does who is not signed in, also with the cookie of a session that has ended."""
    browser = await browser_of(world)
    for cookie in (None, "of-a-session-that-ended"):
        if cookie is not None:
            browser.client.cookies.set("session", cookie, domain="127.0.0.1")
        page = await browser.get("/nowhere")
        assert "/mine" not in page.links
        language = {"ko": "en", "en": "ko"}[page.language]
        chosen = await browser.send(page.form("/language"), language=language)
        assert (chosen.status, chosen.language) == (404, language)


async def test_a_page_without_its_reader_offers_no_button_that_would_be_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nobody can be looked up the error's page comes all the same, without the button."""
    browser = await browser_of(world, KIM)

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(world.testbed.sessions, "find", away)
    for path, status in (("/nowhere", 404), ("/devices", 503)):
        page = await browser.get(path)
        assert page.status == status
        assert not _has_language(page)


@pytest.mark.parametrize(
    ("stood", "back"),
    [
        ("/devices/AUT-018?week=2027-01-04&done=left", "/devices/AUT-018?week=2027-01-04"),
        ("/devices/AUT-018/book", "/devices/AUT-018"),
        ("/timeline", "/timeline"),
        ("//evil.example/", "/"),
        ("/%5cevil.example", "/"),
        (None, "/devices/AUT-018"),
    ],
)
async def test_a_form_sent_after_the_session_leads_back_to_where_it_stood(
    world: World, stood: str | None, back: str
) -> None:
    """The page says that the session is over, and signing in leads to the form's page again."""
    browser = await browser_of(world, KIM)
    form = (await browser.get("/devices/AUT-018")).form("/book")
    browser.client.cookies.delete("session")
    sent_from = {} if stood is None else {"Referer": f"http://127.0.0.1:8000{stood}"}
    page = Page(await browser.post(form.action, form.filled(), **sent_from))
    assert page.status == 401
    assert "로그인이 끝나서" in page.words
    assert "API" not in page.words
    (way,) = [link for link in page.links if link.startswith("/sign-in")]
    assert parse_qs(urlsplit(way).query).get("to", ["/"]) == [back]
    signing = (await browser.get(way)).form("/sign-in")
    after = await browser.send(signing, email=KIM, password="booking-demo-2026")
    assert (after.status, after.answer.url.path) == (
        200,
        "/timeline" if back == "/" else urlsplit(back).path,
    )


@pytest.mark.parametrize("referer", ["http://[::1", "https://evil.example/devices", "ß", ""])
async def test_a_form_from_an_odd_place_leads_back_to_its_device(
    world: World, referer: str
) -> None:
    """What is no address of ours is not gone by, whatever it is."""
    browser = await browser_of(world)
    headers = [
        (b"Content-Type", b"application/x-www-form-urlencoded"),
        (b"Referer", referer.encode()),
    ]
    answer = await browser.client.post("/devices/AUT-018/book", content="", headers=headers)
    page = Page(answer)
    assert page.status == 401
    assert "/sign-in?to=/devices/AUT-018" in page.links


async def test_the_latest_time_to_look_back_to_is_that_of_the_laboratorys_clock(
    world: World,
) -> None:
    """A time to come is refused with the present one, as the clock in Asia/Seoul shows it."""
    browser = await browser_of(world, KIM)
    ahead = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = await browser.get(f"/devices?as_of={ahead}")
    assert page.status == 422
    assert re.search(TIME_OF_SEOUL, page.words), page.words


async def _made(world: World) -> str:
    """A reservation of Kim's."""
    made = await (await world.client(KIM)).post("/api/reservations", json=asked("14:00", "15:00"))
    reservation_id: str = made.json()["reservation_id"]
    return reservation_id


async def _sent(browser: FormBrowser, path: str, **typed: str) -> Page:
    """The answer to a form with the token of the session and little else in it."""
    token = (await browser.get("/timeline")).form("/language").value("csrf_token")
    return Page(await browser.post(path, {"csrf_token": token, **typed}))


async def _require_ways_on(browser: FormBrowser, page: Page) -> None:
    """No link of a page, nor its language button, leads to an address that cannot be opened."""
    here = str(page.answer.url)
    for link in {urljoin(here, link) for link in page.links if not link.startswith("#")}:
        assert (await browser.get(link)).status == 200, (here, link)
    for language in ("en", "ko"):
        shown = await browser.send(page.form("/language"), language=language)
        assert (shown.status, shown.language) == (200, language), here


def _has_language(page: Page) -> bool:
    return any(form.action == "/language" for form in page.forms)


def _taken() -> dict[str, str]:
    day = tomorrow("00:00").date().isoformat()
    return {"start_day": day, "end_day": day, "start_time": "10:00", "end_time": "12:00"}


def _monday(day: date, later: int = 0) -> str:
    return (day - timedelta(days=day.weekday()) + timedelta(days=later)).isoformat()
