"""Signing in and out, and changes that a browser asks for, over HTTP."""

from __future__ import annotations

from contextlib import AsyncExitStack

import httpx
import pytest

from booking.config import Settings
from booking.passwords import DEMONSTRATION_PASSWORD
from tests.web.conftest import World, asked, running, world_settings
from web.app import create_app

KIM = "kim@mudeung.example"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer tb_x", "Basic a2ltOng=", "\xff"])
async def test_a_wrong_token_is_never_a_visitor(world: World, header: str) -> None:
    """What is offered and not good is 401, even beside a good session and where visitors may go."""
    browser = await _browser(world)
    raw = {"Authorization": header.encode("latin-1")}
    for path in ("/api/devices", "/metrics"):
        assert (await browser.get(path, headers=raw)).status_code == 401


async def test_signing_in_opens_a_session_and_signing_out_ends_it(world: World) -> None:
    """The cookie is for this host and no script; after sign-out its old value is worth nothing."""
    browser = await world.client()
    answer = await browser.post("/api/session", json=_KIMS)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert (await browser.get("/api/session")).json()["email"] == KIM
    token = browser.cookies["session"]
    csrf = {"X-CSRF-Token": answer.json()["csrf_token"]}
    assert (await browser.delete("/api/session", headers=csrf)).status_code == 204
    browser.cookies.clear()
    old = await browser.get("/api/session", headers={"Cookie": f"session={token}"})
    assert old.status_code == 401


async def test_on_tls_the_cookie_is_kept_to_host_and_tls(world_url: str) -> None:
    """With a public address on https, the cookie has the __Host- prefix and HSTS is sent."""
    app = create_app(world_url, world_settings(public_url="https://booking.example"))
    async with running(app), AsyncExitStack() as stack:
        browser = await World(world_url, app, stack).client()
        host = {"Host": "booking.example"}
        answer = await browser.post("/api/session", json=_KIMS, headers=host)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_new_session_replaces_the_old_one(world: World) -> None:
    """Signing in again gives a new secret, and the one before no longer works."""
    browser = await _browser(world)
    before = browser.cookies["session"]
    csrf = {"X-CSRF-Token": (await browser.get("/api/session")).json()["csrf_token"]}
    assert (await browser.post("/api/session", json=_KIMS, headers=csrf)).status_code == 201
    assert browser.cookies["session"] != before
    assert await world.testbed.sessions.find(before) is None


async def test_wrong_passwords_and_unknown_people_are_told_alike(world: World) -> None:
    """A wrong password, a stranger and a token-only account get the same answer."""
    browser = await world.client()
    answers = [
        await browser.post("/api/session", json={"email": email, "password": "wrong horse"})
        for email in (KIM, "nobody@mudeung.example")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


async def test_too_many_failures_are_told_when_to_come_back(world: World) -> None:
    """The eleventh attempt within minutes is 429 with Retry-After."""
    browser = await world.client()
    wrong = {"email": KIM, "password": "wrong horse"}
    for _ in range(10):
        assert (await browser.post("/api/session", json=wrong)).status_code == 401
    answer = await browser.post("/api/session", json=_KIMS)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_demonstration_accounts_work_in_the_demonstration_only(world_url: str) -> None:
    """Outside a demonstration, its accounts can neither sign in nor use a token."""
    app = create_app(world_url, Settings(app_connections=5))
    async with running(app), AsyncExitStack() as stack:
        world = World(world_url, app, stack)
        visitor, kim = await world.client(), await world.client(KIM)
        assert (await visitor.post("/api/session", json=_KIMS)).status_code == 401
        assert (await kim.get("/api/devices")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-CSRF-Token": "wrong"}, 403),
        ({"X-CSRF-Token": "é"}, 403),
        ({"X-CSRF-Token": "right"}, 201),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "same-site"}, 403),
        ({"X-CSRF-Token": "right", "Origin": "http://127.0.0.1:8000"}, 201),
        ({"X-CSRF-Token": "right", "Origin": "https://evil.example"}, 403),
        ({"X-CSRF-Token": "right", "Origin": "null"}, 403),
    ],
)
async def test_changes_by_a_browser_come_from_an_own_page(
    world: World, headers: dict[str, str], status: int
) -> None:
    """A session's change needs its CSRF token, from a page of this very site."""
    browser = await _browser(world)
    csrf = (await browser.get("/api/session")).json()["csrf_token"]
    sent = {
        name: (csrf if value == "right" else value).encode("latin-1")
        for name, value in headers.items()
    }
    answer = await browser.post("/api/reservations", json=asked(), headers=sent)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == "/problems/forged"


async def test_one_sessions_token_is_not_anothers(world: World) -> None:
    """A CSRF token of one session is refused in another of the same person."""
    first, second = await _browser(world), await _browser(world)
    csrf = (await first.get("/api/session")).json()["csrf_token"]
    answer = await second.post("/api/feeds", json={"scope": "mine"}, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 403


async def test_foreign_pages_cannot_sign_anybody_in(world: World) -> None:
    """Signing in from another site's page is refused, so nobody ends up in a stranger's session."""
    browser = await world.client()
    answer = await browser.post(
        "/api/session", json=_KIMS, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


_KIMS = {"email": KIM, "password": DEMONSTRATION_PASSWORD}


async def _browser(world: World) -> httpx.AsyncClient:
    """A client with kim's session cookie, without a token."""
    browser = await world.client()
    answer = await browser.post("/api/session", json=_KIMS)
    assert answer.status_code == 201, answer.text
    return browser
