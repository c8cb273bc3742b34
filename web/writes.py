"""Giving commands from a request: once for each idempotency key, and seen by whoever asks next."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from booking.app import Done, LedgerSource
from booking.ledger import Request
from booking.testbed import Testbed
from domain.decisions import Command, Fact, Recall
from domain.event import Recorded
from domain.stored import decode_body
from projections import calendar, calendar_fold
from projections.calendar import Entry
from projections.fold import Fold
from web.as_of import WAIT_SECONDS
from web.forms import HttpRequest
from web.problem import Problem, wrong

SEEN_VIEWS = (
    *("devices", "calendar", "usage", "statements", "maintenance", "overrides"),
    "waiting",
)
LONGEST_KEY = 200
MOST_EVENTS_OF_ONE = 1000


async def give(
    request: HttpRequest,
    testbed: Testbed,
    command: Command,
    body: msgspec.Struct,
    *,
    key: str | None = None,
) -> Done:
    """Gives a command, then waits up to two seconds until the views show what it did.

    `body` is what the client sent, by which a repeated request is told from another one. `key` is
    the idempotency key of a form without headers. Raises what `Booking.do` raises.
    """
    done = await testbed.booking.do(command, request=request_of(request, command, body, key))
    await testbed.projector.wait_for(SEEN_VIEWS, done.position, WAIT_SECONDS)
    return done


def request_of(
    request: HttpRequest, command: Command, body: msgspec.Struct, key: str | None = None
) -> Request:
    """The request as the ledger knows it: the account with its key, and a digest of what it asks.

    Texts are sealed anew and ids are made anew at every try, so that what counts is the order as
    the client gave it, not the command made from it.
    """
    return request_by(request, command.by.account_id, body, key)


def request_by(
    request: HttpRequest, account_id: str, body: msgspec.Struct, key: str | None = None
) -> Request:
    """The same for what is no command: what changes in no ledger (`booking.answered`)."""
    order = f"{request.method} {request.scope['path']}\n".encode()
    order += msgspec.json.encode(body, order="deterministic")
    return Request.of(account_id, idempotency_key(request) or key, order)


def idempotency_key(request: HttpRequest) -> str | None:
    """The client's key (draft-ietf-httpapi-idempotency-key-header); raises Invalid."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not key or not key.isascii() or not key.isprintable():
        raise wrong("Idempotency-Key", "form", "6f1c-booking-1")
    if len(key) > LONGEST_KEY:
        raise wrong("Idempotency-Key", "too_long", LONGEST_KEY)
    return key


async def recalled(testbed: Testbed, *facts: Fact) -> None:
    """Brings facts up to date from the ledger itself, which no view can be behind of."""
    await Recall(LedgerSource(testbed.ledger, None))(*facts)


async def recalled_as_of(testbed: Testbed, fact: Fact, as_of: int | None) -> None:
    """Brings one new fact to where it stood at a position, None for now."""
    answer = await testbed.ledger.recall(fact.queries, as_of)
    for recorded, _ in answer.events:
        fact.when(recorded.event, recorded.position)


async def entry_after(testbed: Testbed, entry_id: str, done: Done) -> Entry:
    """A reservation, outage or breakdown as it stands after what was done to it.

    From the view, or folded from its own events where the view is late.
    """
    entry = await calendar.entry(testbed.database.app, entry_id)
    position = max((one.position for one in done.events if _changes(one, entry_id)), default=0)
    if entry is None or entry.changed_position < position:
        entry = await _from_own_events(testbed, entry_id) or entry
    if entry is None:
        raise Problem("not-found")
    return entry


def written(content: Any, done: Done, *, status: int = 200, location: str = "") -> Response[Any]:
    """The answer to a write."""
    headers = {"Ledger-Position": str(done.position)}
    if location:
        headers["Location"] = location
    return Response(content, status_code=status, headers=headers)


def _changes(recorded: Recorded, entry_id: str) -> bool:
    """Whether the view's row of an entry follows from an event."""
    operations = calendar_fold.project(recorded)
    return any(operation.key.get("entry_id") == entry_id for operation in operations)


async def _from_own_events(testbed: Testbed, entry_id: str) -> Entry | None:
    fold = Fold(calendar_fold.VIEW)
    for recorded in await _events_of(testbed, entry_id):
        # What was accepted from the waiting list is named by the end of its offer as well.
        if _changes(recorded, entry_id):
            fold.apply(recorded)
    entries = fold.tables["entries"]
    row = entries.current.get((entry_id,))
    if row is None:
        return None
    named = dict(zip(entries.columns, row, strict=True))
    return calendar.entry_of({**named, "sector": ""})


async def _events_of(testbed: Testbed, entry_id: str) -> list[Recorded]:
    kinds = ("reservation", "outage", "breakdown")
    for kind in kinds:
        tag = f"{kind}:{entry_id}"
        stored = await testbed.ledger.stored(tags=[tag], limit=MOST_EVENTS_OF_ONE)
        events = [decode_body(one.body) for one in stored]
        if events:
            return events
    return []
