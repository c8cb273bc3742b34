"""Time travel: `as_of` is a position of the ledger, or a time that resolves to one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.connection import ASGIConnection
from msgspec import Meta

from booking.testbed import Testbed
from web.forms import Moment, query_fields, read
from web.given import Given
from web.problem import wrong

WAIT_SECONDS = 2.0
"""How long an answer waits for the views that it is read from."""


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """What every GET of ledger data takes: data as of then, names and rights as of today."""

    as_of: Annotated[str, Meta(max_length=64)] | None = None


async def position_of(testbed: Testbed, text: str | None, *views: str) -> int | None:
    """The position that `as_of` means, once `views` hold it; None for now. Raises Invalid."""
    if text is None:
        return None
    position = await _position(testbed, text)
    await testbed.projector.wait_for(views, position, WAIT_SECONDS)
    return position


async def provide_as_of(
    request: ASGIConnection[Any, Any, Any, Any], testbed: Given[Testbed]
) -> int | None:
    """The dependency `as_of` of pages, which read further parameters themselves."""
    given = query_fields(request).get("as_of", "")
    if isinstance(given, list):
        raise wrong("as_of", "repeated")
    return await position_of(testbed, given or None, "devices", "calendar", "usage", "waiting")


async def _position(testbed: Testbed, text: str) -> int:
    if text.isascii() and text.isdecimal():
        head = (await testbed.ledger.head()).position
        if len(text) > len(str(head)) or int(text) > head:
            raise wrong("as_of", "position", head)
        return int(text)
    return await testbed.ledger.position_at(_moment(text))


def _moment(text: str) -> datetime:
    return read(_Moment, {"as_of": text}).as_of


class _Moment(msgspec.Struct, frozen=True):
    as_of: Moment
