"""`GET /api/events`: the ledger itself, for the laboratory and auditors."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get
from msgspec import Meta

from booking.account import Account
from booking.ledger import StoredEvent
from booking.testbed import Testbed
from domain.events import STORED
from web.access import SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, query_of
from web.given import Given
from web.lists import Limit, Page
from web.problem import wrong

HIGHEST = 2**63 - 1
Tag = Annotated[str, Meta(min_length=1, max_length=200)]
TypeName = Annotated[str, Meta(max_length=100)]


class EventsQuery(AsOf, frozen=True, kw_only=True):
    """Events of any of the types that carry all of the tags, after a position up to `as_of`."""

    after: Annotated[int, Meta(ge=0, le=HIGHEST)] = 0
    limit: Limit = 50
    type: Annotated[list[TypeName], Meta(max_length=60)] = []  # noqa: RUF012 - msgspec copies it
    tag: Annotated[list[Tag], Meta(max_length=10)] = []  # noqa: RUF012 - as well


class EventShown(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is stored, sealed texts sealed, with its leaf hash (hex; RFC 6962).

    Described for readers of the API; answers carry the stored bytes themselves.
    """

    position: int
    recorded_at: str
    type: str
    tags: list[str]
    data: dict[str, Any]
    by: str
    leaf: str


@get("/api/events", opt=may(SEES_EVERYTHING, query=EventsQuery, answer=Page[EventShown]))
async def list_events(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Page[msgspec.Raw]:
    query = query_of(request, EventsQuery)
    for name in query.type:
        if name not in STORED:
            raise wrong("type", "choice", ", ".join(STORED))
    upto = await position_of(testbed, query.as_of)
    found = await testbed.ledger.stored(
        types=query.type, tags=query.tag, after=query.after, limit=query.limit
    )
    await testbed.access_log.record(account.account_id, "read events", f"after {query.after}")
    then = [event for event in found if upto is None or event.position <= upto]
    more = then[-1].position if len(then) == query.limit else None
    return Page(items=[_shown(event) for event in then], next=more)


def _shown(event: StoredEvent) -> msgspec.Raw:
    """The stored object with its leaf put at the end; nothing of it is encoded again."""
    return msgspec.Raw(event.body[:-1] + b',"leaf":"' + event.leaf.hex().encode() + b'"}')


route_handlers = [list_events]
