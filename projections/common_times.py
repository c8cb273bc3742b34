"""Times at which all devices of a bundle look free: suggestions, none of them a promise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

import msgspec

from domain.period import SEOUL, Period, day_period
from projections.alternatives import LOOKED_AT_FIRST, device_times
from projections.devices import closures_between, list_devices
from projections.free_search import FreeSearch
from projections.query import Reader

CommonKind = Literal["later", "earlier", "other_day"]
MOST_DEVICES = 10_000


class CommonTime(msgspec.Struct, frozen=True, kw_only=True):
    """A period, as long as the wanted one, in which every device looks free.

    `later` is the first that begins after the wanted one, `earlier` the last before it on the same
    day, `other_day` the same hours on the first later day that has them free.
    """

    period: Period
    kind: CommonKind


async def common_times(
    reader: Reader,
    device_ids: Sequence[str],
    wanted: Period,
    now: datetime,
    gone: Collection[str] = (),
) -> list[CommonTime]:
    """Other times for the devices together, each once; none where a device is unknown.

    They keep every term of every device. What depends on the person or on the quota is not looked
    at. Only devices that have no time in common for so long are looked at up to their horizon.
    `gone` are reservations that would give their time back.
    """
    known = {one.device_id: one for one in await list_devices(reader, limit=MOST_DEVICES)}
    if not device_ids or not known.keys() >= set(device_ids):
        return []
    days = min(known[device_id].terms.horizon_days for device_id in device_ids)
    horizon = max(wanted.end, now + timedelta(days=days) + wanted.length)
    found: list[CommonTime] = []
    for until in sorted({min(wanted.end + LOOKED_AT_FIRST, horizon), horizon}):
        day = day_period(wanted.start.astimezone(SEOUL).date())
        span = Period(day.start, max(until, day.end))
        found = list(_common(await _searches(reader, device_ids, span, now, gone), wanted, span))
        if any(one.kind == "later" for one in found):
            break
    return found


async def _searches(
    reader: Reader,
    device_ids: Sequence[str],
    span: Period,
    now: datetime,
    gone: Collection[str],
) -> list[FreeSearch]:
    times = await device_times(reader, device_ids, span, gone, None)
    last = (span.end + timedelta(days=1)).astimezone(SEOUL).date()
    closures = await closures_between(reader, span.start.astimezone(SEOUL).date(), last)
    return [FreeSearch(time, closures, now, span) for time in times]


def _common(searches: Sequence[FreeSearch], wanted: Period, span: Period) -> Iterator[CommonTime]:
    found: tuple[tuple[CommonKind, Period | None], ...] = (
        ("later", _agreed(searches, wanted, FreeSearch.next_free)),
        ("earlier", _agreed(searches, wanted, FreeSearch.earlier)),
        ("other_day", _same_hours(searches, wanted, span)),
    )
    seen: set[Period] = set()
    for kind, period in found:
        if period is not None and period not in seen:
            seen.add(period)
            yield CommonTime(period=period, kind=kind)


def _agreed(
    searches: Sequence[FreeSearch],
    wanted: Period,
    onward: Callable[[FreeSearch, Period], Period | None],
) -> Period | None:
    """Goes on in one direction, device by device, until a period fits all of them."""
    period = wanted
    while period == wanted or not all(search.fits(period) for search in searches):
        for search in searches:
            if period == wanted or not search.fits(period):
                following = onward(search, period)
                if following is None:
                    return None
                period = following
    return period


def _same_hours(searches: Sequence[FreeSearch], wanted: Period, span: Period) -> Period | None:
    for days in count(1):
        ahead = timedelta(days=days)
        period = Period(wanted.start + ahead, wanted.end + ahead)
        if period.end > span.end:
            return None
        if all(search.fits(period) for search in searches):
            return period
    return None
