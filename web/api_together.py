"""`/api/series` and `/api/bundles`: book several at once, look at them, cancel and move them."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from booking.account import Account
from booking.testbed import Testbed
from domain.together import ReserveTogether
from domain.together_changes import CancelTogether, RescheduleTogether
from web.access import BOOKERS, SIGNED_IN, may
from web.api_outages import DryRun
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, body_of, period_of, query_of
from web.given import FromPath, Given
from web.problem import wrong
from web.shown import in_full
from web.together_bodies import (
    BundleBody,
    SeriesBody,
    TogetherCancelBody,
    TogetherRescheduleBody,
    bundle_command,
    require_zone,
    series_command,
)
from web.together_changed import Changed, changed, require_together
from web.together_kept import Kept, Kind, members_kept
from web.together_refused import refused_by_date, refused_with_ways_out
from web.together_shown import Together, done_together, tried
from web.writes import give, written


@post(
    "/api/series",
    status_code=201,
    opt=may(BOOKERS, query=DryRun, body=SeriesBody, answer=Together, tried=Together),
)
async def reserve_series(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Response[Any]:
    """Book a device on every date of a rule; `dry_run=true` says of each whether it is free."""
    body = await body_of(request, SeriesBody)
    command = await series_command(testbed, account, body)
    return await _reserved(request, testbed, language, command, body)


@post(
    "/api/bundles",
    status_code=201,
    opt=may(BOOKERS, query=DryRun, body=BundleBody, answer=Together, tried=Together),
)
async def reserve_bundle(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Response[Any]:
    """Book several devices for one time, all or none."""
    body = await body_of(request, BundleBody)
    command = await bundle_command(testbed, account, body)
    return await _reserved(request, testbed, language, command, body)


async def _reserved(
    request: HttpRequest, testbed: Testbed, language: str, command: ReserveTogether, body: Any
) -> Response[Any]:
    if query_of(request, DryRun).dry_run:
        return Response(await tried(testbed, command, language), status_code=200)
    async with refused_with_ways_out(testbed, command, language):
        done = await give(request, testbed, command, body)
    shown = done_together(command, [one.event for one in done.events], language)
    return written(shown, done, status=201)


def _listing(path: str, kind: Kind) -> HTTPRouteHandler:
    async def get_together(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        language: Given[str],
        together_id: FromPath[str],
    ) -> Kept:
        """All of its reservations by start, whatever became of them."""
        as_of = await position_of(testbed, query_of(request, AsOf).as_of, "calendar")
        found = await members_kept(testbed, account, kind, together_id, as_of=as_of)
        members = await in_full(testbed, language, found)
        return Kept(group_id=members[0].group_id, series_id=members[0].series_id, members=members)

    opt = may(SIGNED_IN, query=AsOf, answer=Kept)
    return get(f"{path}/{{together_id:str}}", opt=opt)(get_together)


def _cancelling(path: str, kind: str) -> HTTPRouteHandler:
    async def cancel_together(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        together_id: FromPath[str],
    ) -> Response[Any]:
        """Cancel all of it, or `from` and later; what has begun or is over stays."""
        body = await body_of(request, TogetherCancelBody)
        if body.scope == "later" and body.from_ is None:
            raise wrong("from", "required")
        tag = await require_together(testbed, account, kind, together_id, body.scope, body.from_)
        seal = testbed.seals.seal
        reason = await seal(account.account_id, body.reason) if body.reason else None
        command = CancelTogether(
            by=account.actor,
            together=tag,
            scope=body.scope,
            reservation_id=body.from_,
            reason=reason,
        )
        done = await give(request, testbed, command, body)
        return written(changed(done), done)

    opt = may(BOOKERS, body=TogetherCancelBody, answer=Changed)
    return post(f"{path}/{{together_id:str}}/cancel", status_code=200, opt=opt)(cancel_together)


def _rescheduling(path: str, kind: str) -> HTTPRouteHandler:
    async def reschedule_together(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        language: Given[str],
        together_id: FromPath[str],
    ) -> Response[Any]:
        """Move all of it, or `from` and later, by as much on the wall clock; all or none."""
        body = await body_of(request, TogetherRescheduleBody)
        period = period_of(body.start, body.end)
        require_zone(body.zone)
        tag = await require_together(testbed, account, kind, together_id, body.scope, body.from_)
        command = RescheduleTogether(
            by=account.actor,
            together=tag,
            scope=body.scope,
            reservation_id=body.from_,
            period=period,
            zone=body.zone,
        )
        async with refused_by_date(testbed, command, language):
            done = await give(request, testbed, command, body)
        return written(changed(done), done)

    opt = may(BOOKERS, body=TogetherRescheduleBody, answer=Changed)
    path = f"{path}/{{together_id:str}}/reschedule"
    return post(path, status_code=200, opt=opt)(reschedule_together)


route_handlers = [
    reserve_series,
    reserve_bundle,
    _listing("/api/series", "series"),
    _listing("/api/bundles", "group"),
    _cancelling("/api/series", "series"),
    _cancelling("/api/bundles", "group"),
    _rescheduling("/api/series", "series"),
    _rescheduling("/api/bundles", "group"),
]
