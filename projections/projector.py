"""Keeps views up to date. Whoever waits, projects: there is no process that has to be running.

Live work in any number of processes, catching up and rebuilding are one fold. To move a view, lock
the row with its position, apply what is new, move the position, commit. Processes and tasks that
wait for the same view therefore queue, and the later ones find their work done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

import asyncpg

from projections import catching_up
from projections.apply import Applier
from projections.comparing import Difference
from projections.installing import install
from projections.position import ViewPosition, positions_of
from projections.reading import head_of
from projections.rebuilding import Rebuilt, rebuild
from projections.replaying import replay
from projections.view import View
from projections.views import VIEWS

Progress = Callable[[int, int], None]

POLL_SECONDS = 1.0
"""A notification is only a hint; this is how long news can go unnoticed without one."""

UNSEEN_SECONDS = 0.02
"""How soon is looked again for an event that is not in the ledger yet."""

FILL_FROM = 5_000
"""An empty view this many events behind is filled in bulk, which is several times faster."""

_log = logging.getLogger(__name__)


class Projector:
    """Moves views over a pool that acts as their owner (`booking_views`)."""

    def __init__(self, pool: asyncpg.Pool, views: Sequence[View] = VIEWS) -> None:
        self._pool = pool
        self._lanes = {view.name: _Lane(pool, view) for view in views}
        self._views = {view.name: view for view in views}

    async def install(self) -> None:
        """Makes what is missing. A view of another ledger (a restored one) starts from nothing."""
        await install(self._pool, list(self._views.values()))

    async def positions(self) -> dict[str, ViewPosition]:
        return await positions_of(self._pool, list(self._views.values()))

    async def catch_up(self, *names: str, upto: int | None = None) -> dict[str, int]:
        """Brings views (all, if none is named) to the ledger's head, or to `upto` at most.

        A view that an event stops stays behind alone. Answers the positions reached.
        """
        chosen = names or tuple(self._views)
        await asyncio.gather(*(self._catch_up(name, upto) for name in chosen))
        return {name: lane.position for name, lane in self._lanes.items() if name in chosen}

    async def wait_for(
        self,
        names: Sequence[str],
        position: int,
        timeout: float = 2.0,  # noqa: ASYNC109
    ) -> bool:
        """True once all the views hold the event at `position`; False when that takes too long.

        What is missing is projected here and now. A stopped view is not waited for: False.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                reached = await asyncio.gather(
                    *(self._lanes[name].reach(position) for name in names)
                )
                return all(reached)
        return False

    async def run(self, stop: asyncio.Event, notified: asyncio.Event | None = None) -> None:
        """Catches up whenever `notified` is set, and every second, until `stop` is set."""
        notified = notified or asyncio.Event()
        while not stop.is_set():
            notified.clear()
            try:
                await self.catch_up()
            except Exception:  # noqa: BLE001 - the background outlives every fault
                # Whatever it was, those who wait still project, and the next round may do better.
                _log.exception("the views could not be brought up to date; trying again")
            await _first_of(stop, notified, POLL_SECONDS)

    async def resume(self, name: str, through: int) -> int:
        """Applies the event that stopped a view together with its correction, and records that.

        Everything through the append of `through` goes into one transaction, whose constraints are
        looked at when it ends. Answers the new position; raises ProjectionStoppedError.
        """
        return await catching_up.resume(self._pool, self._views[name], through)

    async def rebuild(self, name: str, progress: Progress) -> Rebuilt:
        """Fills the view anew beside the live one, compares the two, and swaps them."""
        return await rebuild(self._pool, self._views[name], progress)

    async def replay_check(self, progress: Progress) -> Difference | None:
        """Folds the whole ledger again and answers the first row that the live views have else."""
        for view in self._views.values():
            difference = await replay(self._pool, view, progress)
            if difference is not None:
                return difference
        return None

    async def _catch_up(self, name: str, upto: int | None) -> None:
        # Asked once in a process's life: a view that has begun never becomes empty again.
        if upto is None and not self._lanes[name].position:
            found = (await self.positions())[name].position
            if found == 0 and await head_of(self._pool) >= FILL_FROM:
                view = self._views[name]
                await rebuild(self._pool, view, lambda _done, _total: None, only_empty=True)
        await self._lanes[name].run(upto)


class _Lane:
    """One view's work within this process: those who wait at the same time share one run."""

    def __init__(self, pool: asyncpg.Pool, view: View) -> None:
        self._pool = pool
        self._view = view
        self._applier = Applier(view, view.schema)
        self._turn = asyncio.Lock()
        self._started = self._finished = 0
        self.position = 0
        self._stopped = False

    async def reach(self, position: int) -> bool:
        while self.position < position:
            before = self.position
            await self.run(None)
            if self._stopped:
                break
            if self.position == before:
                # The ledger itself has not come so far, or this process can't see it yet.
                await asyncio.sleep(UNSEEN_SECONDS)
        return self.position >= position

    async def run(self, upto: int | None) -> None:
        """Applies at least what was in the ledger when this was called, up to `upto`."""
        called_before = self._started
        async with self._turn:
            # A run that began after the call, and is done, has seen all that the caller means.
            if upto is None and self._finished > called_before:
                return
            self._started += 1
            number = self._started
            found = await catching_up.catch_up(self._pool, self._view, self._applier, upto)
            self.position, self._stopped = found.position, found.stopped_at is not None
            if upto is None:
                self._finished = number


async def _first_of(stop: asyncio.Event, notified: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, notified)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
