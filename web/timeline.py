"""The timeline: all devices for a week, as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL
from projections.devices import Device, list_devices
from web.access import SIGNED_IN, may
from web.as_of import AsOf
from web.bars import Bar, bars_by_day, slot_of
from web.device_state import DeviceState, state_now
from web.entry_words import SECTORS
from web.forms import HttpRequest, Line, query_of
from web.frame import page
from web.given import Given
from web.week import Week, read_week

Sector = Literal["automotive", "healthcare", "energy"]
MOST_DEVICES = 500


class WeekQuery(AsOf, frozen=True, kw_only=True):
    """`week` is any day of it, `q` is searched for in data sheets, `free` asks for devices that
    can be had now, `hours` 24 unfolds the nights.
    """

    week: date | None = None
    sector: Sector | None = None
    q: Line | None = None
    free: Literal["now"] | None = None
    hours: Literal["24"] | None = None


class Row(NamedTuple):
    device: Device
    state: DeviceState | None
    cells: Sequence[Sequence[Bar]]


class Group(NamedTuple):
    sector: str
    rows: Sequence[Row]
    free: int


@get("/timeline", opt=may(SIGNED_IN))
async def timeline(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    as_of: Given[int | None],
) -> Response[str]:
    asked = query_of(request, WeekQuery)
    reader = testbed.database.app
    found = await list_devices(reader, q=asked.q, limit=MOST_DEVICES, as_of=as_of)
    devices = [one for one in found if one.state != "retired"]
    week = await read_week(
        testbed,
        account,
        language,
        day=asked.week,
        devices=devices,
        as_of=as_of,
        full_hours=asked.hours is not None,
    )
    groups = [
        group
        for group in groups_of(devices, week, free_only=asked.free is not None)
        if asked.sector in (None, group.sector)
    ]
    return await page(
        request,
        "timeline.html",
        as_of=as_of,
        week=week,
        groups=groups,
        counts={name: sum(one.sector == name for one in devices) for name in SECTORS},
        shown=sum(len(group.rows) for group in groups),
        asked=asked,
        before=week.first - timedelta(days=7),
        after=week.first + timedelta(days=7),
        now_slot=None if week.now is None else slot_of(week.now),
        today=week.viewer.now.astimezone(SEOUL).day,
        link=_links("/timeline", asked),
    )


def groups_of(devices: Sequence[Device], week: Week, *, free_only: bool) -> Iterator[Group]:
    """The devices of each sector, with their bars."""
    for sector in SECTORS:
        rows = [_row(device, week) for device in devices if device.sector == sector]
        free = sum(row.state is not None and row.state.name == "free" for row in rows)
        if free_only and week.now is not None:
            rows = [row for row in rows if row.state is not None and row.state.name == "free"]
        if rows:
            yield Group(sector, rows, free)


def _row(device: Device, week: Week) -> Row:
    entries = week.entries.get(device.device_id, ())
    bars = bars_by_day(entries, week.period, week.viewer)
    state = None
    if week.now is not None:
        stopped = device.device_id in week.stopped
        language = week.viewer.language
        state = state_now(device, entries, week.closed, week.now, language, stopped=stopped)
    return Row(device, state, [bars.get(day.day, ()) for day in week.days])


def _links(path: str, asked: WeekQuery) -> Any:
    """Makes addresses of this page with some parameters changed, the others as they are."""

    def link(**changes: Any) -> str:
        fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
        given = {name: str(value) for name, value in (fields | changes).items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    return link


route_handlers = [timeline]
