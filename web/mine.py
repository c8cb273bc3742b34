"""My bookings: one's own, and the company's, what is ahead and what is over, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import Period
from projections import calendar, devices
from projections.devices import Device
from projections.own_bookings import Part, own_bookings
from web.access import SIGNED_IN, may
from web.done import Seen, done_words
from web.forms import HttpRequest, query_of
from web.frame import page, present
from web.given import Given
from web.language import in_language
from web.lists import CursorText, Place, address_at, cursor, read_cursor
from web.reader import language_of
from web.shown import Reservation, in_full
from web.waiting_lists import own_list

SHOWN_AT_ONCE = 30
"""Lines of each of the two lists; a link leads on from there."""


class MineQuery(Seen, frozen=True, kw_only=True):
    """`of` company shows what colleagues booked as well. Each list goes on where its own says."""

    of: Literal["company"] | None = None
    ahead: CursorText | None = None
    over: CursorText | None = None


class Booking(NamedTuple):
    """A reservation with its device, as lists show it; of a series, one of so many `dates`."""

    shown: Reservation
    device: Device | None
    dates: int = 1

    @property
    def period(self) -> Period:
        return Period(self.shown.start, self.shown.end)


class Listed(NamedTuple):
    """Lines of a list, and where its first page and the page that follows are (None: nowhere)."""

    lines: Sequence[Booking]
    first: str | None
    further: str | None


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
    if asked.of is not None and account.sees_everything:
        await testbed.access_log.record(account.account_id, "list reservations", "all companies")
    ahead = await _listed(testbed, account, language, "ahead", now, asked, as_of)
    over = await _listed(testbed, account, language, "over", now, asked, as_of)
    return await page(
        request,
        "mine.html",
        status=422 if refusals else 200,
        as_of=as_of,
        home="/mine",
        refusals=refusals,
        waiting=await own_list(
            testbed, account, language, everyone=asked.of is not None, as_of=as_of
        ),
        done=done_words(asked.done, in_language(language)),
        asked=asked,
        ahead=ahead,
        over=over,
        now=now,
    )


async def _listed(  # noqa: PLR0917 - all that the two lists share
    testbed: Testbed,
    account: Account,
    language: str,
    part: Part,
    now: datetime,
    asked: MineQuery,
    as_of: int | None,
) -> Listed:
    here: str | None = getattr(asked, part)
    place = read_cursor(here, Place, part)
    after = None if place is None else (place.at, place.entry_id)
    found = await own_bookings(
        testbed.database.app,
        part,
        now,
        after=after,
        limit=SHOWN_AT_ONCE + 1,
        as_of=as_of,
        # Who moved to another company left its bookings behind.
        company_id=account.company_id,
        account_id=None if asked.of else account.account_id,
    )
    lines = found[:SHOWN_AT_ONCE]
    shown = await bookings(testbed, language, [line.entry for line in lines], as_of)
    last = cursor(Place(*lines[-1].after)) if len(found) > SHOWN_AT_ONCE else None
    return Listed(
        [one._replace(dates=line.dates) for one, line in zip(shown, lines, strict=True)],
        None if here is None else _address(asked, part, None),
        None if last is None else _address(asked, part, last),
    )


def _address(asked: MineQuery, part: Part, place: str | None) -> str:
    kept = {"of": asked.of, "ahead": asked.ahead, "over": asked.over}
    return address_at("/mine", kept, part, place)


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
