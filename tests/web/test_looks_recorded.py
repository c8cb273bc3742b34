"""Who of the laboratory or of audit looked at personal data is recorded, wherever that may be."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.web.calendar_program import fetch, new_feed
from tests.web.conftest import World, asked
from tests.web.past_use import AUDITOR, KIM, PARK, STAFF, last_month, use_last_month

STATEMENT = f"mudeung-{last_month()}"
BY_EVERYBODY = (
    ("/mine?of=company", "list reservations", "all companies"),
    ("/api/problems", "list problems", "all devices"),
    ("/api/problems?device_id=AUT-018", "list problems", "AUT-018"),
    ("/devices/AUT-018/maintenance", "read maintenance", "AUT-018"),
    ("/companies/mudeung/usage.csv", "download usage", "mudeung"),
    ("/companies/mudeung/usage", "read usage", "mudeung"),
    (f"/api/companies/mudeung/usage?month={last_month()}", "read usage", "mudeung"),
    ("/api/companies/mudeung/statements", "read statements", "mudeung"),
    (f"/statements/{STATEMENT}", "read statement", STATEMENT),
    (f"/api/statements/{STATEMENT}", "read statement", STATEMENT),
    (f"/statements/{STATEMENT}/file.csv", "download statement", STATEMENT),
)
BY_THE_LABORATORY = (
    ("/api/devices/AUT-018/maintenance-log", "read the maintenance log", "AUT-018"),
    ("/api/devices/AUT-018/maintenance-log.csv", "read the maintenance log", "AUT-018"),
    ("/api/no-shows/suspected", "list reservations", "suspected"),
    ("/api/returns/overdue", "list reservations", "overdue"),
    ("/staff", "read operations", "all companies"),
    ("/staff/maintenance", "read maintenance", "all companies"),
    ("/billing", "read usage", "all companies"),
    ("/usage-log.csv?month=" + last_month(), "read the use log", last_month()),
)


async def test_a_look_of_the_laboratory_or_of_audit_is_recorded(world: World) -> None:
    """One entry for each page, answer and file, of who looked, at what; none of a refused look."""
    await _one_of_each(world)
    for email in (AUDITOR, STAFF):
        client = await world.client(email)
        account = await world.testbed.accounts.by_email(email)
        assert account is not None
        for path, what, subject in BY_EVERYBODY + BY_THE_LABORATORY:
            before = await _looks(world)
            answer = await client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert await _looks(world) == [*before, (account.account_id, what, subject)], path
    before = await _looks(world)
    assert (await client.get("/api/devices/AUT-999/maintenance-log")).status_code == 404
    assert (await client.get("/statements/mudeung-2001-01/file.csv")).status_code == 404
    assert await _looks(world) == before


async def test_a_companys_look_at_its_own_is_not(world: World) -> None:
    """What is theirs to read leaves no entry."""
    await _one_of_each(world)
    before = await _looks(world)
    park = await world.client(PARK)
    for path, _, _ in BY_EVERYBODY:
        assert (await park.get(path)).status_code == 200, path
    for email in (KIM, AUDITOR):
        assert (await (await world.client(email)).get("/mine")).status_code == 200
    assert await _looks(world) == before


@pytest.mark.parametrize("scope", ["company:mudeung", "device:AUT-018", "sector:automotive"])
async def test_a_feed_is_a_look_once_a_day(world: World, scope: str) -> None:
    """However often a program asks; the next day it is recorded again."""
    kim = await world.client(KIM)
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    for email in (AUDITOR, STAFF):
        account = await world.testbed.accounts.by_email(email)
        assert account is not None
        address = await new_feed(world, email, scope)
        for days in (0, 1):
            before = await _looks(world)
            for _ in range(3):
                assert (await fetch(world, address)).status_code == 200
            look = (account.account_id, "read feed", scope)
            assert await _looks(world) == [*before, look], days
            await _let_a_day_pass(world)


async def test_a_feed_of_ones_own_or_of_times_alone_is_no_look(world: World) -> None:
    """Nobody's purpose is in those, and a company's feed is its own."""
    kim = await world.client(KIM)
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    for email, scope, detail in (
        (AUDITOR, "company:mudeung", "busy"),
        (AUDITOR, "mine", "full"),
        (STAFF, "maintenance", "full"),
        (PARK, "company:mudeung", "full"),
        (KIM, "device:AUT-018", "full"),
    ):
        answer = await fetch(world, await new_feed(world, email, scope, detail))
        assert answer.status_code == 200, (email, scope)
    assert await _looks(world) == []


async def _one_of_each(world: World) -> None:
    """A use with its statement, a booking, and a problem that a company reported."""
    await use_last_month(world)
    staff, kim = await world.client(STAFF), await world.client(KIM)
    issued = await staff.post("/api/companies/mudeung/statements", json={"month": last_month()})
    assert issued.status_code == 201, issued.text
    booked = await kim.post("/api/reservations", json=asked(device_id="HEA-013"))
    assert booked.status_code == 201, booked.text
    problem = await kim.post("/api/devices/AUT-018/problems", json={"text": "팬 소음"})
    assert problem.status_code == 201, problem.text


async def _looks(world: World) -> list[tuple[str, str, str]]:
    found = reversed(await world.testbed.access_log.newest(1_000))
    return [(one.account_id, one.what, one.subject) for one in found]


async def _let_a_day_pass(world: World) -> None:
    connection: Any = await asyncpg.connect(world.url)
    try:
        await connection.execute("UPDATE identity.access_log SET at = at - interval '25 hours'")
    finally:
        await connection.close()
