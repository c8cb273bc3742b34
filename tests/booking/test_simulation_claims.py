"""A simulated year has its triaged problems and displaced bookings that are made again."""

from __future__ import annotations

from collections import Counter

from domain import events as e
from tests.booking.test_simulation import Process, begin, read_all, simulated, testbed

__all__ = ["testbed"]


async def test_a_year_of_upkeep(testbed: Process, database_url: str) -> None:
    """Problems are triaged, a claim is used once, and the views fold all of it."""
    await begin(testbed)
    await simulated(database_url, events=3_000)
    history = await read_all(testbed)
    kinds = Counter(recorded.type for recorded in history)
    assert kinds["ProblemTriaged"] > 0
    replaced = [
        recorded.event.replaces
        for recorded in history
        if isinstance(recorded.event, e.ReservationConfirmed | e.ReservationRequested)
        and recorded.event.replaces
    ]
    assert len(replaced) == len(set(replaced))
    await testbed.projector.catch_up()
    assert await testbed.projector.replay_check(lambda _done, _total: None) is None
