"""Outages and breakdowns of a device as the laboratory looks them up, now and as of any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import get

from booking.testbed import Testbed
from domain.agenda import EntryKind
from domain.bookable import LATEST
from domain.period import Period
from projections import calendar
from projections.calendar import Entry, EntryStatus, entries_between
from projections.devices import Device
from web.access import SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Moment, query_of, require_id
from web.frame import present
from web.given import FromPath, Given
from web.lists import Page, Paged, cursor, read_cursor
from web.outage_shown import require_device
from web.problem import Problem, wrong

KINDS: tuple[EntryKind, ...] = ("maintenance", "calibration", "breakdown")
PLANNED: tuple[EntryStatus, ...] = ("scheduled",)
HELD: tuple[EntryStatus, ...] = ("scheduled", "broken", "repaired")


class OutagesQuery(Paged, frozen=True, kw_only=True):
    """Outages and breakdowns that overlap [from, to); without `from`, those that are not over.

    Those that were cancelled are left out unless `cancelled=true`.
    """

    from_: Moment | None = msgspec.field(name="from", default=None)
    to: Moment | None = None
    cancelled: bool = False


class OutageListed(msgspec.Struct, frozen=True, kw_only=True):
    """An outage or a breakdown (`outage_id` is either's id). `reason` is null also when its author
    was erased; `series_id` is shared by outages that were planned together; `position` is the
    ledger's of the last change.
    """

    outage_id: str
    device_id: str
    kind: str
    status: str
    start: datetime
    end: datetime
    reason: str | None
    series_id: str | None
    created_at: datetime
    changed_at: datetime
    position: int

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list goes on: after the entry of this start and id."""

    start: Moment
    entry_id: str


@get(
    "/api/devices/{device_id:str}/outages",
    opt=may(SEES_EVERYTHING, query=OutagesQuery, items=(OutageListed,)),
)
async def list_outages(
    request: HttpRequest, testbed: Given[Testbed], device_id: FromPath[str]
) -> Page[OutageListed]:
    """By start. Companies see the time that an outage holds among the device's availability."""
    await require_device(testbed, device_id)
    query = query_of(request, OutagesQuery)
    as_of = await position_of(testbed, query.as_of, "calendar")
    start = query.from_ or await present(testbed, as_of)
    end = query.to or LATEST
    if end <= start:
        raise wrong("to", "after_start")
    place = read_cursor(query.after, Place)
    found = await entries_between(
        testbed.database.app,
        start,
        end,
        device_ids=[device_id],
        kinds=KINDS,
        statuses=(*HELD, "cancelled") if query.cancelled else HELD,
        limit=query.limit + 1,
        after=(place.start, place.entry_id) if place is not None else None,
        as_of=as_of,
    )
    listed = found[: query.limit]
    further = cursor(Place(*listed[-1].cursor)) if len(found) > query.limit else None
    return Page(items=await outages_shown(testbed, listed), next=further)


@get("/api/outages/{outage_id:str}", opt=may(SEES_EVERYTHING, query=AsOf, answer=OutageListed))
async def get_outage(
    request: HttpRequest, testbed: Given[Testbed], outage_id: FromPath[str]
) -> OutageListed:
    query = query_of(request, AsOf)
    as_of = await position_of(testbed, query.as_of, "calendar")
    entry = await calendar.entry(testbed.database.app, require_id(outage_id), as_of=as_of)
    if entry is None or entry.kind not in KINDS:
        raise Problem("not-found")
    (shown,) = await outages_shown(testbed, [entry])
    return shown


async def outages_ahead(
    testbed: Testbed, device_id: str, *, limit: int, as_of: int | None = None
) -> list[OutageListed]:
    """A device's planned and running outages by start."""
    found = await entries_between(
        testbed.database.app,
        await present(testbed, as_of),
        LATEST,
        device_ids=[device_id],
        kinds=KINDS,
        statuses=PLANNED,
        limit=limit,
        as_of=as_of,
    )
    return await outages_shown(testbed, found)


async def breakdown_of(
    testbed: Testbed, device: Device, *, as_of: int | None = None
) -> OutageListed | None:
    """The breakdown of a device that is not repaired yet, however long ago it should have been."""
    reader = testbed.database.app
    entry = (
        await calendar.entry(reader, device.breakdown_id, as_of=as_of)
        if device.breakdown_id is not None
        else None
    )
    return (await outages_shown(testbed, [entry]))[0] if entry is not None else None


async def outages_shown(testbed: Testbed, entries: Sequence[Entry]) -> list[OutageListed]:
    reasons = await testbed.seals.open_many([entry.reason for entry in entries])
    return [
        OutageListed(
            outage_id=entry.entry_id,
            device_id=entry.device_id,
            kind=entry.kind,
            status=entry.status,
            start=entry.period.start,
            end=entry.period.end,
            reason=reason,
            series_id=entry.series_id,
            created_at=entry.created_at,
            changed_at=entry.changed_at,
            position=entry.changed_position,
        )
        for entry, reason in zip(entries, reasons, strict=True)
    ]


route_handlers = [list_outages, get_outage]
