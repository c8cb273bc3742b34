"""Time travel: `as_of` is a position of the ledger, or a time that resolves to one.

Neither may lie ahead: what was answered for a position or a time stays the answer for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Self

import msgspec
from litestar.connection import ASGIConnection
from msgspec import Meta

from booking.testbed import Testbed
from domain.period import SEOUL
from web.forms import Moment, query_fields, read
from web.given import Given
from web.problem import wrong

WAIT_SECONDS = 2.0
"""How long an answer waits for the views that it is read from."""


class Then(int):
    """A position that somebody looks back to, as it was asked for: `at` is the time, if it was one.

    A position is folded up to and including; a time, up to what had been recorded by then.
    """

    asked: str
    at: datetime | None

    def __new__(cls, position: int, asked: str, at: datetime | None = None) -> Self:
        then = super().__new__(cls, position)
        then.asked, then.at = asked, at
        return then


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """What every GET of ledger data takes: data as of then, names and rights as of today.

    `as_of` is a position or a time (RFC 3339), and neither may be still to come.
    """

    as_of: Annotated[str, Meta(max_length=64)] | None = None


async def position_of(testbed: Testbed, text: str | None, *views: str) -> Then | None:
    """The position that `as_of` means, once `views` hold it; None for now. Raises Invalid."""
    if text is None:
        return None
    position = await _position(testbed, text)
    await testbed.projector.wait_for(views, position, WAIT_SECONDS)
    return position


async def provide_as_of(
    request: ASGIConnection[Any, Any, Any, Any], testbed: Given[Testbed]
) -> Then | None:
    """The dependency `as_of` of pages, which read further parameters themselves."""
    given = query_fields(request).get("as_of", "")
    if isinstance(given, list):
        raise wrong("as_of", "repeated")
    views = ("devices", "calendar", "usage", "maintenance", "overrides", "statements", "waiting")
    return await position_of(testbed, given or None, *views)


async def _position(testbed: Testbed, text: str) -> Then:
    head = await testbed.ledger.head()
    if text.isascii() and text.isdecimal():
        if len(text) > len(str(head.position)) or int(text) > head.position:
            raise wrong("as_of", "position", head.position)
        return Then(int(text), str(int(text)))
    moment = _moment(text)
    now = max(datetime.now(UTC), head.recorded_at)
    if moment > now:
        raise wrong("as_of", "future", now.astimezone(SEOUL).isoformat(timespec="seconds"))
    return Then(await testbed.ledger.position_at(moment), moment.isoformat(), moment)


def _moment(text: str) -> datetime:
    return read(_Moment, {"as_of": text}).as_of


class _Moment(msgspec.Struct, frozen=True):
    as_of: Moment
