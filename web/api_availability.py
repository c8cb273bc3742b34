"""`GET /api/devices/{id}/availability`, and which devices are free for a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from litestar import get

from booking.testbed import Testbed
from domain.bookable import LONGEST
from domain.period import SEOUL, Period, day_period
from projections import devices
from projections.availability import Busy, availability
from projections.calendar import Entry, entries_between
from projections.devices import Closure, Device
from projections.free_search import DeviceTime, FreeSearch
from projections.maintenance import stopped_devices
from projections.out_of_use import out_of_use, while_calibrated
from projections.query import Reader
from web.access import SIGNED_IN, may
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Moment, query_of, require_id
from web.frame import present
from web.given import FromPath, Given
from web.problem import Problem, wrong

WIDEST_BUFFER = timedelta(days=1)


class AvailabilityQuery(AsOf, frozen=True, kw_only=True):
    """From when to when, at most 366 days."""

    from_: Moment = msgspec.field(name="from")
    to: Moment


class Free(msgspec.Struct, frozen=True, kw_only=True):
    start: datetime
    end: datetime


class AvailabilityShown(msgspec.Struct, frozen=True, kw_only=True):
    """What fills the time, and what of it can be booked; it never says by whom."""

    device_id: str
    busy: Sequence[Busy]
    free: Sequence[Free]


@get(
    "/api/devices/{device_id:str}/availability",
    opt=may(SIGNED_IN, query=AvailabilityQuery, answer=AvailabilityShown),
)
async def get_availability(
    request: HttpRequest, testbed: Given[Testbed], device_id: FromPath[str]
) -> AvailabilityShown:
    """Suggests; what can be booked is decided when it is booked."""
    query = query_of(request, AvailabilityQuery)
    if query.to <= query.from_:
        raise wrong("to", "after_start")
    window = Period(query.from_, query.to)
    if window.length > LONGEST:
        raise wrong("to", "time_range", f"{LONGEST.days} d")
    as_of = await position_of(testbed, query.as_of, "devices", "calendar", "maintenance")
    reader = testbed.database.app
    device = await devices.get_device(reader, require_id(device_id), as_of=as_of)
    if device is None:
        raise Problem("not-found")
    now = await present(testbed, as_of)
    busy, free = availability(
        device.terms,
        await _closures(reader, window, as_of),
        await _entries(reader, [device], window, as_of),
        window,
        now=now,
    )
    stopped = device.device_id in await stopped_devices(reader, as_of=as_of)
    closed = out_of_use(device, stopped=stopped, now=now) is not None
    bookable = [] if closed else while_calibrated(device, free)
    return AvailabilityShown(
        device_id=device.device_id,
        busy=busy,
        free=[Free(start=span.start, end=span.end) for span in bookable],
    )


async def free_devices(
    reader: Reader, found: Sequence[Device], wanted: Period, now: datetime, as_of: int | None
) -> list[Device]:
    """Those devices that could be booked for a period, by their condition, terms and calendars."""
    stopped = await stopped_devices(reader, as_of=as_of)
    entries = await _entries(reader, found, wanted, as_of)
    closures = await _closures(reader, wanted, as_of)
    day = day_period(wanted.start.astimezone(SEOUL).date())
    span = Period(day.start, max(day.end, wanted.end))
    return [
        device
        for device in found
        if FreeSearch(
            DeviceTime(
                device=device,
                entries=[one for one in entries if one.device_id == device.device_id],
                stopped=device.device_id in stopped,
            ),
            closures,
            now,
            span,
        ).fits(wanted)
    ]


async def _entries(
    reader: Reader, found: Sequence[Device], window: Period, as_of: int | None
) -> list[Entry]:
    """What holds the devices, and what is near enough for their own buffers to reach it."""
    wide = window.padded(WIDEST_BUFFER, WIDEST_BUFFER)
    device_ids = [device.device_id for device in found]
    return await entries_between(reader, wide.start, wide.end, device_ids=device_ids, as_of=as_of)


async def _closures(reader: Reader, window: Period, as_of: int | None) -> list[Closure]:
    first, last = window.start.astimezone(SEOUL).date(), window.end.astimezone(SEOUL).date()
    return await devices.closures_between(reader, first, last + timedelta(days=1), as_of=as_of)


route_handlers = [get_availability]
