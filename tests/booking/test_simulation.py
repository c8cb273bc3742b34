"""A made-up history keeps to the rules, reads like a year of work, and ends in a present."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from booking.app import LedgerSource
from booking.config import Settings
from booking.database import migrate
from booking.demonstration import NoDemonstration, begin, demonstration_fixtures, prepare
from booking.loading import load, open_ledger
from booking.postgres import EmbeddedServer
from booking.simulation import SimulationError
from booking.simulation_world import World
from booking.testbed import open_testbed
from domain.actor import SYSTEM
from domain.agenda import Agenda
from domain.companies import SetMostAhead
from domain.decisions import Recall
from domain.period import SEOUL, Period
from domain.quota import Quota
from tests.booking.simulated import Process, ignore, read_all, simulated, testbed, told

__all__ = ["testbed"]


async def test_three_hundred_events_make_a_year(testbed: Process, database_url: str) -> None:
    """About as many events as were asked for lie in the year, and the views fold them all."""
    await begin(testbed)
    events = await simulated(database_url, events=300)
    assert 200 <= events <= 400
    history = await read_all(testbed)
    assert len(history) == (await testbed.ledger.head()).position
    months = {recorded.recorded_at.astimezone(SEOUL).strftime("%Y-%m") for recorded in history}
    assert len(months) >= 12
    kinds = Counter(recorded.type for recorded in history)
    for kind in ("ReservationConfirmed", "ReservationApproved", "DeviceReturned", "UsageLogged"):
        assert kinds[kind] > 5
    await testbed.projector.catch_up()
    assert await testbed.projector.replay_check(lambda _done, _total: None) is None


async def test_it_ends_in_a_present(testbed: Process, database_url: str) -> None:
    """A device is broken, requests wait, and maintenance and bookings lie ahead, at any hour."""
    await begin(testbed)
    await simulated(database_url, events=300)
    world = World()
    for recorded in await read_all(testbed):
        world.hear(recorded)
    devices = world.devices.values()
    assert any(device.breakdown.breakdown_id for device in devices)
    statuses = Counter(one.status for one in world.reservations.values())
    assert statuses["requested"] >= 1
    soon = Period(datetime.now(UTC), datetime.now(UTC) + timedelta(days=21))
    entries = [entry for device in devices for entry in device.agenda.entries.values()]
    assert any(one.kind == "maintenance" and one.occupied.overlaps(soon) for one in entries)
    assert any(one.kind == "reservation" and one.occupied.overlaps(soon) for one in entries)


async def test_it_leaves_room_for_visitors(testbed: Process, database_url: str) -> None:
    """Open benches stay mostly free, and the visitors' companies have most of their quota left."""
    await begin(testbed)
    await simulated(database_url, events=3_000)
    now = datetime.now(UTC)
    recall = Recall(LedgerSource(testbed.ledger, None))
    coming = Period(now, now + timedelta(days=28))
    for device_id in ("AUT-018", "HEA-013", "ENE-013"):
        (agenda,) = await recall(Agenda(device_id, coming))
        parts = [entry.occupied.part_in(coming) for entry in agenda.entries.values()]
        assert sum(part.hours for part in parts if part is not None) < 0.3 * coming.hours
    for company_id in ("mudeung", "hanbit"):
        (quota,) = await recall(Quota(company_id, "energy", coming))
        limit = quota.limits[None]
        assert limit is not None
        assert all(quota.used(month, None) < 0.6 * limit for month in quota.months)


async def test_the_same_seed_tells_the_same_story(server: EmbeddedServer) -> None:
    """One seed and one end: the same events at the same times. Another seed tells another."""
    end = datetime.now(UTC) - timedelta(hours=1)
    stories = []
    for seed in (7, 7, 8):
        async with another_database(server) as url, open_testbed(url, Settings()) as testbed:
            at = end - timedelta(days=200)
            await open_ledger(testbed, demonstration=True, at=at)
            await load(testbed, demonstration_fixtures(), at=at)
            before = (await testbed.ledger.head()).position
            await simulated(url, events=150, seed=seed, end=end)
            stories.append([told(one) for one in await read_all(testbed) if one.position > before])
    assert len(stories[0]) > 50
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


async def test_it_goes_on_where_it_stopped(testbed: Process, database_url: str) -> None:
    """A later run hands out, returns and repairs what an earlier one left behind."""
    end = datetime.now(UTC)
    at = end - timedelta(days=60)
    await open_ledger(testbed, demonstration=True, at=at)
    await load(testbed, demonstration_fixtures(), at=at)
    await simulated(database_url, events=600, end=end - timedelta(days=30))
    middle = (await testbed.ledger.head()).position
    await simulated(database_url, events=600, end=end)
    history = await read_all(testbed)
    made = {"ReservationRequested", "ReservationConfirmed"}
    earlier = {one.event.reservation_id for one in history[:middle] if one.type in made}
    later = [one for one in history[middle:] if one.type == "DeviceReturned"]
    assert any(one.event.reservation_id in earlier for one in later)
    assert [one.recorded_at for one in history] == sorted(one.recorded_at for one in history)


async def test_where_there_is_no_past_it_happens_now(testbed: Process, database_url: str) -> None:
    """On a ledger that is up to date, companies ask for devices at the ledger's own time."""
    await begin(testbed)
    await simulated(database_url, events=200)
    await testbed.booking.do(SetMostAhead(by=SYSTEM, company_id="mudeung", reservations=299))
    before = await testbed.ledger.head()
    began = datetime.now(UTC) - timedelta(seconds=1)
    assert 20 <= await simulated(database_url, events=20) <= 30
    history = await read_all(testbed)
    assert all(one.recorded_at > began for one in history[before.position :])


async def test_only_a_demonstration_is_made_up(testbed: Process, database_url: str) -> None:
    """An empty ledger and a real one are refused, and nothing is written."""
    with pytest.raises(SimulationError, match="empty"):
        await simulated(database_url, events=10)
    await open_ledger(testbed, demonstration=False)
    with pytest.raises(SimulationError, match="real"):
        await simulated(database_url, events=10)
    with pytest.raises(NoDemonstration):
        await prepare(testbed, database_url, ignore)
    assert (await testbed.ledger.head()).position == 1


@asynccontextmanager
async def another_database(server: EmbeddedServer) -> AsyncIterator[str]:
    """A migrated database beside the test's own."""
    name = f"story_{uuid4().hex}"
    connection = await asyncpg.connect(server.url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        url = server.url.replace("/postgres?", f"/{name}?", 1)
        await migrate(url)
        yield url
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
