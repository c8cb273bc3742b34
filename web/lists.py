"""Lists in pages: `limit` and `after` in, `{"items": […], "next": …}` out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from web.as_of import AsOf
from web.forms import Moment, read
from web.problem import Invalid, wrong

Item = TypeVar("Item")
Cursor = TypeVar("Cursor", bound=msgspec.Struct)

MOST = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Limit = Annotated[int, Meta(ge=1, le=MOST)]
CursorText = Annotated[str, Meta(max_length=400)]


class Paged(AsOf, frozen=True, kw_only=True):
    """The parameters of every list of ledger data."""

    limit: Limit = 50
    after: CursorText | None = None


class LongPaged(Paged, frozen=True, kw_only=True):
    """The parameters of a list of ledger data that mostly fits on one page."""

    limit: Limit = MOST


class OwnPaged(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a list of an account's own things, which the ledger knows nothing of."""

    limit: Limit = MOST
    after: CursorText | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list by time goes on."""

    at: Moment
    entry_id: str


class Rank(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where an item stands in a list that is read whole; it grows along the list."""

    number: int
    name: str = ""


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page; `next` is what `after` takes for the page that follows, null after the last."""

    items: Sequence[Item]
    next: str | int | None = None


def cursor(value: Any) -> str:
    """Where a list goes on, in a form that says: do not take this apart."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode().rstrip("=")


def read_cursor(text: str | None, kind: type[Cursor], field: str = "after") -> Cursor | None:
    """The place that a cursor names; raises Invalid for anything that `cursor` did not make.

    Its values are held to the bounds of `kind` and of every field that a client sends.
    """
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        values = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[Any])
        return read(kind, dict(zip(kind.__struct_fields__, values, strict=True)))
    except (ValueError, msgspec.MsgspecError, RecursionError, Invalid) as error:
        raise wrong(field, "cursor") from error


def cut(
    found: Sequence[Item], query: LongPaged | OwnPaged, rank: Callable[[Item], Rank]
) -> tuple[Sequence[Item], str | None]:
    """The page that a query asks for of a list that was read whole, and where the next goes on.

    A place is a rank, so that the list goes on behind an item that is gone meanwhile, too.
    """
    place = read_cursor(query.after, Rank)
    left = [one for one in found if place is None or rank(one) > place]
    page = left[: query.limit]
    return page, cursor(rank(page[-1])) if len(left) > query.limit else None


def newest_first(at: datetime, name: str) -> Rank:
    """The rank in a list by time, the newest first."""
    return Rank(-((at - _EPOCH) // timedelta(microseconds=1)), name)


def address_at(path: str, kept: Mapping[str, str | None], part: str, place: str | None) -> str:
    """A page's address with the list `part` at another place (None: its first page).

    `kept` are the page's other parameters, with where its other lists are.
    """
    query = urlencode([(name, one) for name, one in {**kept, part: place}.items() if one])
    return f"{path}?{query}#{part}" if query else f"{path}#{part}"
