"""The catalogue: devices by sector and words, and which of them can be had now."""

from __future__ import annotations

from litestar import Response, get

from booking.testbed import Testbed
from projections import devices as catalogue
from projections.calendar import entries_between
from projections.maintenance import stopped_devices
from web.access import SIGNED_IN, may
from web.device_page import LOOKED_AHEAD, closed_ahead
from web.device_state import state_now
from web.done import Seen
from web.forms import HttpRequest, Line, query_of
from web.frame import page, present
from web.given import Given
from web.language import in_language
from web.timeline import Sector
from web.week import by_device

MOST_DEVICES = 500


class DevicesQuery(Seen, frozen=True, kw_only=True):
    sector: Sector | None = None
    q: Line | None = None


@get("/devices", opt=may(SIGNED_IN))
async def devices(
    request: HttpRequest, testbed: Given[Testbed], language: Given[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, DevicesQuery)
    reader, words = testbed.database.app, in_language(language)
    found = await catalogue.list_devices(reader, q=asked.q, limit=MOST_DEVICES, as_of=as_of)
    now = await present(testbed, as_of)
    held = by_device(await entries_between(reader, now, now + LOOKED_AHEAD, as_of=as_of))
    closed = await closed_ahead(testbed, now)
    shown = [one for one in found if asked.sector in (None, one.sector)]
    stopped = await stopped_devices(reader, as_of=as_of)
    rows = [
        (
            one,
            state_now(
                one,
                held.get(one.device_id, ()),
                closed,
                now,
                words,
                stopped=one.device_id in stopped,
            ),
        )
        for one in shown
    ]
    return await page(request, "devices.html", as_of=as_of, rows=rows, asked=asked, found=found)


route_handlers = [devices]
