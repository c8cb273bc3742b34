"""Calibrations that are due, or will be soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get
from msgspec import Meta

from booking.testbed import Testbed
from domain.text import Text
from projections.calibrations import Due, due_calibrations
from web.access import SEES_EVERYTHING, may
from web.as_of import position_of
from web.forms import HttpRequest, Moment, query_of
from web.frame import present
from web.given import Given
from web.lists import LongPaged, Page, cursor, read_cursor

WARNED_DAYS = 30
"""Calibrations are warned of so many days ahead."""


class DueQuery(LongPaged, frozen=True, kw_only=True):
    due_within_days: Annotated[int, Meta(ge=0, le=3660)] = WARNED_DAYS


class DuePlace(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a list goes on that began at a moment: what is due is what was due then."""

    begun: Moment
    valid_until: Moment
    device_id: str


class DueShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose calibration ends soon, is missing (`by_date`) or is used up (`by_hours`).

    `required` says that bookings past `valid_until` are refused.
    """

    device_id: str
    name: Text
    required: bool
    certificate: str | None
    laboratory: str | None
    calibrated_at: datetime | None
    valid_until: datetime | None
    hours_used: float | None
    calibration_hours: int | None
    by_date: bool
    by_hours: bool


@get("/api/calibrations", opt=may(SEES_EVERYTHING, query=DueQuery, items=(DueShown,)))
async def list_calibrations(request: HttpRequest, testbed: Given[Testbed]) -> Page[DueShown]:
    """Devices to calibrate, the first to end first."""
    query = query_of(request, DueQuery)
    as_of = await position_of(testbed, query.as_of, "devices", "usage", "maintenance")
    place, within = read_cursor(query.after, DuePlace), timedelta(days=query.due_within_days)
    now = await present(testbed, as_of) if place is None else place.begun
    found = await due_calibrations(testbed.database.app, now, within, as_of=as_of)
    left = [one for one in found if place is None or _place(one, now) > place]
    page = left[: query.limit]
    further = cursor(_place(page[-1], now)) if len(left) > query.limit else None
    return Page(items=[_due(one) for one in page], next=further)


def _place(due: Due, now: datetime) -> DuePlace:
    return DuePlace(now, due.valid_until or now, due.device.device_id)


def _due(due: Due) -> DueShown:
    return DueShown(
        device_id=due.device.device_id,
        name=due.device.name,
        required=due.required,
        certificate=due.certificate,
        laboratory=due.laboratory,
        calibrated_at=due.calibrated_at,
        valid_until=due.valid_until,
        hours_used=due.hours_used,
        calibration_hours=due.calibration_hours,
        by_date=due.by_date,
        by_hours=due.by_hours,
    )


route_handlers = [list_calibrations]
