"""What the tests of mail share: a mailer whose rounds a test makes itself, and steps of people."""

from __future__ import annotations

from functools import partial
from typing import Any

from booking.mailer import Mailer
from booking.smtp_url import smtp_server
from tests.web.conftest import World, asked
from web.letter_text import letter_of

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, ADMIN = "staff@testbed.example", "admin@testbed.example"
SENDER = "테스트베드 <booking@testbed.example>"


def mailer_of(world: World, url: str) -> Mailer:
    compose = partial(letter_of, world.testbed)
    return Mailer(world.testbed, world.url, smtp_server(url), compose)


async def requested(world: World, clock: str = "10:00", **more: Any) -> str:
    """Kim asks for an hour of the chamber; answers the reservation."""
    until = f"{int(clock[:2]) + 1}:00"
    kim = await world.client(KIM)
    body = asked(clock, until, days=2, device_id="AUT-011", **more)
    made = await kim.post("/api/reservations", json=body)
    assert made.status_code == 201, made.text
    reservation_id: str = made.json()["reservation_id"]
    return reservation_id


async def step(world: World, reservation_id: str, what: str, **body: Any) -> None:
    """A step of staff."""
    staff = await world.client(STAFF)
    done = await staff.post(f"/api/reservations/{reservation_id}/{what}", json=body)
    assert done.status_code == 200, done.text
