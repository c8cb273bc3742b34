"""A calendar program: it makes feeds and fetches them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.web.calendar_readers import events_of
from tests.web.conftest import World


async def new_feed(world: World, email: str, scope: str, detail: str = "full") -> str:
    """The path of a new feed."""
    client = await world.client(email)
    answer = await client.post("/api/feeds", json={"scope": scope, "detail": detail})
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.json()["url"]).path


async def fetch(world: World, path: str, **headers: str) -> httpx.Response:
    """The feed as a calendar program gets it: without cookie or token."""
    return await (await world.client()).get(path, headers=headers)


def event_of(answer: httpx.Response, reservation_id: str) -> dict[str, str]:
    (event,) = [
        event
        for event in events_of(answer.content)
        if event["UID"].startswith(f"{reservation_id}@")
    ]
    return event


def utc_of(moment: Any) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
