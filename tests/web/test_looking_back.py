"""Time travel: every answer takes `as_of`, and a page that looks back is left by one link alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Page, browser_of
from tests.web.past_use import AUDITOR, KIM, PARK, STAFF, last_month, use_last_month
from web.access import PUBLIC
from web.looking_back import OF_TODAY, looking_back, without_as_of

NO_LEDGER_DATA = {
    *("/api/backups", "/api/feeds", "/api/notices/undelivered", "/api/session", "/api/tokens"),
    "/api/notices/mail",
    *("/bundles", "/calendars", "/sign-in", "/metrics", "/schema/openapi.json"),
}
"""People's own settings, the state of the service, and forms that begin something new."""
QUERIES = {
    "/api/log": {"month": "2026-10"},
    "/usage-log.csv": {"month": "2026-10"},
    "/api/utilisation": {"month": "2026-10"},
    "/api/companies/{company_id}/usage": {"month": "2026-10"},
    "/companies/{company_id}/usage.csv": {"month": "2026-10"},
}
SPANS = ("/availability", "/api/demand", "/api/demand/ranking")


async def test_every_get_of_ledger_data_takes_as_of(world: World) -> None:
    """One that is no position and no time is refused and named; the position of now is not."""
    staff = await world.client(STAFF)
    ids = await _things(world)
    here = str((await world.testbed.ledger.head()).position)
    walked = 0
    for template in _templates(world):
        path = _filled(template, ids)
        for wrong in ("abc", tomorrow("10:00", 2).isoformat()):
            refused = await _got(staff, template, path, wrong)
            assert refused.status_code in {400, 422}, (template, refused.text)
            assert "as_of" in refused.text, template
        found = await _got(staff, template, path, here)
        assert found.status_code in {200, 303}, (template, found.text)
        walked += 1
    assert walked > 40


async def test_the_future_is_refused_as_a_time_and_as_a_position(world: World) -> None:
    """What was answered once stays so, which nothing that is still to come can."""
    kim = await world.client(KIM)
    head = (await world.testbed.ledger.head()).position
    for ahead, rule in (
        (str(head + 1), "position"),
        ((datetime.now(UTC) + timedelta(minutes=1)).isoformat(), "future"),
    ):
        refused = await kim.get("/api/devices", params={"as_of": ahead})
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["field"], error["rule"]) == ("as_of", rule)
    now = await kim.get("/api/devices", params={"as_of": datetime.now(UTC).isoformat()})
    assert now.json() == (await kim.get("/api/devices")).json()


PAGES = (
    *("/timeline?sector=automotive", "/devices", "/devices/AUT-018", "/devices/AUT-018/rates"),
    *("/devices/AUT-018/maintenance", "/mine", "/notices", "/claims", "/reservations/{made}"),
    *("/companies/mudeung/usage", "/statements/{statement}", "/series/{series}"),
)
STAFF_PAGES = ("/staff", "/staff/maintenance", "/billing", "/demand")


@pytest.mark.parametrize("who", [PARK, STAFF, AUDITOR])
async def test_every_link_of_a_page_that_looks_back_keeps_the_time(world: World, who: str) -> None:
    """Links and searches carry the time as it was asked for; nothing on the page acts."""
    ids = await _things(world)
    browser = await browser_of(world, who)
    then = datetime.now(UTC).isoformat()
    await (await world.client(KIM)).post("/api/reservations", json=asked("15:00", "16:00"))
    for template in PAGES if who == PARK else (*PAGES, *STAFF_PAGES):
        path = template.format_map(ids)
        joint = "&" if "?" in path else "?"
        page = await browser.get(f"{path}{joint}as_of={quote(then)}")
        assert page.status == 200, (path, page.words[:300])
        _require_looking_back(page, path, then)
        assert "예약하기" not in page.words, path


async def test_the_banner_says_the_time_that_was_asked_for(world: World) -> None:
    """Not that of the last event before it, which may be months ago; and now is one link away."""
    browser = await browser_of(world, KIM)
    then = datetime.now(UTC).replace(microsecond=0)
    page = await browser.get(f"/devices?sector=automotive&as_of={quote(then.isoformat())}")
    local = then.astimezone(tomorrow("10:00").tzinfo)
    assert f"{local:%H:%M}" in page.words
    assert "/devices?sector=automotive" in page.links


async def test_a_search_that_looks_back_finds_then(world: World) -> None:
    """The search form of an earlier page leads to an earlier page."""
    browser = await browser_of(world, KIM)
    page = await browser.get("/timeline?as_of=0")
    (search,) = [form for form in page.forms if form.action == "/timeline"]
    assert search.value("as_of") == "0"


async def test_what_was_not_there_yet_is_missed_in_the_past(world: World) -> None:
    """The page that says so still looks back."""
    ids = await _things(world)
    browser = await browser_of(world, KIM)
    page = await browser.get(f"/reservations/{ids['made']}?as_of=5")
    assert page.status == 404
    assert "/timeline?as_of=5" in page.links


async def test_the_front_page_looks_back_too(world: World) -> None:
    """It leads to the timeline of then."""
    browser = await browser_of(world, KIM)
    page = await browser.get("/?as_of=7")
    assert page.answer.url.path == "/timeline"
    assert page.answer.url.params["as_of"] == "7"


async def test_policy_and_claims_are_those_of_then(world: World) -> None:
    """A policy set afterwards does not show, nor a claim that arose afterwards."""
    staff = await world.client(STAFF)
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked())
    before = (await world.testbed.ledger.head()).position
    old = (await staff.get("/api/no-show-policy")).json()
    body = {"most": old["most"] + 1, "window_days": 30}
    assert (await staff.post("/api/no-show-policy", json=body)).status_code == 200
    outage = {"start": tomorrow("09:00").isoformat(), "end": tomorrow("13:00").isoformat()}
    made = await staff.post(
        "/api/devices/AUT-018/outages",
        json=outage | {"kind": "maintenance", "reason": "점검"},
    )
    assert made.status_code == 201, made.text
    then = {"as_of": before}
    assert (await staff.get("/api/no-show-policy", params=then)).json() == old
    assert (await staff.get("/api/no-show-policy")).json() == body
    assert len((await kim.get("/api/claims")).json()["items"]) == 1
    assert (await kim.get("/api/claims", params=then)).json()["items"] == []


def test_only_what_is_ours_and_acts_is_changed() -> None:
    """Links elsewhere, fragments and forms of the frame stay; parameters and their escapes too."""
    page = (
        '<a class="x" href="/mine?of=company&amp;as_of=1#top">a</a><a href="#d3">b</a>'
        '<a href="https://example.org/">c</a><a data-now href="/mine">d</a>'
        '<a href="/calendars">e</a><form method="post" action="/language">f</form>'
        '<form class="x" method="post" action="/reservations/r/cancel"><b>g</b></form>'
    )
    assert looking_back(page, '1"') == (
        '<a class="x" href="/mine?of=company&amp;as_of=1%22#top">a</a><a href="#d3">b</a>'
        '<a href="https://example.org/">c</a><a data-now href="/mine">d</a>'
        '<a href="/calendars">e</a><form method="post" action="/language">f</form>'
    )
    assert without_as_of("/mine?of=company&as_of=4") == "/mine?of=company"
    assert without_as_of("/mine?as_of=4") == "/mine"


def _templates(world: World) -> Iterator[str]:
    """The paths of all GET handlers that answer something out of the ledger."""
    for route in sorted(world.app.routes, key=lambda one: one.path_format):
        for handler in getattr(route, "route_handlers", ()):
            rule = handler.opt.get("may")
            told = rule != PUBLIC and route.path_format not in NO_LEDGER_DATA
            if "GET" in handler.http_methods and told:
                yield route.path_format


def _filled(template: str, ids: dict[str, str]) -> str:
    things = {
        "device_id": "AUT-018",
        "company_id": "mudeung",
        "reservation_id": ids["made"],
        "together_id": ids["bundle"] if "bundles" in template else ids["series"],
        "wish_id": ids["wish"],
        "statement_id": ids["statement"],
        "outage_id": ids["outage"],
    }
    return template.format_map(things)


async def _got(client: httpx.AsyncClient, template: str, path: str, as_of: str) -> httpx.Response:
    query = dict(QUERIES.get(template, {}))
    if template.endswith(SPANS):
        query = {"from": tomorrow("00:00").isoformat(), "to": tomorrow("00:00", 3).isoformat()}
    return await client.get(path, params=query | {"as_of": as_of})


def _require_looking_back(page: Page, path: str, then: str) -> None:
    now = without_as_of(page.answer.url.raw_path.decode())
    assert now in page.links, path
    page.links.remove(now)
    for link in page.links:
        if link.startswith(("/", "?")) and not link.startswith(OF_TODAY):
            assert parse_qs(urlsplit(link).query).get("as_of") == [then], (path, link)
    for form in page.forms:
        if form.method == "post":
            assert form.action in {"/language", "/sign-out"}, (path, form.action)
        else:
            assert form.value("as_of") == then, (path, form.action)


async def _things(world: World) -> dict[str, str]:
    """The ids of one thing of each kind."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    await use_last_month(world)
    kept = await staff.post("/api/companies/mudeung/statements", json={"month": last_month()})
    made = await kim.post("/api/reservations", json=asked("10:00", "12:00", days=2))
    series = await kim.post(
        "/api/series",
        json={
            "device_id": "AUT-018",
            "first": f"{tomorrow('10:00', 4):%Y-%m-%d}",
            "start_time": "10:00",
            "end_time": "11:00",
            "purpose": "CAN",
            "repeat": {"every": "week", "count": 2},
        },
    )
    bundle = await kim.post(
        "/api/bundles",
        json={
            "device_ids": ["HEA-013", "ENE-013"],
            "start": tomorrow("10:00", 5).isoformat(),
            "end": tomorrow("11:00", 5).isoformat(),
            "purpose": "CAN",
        },
    )
    lee = await world.client("lee@hanbit.example")
    wish = await lee.post("/api/waitlist", json=asked("10:00", "12:00", days=2))
    outage = await staff.post(
        "/api/devices/AUT-018/outages",
        json={
            "start": tomorrow("09:00", 9).isoformat(),
            "end": tomorrow("13:00", 9).isoformat(),
            "kind": "maintenance",
            "reason": "점검",
        },
    )
    for answer in (kept, made, series, bundle, wish, outage):
        assert answer.status_code in {200, 201}, answer.text
    return {
        "statement": kept.json()["statement_id"],
        "made": made.json()["reservation_id"],
        "series": series.json()["series_id"],
        "bundle": bundle.json()["group_id"],
        "wish": wish.json()["wish_id"],
        "outage": outage.json()["outage_id"],
    }
