"""Whatever is sent, the answer is never a 5xx: generated bodies, queries, addresses and headers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import World, asked, running, world_settings
from web.app import create_app

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"
GETS = (
    "/api/devices",
    "/api/devices/{}",
    "/api/devices/{}/availability",
    "/api/reservations",
    "/api/reservations/{}",
    "/api/companies/{}/usage",
    "/api/demand",
    "/api/demand/ranking",
    "/api/utilisation",
    "/api/events",
    "/api/feeds",
    "/api/notices",
    "/api/tokens",
    "/api/waitlist",
    "/api/waitlist/{}",
    "/calendar/{}/x.ics",
)
PAGES = (
    "/devices",
    "/devices/ENE-013",
    "/devices/{}",
    "/devices/ENE-013/rates",
    "/devices/ENE-013/maintenance",
    "/timeline",
    "/mine",
    "/notices",
    "/bundles",
    "/claims",
    "/calendars",
    "/reservations/{}",
    "/companies/mudeung/usage",
    "/companies/mudeung/usage.csv",
    "/demand",
    "/billing",
    "/staff",
    "/staff/maintenance",
    "/usage-log.csv",
)
FORMS = (
    "/devices/ENE-013/book",
    "/devices/ENE-013/wait",
    "/devices/ENE-013/series",
    "/devices/ENE-013/rates",
    "/devices/ENE-013/maintenance/outage",
    "/devices/ENE-013/maintenance/calibration",
    "/bundles",
    "/reservations/{}/change",
)
BOOKINGS = ("/api/reservations", "/api/waitlist")
NAMES = (
    *("as_of", "limit", "after", "from", "to", "q", "sector", "free_from", "free_to", "status"),
    *("device_id", "company_id", "month", "type", "tag", "by", "waiting", "week", "of", "done"),
)
DAYS = ("9999-12-31", "0001-01-01", "2026-12-01", "2026-13-01", "20261201", "-1-01-01", "")
TYPED = {
    "start_day": DAYS,
    "end_day": DAYS,
    "first": DAYS,
    "until": DAYS,
    "valid_from": DAYS,
    "valid_through": DAYS,
    "start_time": ("09:00", "24:00", "25:00", ""),
    "end_time": ("10:00", "24:00", "9", ""),
    "purpose": ("시험", ""),
    "device_ids": ("ENE-013", "x"),
    "company_id": ("mudeung", ""),
    "reason": ("점검", ""),
    "kind": ("maintenance", ""),
}
ODD = (
    *(
        "",
        "0",
        "-1",
        "1e999",
        "NaN",
        "null",
        "true",
        "9" * 30,
        "9" * 5000,
        "\x00",
        "\x1f",
        "%",
        "'",
    ),
    *(
        "2026-12-01T09:00:00Z",
        "2026-12-01T09:00:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ),
    *("9999-12-31", "0001-01-01", "2200-01-01", "2026-12-01", "0000-12-01"),
    *("2026-12-01T09:00:00+14:00", "2026-12-01T09:00:00-23:59", "2026-12", "9999-12", "AUT-018"),
    *("mudeung", "🚗", "\ud7ff", "é", "\u202e", "eyJ9", "WyIyMDI2LTEyLTAxVDA5OjAwOjAwWiIsMF0"),
)
values = st.one_of(st.sampled_from(ODD), st.text(max_size=20), st.integers().map(str))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        values,
        st.just([]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
bodies = st.dictionaries(
    st.one_of(st.sampled_from(sorted((*asked(), "people", "usage_type", "irb_number"))), values),
    json_values,
    max_size=8,
)
few = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_no_query_or_address_is_a_fault(world_url: str) -> None:
    """Generated addresses and parameters answer anything but a 5xx, as a problem when refused."""

    @few
    @given(st.sampled_from(GETS), values, st.dictionaries(st.sampled_from(NAMES), values))
    def asks(path: str, name: str, query: dict[str, str]) -> None:
        target = path.replace("{}", quote(name, safe="") or "-")
        _answers(send("GET", target, params=query))

    with _sender(world_url) as send:
        asks()


def test_no_body_is_a_fault(world_url: str) -> None:
    """Generated fields in the body of a booking or a wish answer 201 or a 4xx that is a problem."""

    @few
    @given(st.sampled_from(BOOKINGS), bodies, st.booleans())
    def asks(path: str, fields: dict[str, Any], whole: bool) -> None:
        body = asked(days=300) | fields if whole else fields
        _answers(send("POST", path, json=body))

    with _sender(world_url) as send:
        asks()


def test_no_page_or_form_is_a_fault(world_url: str) -> None:
    """Pages asked with generated weeks, months and days, and forms sent with them, never fault."""
    typed = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(choices) for name, choices in TYPED.items()}
    )
    with _sender(world_url, STAFF, "text/html") as send:
        made = send("POST", "/api/reservations", json=asked(company_id="mudeung"))
        booked = made.json()["reservation_id"]

        @few
        @given(st.sampled_from(PAGES), st.dictionaries(st.sampled_from(NAMES), values))
        def reads(path: str, query: dict[str, str]) -> None:
            answer = send("GET", path.replace("{}", booked), params=query)
            assert answer.status_code < 500, answer.text

        @few
        @given(st.sampled_from(FORMS), typed)
        def sends(path: str, fields: dict[str, str]) -> None:
            answer = send("POST", path.replace("{}", booked), data=fields)
            assert answer.status_code < 500, answer.text

        reads()
        sends()


async def test_a_day_out_of_reach_names_its_field(world: World) -> None:
    """At the ends of what a date can hold, pages and forms answer 422 and say which field it is."""
    client = await world.client(KIM)
    for day in ("9999-12-31", "0001-01-01"):
        for path in ("/timeline", "/devices/ENE-013"):
            page = await client.get(f"{path}?week={day}")
            assert page.status_code == 422
            assert [error["field"] for error in page.json()["errors"]] == ["week"]
        for step in ("book", "wait"):
            typed = {"start_day": day, "start_time": "09:00", "end_time": "10:00", "purpose": "x"}
            page = await client.post(f"/devices/ENE-013/{step}", data=typed)
            assert page.status_code == 422
            assert "2000-01-01 ~ 2200-01-01" in page.text


def test_no_bytes_are_a_fault(world_url: str) -> None:
    """Bytes that are no JSON at all, with any idempotency key, are refused."""
    keys = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=10)

    @few
    @given(st.binary(max_size=200), keys)
    def asks(body: bytes, key: str) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key.encode("latin-1")}
        _answers(send("POST", "/api/reservations", content=body, headers=headers))

    with _sender(world_url) as send:
        asks()


def _answers(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@contextmanager
def _sender(
    url: str, email: str = KIM, accept: str = "*/*"
) -> Iterator[Callable[..., httpx.Response]]:
    """A synchronous way to ask the application as somebody, in one loop for all examples."""
    with asyncio.Runner() as runner:
        app = create_app(url, world_settings())
        life = running(app)
        runner.run(life.__aenter__())
        stack = AsyncExitStack()
        client = runner.run(World(url, app, stack).client(email))
        client.headers["Accept"] = accept
        try:
            yield lambda *asked_for, **options: runner.run(client.request(*asked_for, **options))
        finally:
            runner.run(stack.aclose())
            runner.run(life.__aexit__(None, None, None))
