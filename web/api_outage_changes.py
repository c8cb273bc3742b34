"""Moving a planned outage, and calling off one or several that were planned together."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Response, post

from booking.account import Account
from booking.testbed import Testbed
from domain.cancelling_outages import CancelOutages
from domain.outages import CancelOutage, RescheduleOutage
from web.access import LAB, may
from web.api_outages import DryRun, OutageTried, try_outage
from web.forms import HttpRequest, Moment, body_of, period_of, query_of, require_id
from web.given import FromPath, Given
from web.outage_shown import OutageShown, show_outage
from web.writes import give, written

Scope = Literal["this", "later", "all"]


class CancelOutageBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which to cancel: `this` outage alone, it and those of its series that begin `later`, or `all`
    of the series that are not over.
    """

    scope: Scope = "this"


class RescheduleOutageBody(msgspec.Struct, frozen=True, kw_only=True):
    """The outage's new time, no part of which is another outage's. One that runs is prolonged or
    cut short with its own start, however long ago that was.
    """

    start: Moment
    end: Moment


@post(
    "/api/outages/{outage_id:str}/cancel",
    status_code=200,
    opt=may(LAB, body=CancelOutageBody, answer=OutageShown),
)
async def cancel_outage(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    outage_id: FromPath[str],
) -> Response[Any]:
    """Bookings that it displaced stay so; their old time is the first that they are offered."""
    body = await body_of(request, CancelOutageBody)
    command = cancelling(account, require_id(outage_id), body.scope)
    done = await give(request, testbed, command, body)
    return written(await show_outage(testbed, language, outage_id, done), done)


@post(
    "/api/outages/{outage_id:str}/reschedule",
    status_code=200,
    opt=may(LAB, query=DryRun, body=RescheduleOutageBody, answer=OutageShown, tried=OutageTried),
)
async def reschedule_outage(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    outage_id: FromPath[str],
) -> Response[Any]:
    """Displaces the bookings that the new time hits, as a new outage does."""
    query, body = query_of(request, DryRun), await body_of(request, RescheduleOutageBody)
    command = RescheduleOutage(
        by=account.actor,
        outage_id=require_id(outage_id),
        period=period_of(body.start, body.end),
    )
    if query.dry_run:
        return Response(await try_outage(testbed, language, command), status_code=200)
    done = await give(request, testbed, command, body)
    return written(await show_outage(testbed, language, outage_id, done), done)


def cancelling(account: Account, outage_id: str, scope: Scope) -> CancelOutage | CancelOutages:
    """The order that calls off an outage, or several of its series."""
    if scope == "this":
        return CancelOutage(by=account.actor, outage_id=outage_id)
    return CancelOutages(by=account.actor, outage_id=outage_id, scope=scope)


route_handlers = [cancel_outage, reschedule_outage]
