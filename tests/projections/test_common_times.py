"""Times at which all devices of a bundle are free, as they are read from the views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

import pytest

from booking.database import Database
from domain import events as e
from domain.event import Event
from domain.period import Period
from domain.terms_of_use import WEEKDAYS, OpeningHours
from projections.common_times import common_times
from projections.projector import Projector
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HEA,
    HOUR,
    device,
    eight,
    eleven,
    nine,
    noon,
    seventeen,
    taken,
    ten,
    thirteen,
)

TWO, THREE = (AUT, ENE), (AUT, ENE, HEA)
WANTED = Period(ten, eleven)
HALF = HOUR / 2
HOURS = OpeningHours(**dict.fromkeys(WEEKDAYS, (("08:00", "17:00"),)))


def open_daily(device_id: str, **terms: object) -> list[Event]:
    """A device that can be used from eight to seventeen on every day."""
    return device(device_id, opening_hours=HOURS, closed_on_holidays=False, **terms)  # type: ignore[arg-type]


@pytest.fixture
async def devices(ledger: WrittenLedger) -> None:
    """Three devices, of which one can be had for full hours alone."""
    await ledger.append(*open_daily(AUT))
    await ledger.append(*open_daily(ENE, slot_minutes=60, minimum_minutes=60))
    await ledger.append(*open_daily(HEA))


async def held(ledger: WrittenLedger, *times: tuple[str, datetime, datetime]) -> None:
    for number, (device_id, start, end) in enumerate(times, ledger.head):
        await ledger.append(taken(start, end, reservation_id=f"r-{number}", device_id=device_id))


async def found(
    database: Database, device_ids: tuple[str, ...], wanted: Period = WANTED
) -> list[tuple[datetime, str]]:
    times = await common_times(database.app, device_ids, wanted, BEGIN)
    assert {one.period.length for one in times} <= {wanted.length}
    return [(one.period.start, one.kind) for one in times]


@pytest.mark.usefixtures("devices")
async def test_three_ways_out_for_several_devices(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Later, earlier that day, and at the same hours of another day: each time all are free."""
    await held(
        ledger,
        (AUT, ten, ten + HALF),
        (ENE, noon, thirteen),
        (AUT, thirteen, thirteen + HALF),
        (ENE, nine, ten),
        (ENE, ten + DAY, eleven + DAY),
        (HEA, ten + 2 * DAY, eleven + 2 * DAY),
    )
    await projector.catch_up()
    expected = [(eleven, "later"), (eight, "earlier"), (ten + 2 * DAY, "other_day")]
    assert await found(database, TWO) == expected
    await held(ledger, (HEA, eleven, noon), (HEA, eight, nine))
    await projector.catch_up()
    # Noon and half past thirteen are free for some, and full hours are asked of all.
    assert await found(database, THREE) == [
        (thirteen + HOUR, "later"),
        (ten + 3 * DAY, "other_day"),
    ]


@pytest.mark.usefixtures("devices")
async def test_the_same_time_is_named_once(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Where the next free time is at the same hours of the next day, it is the later one."""
    await held(ledger, (AUT, eight, seventeen), (ENE, eight + DAY, ten + DAY))
    await projector.catch_up()
    assert await found(database, TWO) == [(ten + DAY, "later")]


@pytest.mark.usefixtures("devices")
async def test_devices_without_a_time_in_common_have_none(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """One that is never free, that is unknown, or that lends no such length ends the search."""
    await held(ledger, (ENE, eight, eight + 300 * DAY))
    await projector.catch_up()
    assert await found(database, TWO) == []
    assert await found(database, (AUT, "AUT-999")) == []
    assert await found(database, (AUT, HEA), Period(ten, ten + HALF / 2)) == []
    assert await found(database, ()) == []


@pytest.mark.usefixtures("devices")
async def test_a_time_far_ahead_is_found(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Beyond two weeks too, and up to the shortest horizon of the devices."""
    await held(ledger, (ENE, eight, eight + 20 * DAY))
    await projector.catch_up()
    expected = [(eight + 20 * DAY, "later"), (ten + 20 * DAY, "other_day")]
    assert await found(database, TWO) == expected
    terms = open_daily(AUT, horizon_days=20)
    await ledger.append(*(one for one in terms if isinstance(one, e.TermsSet)))
    await projector.catch_up()
    assert await found(database, TWO) == []


@pytest.mark.usefixtures("devices")
async def test_trying_every_hour_finds_the_same(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Whatever is taken, no earlier or later hour that all have in common is passed over."""
    random = Random(3)  # noqa: S311 - made-up bookings keep no secrets
    times = [
        (device_id, start, start + HALF)
        for device_id in THREE
        for day in range(3)
        for start in (eight + day * DAY + slot * HALF for slot in random.sample(range(18), 4))
    ]
    await held(ledger, *times)
    await projector.catch_up()
    busy = [Period(start, end) for _, start, end in times]
    for wanted in hours(1):
        told = {kind: start for start, kind in await found(database, THREE, wanted)}
        free = [one for one in hours(4) if not any(map(one.overlaps, busy))]
        assert told["later"] == min(one.start for one in free if one.start > wanted.start)
        before = [one.start for one in free if one.start < wanted.start]
        assert told.get("earlier") == max(before, default=None)


def hours(days: int) -> Iterator[Period]:
    """The full hours between eight and seventeen of some days, from that of the bookings on."""
    for day in range(days):
        for hour in range(9):
            start = eight + day * DAY + hour * HOUR
            yield Period(start, start + HOUR)
