"""Deadlines are decided here, by a task in every web process, one at a time; without cron.

A round finds what is due (`booking.dues`) and gives the commands in the order of their deadlines.
It asks what is due *by now*, so nothing depends on being awake at an exact minute, and after
downtime the first rounds catch up. Each command looks at the facts again, and its request is made
of the deadline, so that each deadline is decided once: two workers, a crash between decision and
acknowledgement, and a view that is behind change nothing.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import TypeAlias

import asyncpg

from booking.app import OutOfTries
from booking.database import connect_alone
from booking.dues import KINDS, Kind
from booking.heartbeat import awake_throughout, beat
from booking.ledger import Request
from booking.retention import Retention
from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.rejected import Rejected
from projections.due import Due

POLL_SECONDS = 3.0
"""How late a deadline may be decided while the system is up."""
CLOSE_SECONDS = 2.0
AT_ONCE = 200
"""Deadlines of a kind decided in a round at most, so that one round stays short."""
# Any number will do that nothing else locks: "overdue" in ASCII.
ONE_AT_A_TIME = int.from_bytes(b"overdue")

_log = logging.getLogger(__name__)
_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Worker:
    """One process's candidate for looking after deadlines, on a connection of its own."""

    def __init__(self, testbed: Testbed, url: str) -> None:
        self._testbed = testbed
        self._url = url
        self._retention = Retention(testbed.access_log)

    async def run(self, stop: asyncio.Event) -> None:
        """Looks after deadlines whenever no other process does, until `stop` is set."""
        while not stop.is_set():
            try:
                await self._run_connected(stop)
            except Exception:  # noqa: BLE001 - the background outlives every fault
                # What was due stays due, and the next round, here or elsewhere, may do better.
                _log.exception("deadlines could not be looked after; trying again")
                await _pause(stop)

    async def round(self, connection: _Connection, at: datetime | None = None) -> int:
        """Decide what is due, and answer how much that was. `at` is for demonstration ledgers."""
        testbed = self._testbed
        await testbed.projector.catch_up("calendar", "waiting")
        now = at or await connection.fetchval(_NOW)
        await beat(connection, now)
        reader = testbed.database.app
        found = [
            (due.at, kind.name, due.id, kind, due)
            for kind in KINDS
            for due in await kind.find(reader, now, AT_ONCE)
        ]
        decided = 0
        for _, _, _, kind, due in sorted(found, key=lambda one: one[:3]):
            down = not await awake_throughout(connection, due.since, due.at)
            decided += await self._decide(kind, due, down, at)
        return decided

    async def _run_connected(self, stop: asyncio.Event) -> None:
        connection = await connect_alone(self._url)
        try:
            # The lock is the session's: it goes with the connection, whatever ends that.
            while not stop.is_set():
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME):
                    break
                await _pause(stop)
            while not stop.is_set():
                await self.round(connection)
                await self._retention.look(asyncio.get_running_loop().time())
                await _pause(stop)
        finally:
            await connection.close(timeout=CLOSE_SECONDS)

    async def _decide(self, kind: Kind, due: Due, down: bool, at: datetime | None) -> bool:
        name = f"{kind.name}:{due.id}:{due.at.isoformat()}"
        request = Request.of(SYSTEM.account_id, name, b"")
        try:
            done = await self._testbed.booking.do(kind.order(due, down), request=request, at=at)
        except Rejected as rejected:
            # The view was behind, or somebody was faster: a hand-out at the last moment.
            _log.info("not due after all: %s (%s)", name, rejected)
            return False
        except OutOfTries:
            return False
        return bool(done.events) and not done.repeated


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await stop.wait()
    except TimeoutError:
        return


# As decisions read the time: never before the newest event, whatever the clock says.
_NOW = "SELECT greatest(clock_timestamp(), recorded_at) FROM ledger.head"
