"""A series or bundle that cannot be had as asked is refused with what can be had instead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from booking.testbed import Testbed
from domain.period import Period
from domain.rejected import Rejected
from domain.together import ReserveTogether
from domain.together_changes import RescheduleTogether
from projections import calendar
from projections.common_times import CommonKind, common_times
from web.as_of import WAIT_SECONDS
from web.book import Fields, fields_for
from web.errors import rejection
from web.frame import present
from web.together_bodies import MOST_DEVICES
from web.together_shown import members_of, members_refused


class CommonAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """Time at which all devices of a bundle were free a moment ago; booking it decides.

    `later` is the first after the time that was asked for, `earlier` the last before it on the
    same day, `other_day` the same hours on the next day that has them free.
    """

    device_ids: Sequence[str]
    start: datetime
    end: datetime
    kind: CommonKind


class Other(NamedTuple):
    """Another time that was free a moment ago, with the fields of the form that asks for it."""

    period: Period
    kind: CommonKind
    fields: Sequence[tuple[str, str]]


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
            more["alternatives"] = await times_to_book(testbed, command)
        free = sum(one.state == "free" for one in members)
        if command.series_id is not None and free:
            more["only_free"] = FreeDates(path="/api/series", dates=free)
        raise rejection(rejected, language, **more) from rejected


@asynccontextmanager
async def refused_by_date(
    testbed: Testbed, command: RescheduleTogether, language: str
) -> AsyncIterator[None]:
    """Turns a refusal to move several into a problem that says of each what is in its way.

    Of a bundle it names other times.
    """
    try:
        yield
    except Rejected as rejected:
        members = members_refused(rejected, language)
        if not members:
            raise
        more: dict[str, Any] = {"members": members}
        if rejected.is_conflict:
            more["alternatives"] = await times_to_move_to(testbed, command, rejected)
        raise rejection(rejected, language, **more) from rejected


async def times_to_book(testbed: Testbed, command: ReserveTogether) -> list[CommonAlternative]:
    """Other times for a bundle, whose devices all have the same."""
    device_ids = [member.device_id for member in command.members]
    return await _common(testbed, device_ids, command.members[0].period)


async def times_to_move_to(
    testbed: Testbed, command: RescheduleTogether, rejected: Rejected
) -> list[CommonAlternative]:
    """Other times for a bundle that could not be moved; what it has now counts as free.

    None for the dates of a series, nor where one of its devices was moved away from the others.
    """
    device_ids = sorted({device_id for device_id, _ in rejected.asked})
    periods = {period for _, period in rejected.asked}
    kind, _, group_id = command.together.partition(":")
    if kind != "group" or len(periods) > 1:
        return []
    kept = await calendar.list_reservations(
        testbed.database.app, group_id=group_id, limit=MOST_DEVICES
    )
    moving = {one.entry_id: one.period for one in kept if one.device_id in device_ids}
    found = await _common(testbed, device_ids, periods.pop(), moving.keys())
    # To stay where it is would be no move.
    return [one for one in found if Period(one.start, one.end) not in moving.values()]


def to_choose(fields: Fields, times: Sequence[CommonAlternative]) -> list[Other]:
    """The times for a page, each with all that was typed."""
    periods = [Period(one.start, one.end) for one in times]
    return [
        Other(period, one.kind, fields_for(fields, period))
        for one, period in zip(times, periods, strict=True)
    ]


async def _common(
    testbed: Testbed, device_ids: Sequence[str], period: Period, gone: Collection[str] = ()
) -> list[CommonAlternative]:
    # A view that lags would offer what was taken a moment ago.
    head = await testbed.ledger.head()
    await testbed.projector.wait_for(
        ("calendar", "devices", "maintenance"), head.position, WAIT_SECONDS
    )
    now = await present(testbed, None)
    return [
        CommonAlternative(
            device_ids=device_ids, start=one.period.start, end=one.period.end, kind=one.kind
        )
        for one in await common_times(testbed.database.app, device_ids, period, now, gone)
    ]
