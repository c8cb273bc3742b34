"""Signing in and out with forms, and choosing the language."""

from __future__ import annotations

from booking.passwords import DEMONSTRATION_PASSWORD
from tests.web.conftest import World
from tests.web.form_browser import browser_of

KIM = "kim@mudeung.example"


async def test_a_wrong_password_is_refused_without_saying_which_was_wrong(world: World) -> None:
    """Unknown e-mail and wrong password read alike, and the e-mail stays typed."""
    browser = await browser_of(world)
    form = (await browser.get("/sign-in")).form("/sign-in")
    wrong = await browser.send(form, email=KIM, password="not this one")
    unknown = await browser.send(form, email="nobody@mudeung.example", password="not this one")
    assert wrong.status == unknown.status == 401
    assert "맞지 않아요" in wrong.words
    assert wrong.words == unknown.words
    assert wrong.form("/sign-in").value("email") == KIM
    assert wrong.form("/sign-in").value("password") == ""


async def test_too_many_failures_are_told_to_wait(world: World) -> None:
    """After ten wrong passwords even the right one has to wait, and the page says how long."""
    browser = await browser_of(world)
    form = (await browser.get("/sign-in")).form("/sign-in")
    for _ in range(10):
        await browser.send(form, email=KIM, password="not this one")
    page = await browser.send(form, email=KIM, password="booking-demo-2026")
    assert page.status == 429
    assert int(page.answer.headers["retry-after"]) > 0


async def test_signing_out_ends_the_session(world: World) -> None:
    """After signing out the pages ask to sign in again, also with the old cookie."""
    browser = await browser_of(world, KIM)
    cookie = browser.client.cookies["session"]
    page = await browser.get("/mine")
    out = await browser.send(page.form("/sign-out"))
    assert "로그아웃했어요" in out.words
    browser.client.cookies.set("session", cookie, domain="127.0.0.1")
    assert (await browser.get("/mine")).answer.url.path == "/sign-in"


async def test_nobody_is_led_to_another_site(world: World) -> None:
    """The way back after signing in is a path of this site, whatever the address asks for."""
    for to in ("//evil.example/", "https://evil.example/", "/\\evil.example", "evil"):
        browser = await browser_of(world)
        form = (await browser.get("/sign-in")).form("/sign-in")
        page = await browser.send(form, email=KIM, password="booking-demo-2026", to=to)
        assert page.answer.url.host == "127.0.0.1"
        assert page.answer.url.path == "/timeline"


async def test_the_language_is_kept_for_the_account(world: World) -> None:
    """Whoever chooses English gets English, also at the next sign-in and on a missing page."""
    browser = await browser_of(world, KIM, "en")
    assert "My bookings" in (await browser.get("/mine")).words
    other = await browser_of(world, KIM)
    assert (await other.get("/mine")).language == "en"
    assert (await other.get("/nowhere")).language == "en"


async def test_a_visitor_chooses_the_language_before_signing_in(world: World) -> None:
    """The button on the sign-in page changes its language and stays there."""
    browser = await browser_of(world)
    page = await browser.get("/sign-in?to=/mine")
    changed = await browser.send(page.form("/language"), language="en")
    assert changed.language == "en"
    assert changed.form("/sign-in").value("to") == "/mine"


async def test_whoever_asked_for_a_long_address_signs_in_all_the_same(world: World) -> None:
    """The form is there, and leads to the first page: an address too long to keep is let go."""
    for asked in (f"/timeline?q={'시' * 115}", "/devices/%00"):
        browser = await browser_of(world)
        page = await browser.get(asked)
        assert (page.status, page.answer.url.path) == (200, "/sign-in")
        form = page.form("/sign-in")
        assert form.value("to") == "/"
        signed_in = await browser.send(form, email=KIM, password=DEMONSTRATION_PASSWORD)
        assert (signed_in.status, signed_in.answer.url.path) == (200, "/timeline")
    kept = await (await browser_of(world)).get(f"/timeline?q={'시' * 100}")
    assert kept.form("/sign-in").value("to") == f"/timeline?q={'%EC%8B%9C' * 100}"


async def test_an_address_too_long_to_keep_refuses_no_form(world: World) -> None:
    """Whatever a form says of the way back, it is taken, and so is the language of a long page."""
    long = f"/timeline?q={'x' * 1_000}"
    browser = await browser_of(world)
    form = (await browser.get("/sign-in")).form("/sign-in")
    wrong = await browser.send(form, email=KIM, password="not this one", to=long)
    assert (wrong.status, wrong.form("/sign-in").value("to")) == (401, "/")
    page = await browser.send(form, email=KIM, password=DEMONSTRATION_PASSWORD, to=long)
    assert page.answer.url.path == "/timeline"
    changed = await browser.send(page.form("/language"), language="en", back=long)
    assert (changed.status, changed.language) == (200, "en")
