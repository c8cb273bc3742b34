"""Who has a device next: for whoever takes it back, and for whoever is late with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from booking.account import Account
from projections import calendar
from projections.calendar import Entry, EntryStatus
from projections.query import Reader
from web.access import may_see_company

WAITING: tuple[EntryStatus, ...] = ("requested", "confirmed")
LOOKED_AHEAD = timedelta(days=14)
MOST_LOOKED_AT = 2_000


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """The booking that waits for the device. Only its own people and the laboratory read whose."""

    start: datetime
    end: datetime
    company_id: str | msgspec.UnsetType = msgspec.UNSET
    reservation_id: str | msgspec.UnsetType = msgspec.UNSET


async def next_after(reader: Reader, entry: Entry, *, as_of: int | None = None) -> Entry | None:
    """The first booking of the device after a use, which may have begun to wait already."""
    found = await calendar.list_reservations(
        reader,
        start=_since(entry),
        device_id=entry.device_id,
        statuses=WAITING,
        limit=2,
        as_of=as_of,
    )
    return next((one for one in found if one.entry_id != entry.entry_id), None)


async def next_of_each(
    reader: Reader, out: Sequence[Entry], now: datetime, *, as_of: int | None = None
) -> Mapping[str, Entry]:
    """The same for devices that are out, by reservation, as far as two weeks from `now`."""
    if not out:
        return {}
    waiting = await calendar.list_reservations(
        reader,
        start=min(map(_since, out)),
        end=now + LOOKED_AHEAD,
        statuses=WAITING,
        limit=MOST_LOOKED_AT,
        as_of=as_of,
    )
    found = {}
    for entry in out:
        since = _since(entry)
        for one in waiting:
            if one.device_id == entry.device_id and one.period.end > since:
                found[entry.entry_id] = one
                break
    return found


def shown_next(account: Account, entry: Entry | None) -> Next | None:
    """The next booking as this reader may see it."""
    if entry is None:
        return None
    if not may_see_company(account, entry.company_id):
        return Next(start=entry.period.start, end=entry.period.end)
    return Next(
        start=entry.period.start,
        end=entry.period.end,
        company_id=entry.company_id or "",
        reservation_id=entry.entry_id,
    )


def _since(entry: Entry) -> datetime:
    """From when on another booking may wait: the return, or while it is out the hand-out."""
    return entry.returned_at or entry.handed_out_at or entry.period.start
