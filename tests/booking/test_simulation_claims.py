"""A simulated history has its triaged problems and displaced bookings that are made again."""

from __future__ import annotations

from collections import Counter

from domain import events as e
from tests.booking.simulated import Process, eventful_months, testbed

__all__ = ["testbed"]


async def test_months_of_upkeep(testbed: Process, database_url: str) -> None:
    """Problems are triaged, the displaced wait, a claim is used once, and the views fold it all."""
    history = await eventful_months(testbed, database_url)
    kinds = Counter(recorded.type for recorded in history)
    assert kinds["ProblemTriaged"] > 0
    replaced = [
        recorded.event.replaces
        for recorded in history
        if isinstance(recorded.event, e.ReservationConfirmed | e.ReservationRequested)
        and recorded.event.replaces
    ]
    assert len(replaced) == len(set(replaced))
    events = [recorded.event for recorded in history]
    displaced = [one.waits_as for one in events if isinstance(one, e.ReservationDisplaced)]
    waiting = [one.wish_id for one in events if isinstance(one, e.WaitlistJoined) and one.replaces]
    assert waiting
    assert sorted(waiting) == sorted(filter(None, displaced))
    await testbed.projector.catch_up()
    assert await testbed.projector.replay_check(lambda _done, _total: None) is None
