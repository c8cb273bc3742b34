"""Breakdowns of a device, and its repair."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain import outages
from domain.device import Breakdown
from web.access import LAB, may
from web.api_outages import DryRun, OutageTried, try_outage
from web.forms import HttpRequest, Moment, Prose, body_of, query_of
from web.given import FromPath, Given
from web.outage_shown import OutageShown, require_device, show_outage
from web.writes import give, recalled, written


class BreakdownBody(msgspec.Struct, frozen=True, kw_only=True):
    """From now until, as far as anyone knows, `expected_until`; on a broken device: longer."""

    expected_until: Moment
    reason: Prose | None = None


class RepairedBody(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is when it was, if it is entered later."""

    at: Moment | None = None
    repairer: Prose | None = None


@post(
    "/api/devices/{device_id:str}/breakdown",
    status_code=201,
    opt=may(LAB, query=DryRun, body=BreakdownBody, answer=OutageShown, tried=OutageTried),
)
async def report_breakdown(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    """Reports a breakdown; for a device that is broken already, that it takes longer.

    With `dry_run=true` nothing is recorded, and the bookings that it would displace are shown.
    """
    broken = Breakdown(device_id)
    await require_device(testbed, device_id)
    await recalled(testbed, broken)
    query, body = query_of(request, DryRun), await body_of(request, BreakdownBody)
    reason = await testbed.seals.seal(account.account_id, body.reason) if body.reason else None
    command: outages.ReportBreakdown | outages.ExtendBreakdown = outages.ReportBreakdown(
        by=account.actor,
        device_id=device_id,
        breakdown_id=opaque_id("b"),
        expected_until=body.expected_until,
        reason=reason,
    )
    if broken.breakdown_id is not None:
        command = outages.ExtendBreakdown(
            by=account.actor, device_id=device_id, expected_until=body.expected_until
        )
    if query.dry_run:
        return Response(await try_outage(testbed, language, command), status_code=200)
    done = await give(request, testbed, command, body)
    (reported,) = done.of(e.BreakdownReported, e.BreakdownExtended)
    shown = await show_outage(testbed, language, reported.breakdown_id, done)
    return written(shown, done, status=201)


@post(
    "/api/devices/{device_id:str}/repaired",
    status_code=200,
    opt=may(LAB, body=RepairedBody, answer=OutageShown),
)
async def repaired(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    await require_device(testbed, device_id)
    body = await body_of(request, RepairedBody)
    seal = testbed.seals.seal
    command = outages.RepairDevice(
        by=account.actor,
        device_id=device_id,
        at=body.at,
        repairer=await seal(account.account_id, body.repairer) if body.repairer else None,
    )
    done = await give(request, testbed, command, body)
    (mended,) = done.of(e.DeviceRepaired)
    return written(await show_outage(testbed, language, mended.breakdown_id, done), done)


route_handlers = [report_breakdown, repaired]
