"""`/api/waitlist`: wait in line for taken time, and answer the offer that follows (대기 신청)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain.events import UsageType
from domain.rejected import Rejected
from domain.waiting import AcceptOffer, JoinWaitlist, LeaveWaitlist
from projections import waiting
from projections.waiting import Wanted
from web.access import BOOKERS, SIGNED_IN, may, may_see_company, require_company
from web.as_of import AsOf, position_of
from web.errors import rejection
from web.forms import HttpRequest, Id, Line, Moment, RequiredProse, body_of, query_of, require_id
from web.frame import present
from web.given import FromPath, Given
from web.lists import Page, Paged, cursor, read_cursor
from web.problem import Problem
from web.refused import alternatives_to
from web.reserving import MOST_PEOPLE, ReserveBody, reserve_command
from web.shown import Reservation, in_full
from web.step_bodies import NoBody
from web.waiting_shown import WishShown, given_wish, wish_after, wishes_in_full
from web.writes import entry_after, give, written


class WaitBody(msgspec.Struct, frozen=True, kw_only=True):
    """Taken time that a company (or, with `company_id`, the laboratory for it) waits for.

    What is said here becomes the reservation's when an offer is accepted. `account` (the laboratory
    only) is who answers for the booking.
    """

    device_id: Id
    start: Moment
    end: Moment
    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None
    account: Line | None = None

    @property
    def asked(self) -> ReserveBody:
        """The same as a request to book the time."""
        return ReserveBody(**{name: getattr(self, name) for name in self.__struct_fields__})


class WaitlistQuery(Paged, frozen=True, kw_only=True):
    """Wishes of a status (`open` are those that wait or are offered), a device, a company."""

    status: Wanted | None = None
    device_id: Id | None = None
    company_id: Id | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list goes on: the displaced in line, who joined it or the others, and where there."""

    group: Annotated[int, Meta(ge=0, le=2)]
    number: Annotated[int, Meta(ge=-(2**62), le=2**62)]


@post("/api/waitlist", status_code=201, opt=may(BOOKERS, body=WaitBody, answer=WishShown))
async def join_waitlist(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Response[Any]:
    """Wait in line for taken time; what frees it offers it to the first in line."""
    body = await body_of(request, WaitBody)
    command = await join_command(testbed, account, body.asked)
    done = await give(request, testbed, command, body)
    # A repeated request is answered with the wish that it made the first time.
    (joined,) = done.of(e.WaitlistJoined)
    wish = await wish_after(testbed, joined.wish_id, done)
    (shown,) = await wishes_in_full(testbed, language, [wish])
    return written(shown, done, status=201, location=f"/api/waitlist/{joined.wish_id}")


@get("/api/waitlist", opt=may(SIGNED_IN, query=WaitlistQuery, items=(WishShown,)))
async def list_waitlist(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[WishShown]:
    """One's company's wishes, or (laboratory) all: open ones in the order of the line first.

    Displaced reservations wait in front of all others for the time that they lost.
    """
    query = query_of(request, WaitlistQuery)
    if query.company_id is not None:
        require_company(account, query.company_id)
    company_id = query.company_id if account.sees_everything else account.company_id or ""
    place = read_cursor(query.after, Place)
    as_of = await position_of(testbed, query.as_of, "waiting")
    found = await waiting.list_wishes(
        testbed.database.app,
        await present(testbed, as_of),
        company_id=company_id,
        device_id=query.device_id,
        status=query.status,
        limit=query.limit + 1,
        after=(place.group, place.number) if place else None,
        as_of=as_of,
    )
    if account.sees_everything:
        subject = ", ".join((company_id or "all companies", query.device_id or "all devices"))
        await testbed.access_log.record(account.account_id, "list waiting list", subject)
    page, more = found[: query.limit], found[query.limit :]
    further = cursor(Place(*page[-1].cursor)) if more else None
    return Page(items=await wishes_in_full(testbed, language, page), next=further)


@get("/api/waitlist/{wish_id:str}", opt=may(SIGNED_IN, query=AsOf, answer=WishShown))
async def get_wish(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    wish_id: FromPath[str],
) -> WishShown:
    """A wish with its place in line."""
    query = query_of(request, AsOf)
    as_of = await position_of(testbed, query.as_of, "waiting")
    now = await present(testbed, as_of)
    wish = await waiting.wish(testbed.database.app, require_id(wish_id), now, as_of=as_of)
    if wish is None or not may_see_company(account, wish.company_id):
        raise Problem("not-found")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read wish", wish.wish_id)
    (shown,) = await wishes_in_full(testbed, language, [wish])
    return shown


@post(
    "/api/waitlist/{wish_id:str}/accept",
    status_code=201,
    opt=may(BOOKERS, body=NoBody, answer=Reservation),
)
async def accept_offer(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    wish_id: FromPath[str],
) -> Response[Any]:
    """Take the offered time: it becomes a reservation."""
    joined = await given_wish(testbed, account, wish_id)
    body = await body_of(request, NoBody)
    command = AcceptOffer(by=account.actor, wish_id=joined.wish_id, reservation_id=opaque_id("r"))
    try:
        done = await give(request, testbed, command, body)
    except Rejected as rejected:
        if not rejected.is_conflict:
            raise
        found = await alternatives_to(testbed, joined.device_id, joined.period)
        raise rejection(rejected, language, alternatives=found) from rejected
    (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
    entry = await entry_after(testbed, made.reservation_id, done)
    (shown,) = await in_full(testbed, language, [entry])
    location = f"/api/reservations/{made.reservation_id}"
    return written(shown, done, status=201, location=location)


@post(
    "/api/waitlist/{wish_id:str}/leave",
    status_code=200,
    opt=may(BOOKERS, body=NoBody, answer=WishShown),
)
async def leave_waitlist(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    wish_id: FromPath[str],
) -> Response[Any]:
    """Wait no longer; time that was offered goes to the next in line."""
    joined = await given_wish(testbed, account, wish_id, ends=True)
    body = await body_of(request, NoBody)
    command = LeaveWaitlist(by=account.actor, wish_id=joined.wish_id)
    done = await give(request, testbed, command, body)
    wish = await wish_after(testbed, joined.wish_id, done)
    (shown,) = await wishes_in_full(testbed, language, [wish])
    return written(shown, done)


async def join_command(testbed: Testbed, account: Account, body: ReserveBody) -> JoinWaitlist:
    """The same fields as for a reservation, read and sealed alike; raises what that raises."""
    asked = await reserve_command(testbed, account, body)
    return JoinWaitlist(
        by=asked.by,
        wish_id=opaque_id("w"),
        device_id=asked.device_id,
        company_id=asked.company_id,
        account_id=asked.account_id,
        period=asked.period,
        purpose=asked.purpose,
        usage_type=asked.usage_type,
        people=asked.people,
        irb_number=asked.irb_number,
    )


route_handlers = [join_waitlist, list_waitlist, get_wish, accept_offer, leave_waitlist]
