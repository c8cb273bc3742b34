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
BOOKINGS = ("/api/reservations", "/api/waitlist")
NAMES = (
    *("as_of", "limit", "after", "from", "to", "q", "sector", "free_from", "free_to", "status"),
    *("device_id", "company_id", "month", "type", "tag", "by", "waiting"),
)
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
def _sender(url: str) -> Iterator[Callable[..., httpx.Response]]:
    """A synchronous way to ask the application as a company, in one loop for all examples."""
    with asyncio.Runner() as runner:
        app = create_app(url, world_settings())
        life = running(app)
        runner.run(life.__aenter__())
        stack = AsyncExitStack()
        client = runner.run(World(url, app, stack).client("kim@mudeung.example"))
        try:
            yield lambda *asked_for, **options: runner.run(client.request(*asked_for, **options))
        finally:
            runner.run(stack.aclose())
            runner.run(life.__aexit__(None, None, None))
