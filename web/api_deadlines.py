"""What deadlines left to staff: suspected no-shows, overdue returns, suspended companies.

A suspected no-show is confirmed by `POST /api/reservations/{id}/no-show`, dismissed by
`…/dismiss-no-show`, and cleared by a hand-out that is entered late (`…/hand-out` with `at`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post

from booking.account import Account
from booking.testbed import Testbed
from domain import companies, no_shows
from domain.no_shows import Most, NoShowPolicy, WindowDays
from projections import calendar
from web.access import LAB, SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Id, Prose, body_of, query_of, require_id
from web.given import FromPath, Given
from web.lists import LongPaged, Page, Place, cursor, read_cursor
from web.shown import Reservation, in_full
from web.step_bodies import NoBody
from web.writes import give, recalled_as_of, written


class PolicyBody(msgspec.Struct, frozen=True, kw_only=True):
    """`most` no-shows within `window_days` suspend a company's new bookings; 0 never does.

    For one company, or (`company_id` null) for all that have no policy of their own.
    """

    most: Most
    window_days: WindowDays
    company_id: Id | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The policy for all companies that have none of their own."""

    most: int
    window_days: int


class SuspendBody(msgspec.Struct, frozen=True, kw_only=True):
    reason: Prose | None = None


class CompanyState(msgspec.Struct, frozen=True, kw_only=True):
    company_id: str
    suspended: bool


@get("/api/no-shows/suspected", opt=may(SEES_EVERYTHING, query=LongPaged, items=(Reservation,)))
async def suspected(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[Reservation]:
    """Missed starts that may not be the company's fault, until staff look at them."""
    return await _listed(testbed, account, language, "suspected", query_of(request, LongPaged))


@get("/api/returns/overdue", opt=may(SEES_EVERYTHING, query=LongPaged, items=(Reservation,)))
async def overdue(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[Reservation]:
    """Devices that are still out after the end of their time."""
    return await _listed(testbed, account, language, "overdue", query_of(request, LongPaged))


@get("/api/no-show-policy", opt=may(SEES_EVERYTHING, query=AsOf, answer=Policy))
async def policy(request: HttpRequest, testbed: Given[Testbed]) -> Policy:
    as_of = await position_of(testbed, query_of(request, AsOf).as_of)
    known = NoShowPolicy(None)
    await recalled_as_of(testbed, known, as_of)
    return Policy(most=known.most, window_days=known.window.days)


@post("/api/no-show-policy", status_code=200, opt=may(LAB, body=PolicyBody, answer=PolicyBody))
async def set_policy(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[Any]:
    body = await body_of(request, PolicyBody)
    command = no_shows.SetNoShowPolicy(
        by=account.actor,
        company_id=body.company_id,
        most=body.most,
        window_days=body.window_days,
    )
    return written(body, await give(request, testbed, command, body))


@post(
    "/api/companies/{company_id:str}/suspend",
    status_code=200,
    opt=may(LAB, body=SuspendBody, answer=CompanyState),
)
async def suspend(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Response[Any]:
    """No new bookings of a company, until it is reinstated.

    Bookings stand. Offers of the waiting list go to the next in line; the wishes keep their place.
    """
    body = await body_of(request, SuspendBody)
    reason = await testbed.seals.seal(account.account_id, body.reason) if body.reason else None
    command = companies.SuspendCompany(
        by=account.actor, company_id=require_id(company_id), reason=reason
    )
    done = await give(request, testbed, command, body)
    return written(CompanyState(company_id=company_id, suspended=True), done)


@post(
    "/api/companies/{company_id:str}/reinstate",
    status_code=200,
    opt=may(LAB, body=NoBody, answer=CompanyState),
)
async def reinstate(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Response[Any]:
    """The company may book again, and only no-shows from now on count."""
    body = await body_of(request, NoBody)
    command = companies.ReinstateCompany(by=account.actor, company_id=require_id(company_id))
    done = await give(request, testbed, command, body)
    return written(CompanyState(company_id=company_id, suspended=False), done)


async def _listed(
    testbed: Testbed, account: Account, language: str, noted: calendar.Noted, query: LongPaged
) -> Page[Reservation]:
    place = read_cursor(query.after, Place)
    as_of = await position_of(testbed, query.as_of, "calendar")
    await testbed.access_log.record(account.account_id, "list reservations", noted)
    found = await calendar.list_reservations(
        testbed.database.app,
        noted=noted,
        limit=query.limit + 1,
        after=None if place is None else (place.at, place.entry_id),
        as_of=as_of,
    )
    page = found[: query.limit]
    further = cursor(Place(*page[-1].cursor)) if len(found) > query.limit else None
    return Page(items=await in_full(testbed, language, page), next=further)


route_handlers = [suspected, overdue, policy, set_policy, suspend, reinstate]
