"""The simulation decides from memory, and still by what is true in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from booking.app import Booking
from booking.demonstration import begin, demonstration_fixtures
from booking.loading import load, open_ledger
from booking.simulation_ledger import remembered_ledger
from domain.actor import SYSTEM
from domain.agenda import Agenda
from domain.companies import SetMostAhead
from domain.decisions import Fact
from domain.device import InHand
from domain.period import Period
from domain.quota import Quota
from domain.reservation import Reservation
from domain.standing import Standing
from domain.terms import Terms
from tests.booking.simulated import Process, ignore_event, read_all, simulated, testbed

__all__ = ["testbed"]


async def test_memory_answers_like_the_ledger(testbed: Process, database_url: str) -> None:
    """Facts recalled from memory and from the database are folded from the same events."""
    await begin(testbed)
    await simulated(database_url, events=300)
    history = await read_all(testbed)
    reservation_id = next(
        one.event.reservation_id for one in history if one.type == "DeviceReturned"
    )
    months = Period(datetime.now(UTC) - timedelta(days=90), datetime.now(UTC))
    facts: list[Fact] = [
        *(Terms("AUT-004"), InHand("ENE-013"), Agenda("AUT-004", months)),
        *(Quota("hanbit", "healthcare", months), Standing("hanbit"), Reservation(reservation_id)),
    ]
    queries = [query for fact in facts for query in fact.queries]
    async with remembered_ledger(database_url, ignore_event) as (remembered, _pool):
        for upto in (None, len(history) // 2):
            expected = await testbed.ledger.recall(queries, upto)
            found = await remembered.recall(queries, upto)
            assert found.head == expected.head
            assert [(one.position, sorted(numbers)) for one, numbers in found.events] == [
                (one.position, sorted(numbers)) for one, numbers in expected.events
            ]
            assert found.events


async def test_memory_notices_what_others_write(testbed: Process, database_url: str) -> None:
    """A decision from memory that is out of date is made again from what is true."""
    await open_ledger(testbed, demonstration=True)
    await load(testbed, demonstration_fixtures())
    heard: list[int] = []
    async with remembered_ledger(database_url, lambda one: heard.append(one.position)) as (
        remembered,
        pool,
    ):
        await testbed.booking.do(SetMostAhead(by=SYSTEM, company_id="hanbit", reservations=7))
        stale = Booking(remembered, pool)
        done = await stale.do(SetMostAhead(by=SYSTEM, company_id="hanbit", reservations=7))
        # Memory said otherwise, so it tried to append, was told, and found that nothing is to do.
        assert list(done.events) == []
        await stale.do(SetMostAhead(by=SYSTEM, company_id="hanbit", reservations=8))
        head = await testbed.ledger.head()
        assert remembered.position == head.position
        assert heard == list(range(1, head.position + 1))
