"""Lists in pages: `limit` and `after` in, `{"items": […], "next": …}` out."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from web.as_of import AsOf
from web.forms import Moment
from web.problem import wrong

Item = TypeVar("Item")
Cursor = TypeVar("Cursor")

MOST = 200

Limit = Annotated[int, Meta(ge=1, le=MOST)]
CursorText = Annotated[str, Meta(max_length=400)]


class Paged(AsOf, frozen=True, kw_only=True):
    """The parameters of every list of ledger data."""

    limit: Limit = 50
    after: CursorText | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list by time goes on."""

    at: Moment
    entry_id: str


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page; `next` is what `after` takes for the page that follows, null after the last."""

    items: Sequence[Item]
    next: str | int | None = None


def cursor(value: Any) -> str:
    """Where a list goes on, in a form that says: do not take this apart."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode().rstrip("=")


def read_cursor(text: str | None, kind: type[Cursor], field: str = "after") -> Cursor | None:
    """The value of a cursor; raises Invalid for anything that `cursor` did not make."""
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=kind)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise wrong(field, "cursor") from error


def address_at(path: str, kept: Mapping[str, str | None], part: str, place: str | None) -> str:
    """A page's address with the list `part` at another place (None: its first page).

    `kept` are the page's other parameters, with where its other lists are.
    """
    query = urlencode([(name, one) for name, one in {**kept, part: place}.items() if one])
    return f"{path}?{query}#{part}" if query else f"{path}#{part}"
