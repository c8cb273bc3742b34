"""Giving commands: recall, decide, append what happened, and decide again when facts changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import asyncpg
import msgspec

from booking.keyed_locks import KeyedLocks
from booking.ledger import Ledger, Request, drafted, joined
from booking.writer import LANES, Appended, Conflict, Draft
from domain import events as e
from domain.decisions import Command, Query, Recall, Slice
from domain.event import Event, Recorded
from domain.events import name_of
from domain.handlers import decide
from domain.refusing import rejected_of, request_refused
from domain.rejected import Rejected
from domain.stored import Envelope

GIVE_UP_SECONDS = 15.0
"""How long a command may be decided again and again before its caller is told to come back."""
TRIES_BEFORE_LOCKING = 2
"""After so many lost races a decision also holds a lock that other processes wait for."""
DECISIONS_AT_ONCE = 8
"""Decisions of one process that may hold a lock in the database at the same time, at most."""


class OutOfTries(Exception):  # noqa: N818 - an answer, not a fault
    """The facts changed under every attempt; the same command may be given again."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a command brought about, in the order of positions; nothing, when nothing changed."""

    events: Sequence[Recorded]
    position: int
    repeated: bool = False

    def of(self, *types: type[Event]) -> list[Any]:
        """The events of some types."""
        return [recorded.event for recorded in self.events if isinstance(recorded.event, types)]


class Booking:
    """Decides commands against the ledger. One for each process."""

    def __init__(self, ledger: Ledger, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._ledger = ledger
        self._pool = pool
        self.written = 0
        """The newest position that this process appended."""
        self._queues = KeyedLocks()
        # The writer keeps its lanes' connections, and who holds a lock still has to read: were all
        # other connections held by locks, nobody would ever get any further.
        spare = (pool.get_max_size() - LANES) // 2
        self._locking = asyncio.Semaphore(max(1, min(DECISIONS_AT_ONCE, spare)))

    async def do(
        self,
        command: Command,
        *,
        request: Request | None = None,
        because: int | None = None,
        at: datetime | None = None,
    ) -> Done:
        """Give a command; returns what happened once it is on disk.

        Raises Rejected when the rules refuse it (a company's refusal is recorded), OutOfTries when
        others were faster every time, and what `Ledger.append` raises. The same `request` given
        again answers what it answered first. `at` is for demonstration ledgers alone.
        """
        request = request or Request.of(command.by.account_id, None, b"")
        if request.named and await self._ledger.of_request(request):
            return await self._again(request)
        try:
            async with self._queues.held(command.keys()):
                return await self._decide(command, request, because, at)
        except Rejected as rejected:
            if command.by.of_company:
                return await self._refused(command, request, rejected, at)
            raise

    async def done_before(self, request: Request) -> Done | None:
        """What a request did when it was given first; None for a new one, or one that was refused.

        For whoever would look at things as they stand now before the command is given: what the
        request did may have changed who may give it.
        """
        if not request.named:
            return None
        known = await self._ledger.of_request(request)
        if not known or any(isinstance(one.event, e.RequestRefused) for one in known):
            return None
        return await self._again(request)

    async def try_out(self, command: Command) -> list[Event]:
        """What a command would bring about now; nothing is recorded, not even a refusal."""
        return await decide(command, Recall(LedgerSource(self._ledger, None)))

    async def _decide(
        self, command: Command, request: Request, because: int | None, at: datetime | None
    ) -> Done:
        give_up = monotonic() + GIVE_UP_SECONDS
        boundary: Sequence[Query] = ()
        attempt = 0
        while monotonic() < give_up:
            async with self._locked(boundary if attempt >= TRIES_BEFORE_LOCKING else ()):
                recall = Recall(LedgerSource(self._ledger, at))
                happened = await decide(command, recall)
                if not happened:
                    return Done(events=(), position=recall.position)
                envelope = _envelope(command, request, because, recall.terms_version)
                types, tags = joined(recall.boundary)
                draft = Draft(
                    request_tag=request.tag,
                    digest=request.digest,
                    events=drafted(happened, request, envelope),
                    query_types=types,
                    query_tags=tags,
                    # No recalled fact, no condition.
                    after=recall.position if recall.boundary else None,
                    at=at,
                )
                with contextlib.suppress(Conflict):
                    appended = await self._ledger.append(draft)
                    self.written = max(self.written, appended.last)
                    return await self._done(request, happened, envelope, appended)
            boundary = recall.boundary
            attempt += 1
        raise OutOfTries

    async def _done(
        self,
        request: Request,
        happened: Sequence[Event],
        envelope: Envelope,
        appended: Appended,
    ) -> Done:
        if appended.repeated:
            return await self._again(request)
        recorded = [
            _recorded(event, appended.first + number, appended.recorded_at, envelope)
            for number, event in enumerate(happened)
        ]
        return Done(events=recorded, position=appended.last)

    async def _again(self, request: Request) -> Done:
        """The answer that a request got before, acknowledged once more by a write."""
        appended = await self._ledger.acknowledge(request)
        known = await self._ledger.of_request(request)
        refusals = [one.event for one in known if isinstance(one.event, e.RequestRefused)]
        # A refusal beside what was booked is a part of the answer; alone, it is the answer.
        if refusals and len(refusals) == len(known):
            raise rejected_of(refusals[0])
        return Done(events=known, position=appended.last, repeated=True)

    async def _refused(
        self, command: Command, request: Request, rejected: Rejected, at: datetime | None
    ) -> Done:
        """Record that a company was refused, which is the demand that was not met.

        Where the same request was decided otherwise meanwhile (its twin won), that is the answer.
        """
        event = request_refused(command, rejected)
        envelope = _envelope(command, request, None, None)
        draft = Draft(
            request_tag=request.tag,
            digest=request.digest,
            events=drafted([event], request, envelope),
            at=at,
        )
        appended = await self._ledger.append(draft)
        self.written = max(self.written, appended.last)
        if appended.repeated:
            return await self._again(request)
        raise rejected

    @contextlib.asynccontextmanager
    async def _locked(self, boundary: Sequence[Query]) -> AsyncIterator[None]:
        """Holds a database lock for each tag of a boundary, so that losers take turns.

        Without it, callers that want different free slots of one device starve each other.
        """
        tags = sorted({tag for query in boundary for tag in query.tags})
        if not tags:
            yield
            return
        async with self._locking, self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(tag, 0))"
                " FROM unnest($1::text[]) WITH ORDINALITY AS t (tag, number) ORDER BY number",
                tags,
            )
            yield


class LedgerSource:
    """Facts from the ledger. In a demonstration, `at` is the time that decisions are made at."""

    def __init__(self, ledger: Ledger, at: datetime | None) -> None:
        self._ledger = ledger
        self._at = at

    async def read(self, queries: Sequence[Query], upto: int | None) -> Slice:
        answer = await self._ledger.recall(queries, upto)
        return answer if self._at is None else msgspec.structs.replace(answer, now=self._at)


def _envelope(
    command: Command, request: Request, because: int | None, terms_version: int | None
) -> Envelope:
    by = command.by.account_id
    holder: str | None = getattr(command, "account_id", None)
    return Envelope(
        by=by,
        on_behalf_of=holder if holder != by else None,
        because=because,
        terms_version=terms_version,
        digest=request.digest,
    )


def _recorded(event: Event, position: int, recorded_at: datetime, envelope: Envelope) -> Recorded:
    return Recorded(
        position=position,
        recorded_at=recorded_at,
        type=name_of(event),
        tags=tuple(event.tags()),
        event=event,
        by=envelope.by,
        on_behalf_of=envelope.on_behalf_of,
        because=envelope.because,
        terms_version=envelope.terms_version,
    )
