"""My bookings: one's own, and the company's, next first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import Period
from projections import calendar, devices
from projections.devices import Device
from web.access import SIGNED_IN, may
from web.done import Seen, done_words
from web.forms import HttpRequest, query_of
from web.frame import page, present
from web.given import Given
from web.language import in_language
from web.reader import language_of
from web.shown import Reservation, in_full
from web.waiting_lists import own_list

AHEAD: tuple[calendar.EntryStatus, ...] = ("requested", "confirmed", "in_use")
LOOKED_BACK = timedelta(days=90)
MOST_SHOWN = 200


class MineQuery(Seen, frozen=True, kw_only=True):
    """`of` company shows what colleagues booked as well."""

    of: Literal["company"] | None = None


class Booking(NamedTuple):
    """A reservation with its device, as lists show it."""

    shown: Reservation
    device: Device | None

    @property
    def period(self) -> Period:
        return Period(self.shown.start, self.shown.end)


@get("/mine", opt=may(SIGNED_IN))
async def mine(request: HttpRequest, as_of: Given[int | None]) -> Response[str]:
    return await mine_page(request, query_of(request, MineQuery), as_of=as_of)


async def mine_page(
    request: HttpRequest,
    asked: MineQuery | None = None,
    *,
    refusals: Sequence[str] = (),
    as_of: int | None = None,
) -> Response[str]:
    """The page, with why something was refused where that was so."""
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    language, asked = language_of(request), asked or MineQuery()
    now = await present(testbed, as_of)
    whose = {"company_id": account.company_id} if asked.of else {"account_id": account.account_id}
    reader, listing = testbed.database.app, calendar.list_reservations
    ahead = await listing(
        reader, start=now - LOOKED_BACK, statuses=AHEAD, limit=MOST_SHOWN, as_of=as_of, **whose
    )
    past = await listing(reader, start=now - LOOKED_BACK, limit=MOST_SHOWN, as_of=as_of, **whose)
    ahead = [one for one in ahead if one.period.end > now or one.status == "in_use"]
    over = [one for one in past if one not in ahead]
    return await page(
        request,
        "mine.html",
        status=422 if refusals else 200,
        as_of=as_of,
        refusals=refusals,
        waiting=await own_list(
            testbed, account, language, everyone=asked.of is not None, as_of=as_of
        ),
        done=done_words(asked.done, in_language(language)),
        asked=asked,
        ahead=await bookings(testbed, language, ahead, as_of),
        over=await bookings(testbed, language, over[::-1], as_of),
        now=datetime.now(UTC),
    )


async def bookings(
    testbed: Testbed, language: str, entries: Sequence[calendar.Entry], as_of: int | None = None
) -> list[Booking]:
    """Reservations in full with their devices, for a reader who may see them."""
    if not entries:
        return []
    found = await devices.list_devices(testbed.database.app, limit=1_000, as_of=as_of)
    by_id = {device.device_id: device for device in found}
    return [
        Booking(shown, by_id.get(shown.device_id))
        for shown in await in_full(testbed, language, entries)
    ]


route_handlers = [mine]
