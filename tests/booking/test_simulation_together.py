"""The simulated year has weekly series, given up early or moved, and rigs with their cabin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest

from booking.config import Settings
from booking.testbed import Testbed, open_testbed
from domain import events as e
from domain.stored import decode_body
from tests.booking.simulated import END, begin_a_year, simulated


@pytest.fixture
async def testbed(database_url: str) -> AsyncIterator[Testbed]:
    async with open_testbed(database_url, Settings()) as opened:
        yield opened


async def test_a_year_has_series_and_bundles(testbed: Testbed, database_url: str) -> None:
    """Companies book a device week after week, and the cabin at the time of its simulator."""
    await begin_a_year(testbed)
    await simulated(database_url, events=5000, seed=3, end=END)
    series: dict[str, list[e.ReservationEvent]] = defaultdict(list)
    bundles: dict[str, list[e.ReservationEvent]] = defaultdict(list)
    for kind in ("ReservationConfirmed", "ReservationRequested"):
        after = 0
        while stored := await testbed.ledger.stored(types=[kind], after=after, limit=1000):
            after = stored[-1].position
            for event in (decode_body(one.body).event for one in stored):
                assert isinstance(event, e.ReservationConfirmed | e.ReservationRequested)
                if event.series_id:
                    series[event.series_id].append(event)
                if event.group_id:
                    bundles[event.group_id].append(event)
    assert series
    assert any(len(one) >= 3 for one in series.values())
    for one in series.values():
        assert len({(event.device_id, event.company_id) for event in one}) == 1
    assert bundles
    for one in bundles.values():
        assert {event.device_id for event in one} == {"AUT-001", "AUT-003"}
        assert len({event.period for event in one}) == 1
    await _require_office_work(testbed)


async def _require_office_work(testbed: Testbed) -> None:
    """What the laboratory's office does in a year is there as well, with its dates and reasons."""
    found: dict[str, list[Any]] = {}
    for kind in ("RateSet", "UsageCorrected", "UsageWaived", "RequestRefused"):
        stored = await testbed.ledger.stored(types=[kind], limit=1000)
        found[kind] = [decode_body(one.body).event for one in stored]
    dated = [rate for rate in found["RateSet"] if rate.valid_from is not None]
    assert {rate.company_kind for rate in dated} == {"large"}
    assert all(rate.valid_until.year == rate.valid_from.year + 1 for rate in dated)
    assert all(one.was != one.used and one.reason for one in found["UsageCorrected"])
    assert found["UsageCorrected"]
    assert found["UsageWaived"]
    assert found["RequestRefused"]
    stored = await testbed.ledger.stored(types=["ReservationRescheduled"], limit=1000)
    bodies = [one.body for one in stored]
    assert len(bodies) > len({decode_body(one).recorded_at for one in bodies})
