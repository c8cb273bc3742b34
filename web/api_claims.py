"""Displaced bookings: where each could go, and making it again there without notice.

Each also waits in front of all others for the time that it lost (`web.api_waitlist`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain.claims import claim_wish
from domain.reservations import ReserveDevice
from projections import maintenance, waiting
from projections.alternatives import Supposed
from projections.maintenance import Claim
from projections.waiting import Wish
from web.access import BOOKERS, SIGNED_IN, may
from web.as_of import WAIT_SECONDS, position_of
from web.forms import HttpRequest, Id, Moment, body_of, period_of, query_of
from web.frame import present
from web.given import FromPath, Given
from web.lists import Page, Paged, Place, cursor, read_cursor
from web.overriding import OverrideBody
from web.refused import Alternative, alternatives_to, taken_with_alternatives
from web.shown import Reservation, in_full
from web.steps import Start, given
from web.writes import entry_after, give, written

LISTED_FOR = timedelta(days=90)
"""A displaced booking is listed so long; its claim can be used afterwards too."""
MOST_LISTED = 50
MOST_WAITING = 1_000
VIEWS = ("maintenance", "calendar", "devices", "waiting")


class RebookBody(msgspec.Struct, frozen=True, kw_only=True):
    """The new time, on the same device unless another is named."""

    start: Moment
    end: Moment
    device_id: Id | None = None
    override: OverrideBody | None = None


class ClaimShown(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that lost its time, and times to which it could be moved (옮길 수 있는 시간).

    `wish_id` is its wish under `/api/waitlist` while that is open: with it, the booking stands
    first in line for its own time. It is null where that has begun, where the company left the
    line, and where it let the offer go: then the old time is no longer waited for, and the claim
    on another remains.
    """

    reservation_id: str
    company_id: str
    device_id: str
    start: datetime
    end: datetime
    displaced_at: datetime
    displaced_by: str | None
    wish_id: str | None
    alternatives: Sequence[Alternative]


@get("/api/claims", opt=may(SIGNED_IN, query=Paged, items=(ClaimShown,)))
async def list_claims(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Page[ClaimShown]:
    """Displaced bookings that nothing has replaced yet, one's company's or (laboratory) all.

    Those lost last come first.
    """
    query = query_of(request, Paged)
    place = read_cursor(query.after, Place)
    company_id = None if account.sees_everything else account.company_id
    if company_id is None:
        await testbed.access_log.record(account.account_id, "list claims", "all companies")
    as_of = await position_of(testbed, query.as_of, *VIEWS)
    after = None if place is None else (place.at, place.entry_id)
    found = await claims(testbed, company_id, as_of, limit=query.limit + 1, after=after)
    page = found[: query.limit]
    wishes = await wishes_of_claims(testbed, company_id, as_of)
    further = cursor(Place(*page[-1].cursor)) if len(found) > query.limit else None
    return Page(items=[await _shown(testbed, one, wishes, as_of) for one in page], next=further)


@post(
    "/api/reservations/{reservation_id:str}/rebook",
    status_code=201,
    opt=may(BOOKERS, body=RebookBody, answer=Reservation),
)
async def rebook(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    reservation_id: FromPath[str],
) -> Response[Any]:
    """Make a displaced booking again, once, as a reservation of its own.

    It then waits no longer for the time that it lost, which goes to the next in line.
    """
    start = await given(testbed, account, reservation_id, BOOKERS)
    body = await body_of(request, RebookBody)
    command = await rebook_command(start, body)
    async with taken_with_alternatives(testbed, language, command):
        done = await give(request, testbed, command, body)
    (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
    entry = await entry_after(testbed, made.reservation_id, done)
    (shown,) = await in_full(testbed, language, [entry])
    location = f"/api/reservations/{made.reservation_id}"
    return written(shown, done, status=201, location=location)


async def rebook_command(start: Start, body: RebookBody) -> ReserveDevice:
    """What was asked for the first time is asked again, at another time."""
    made, latest = start.made.require_made(), start.latest
    return ReserveDevice(
        by=start.account.actor,
        reservation_id=opaque_id("r"),
        device_id=body.device_id or latest.device_id,
        company_id=latest.company_id,
        account_id=latest.account_id,
        period=period_of(body.start, body.end),
        purpose=made.purpose,
        usage_type=made.usage_type,
        people=made.people,
        irb_number=made.irb_number,
        override=await start.override(body.override),
        replaces=latest.reservation_id,
    )


async def claims(
    testbed: Testbed,
    company_id: str | None,
    as_of: int | None = None,
    *,
    limit: int = MOST_LISTED,
    after: maintenance.After | None = None,
) -> list[Claim]:
    """The open claims of a company, or of all, of the last months; those lost last come first."""
    if as_of is None:
        head = await testbed.ledger.head()
        await testbed.projector.wait_for(VIEWS, head.position, WAIT_SECONDS)
    return await maintenance.open_claims(
        testbed.database.app,
        company_id=company_id,
        since=await present(testbed, as_of) - LISTED_FOR,
        limit=limit,
        after=after,
        as_of=as_of,
    )


async def wishes_of_claims(
    testbed: Testbed, company_id: str | None, as_of: int | None = None
) -> dict[str, Wish]:
    """The open wishes of displaced bookings of a company, or of all, by reservation."""
    found = await waiting.list_wishes(
        testbed.database.app,
        await present(testbed, as_of),
        company_id=company_id,
        status="open",
        limit=MOST_WAITING,
        as_of=as_of,
    )
    return {one.replaces: one for one in found if one.replaces is not None}


async def alternatives_of(
    testbed: Testbed, claim: Claim, as_of: int | None = None
) -> list[Alternative]:
    """Free times like the one that was lost, none of them gone by.

    Its own time comes first where the outage was cancelled or the device repaired meanwhile.
    """
    now = await present(testbed, as_of)
    # What is offered to the claim itself is free for it.
    supposed = Supposed(claim=True, gone=frozenset({claim_wish(claim.reservation_id)}))
    found = await alternatives_to(
        testbed, claim.device_id, claim.period, supposed=supposed, as_of=as_of
    )
    return [one for one in found if one.start >= now]


async def _shown(
    testbed: Testbed, claim: Claim, wishes: Mapping[str, Wish], as_of: int | None
) -> ClaimShown:
    wish = wishes.get(claim.reservation_id)
    return ClaimShown(
        reservation_id=claim.reservation_id,
        company_id=claim.company_id,
        device_id=claim.device_id,
        start=claim.period.start,
        end=claim.period.end,
        displaced_at=claim.displaced_at,
        displaced_by=claim.displaced_by,
        wish_id=None if wish is None else wish.wish_id,
        alternatives=await alternatives_of(testbed, claim, as_of),
    )


route_handlers = [list_claims, rebook]
