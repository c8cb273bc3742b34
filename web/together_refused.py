"""A series or bundle that cannot be had as asked is refused with what can be had instead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from booking.testbed import Testbed
from domain.rejected import Rejected
from domain.together import ReserveTogether
from projections.common_times import CommonKind, common_times
from web.as_of import WAIT_SECONDS
from web.errors import rejection
from web.frame import present
from web.together_shown import members_of


class CommonAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """Time at which all devices of a bundle were free a moment ago; booking it decides.

    `later` is the first after the time that was asked for, `earlier` the last before it on the
    same day, `other_day` the same hours on the next day that has them free.
    """

    device_ids: Sequence[str]
    start: datetime
    end: datetime
    kind: CommonKind


class FreeDates(msgspec.Struct, frozen=True, kw_only=True):
    """So many `dates` of a series are free; POST it to `path` with `only_free` to book those."""

    path: str
    dates: int


@asynccontextmanager
async def refused_with_ways_out(
    testbed: Testbed, command: ReserveTogether, language: str
) -> AsyncIterator[None]:
    """Turns a refusal of all into a problem that says of each member what is in its way.

    Of a bundle it names other times, of a series how many of its dates are free.
    """
    try:
        yield
    except Rejected as rejected:
        members = members_of(command, rejected, language)
        more: dict[str, Any] = {"members": members}
        if rejected.is_conflict and command.group_id is not None:
            more["alternatives"] = await other_times(testbed, command)
        free = sum(one.state == "free" for one in members)
        if command.series_id is not None and free:
            more["only_free"] = FreeDates(path="/api/series", dates=free)
        raise rejection(rejected, language, **more) from rejected


async def other_times(testbed: Testbed, command: ReserveTogether) -> list[CommonAlternative]:
    """Other times for a bundle, whose devices all have the same."""
    # A view that lags would offer what was taken a moment ago.
    head = await testbed.ledger.head()
    await testbed.projector.wait_for(
        ("calendar", "devices", "maintenance"), head.position, WAIT_SECONDS
    )
    device_ids = [member.device_id for member in command.members]
    period = command.members[0].period
    now = await present(testbed, None)
    return [
        CommonAlternative(
            device_ids=device_ids, start=one.period.start, end=one.period.end, kind=one.kind
        )
        for one in await common_times(testbed.database.app, device_ids, period, now)
    ]
