"""`/api/reservations`: reserve, list, look at one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.reservation import Status
from projections import calendar
from projections.calendar import SHOWN, Entry
from web.access import BOOKERS, SIGNED_IN, may, may_see_company, require_company
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Id, Moment, body_of, query_of, require_id
from web.given import FromPath, Given
from web.lists import Page, Paged, cursor, read_cursor
from web.next_up import Next, next_after, shown_next
from web.problem import Problem, wrong
from web.refused import taken_with_alternatives
from web.reserving import ReserveBody, reserve_command
from web.shown import Reservation, Taken, in_full, overrides_of, replaced_by, show
from web.steps import given
from web.writes import entry_after, give, written


class ReservationsQuery(Paged, frozen=True, kw_only=True):
    """Reservations that lie in [from, to), of a device, a company, a status."""

    from_: Moment | None = msgspec.field(name="from", default=None)
    to: Moment | None = None
    device_id: Id | None = None
    company_id: Id | None = None
    status: Status | None = None


MOST_LISTED = 1000
"""Items that start at the same moment; beyond so many a list does not go on."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list goes on: a start, and how many items that start then were listed already.

    It holds no ids, since the last item may be a stranger's.
    """

    start: Moment
    listed: Annotated[int, Meta(ge=0, le=MOST_LISTED)]


@post("/api/reservations", status_code=201, opt=may(BOOKERS, body=ReserveBody, answer=Reservation))
async def reserve(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Response[Any]:
    body = await body_of(request, ReserveBody)
    if body.replaces is not None:
        # Whose claim it is decides who may use it, as with every step of that reservation.
        await given(testbed, account, body.replaces, BOOKERS)
    command = await reserve_command(testbed, account, body)
    async with taken_with_alternatives(testbed, language, command):
        done = await give(request, testbed, command, body)
    # A repeated request is answered with the reservation that it made the first time.
    (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
    entry = await entry_after(testbed, made.reservation_id, done)
    (shown,) = await in_full(testbed, language, [entry])
    location = f"/api/reservations/{made.reservation_id}"
    return written(shown, done, status=201, location=location)


@get(
    "/api/reservations",
    opt=may(SIGNED_IN, query=ReservationsQuery, items=(Reservation, Taken)),
)
async def list_reservations(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[Reservation | Taken]:
    query = query_of(request, ReservationsQuery)
    if query.company_id is not None:
        require_company(account, query.company_id)
    if query.from_ is not None and query.to is not None and query.to <= query.from_:
        raise wrong("to", "after_start")
    as_of = await position_of(testbed, query.as_of, "calendar")
    entries, further = await _page(testbed, account, query, as_of)
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "list reservations", _subject(query))
    return Page(items=await show(testbed, account, language, entries), next=further)


@get(
    "/api/reservations/{reservation_id:str}",
    opt=may(SIGNED_IN, query=AsOf, answer=Reservation),
)
async def get_reservation(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    reservation_id: FromPath[str],
) -> Reservation:
    query = query_of(request, AsOf)
    as_of = await position_of(testbed, query.as_of, "calendar", "overrides", "maintenance")
    entry = await calendar.reservation(
        testbed.database.app, require_id(reservation_id), as_of=as_of
    )
    if entry is None or not may_see_company(account, entry.company_id):
        raise Problem("not-found")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read reservation", entry.entry_id)
    (shown,) = await in_full(testbed, language, [entry])
    set_aside = await overrides_of(testbed, entry.entry_id, as_of=as_of) or msgspec.UNSET
    waiting: Next | msgspec.UnsetType | None = msgspec.UNSET
    if entry.status == "in_use":
        after = await next_after(testbed.database.app, entry, as_of=as_of)
        waiting = shown_next(account, after)
    again = await replaced_by(testbed, entry, as_of=as_of)
    return msgspec.structs.replace(shown, overrides=set_aside, replaced_by=again, next=waiting)


async def _page(
    testbed: Testbed, account: Account, query: ReservationsQuery, as_of: int | None
) -> tuple[list[Entry], str | None]:
    """One page by start, and where the next one goes on."""
    place = read_cursor(query.after, Place)
    listed = place.listed if place else 0
    wanted = {
        "start": query.from_,
        "end": query.to,
        "device_id": query.device_id,
        "limit": query.limit + 1 + listed,
        "after": (place.start, "") if place else None,
        "as_of": as_of,
    }
    found = (await _visible(testbed, account, query, wanted))[listed:]
    page, more = found[: query.limit], found[query.limit :]
    if not more:
        return page, None
    last = page[-1].period.start
    same = sum(entry.period.start == last for entry in page)
    if place is not None and place.start == last:
        same += listed
    return page, cursor(Place(last, same))


async def _visible(
    testbed: Testbed, account: Account, query: ReservationsQuery, wanted: dict[str, Any]
) -> list[Entry]:
    """A company's own reservations of every status, and others' as long as they hold their time.

    What others requested, moved or cancelled is theirs: a filter by status answers only one's own.
    """
    reader, listing = testbed.database.app, calendar.list_reservations
    statuses = None if query.status is None else [query.status]
    own = None if account.sees_everything else account.company_id
    company_id = query.company_id or (own if query.status is not None else None)
    if own is None or company_id is not None:
        return await listing(reader, company_id=company_id, statuses=statuses, **wanted)
    ours = await listing(reader, company_id=own, **wanted)
    all_shown = await listing(reader, statuses=SHOWN, **wanted)
    both = {entry.entry_id: entry for entry in (*ours, *all_shown)}
    in_order = sorted(both.values(), key=lambda entry: entry.cursor)
    return in_order[: wanted["limit"]]


def _subject(query: ReservationsQuery) -> str:
    parts = (query.company_id or "all companies", query.device_id or "all devices")
    return ", ".join(parts)


route_handlers = [reserve, list_reservations, get_reservation]
