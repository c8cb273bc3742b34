"""What the tests of the waiting list share: a taken time, a wish for it, and an offer."""

from __future__ import annotations

from typing import Any

import httpx

from tests.web.conftest import World, asked

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"
UNKNOWN = "w-aaaaaaaaaaaaaaaa"


async def booked(client: httpx.AsyncClient, **more: Any) -> str:
    """The id of a reservation of tomorrow from ten to twelve."""
    made = await client.post("/api/reservations", json=asked(**more))
    assert made.status_code == 201, made.text
    return str(made.json()["reservation_id"])


async def joined(client: httpx.AsyncClient, *clocks: str, **more: Any) -> dict[str, Any]:
    """A wish for the same time."""
    answer = await client.post("/api/waitlist", json=asked(*clocks, **more))
    assert answer.status_code == 201, answer.text
    wish: dict[str, Any] = answer.json()
    return wish


async def offered(world: World) -> dict[str, Any]:
    """Lee's wish, to which the time is offered that Kim gave back."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    reservation_id = await booked(kim)
    wish = await joined(lee)
    cancelled = await kim.post(f"/api/reservations/{reservation_id}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    answer = (await lee.get(f"/api/waitlist/{wish['wish_id']}")).json()
    assert answer["status"] == "offered"
    return dict(answer)
