"""Alternatives as they are read from the views, for a booking that came too late."""

from __future__ import annotations

from typing import Any

import pytest

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.alternatives import Supposed, find_alternatives
from projections.projector import Projector
from projections.supposing import supposed_after
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HOUR,
    MINUTE,
    closure,
    device,
    eight,
    eleven,
    nine,
    taken,
    ten,
)


@pytest.fixture
async def devices(ledger: WrittenLedger) -> None:
    """AUT-018, for which ENE-013 can stand in, and a device of another program that is gone."""
    commissioned, *more = device()
    stands_in = {name: getattr(commissioned, name) for name in commissioned.__struct_fields__}
    compatible = e.DeviceCommissioned(**stands_in | {"compatible": ("AUT-999", ENE)})
    await ledger.append(compatible, *more, *device(ENE, "energy", closed_on_holidays=False))


async def found(database: Database, wanted: Period, **fields: Any) -> list[tuple[str, Any, str]]:
    alternatives = await find_alternatives(database.app, AUT, wanted, BEGIN, **fields)
    return [(one.device_id, one.start, one.kind) for one in alternatives]


@pytest.mark.usefixtures("devices")
async def test_the_loser_of_a_race_is_shown_three_ways_out(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Later on the same device, another device at the same time, and earlier that day."""
    buffered = Period(nine - 30 * MINUTE, ten + 15 * MINUTE)
    await ledger.append(taken(nine, ten, occupied=buffered))
    await projector.catch_up()
    assert await found(database, Period(nine, ten)) == [
        (AUT, ten + 30 * MINUTE, "next_free"),
        (ENE, nine, "compatible"),
        (AUT, eight - 30 * MINUTE, "earlier"),
    ]


@pytest.mark.usefixtures("devices")
async def test_who_moves_a_booking_is_not_in_its_own_way(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The time that the reservation holds now counts as free."""
    await ledger.append(taken(nine, ten), taken(ten, eleven, reservation_id="r-2"))
    await projector.catch_up()
    moved = await found(database, Period(ten, eleven), but="r-1")
    assert (AUT, nine, "earlier") in moved


@pytest.mark.usefixtures("devices")
async def test_a_device_that_is_full_for_weeks_is_looked_at_further(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Three weeks of bookings, then a closed day: the first free time is the day after."""
    for day in range(21):
        start = nine.replace(hour=0) + day * DAY
        await ledger.append(taken(start, start + DAY, reservation_id=f"r-{day}"))
    await ledger.append(closure("2026-11-23"))
    await projector.catch_up()
    free = nine.replace(hour=0) + 22 * DAY
    alternatives = await found(database, Period(nine, ten))
    assert alternatives[0] == (AUT, free, "next_free")


@pytest.mark.usefixtures("devices")
async def test_at_the_end_of_the_horizon_there_is_an_earlier_day(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The nearest one, be it weeks ago; none before now with the notice, nor of a wrong length."""
    end = BEGIN + 180 * DAY
    wanted = Period(end - 8 * HOUR, end)
    full = Period(end - 170 * DAY, end + DAY)
    await ledger.append(
        e.OutageScheduled(outage_id="o-1", device_id=AUT, kind="maintenance", occupied=full),
        taken(wanted.start, wanted.end, device_id=ENE, reservation_id="r-2"),
    )
    await projector.catch_up()
    assert await found(database, wanted) == [(AUT, full.start - 8 * HOUR, "earlier")]
    assert await found(database, Period(end, end + 20 * HOUR)) == []
    planned = Period(BEGIN, full.start)
    outage = e.OutageScheduled(outage_id="o-2", device_id=AUT, kind="maintenance", occupied=planned)
    await ledger.append(outage)
    await projector.catch_up()
    assert await found(database, wanted) == []


@pytest.mark.usefixtures("projector")
async def test_a_device_nobody_knows_has_no_alternatives(
    database: Database,
) -> None:
    """Not even an error: who may see the device is decided elsewhere."""
    assert await found(database, Period(nine, nine + HOUR)) == []


@pytest.mark.usefixtures("devices")
async def test_a_claim_looks_at_its_own_time_first(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """It is no alternative to anybody else's wish, nor while something else has the time."""
    await projector.catch_up()
    claim = Supposed(claim=True)
    soon = Period(BEGIN + HOUR, BEGIN + 2 * HOUR)
    assert (await found(database, soon, supposed=claim))[0] == (AUT, soon.start, "same")
    assert "same" not in [kind for _, _, kind in await found(database, soon)]
    await ledger.append(taken(nine, ten))
    await projector.catch_up()
    kinds = [kind for _, _, kind in await found(database, Period(nine, ten), supposed=claim)]
    assert kinds[0] == "next_free"


@pytest.mark.usefixtures("devices")
async def test_what_will_be_gone_or_taken_is_supposed(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """A search before an outage is recorded answers as one after it."""
    await ledger.append(taken(nine, ten), taken(ten, eleven, reservation_id="r-2"))
    await projector.catch_up()
    outage = Period(eight, ten)
    displaced = e.ReservationDisplaced(
        **{name: getattr(taken(nine, ten), name) for name in e.ReservationEvent.__struct_fields__},
        outage_id="o-1",
    )
    planned = e.OutageScheduled(outage_id="o-1", device_id=AUT, kind="maintenance", occupied=outage)
    happened = [displaced, planned]
    before = await found(database, Period(nine, ten), supposed=supposed_after(happened))
    await ledger.append(*happened)
    await projector.catch_up()
    after = await found(database, Period(nine, ten), supposed=Supposed(claim=True))
    assert before == after
    assert (AUT, eleven, "next_free") in before
