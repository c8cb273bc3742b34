"""Commands that cancel or move what was booked together: all of it, or this one and later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from domain.agenda import Agenda
from domain.bookable import require_sane
from domain.changes import RescheduleReservation, reschedule_reservation
from domain.decisions import Command, Fact, Happened, Recall
from domain.members import Members
from domain.period import Period
from domain.quota import Quota
from domain.refusing import Refused, refused_together
from domain.rejected import Rejected
from domain.remembering import Remembering
from domain.reservation import Reservation
from domain.reservations import CancelReservation, cancel_reservation
from domain.sealed import Sealed
from domain.series import MOST_MINUTES, Occurrence, Shift, shifted
from domain.terms import Terms

Scope = Literal["all", "later"]
"""`later` is the reservation that is named and those that start after it."""


class _Together(Command, frozen=True, kw_only=True):
    """`together` is the tag of a bundle or a series: `group:…` or `series:…`."""

    together: str
    scope: Scope = "all"
    reservation_id: str | None = None

    def keys(self) -> tuple[str, ...]:
        return (self.together,)


class CancelTogether(_Together, frozen=True, kw_only=True):
    """Cancel every reservation that has not begun; `later` starts from `reservation_id`."""

    reason: Sealed | None = None


class RescheduleTogether(_Together, frozen=True, kw_only=True):
    """Move `reservation_id` to `period`, and the others as far on the wall clock of `zone`."""

    period: Period
    zone: str = "Asia/Seoul"


async def members_ahead(
    together: str, scope: Scope, reservation_id: str | None, recall: Recall
) -> list[Reservation]:
    """The reservations of a bundle or a series that can still be changed, by their start.

    Those that are over, under way or given up stay as they are. Raises Rejected where there is no
    such series, or `reservation_id` is not of it.
    """
    (members,) = await recall(Members(together))
    known = [Reservation(one.reservation_id) for one in members.made]
    await recall(*known)
    starts = {one.reservation_id: one.latest.period.start for one in known if one.latest}
    unknown = reservation_id not in starts and (reservation_id is not None or scope == "later")
    if unknown or not known:
        raise Rejected("reservation_unknown", actual=reservation_id or together)
    first = starts[reservation_id] if scope == "later" and reservation_id is not None else None
    ahead = [
        one
        for one in known
        if one.latest is not None
        and one.status in {"requested", "confirmed"}
        and one.latest.period.end > recall.now
        and (first is None or one.latest.period.start >= first)
    ]
    return sorted(ahead, key=lambda one: starts[one.reservation_id])


async def cancel_together(command: CancelTogether, recall: Recall) -> Happened:
    memory = Remembering(recall)
    ahead = await members_ahead(command.together, command.scope, command.reservation_id, memory)

    async def cancel(reservation: Reservation) -> Happened:
        one = CancelReservation(
            by=command.by, reservation_id=reservation.reservation_id, reason=command.reason
        )
        return await cancel_reservation(one, memory)

    return await _each(ahead, memory, cancel)


async def reschedule_together(command: RescheduleTogether, recall: Recall) -> Happened:
    require_sane(command.period)
    memory = Remembering(recall)
    ahead = await members_ahead(command.together, command.scope, command.reservation_id, memory)
    anchor = next((one for one in ahead if one.reservation_id == command.reservation_id), None)
    if anchor is None or anchor.latest is None:
        raise Rejected("reservation_unknown", actual=command.reservation_id)
    if anchor.latest.period == command.period:
        raise Rejected("nothing_to_change")
    shift = Shift.between(anchor.latest.period, command.period, command.zone)
    # Who moves later makes room for the one before, who moves earlier for the one after.
    if command.period.start > anchor.latest.period.start:
        ahead.reverse()
    moved = {one.reservation_id: _moved(one, shift) for one in ahead}
    await memory.ahead(_asked_by(ahead, moved))

    async def reschedule(reservation: Reservation) -> Happened:
        then = moved[reservation.reservation_id]
        if not then.exists:
            raise Rejected("no_such_time", actual=then.local)
        one = RescheduleReservation(
            by=command.by, reservation_id=reservation.reservation_id, period=then.period
        )
        return await reschedule_reservation(one, memory)

    asked = [
        (one.latest.device_id, moved[one.reservation_id].period) for one in ahead if one.latest
    ]
    return await _each(ahead, memory, reschedule, asked)


async def _each(
    ahead: Sequence[Reservation],
    memory: Remembering,
    change: Callable[[Reservation], Awaitable[Happened]],
    asked: Sequence[tuple[str, Period]] = (),
) -> Happened:
    """Changes every member, or none: then all that is in the way is said.

    `asked` is the device and the new time of each, in the same order.
    """
    happened: Happened = []
    refused: list[Refused] = []
    for number, reservation in enumerate(ahead):
        try:
            events = await change(reservation)
        except Rejected as rejected:
            refused.append(Refused(number, rejected))
        else:
            memory.hear(events)
            happened += events
    if refused:
        raise refused_together(refused, asked)
    if not happened:
        raise Rejected("nothing_to_change")
    return happened


def _moved(reservation: Reservation, shift: Shift) -> Occurrence:
    latest = reservation.require("requested", "confirmed")
    try:
        return shifted(latest.period, shift)
    except ValueError as short:
        # One of them was shorter than what the others lose.
        minutes = latest.period.minutes + int((shift.end - shift.start).total_seconds() // 60)
        raise Rejected("minimum", limit=1, actual=min(minutes, MOST_MINUTES)) from short


def _asked_by(ahead: Sequence[Reservation], moved: dict[str, Occurrence]) -> list[Fact]:
    """What the members will ask for, so that all of it is read in one round trip."""
    facts: list[Fact] = []
    for reservation in ahead:
        latest = reservation.require("requested", "confirmed")
        period = moved[reservation.reservation_id].period
        facts += [Terms(latest.device_id), Agenda(latest.device_id, period)]
        facts.append(Quota(latest.company_id, latest.sector, period))
    return facts
