"""Planned outages and breakdowns of a device, and the reservations that they displace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, post

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain import outages
from domain.events import OutageKind
from web.access import LAB, may
from web.forms import HttpRequest, Moment, Prose, body_of, period_of, query_of, require_id
from web.given import FromPath, Given
from web.outage_shown import Displaced, OutageShown, displaced_by, require_device, show_outage
from web.step_bodies import NoBody
from web.writes import give, written


class OutageBody(msgspec.Struct, frozen=True, kw_only=True):
    kind: OutageKind
    start: Moment
    end: Moment
    reason: Prose | None = None


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """`dry_run=true` records nothing and shows what would be displaced."""

    dry_run: bool = False


class OutageTried(msgspec.Struct, frozen=True, kw_only=True):
    """What an outage would do. Nothing was recorded."""

    device_id: str
    kind: str
    start: datetime
    end: datetime
    displaced: Sequence[Displaced]
    dry_run: bool = True


@post(
    "/api/devices/{device_id:str}/outages",
    status_code=201,
    opt=may(LAB, query=DryRun, body=OutageBody, answer=OutageShown),
)
async def schedule_outage(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    await require_device(testbed, device_id)
    query, body = query_of(request, DryRun), await body_of(request, OutageBody)
    period = period_of(body.start, body.end)
    reason = await testbed.seals.seal(account.account_id, body.reason) if body.reason else None
    command = outages.ScheduleOutage(
        by=account.actor,
        device_id=device_id,
        outage_id=opaque_id("o"),
        kind=body.kind,
        period=period,
        reason=reason,
    )
    if query.dry_run:
        happened = await testbed.booking.try_out(command)
        tried = OutageTried(
            device_id=device_id,
            kind=body.kind,
            start=period.start,
            end=period.end,
            displaced=await displaced_by(testbed, language, happened, period),
        )
        return Response(tried, status_code=200)
    done = await give(request, testbed, command, body)
    (scheduled,) = done.of(e.OutageScheduled)
    shown = await show_outage(testbed, language, scheduled.outage_id, done)
    return written(shown, done, status=201)


@post("/api/outages/{outage_id:str}/cancel", status_code=200, opt=may(LAB, body=NoBody))
async def cancel_outage(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    outage_id: FromPath[str],
) -> Response[Any]:
    body = await body_of(request, NoBody)
    command = outages.CancelOutage(by=account.actor, outage_id=require_id(outage_id))
    done = await give(request, testbed, command, body)
    return written(await show_outage(testbed, language, outage_id, done), done)


route_handlers = [schedule_outage, cancel_outage]
