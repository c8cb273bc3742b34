"""Lists in pages: `limit` and `after` in, `{"items": […], "next": …}` out."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from web.as_of import AsOf
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
