"""Planning outages of a device, and the reservations that they displace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from msgspec import Meta

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain import outages
from domain.decisions import Command
from domain.events import OutageKind
from domain.repeating_outages import MOST_OUTAGES, Repeat, ScheduleOutages
from web.access import LAB, may
from web.forms import HttpRequest, Moment, Prose, body_of, period_of, query_of
from web.given import FromPath, Given
from web.outage_shown import (
    Displaced,
    OutageShown,
    Repetition,
    displaced_by,
    repetitions,
    require_device,
    show_outage,
)
from web.writes import give, written

Weeks = Annotated[int, Meta(ge=1, le=MOST_OUTAGES)]


class RepeatBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every so many weeks at the same time of day in Asia/Seoul, `count` times in all."""

    every_weeks: Weeks
    count: Weeks


class OutageBody(msgspec.Struct, frozen=True, kw_only=True):
    """With `repeat`, all of the outages are planned or none is."""

    kind: OutageKind
    start: Moment
    end: Moment
    reason: Prose | None = None
    repeat: RepeatBody | None = None


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
    repeats: Sequence[Repetition] = ()
    dry_run: bool = True


@post(
    "/api/devices/{device_id:str}/outages",
    status_code=201,
    opt=may(LAB, query=DryRun, body=OutageBody, answer=OutageShown, tried=OutageTried),
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
    command = await outage_command(testbed, account, device_id, body)
    if query.dry_run:
        return Response(await try_outage(testbed, language, command), status_code=200)
    done = await give(request, testbed, command, body)
    scheduled = done.of(e.OutageScheduled)[0]
    shown = await show_outage(testbed, language, scheduled.outage_id, done)
    return written(shown, done, status=201)


async def outage_command(
    testbed: Testbed, account: Account, device_id: str, body: OutageBody
) -> outages.ScheduleOutage | ScheduleOutages:
    """One outage, or several where the body says how they repeat."""
    period = period_of(body.start, body.end)
    reason = await testbed.seals.seal(account.account_id, body.reason) if body.reason else None
    named: dict[str, Any] = {
        "device_id": device_id,
        "kind": body.kind,
        "period": period,
        "reason": reason,
    }
    if body.repeat is None:
        return outages.ScheduleOutage(by=account.actor, outage_id=opaque_id("o"), **named)
    return ScheduleOutages(
        by=account.actor,
        outage_ids=tuple(opaque_id("o") for _ in range(body.repeat.count)),
        series_id=opaque_id("s"),
        repeat=Repeat(every_weeks=body.repeat.every_weeks, count=body.repeat.count),
        **named,
    )


async def try_outage(
    testbed: Testbed,
    language: str,
    command: Command,
) -> OutageTried:
    """What an outage or a breakdown would displace, with alternatives; nothing is recorded."""
    happened = await testbed.booking.try_out(command)
    planned = [event for event in happened if isinstance(event, (e.OutageEvent, e.BreakdownEvent))]
    first = planned[0]
    repeated = [event for event in planned if isinstance(event, e.OutageEvent)]
    return OutageTried(
        device_id=first.device_id,
        kind=first.kind if isinstance(first, e.OutageEvent) else "breakdown",
        start=first.occupied.start,
        end=first.occupied.end,
        displaced=await displaced_by(testbed, language, happened),
        repeats=repetitions(repeated, tried=True) if len(repeated) > 1 else (),
    )


route_handlers = [schedule_outage]
