"""`/api/devices`: the catalogue, and when a device is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import get
from msgspec import Meta

from booking.testbed import Testbed
from domain.bookable import LONGEST
from domain.events import SpecificationLine
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from projections import devices
from projections.devices import Device
from projections.maintenance import stopped_devices
from web.access import SIGNED_IN, may
from web.api_availability import free_devices
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Moment, query_of, require_id
from web.frame import present
from web.given import FromPath, Given
from web.lists import Page, Paged
from web.problem import Problem, wrong

Search = Annotated[str, Meta(max_length=200)]
MOST_DEVICES = 1000
"""Devices that are looked at when free ones are asked for."""


class DevicesQuery(Paged, frozen=True, kw_only=True):
    """Devices of a sector, with all words of `q`, that can be booked from free_from to free_to."""

    sector: Literal["automotive", "healthcare", "energy"] | None = None
    q: Search | None = None
    free_from: Moment | None = None
    free_to: Moment | None = None


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the catalogue. `rate` is KRW for an hour; lengths in `terms` are minutes.

    Under a `safety_stop` it is neither booked nor handed out.
    """

    device_id: str
    name: Text
    sector: str
    site: Text
    location: Text
    registration_number: str
    specification: Sequence[SpecificationLine]
    keywords: Sequence[str]
    compatible: Sequence[str]
    terms: TermsOfUse
    terms_version: int | None
    state: Literal["in_service", "in_use", "broken_down", "suspended", "retired"]
    rate: int
    broken_until: datetime | None
    calibration_valid_until: datetime | None
    open_problems: int
    safety_stop: bool


@get("/api/devices", opt=may(SIGNED_IN, query=DevicesQuery, answer=Page[DeviceShown]))
async def list_devices(request: HttpRequest, testbed: Given[Testbed]) -> Page[DeviceShown]:
    query = query_of(request, DevicesQuery)
    wanted = _wanted(query)
    as_of = await position_of(testbed, query.as_of, "devices", "calendar", "maintenance")
    reader = testbed.database.app
    found = await devices.list_devices(
        reader,
        sector=query.sector,
        q=query.q,
        limit=query.limit + 1 if wanted is None else MOST_DEVICES,
        after=query.after,
        as_of=as_of,
    )
    if wanted is not None:
        found = await free_devices(reader, found, wanted, await present(testbed, as_of), as_of)
    page = found[: query.limit]
    further = page[-1].device_id if len(found) > query.limit else None
    stopped = await stopped_devices(reader, as_of=as_of)
    items = [shown(one, stopped=one.device_id in stopped) for one in page]
    return Page(items=items, next=further)


@get("/api/devices/{device_id:str}", opt=may(SIGNED_IN, query=AsOf, answer=DeviceShown))
async def get_device(
    request: HttpRequest, testbed: Given[Testbed], device_id: FromPath[str]
) -> DeviceShown:
    query = query_of(request, AsOf)
    as_of = await position_of(testbed, query.as_of, "devices", "maintenance")
    reader = testbed.database.app
    device = await devices.get_device(reader, require_id(device_id), as_of=as_of)
    if device is None:
        raise Problem("not-found")
    stopped = await stopped_devices(reader, as_of=as_of)
    return shown(device, stopped=device_id in stopped)


def shown(device: Device, *, stopped: bool) -> DeviceShown:
    """A device as everybody may see it; for whom it is handed out is not among that."""
    state: Literal["in_service", "in_use", "broken_down", "suspended", "retired"] = device.state
    if device.state == "in_service" and device.breakdown_id is not None:
        state = "broken_down"
    elif device.state == "in_service" and device.in_hand is not None:
        state = "in_use"
    return DeviceShown(
        device_id=device.device_id,
        name=device.name,
        sector=device.sector,
        site=device.site,
        location=device.location,
        registration_number=device.registration_number,
        specification=device.specification,
        keywords=device.keywords,
        compatible=device.compatible,
        terms=device.terms,
        terms_version=device.terms_version,
        state=state,
        rate=device.krw_per_hour,
        broken_until=device.broken_until,
        calibration_valid_until=device.calibration_valid_until,
        open_problems=device.open_problems,
        safety_stop=stopped,
    )


def _wanted(query: DevicesQuery) -> Period | None:
    if query.free_from is None and query.free_to is None:
        return None
    if query.free_from is None or query.free_to is None:
        given, missing = ("free_to", "free_from"), ("free_from", "free_to")
        field, other = given if query.free_from is None else missing
        raise wrong(other, "together", field)
    if query.free_to <= query.free_from:
        raise wrong("free_to", "after_start")
    period = Period(query.free_from, query.free_to)
    if period.length > LONGEST:
        raise wrong("free_to", "time_range", f"{LONGEST.days} d")
    return period


route_handlers = [list_devices, get_device]
