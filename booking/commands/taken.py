"""Time that is taken: what is in the way, and what is free instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from booking.app import Done
from booking.commands.columns import aligned
from booking.commands.common import Refused, say
from booking.commands.displacing import span
from booking.testbed import Testbed
from domain import events as e
from domain.decisions import Command
from domain.period import Period
from domain.rejected import Conflict, Rejected
from domain.reservations import ReserveDevice
from domain.usage import HandOutDevice
from projections.alternatives import Alternative, find_alternatives
from projections.calendar import Entry, entries_between

WHY = {
    "same": "the same time",
    "next_free": "the same device, later",
    "compatible": "another device, at the same time",
    "earlier": "the same device, earlier",
}


async def done_or_taken(
    testbed: Testbed, order: Command, latest: e.ReservationEvent | None = None
) -> Done:
    """Do something; where its time is taken, first say by what and what is free instead.

    `latest` is the reservation that the order changes, for what the order leaves as it was. Raises
    Rejected, and Refused for a hand-out that others are in the way of.
    """
    try:
        done = await testbed.booking.do(order)
    except Rejected as rejected:
        if rejected.is_conflict:
            await testbed.projector.catch_up()
            await _say_taken(testbed, order, latest, rejected)
        if rejected.is_conflict and isinstance(order, HandOutDevice):
            remedy = "it can go out once these are over, moved or cancelled."
            raise Refused(f"the device is held for others before that: {remedy}") from rejected
        raise
    await testbed.projector.catch_up()
    return done


async def say_alternatives(
    testbed: Testbed, device_id: str, period: Period, *, but: str | None = None
) -> None:
    now = datetime.now(UTC)
    found = await find_alternatives(testbed.database.app, device_id, period, now, but=but)
    say("Free instead:" if found else f"{device_id} has no free time of that length near it.")
    once = {(one.device_id, one.start): one for one in found}
    for line in aligned(map(_row, once.values())):
        say(f"  {line}")


async def said_conflicts(
    testbed: Testbed, conflicts: Sequence[Conflict], *, but: str | None = None
) -> list[str]:
    """What holds the time: kind, when, whose, and the id that further commands take.

    The view may be behind; then only what the rules themselves say is said.
    """
    said = []
    for conflict in conflicts:
        found = await entries_between(
            testbed.database.app,
            conflict.period.start,
            conflict.period.end,
            device_ids=[conflict.device_id],
        )
        held = [one for one in found if one.entry_id != but and one.occupied == conflict.period]
        said += [_held(one) for one in held] or [f"{conflict.kind}  {span(conflict.period)}"]
    return list(dict.fromkeys(said))


def _held(one: Entry) -> str:
    return "  ".join(filter(None, (one.kind, span(one.period), one.company_id, one.entry_id)))


async def _say_taken(
    testbed: Testbed, order: Command, latest: e.ReservationEvent | None, rejected: Rejected
) -> None:
    but: str | None = getattr(order, "reservation_id", None)
    say("In the way:")
    for line in await said_conflicts(testbed, rejected.conflicts, but=but):
        say(f"  {line}")
    if isinstance(order, HandOutDevice):
        return
    device_id = _asked(order, ("to_device_id", "device_id"), latest)
    period = _asked(order, ("period",), latest)
    if device_id is not None and period is not None:
        await say_alternatives(testbed, device_id, period, but=but)
    if isinstance(order, ReserveDevice) and order.replaces is None:
        say(f"Or wait for it: `booking waitlist join {device_id}`, said as this was.")


def _asked(order: Command, names: Sequence[str], latest: e.ReservationEvent | None) -> Any:
    given = (getattr(order, name, None) for name in names)
    found = next((value for value in given if value is not None), None)
    return found if found is not None else getattr(latest, names[-1], None)


def _row(one: Alternative) -> tuple[str, str, str]:
    return one.device_id, span(Period(one.start, one.end)), WHY[one.kind]
