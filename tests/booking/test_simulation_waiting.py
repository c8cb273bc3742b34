"""A simulated year has its waiting lines: offers that are accepted, and some that are not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from booking.dues import KINDS
from domain import events as e
from tests.booking.test_simulation import Process, begin, read_all, simulated, testbed

__all__ = ["testbed"]


async def test_a_year_of_waiting(testbed: Process, database_url: str) -> None:
    """Companies stand in line, answer offers, and an offer is open when a visitor comes."""
    await begin(testbed)
    await simulated(database_url, events=4_000)
    history = await read_all(testbed)
    kinds = Counter(recorded.type for recorded in history)
    assert kinds["WaitlistJoined"] > kinds["SlotOffered"] > kinds["OfferAccepted"] > 0
    assert kinds["WaitlistLeft"] > 0
    open_offers: dict[str, datetime] = {}
    for recorded in history:
        if isinstance(recorded.event, e.SlotOffered | e.OfferExtended):
            open_offers[recorded.event.wish_id] = recorded.event.expires_at
            assert recorded.event.expires_at > recorded.recorded_at
        elif isinstance(recorded.event, e.WaitlistEvent):
            open_offers.pop(recorded.event.wish_id, None)
    assert open_offers
    # What nobody answered has expired.
    assert min(open_offers.values()) > history[-1].recorded_at - timedelta(minutes=30)
    await testbed.projector.catch_up()
    assert await testbed.projector.replay_check(lambda _done, _total: None) is None


async def test_the_year_leaves_no_deadline_behind(testbed: Process, database_url: str) -> None:
    """Every deadline is decided in the year when it passed, so the first round finds none old."""
    await begin(testbed)
    end = datetime.now(UTC)
    await simulated(database_url, events=3_000, end=end)
    await testbed.projector.catch_up()
    noticed = end - timedelta(seconds=10)
    for kind in KINDS:
        assert await kind.find(testbed.database.app, noticed, 200) == [], kind.name
    history = await read_all(testbed)
    until: dict[str, datetime] = {}
    expired = passed = 0
    for recorded in history:
        if isinstance(recorded.event, e.WaitlistPassed):
            late = recorded.recorded_at - recorded.event.period.start
            assert late < timedelta(seconds=10)
            passed += 1
        elif isinstance(recorded.event, e.SlotOffered):
            until[recorded.event.wish_id] = recorded.event.expires_at
        elif isinstance(recorded.event, e.OfferExpired):
            late = recorded.recorded_at - until[recorded.event.wish_id]
            assert late < timedelta(seconds=10)
            expired += 1
    assert expired > 0
    assert passed > 0
