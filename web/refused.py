"""A time that is taken is refused with other times that are free."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from booking.testbed import Testbed
from domain import events as e
from domain.decisions import Command
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from domain.terms import Terms
from projections.alternatives import Alternative as Found
from projections.alternatives import Supposed, find_alternatives
from projections.calendar import entries_between
from projections.devices import get_device
from projections.waiting import list_wishes, place_for
from web.as_of import WAIT_SECONDS
from web.errors import rejection
from web.frame import present

WAITLIST = "/api/waitlist"
AlternativeKind = Literal["same_time", "same_device_later", "other_device_same_time", "shifted"]


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Time that was free a moment ago; booking it decides.

    `same_time` is a displaced booking's own old time, where it is free again.
    """

    device_id: str
    start: datetime
    end: datetime
    kind: AlternativeKind


class WayToWait(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for can be waited for, by POSTing it to `path`; `place` would be its place.

    A company waits once: where its wish `wish_id` overlaps, `path` and `place` are that wish's.
    """

    path: str
    place: int
    wish_id: str | msgspec.UnsetType = msgspec.UNSET


@asynccontextmanager
async def taken_with_alternatives(
    testbed: Testbed,
    language: str,
    command: Command,
    latest: e.ReservationEvent | None = None,
) -> AsyncIterator[None]:
    """Turns a lost race for time into a 409 with alternatives; other refusals pass through.

    `latest` is the reservation that the command changes, for what the command leaves as it was.
    """
    try:
        yield
    except Rejected as rejected:
        if not rejected.is_conflict:
            raise
        found = await alternatives_for(testbed, command, latest)
        more: dict[str, Any] = {}
        if isinstance(command, ReserveDevice) and command.replaces is None:
            way = await way_to_wait(testbed, command)
            more |= {} if way is None else {"waitlist": way}
        raise rejection(rejected, language, alternatives=found, **more) from rejected


async def way_to_wait(testbed: Testbed, command: ReserveDevice) -> WayToWait | None:
    """How to wait for the time itself, or the company's wish that waits for some of it already.

    None where its own person holds some of it, for which nobody can wait.
    """
    reader, now = testbed.database.app, datetime.now(UTC)
    device = await get_device(reader, command.device_id)
    terms = Terms(command.device_id)
    if device is not None:
        terms.now = device.terms
    occupied = terms.occupied(command.period)
    for own in await list_wishes(
        reader, now, company_id=command.company_id, device_id=command.device_id, status="open"
    ):
        if own.occupied.overlaps(occupied) and own.place is not None:
            path = f"{WAITLIST}/{own.wish_id}"
            return WayToWait(path=path, place=own.place, wish_id=own.wish_id)
    if await entries_between(
        reader,
        occupied.start,
        occupied.end,
        device_ids=[command.device_id],
        account_id=command.account_id,
        statuses=("requested", "confirmed", "in_use", "offered"),
        limit=1,
    ):
        return None
    place = await place_for(reader, command.device_id, occupied, now)
    return WayToWait(path=WAITLIST, place=place)


async def alternatives_for(
    testbed: Testbed, command: Command, latest: e.ReservationEvent | None = None
) -> Sequence[Alternative]:
    """Other times for what a command asked for."""
    device_id = _asked(command, ("to_device_id", "device_id"), latest)
    period = _asked(command, ("period",), latest)
    if device_id is None or period is None:
        return ()
    # A view that lags would offer what was taken a moment ago, perhaps the very same time.
    head = await testbed.ledger.head()
    await testbed.projector.wait_for(
        ("calendar", "devices", "maintenance"), head.position, WAIT_SECONDS
    )
    but: str | None = getattr(command, "reservation_id", None)
    return await alternatives_to(testbed, device_id, period, but=but)


async def alternatives_to(
    testbed: Testbed,
    device_id: str,
    period: Period,
    *,
    but: str | None = None,
    supposed: Supposed | None = None,
    as_of: int | None = None,
) -> list[Alternative]:
    """Free times for a period of a device.

    `but` is the reservation that would move, `supposed` what is known beyond the calendar.
    """
    found = await find_alternatives(
        testbed.database.app,
        device_id,
        period,
        await present(testbed, as_of),
        but=but,
        supposed=supposed,
        as_of=as_of,
    )
    named = [_named(one) for one in found]
    return list({(one.device_id, one.start): one for one in named}.values())


_KINDS: dict[str, AlternativeKind] = {
    "same": "same_time",
    "next_free": "same_device_later",
    "compatible": "other_device_same_time",
    "earlier": "shifted",
}


def _named(one: Found) -> Alternative:
    return Alternative(device_id=one.device_id, start=one.start, end=one.end, kind=_KINDS[one.kind])


def _asked(command: Command, names: Sequence[str], latest: Any) -> Any:
    given = (getattr(command, name, None) for name in names)
    found = next((value for value in given if value is not None), None)
    return found if found is not None else getattr(latest, names[-1], None)
