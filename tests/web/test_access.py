"""Nobody gets in without a rule, and nobody learns of others' affairs."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from booking.config import Settings
from booking.passwords import DEMONSTRATION_PASSWORD
from tests.web.conftest import PEOPLE, World, asked, running, world_settings
from web.access import ANYONE, LAB, PUBLIC, Rule, may_change, may_see_company
from web.app import create_app

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF = "staff@testbed.example"
OPEN_TO_ALL = {
    "/",
    "/health",
    "/ready",
    "/metrics",
    "/language",
    "/sign-in",
    "/robots.txt",
    "/api/session",
    "/calendar/{token:str}/{name:str}",
}
"""With static files, all that a visitor may ask for; /metrics looks at who asks itself."""


def test_every_handler_names_its_rule() -> None:
    """A handler without a rule lets nobody in, and should not be there in the first place."""
    app = create_app("postgresql://nobody@127.0.0.1:1/none", Settings())
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    assert len(routes) > 30
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is no plain HTTP route"
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue
            rule = handler.opt.get("may")
            assert isinstance(rule, Rule), f"{route.path} names no rule"
            if rule.anonymous:
                named = route.path in OPEN_TO_ALL or route.path.startswith("/static/")
                assert named, f"{route.path} is open to visitors"
            else:
                assert rule.roles, f"{route.path} lets nobody in"


async def test_visitors_get_nowhere(world: World) -> None:
    """Without signing in, every route of the API answers 401 before it reads anything."""
    visitor = await world.client()
    asked_for = 0
    for path, method, rule in _api_routes(world):
        if rule in (PUBLIC, ANYONE):
            continue
        answer = await visitor.request(method, path, content=b"{", headers=_JSON)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
        asked_for += 1
    assert asked_for > 25


async def test_companies_get_403_where_the_laboratory_acts(world: World) -> None:
    """Routes of the laboratory refuse a company's manager, whatever the id."""
    lee = await world.client(LEE)
    for path, method, rule in _api_routes(world):
        if rule is LAB:
            answer = await lee.request(method, path, content=b"{}", headers=_JSON)
            assert answer.status_code == 403, (method, path)


async def test_a_strangers_id_answers_as_a_missing_one(world: World) -> None:
    """On every route with a reservation's or a company's id, both answers are the same bytes."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    made = (await kim.post("/api/reservations", json=asked())).json()
    known = {"reservation_id": made["reservation_id"], "company_id": "mudeung"}
    unknown = {"reservation_id": "r-aaaaaaaaaaaaaaaa", "company_id": "nobody"}
    compared = 0
    for route, method, _ in _api_routes(world, filled=False):
        names = set(re.findall(r"\{(\w+):", route))
        if not names or not names <= known.keys():
            continue
        query = "?month=2026-12" if route.endswith("/usage") else ""
        foreign, missing = [
            await lee.request(method, _filled(route, ids) + query, json=_ANY_STEP)
            for ids in (known, unknown)
        ]
        assert foreign.status_code in {403, 404}, (method, route)
        assert foreign.status_code == missing.status_code, (method, route)
        assert foreign.content == missing.content, (method, route)
        compared += 1
    assert compared > 12
    shown = await kim.get(f"/api/reservations/{made['reservation_id']}")
    assert shown.json() == made


async def test_filters_tell_nothing_of_strangers(world: World) -> None:
    """A list filtered by another company answers as for one that does not exist."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await kim.post("/api/reservations", json=asked())
    foreign = await lee.get("/api/reservations", params={"company_id": "mudeung"})
    missing = await lee.get("/api/reservations", params={"company_id": "nobody"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


async def test_a_disabled_account_is_out_at_once(world: World) -> None:
    """Disabling an account ends its tokens with the next request."""
    kim = await world.client(KIM)
    assert (await kim.get("/api/devices")).status_code == 200
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.disable(account.account_id)
    assert (await kim.get("/api/devices")).status_code == 401


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


async def test_who_sees_and_changes_what(world: World) -> None:
    """The table of rights: own company, holder, manager, laboratory, auditor."""
    accounts = {email: await world.testbed.accounts.by_email(email) for email, *_ in PEOPLE}
    kim = accounts[KIM]
    assert kim is not None
    rights = {
        email.partition("@")[0]: (
            may_see_company(account, "mudeung"),
            may_change(account, "mudeung", kim.account_id),
            may_change(account, "mudeung", "somebody"),
        )
        for email, account in accounts.items()
        if account is not None
    }
    assert rights == {
        "kim": (True, True, False),
        "park": (True, True, True),
        "lee": (False, False, False),
        "staff": (True, True, True),
        "auditor": (True, False, False),
        "admin": (True, True, True),
    }


_JSON = {"Content-Type": "application/json"}
_KIMS = {"email": KIM, "password": DEMONSTRATION_PASSWORD}
_ANY_STEP: dict[str, Any] = {}


def _api_routes(world: World, *, filled: bool = True) -> list[tuple[str, str, Rule]]:
    """Path, method and rule of every route under /api, ids filled in."""
    found = []
    for route in world.app.routes:
        if not isinstance(route, HTTPRoute) or not route.path.startswith("/api/"):
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                path = re.sub(r"\{\w+:\w+\}", "x-1", route.path) if filled else route.path
                found.append((path, str(method), handler.opt["may"]))
    return found


def _filled(route: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+):\w+\}", lambda match: ids[match.group(1)], route)


async def _browser(world: World) -> httpx.AsyncClient:
    """A client with kim's session cookie, without a token."""
    browser = await world.client()
    answer = await browser.post("/api/session", json=_KIMS)
    assert answer.status_code == 201, answer.text
    return browser
