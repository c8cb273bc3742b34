"""Our ledger behind the library's synchronous recorder interface, for the library's own tests."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import asyncpg
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.dcb.persistence import DCBListenNotifySubscription
from eventsourcing.dcb.popo import SimpleDCBReadResponse
from eventsourcing.persistence import IntegrityError

from booking.ledger import SEPARATOR, Ledger, Request
from booking.writer import Conflict, Draft, NewEvent

Answer = TypeVar("Answer")
SQL_READ = """
    SELECT DISTINCT e.position, e.body
    FROM unnest($1::text[], $2::text[]) AS q (types, tags)
    CROSS JOIN LATERAL ledger.matching(
        string_to_array(q.types, chr(31)), string_to_array(q.tags, chr(31)), $3) AS m (position)
    JOIN ledger.events AS e USING (position)
    ORDER BY e.position LIMIT $4
"""


class LedgerRecorder(DCBRecorder):
    """Runs a ledger in a thread of its own. Opaque data travel as a base64 JSON string."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listeners: set[threading.Event] = set()
        self._run(self._open(url))

    async def _open(self, url: str) -> None:
        self._pool = await asyncpg.create_pool(
            url, min_size=1, max_size=4, server_settings={"role": "booking_app"}
        )
        self._ledger = Ledger(self._pool)
        self._listening = await asyncpg.connect(url)
        await self._listening.add_listener("ledger", self._notify)

    def close(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        await self._ledger.close()
        await self._listening.close()
        await self._pool.close()

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None
    ) -> int:
        request = Request.of("test", None, b"")
        query = condition.fail_if_events_match if condition else DCBQuery()
        types, tags = _joined(query)
        draft = Draft(
            request_tag=request.tag,
            digest=request.digest,
            events=[_new(event, request, first=n == 0) for n, event in enumerate(events)],
            query_types=types,
            query_tags=tags,
            after=None if condition is None else condition.after or 0,
        )
        try:
            return self._run(self._ledger.append(draft)).last
        except Conflict as error:
            raise IntegrityError(condition) from error

    def read(
        self,
        query: DCBQuery | None = None,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> SimpleDCBReadResponse:
        return self._run(self._read(query or DCBQuery(), after or 0, limit))

    async def _read(self, query: DCBQuery, after: int, limit: int | None) -> SimpleDCBReadResponse:
        types, tags = _joined(query)
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            rows = await connection.fetch(SQL_READ, types, tags, after, limit)
            head = await connection.fetchval("SELECT position FROM ledger.head")
        events = [_sequenced(row["body"]) for row in rows]
        if limit is not None:
            head = events[-1].position if events else None
        return SimpleDCBReadResponse(iter(events), head or None)

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> LedgerSubscription:
        return LedgerSubscription(self, query=query, after=after)

    def listen(self, event: threading.Event) -> None:
        self._listeners.add(event)

    def unlisten(self, event: threading.Event) -> None:
        self._listeners.discard(event)

    def _notify(self, *_: Any) -> None:
        for listener in list(self._listeners):
            listener.set()

    def _run(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


class LedgerSubscription(DCBListenNotifySubscription[LedgerRecorder]):
    def __init__(
        self, recorder: LedgerRecorder, query: DCBQuery | None = None, after: int | None = None
    ) -> None:
        super().__init__(recorder=recorder, query=query, after=after)
        recorder.listen(self._has_been_notified)

    def stop(self) -> None:
        super().stop()
        self._recorder.unlisten(self._has_been_notified)


def _joined(query: DCBQuery) -> tuple[list[str], list[str]]:
    """An empty query matches everything, which here is one item without types and tags."""
    items = [(item.types, item.tags) for item in query.items] or [([], [])]
    return (
        [SEPARATOR.join(types) for types, _ in items],
        [SEPARATOR.join(tags) for _, tags in items],
    )


def _new(event: DCBEvent, request: Request, *, first: bool) -> NewEvent:
    tail = {
        "type": event.type,
        "tags": event.tags,
        "data": base64.b64encode(event.data).decode(),
        "digest": request.digest,
    }
    return NewEvent(
        event.type, [*event.tags, request.tag] if first else event.tags, json.dumps(tail)[1:]
    )


def _sequenced(body: bytes) -> DCBSequencedEvent:
    stored = json.loads(body)
    event = DCBEvent(
        type=stored["type"], data=base64.b64decode(stored["data"]), tags=stored["tags"]
    )
    return DCBSequencedEvent(event=event, position=stored["position"])
