"""The lists of the operations page. Each goes on from page to page by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple, TypeAlias, get_args

from domain.period import SEOUL, day_period
from projections import calendar
from projections.calendar import Entry
from projections.query import Reader
from web.done import Seen
from web.lists import CursorText, Place, address_at, cursor, read_cursor

SHOWN_AT_ONCE = 100
"""Lines of each list; a link leads on from there. No more devices than that are out at a time."""
LATE_HAND_OUTS = timedelta(days=7)
LOOKED_BACK = timedelta(days=366)

Part: TypeAlias = Literal["waiting", "doubtful", "hand_outs", "out"]


class StaffQuery(Seen, frozen=True, kw_only=True):
    """Each list goes on where its own place says."""

    waiting: CursorText | None = None
    doubtful: CursorText | None = None
    hand_outs: CursorText | None = None
    out: CursorText | None = None


class Listed(NamedTuple):
    """Lines of a list, and where its first page and the page that follows are (None: nowhere)."""

    entries: Sequence[Entry]
    first: str | None
    further: str | None


async def staff_lists(
    reader: Reader, asked: StaffQuery, now: datetime, as_of: int | None
) -> dict[Part, Listed]:
    """What waits for an answer, may have been missed, goes out today, and is out; by its start."""
    tonight = day_period(now.astimezone(SEOUL).date()).end
    found = partial(calendar.list_reservations, reader, limit=SHOWN_AT_ONCE + 1, as_of=as_of)
    lists: dict[Part, Callable[..., Awaitable[list[Entry]]]] = {
        "waiting": partial(found, start=now, statuses=["requested"]),
        "doubtful": partial(found, noted="suspected", statuses=["confirmed"]),
        "hand_outs": partial(
            found, start=now - LATE_HAND_OUTS, end=tonight, statuses=["confirmed"]
        ),
        "out": partial(found, start=now - LOOKED_BACK, statuses=["in_use"]),
    }
    listed: dict[Part, Listed] = {}
    for part, list_page in lists.items():
        place = read_cursor(_place(asked, part), Place, part)
        after = None if place is None else (place.at, place.entry_id)
        listed[part] = _listed(asked, part, await list_page(after=after))
    return listed


def _listed(asked: StaffQuery, part: Part, entries: Sequence[Entry]) -> Listed:
    kept = {one: _place(asked, one) for one in get_args(Part)}
    address = partial(address_at, "/staff", kept, part)
    shown = entries[:SHOWN_AT_ONCE]
    further = None
    if len(entries) > SHOWN_AT_ONCE:
        further = address(cursor(Place(shown[-1].period.start, shown[-1].entry_id)))
    return Listed(shown, None if kept[part] is None else address(None), further)


def _place(asked: StaffQuery, part: Part) -> str | None:
    place: str | None = getattr(asked, part)
    return place
