"""Nobody gets in without a rule, and nobody learns of others' affairs."""

from __future__ import annotations

import re
from typing import Any

from litestar.routes import HTTPRoute

from booking.config import Settings
from tests.web.conftest import PEOPLE, World, asked
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
    park = await world.client("park@mudeung.example")
    wish = (await park.post("/api/waitlist", json=asked())).json()
    known = {
        "reservation_id": made["reservation_id"],
        "company_id": "mudeung",
        "wish_id": wish["wish_id"],
    }
    unknown = {
        "reservation_id": "r-aaaaaaaaaaaaaaaa",
        "company_id": "nobody",
        "wish_id": "w-aaaaaaaaaaaaaaaa",
    }
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
    assert (await kim.get(f"/api/waitlist/{wish['wish_id']}")).json() == wish


async def test_filters_tell_nothing_of_strangers(world: World) -> None:
    """A list filtered by another company answers as for one that does not exist."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    await kim.post("/api/reservations", json=asked())
    foreign = await lee.get("/api/reservations", params={"company_id": "mudeung"})
    missing = await lee.get("/api/reservations", params={"company_id": "nobody"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    foreign = await lee.get("/api/waitlist", params={"company_id": "mudeung"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


async def test_a_disabled_account_is_out_at_once(world: World) -> None:
    """Disabling an account ends its tokens with the next request."""
    kim = await world.client(KIM)
    assert (await kim.get("/api/devices")).status_code == 200
    account = await world.testbed.accounts.by_email(KIM)
    assert account is not None
    await world.testbed.accounts.disable(account.account_id)
    assert (await kim.get("/api/devices")).status_code == 401


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
