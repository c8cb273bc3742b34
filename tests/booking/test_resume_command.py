"""`booking resume`: a view that an event stopped goes on with its correction."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from domain.event import Event
from tests.booking.test_cli import Command, booking
from tests.conftest import run
from tests.projections.test_projector import cancelled
from tests.projections.written import WrittenLedger
from tests.scenario import device, eleven, nine, taken, ten

__all__ = ["booking"]


def test_a_stopped_view_goes_on_with_its_correction(booking: Command, database_url: str) -> None:
    """It refuses while nothing is corrected, what does not reach the event, and a second time."""
    double = taken(nine, eleven, reservation_id="r-2")
    # The time is given twice, which the rules never do, and then once again taken back.
    plant(database_url, [device(), [taken(nine, ten)], [double]])
    stopped = position(database_url)
    assert "r-2" not in booking("reservation", "list", "--status", "any").out
    refused = booking("resume", "calendar", "--through", str(stopped))
    assert (refused.code, "calendar stopped at event" in refused.err) == (1, True)
    plant(database_url, [[cancelled(double)]])
    short = booking("resume", "calendar", "--through", str(stopped - 1))
    assert (short.code, short.err) == (
        1,
        f"booking: it stopped at event {stopped}; --through has to reach that.\n",
    )
    assert booking("resume", "calendar", "--through", str(stopped + 9)).code == 1
    resumed = booking("resume", "calendar", "--through", str(stopped + 1))
    assert (resumed.code, resumed.out) == (0, f"calendar: goes on after event {stopped + 1}.\n")
    again = booking("resume", "calendar", "--through", str(stopped + 1))
    assert (again.code, "is not stopped" in again.err) == (1, True)
    assert booking("audit", "replay", "--check").code == 0


def test_a_view_is_named_and_so_is_the_event(booking: Command) -> None:
    """Without either it is misused."""
    assert booking("resume", "calender", "--through", "1").code == 2
    assert booking("resume", "calendar").code == 2
    assert booking("resume", "calendar", "--through", "0").code == 2


def plant(url: str, appends: Sequence[Sequence[Event]]) -> None:
    """Write past the rules, as the ledger's owner."""

    async def write() -> None:
        async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
            ledger = WrittenLedger(pool)
            ledger.head = await pool.fetchval("SELECT position FROM ledger.head")
            for append in appends:
                await ledger.append(*append)

    run(write())


def position(url: str) -> int:
    """The newest event's."""

    async def read() -> int:
        connection = await asyncpg.connect(url)
        try:
            head: int = await connection.fetchval("SELECT position FROM ledger.head")
            return head
        finally:
            await connection.close()

    return run(read())
