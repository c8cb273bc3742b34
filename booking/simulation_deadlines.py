"""The worker's part of a simulated year: requests expire, no-shows count, returns are overdue.

Each deadline is decided at its own time by the same commands that the worker gives.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from booking.simulation_stage import Stage
from domain import events as e
from domain.actor import SYSTEM
from domain.companies import ReinstateCompany
from domain.deadlines import ExpireRequest, RecordMissedStart, RecordOverdue
from domain.decisions import Command
from domain.due import hand_out_by, overdue_from

_MOMENT = timedelta(seconds=2)
"""After which a worker has noticed."""
_SUSPENDED_FOR = timedelta(days=4)


def follow_deadlines(stage: Stage, reservation_id: str) -> None:
    """Have the next deadline of a reservation decided, as it stands now."""
    reservation = stage.world.reservations[reservation_id]
    latest = reservation.latest
    if latest is None or stage.present:
        return  # in the present, the web processes' worker decides
    due = None
    command: Command | None = None
    match reservation.status:
        case "requested":
            due = reservation.answer_by
            command = ExpireRequest(by=SYSTEM, reservation_id=reservation_id)
        case "confirmed":
            terms = stage.world.devices[latest.device_id].terms.now
            due = hand_out_by(terms, latest.period, reservation.promised_at)
            command = RecordMissedStart(by=SYSTEM, reservation_id=reservation_id)
        case "in_use":
            due = overdue_from(latest.period)
            command = RecordOverdue(by=SYSTEM, reservation_id=reservation_id)
    if due is not None and command is not None:
        stage.at(due + _MOMENT, partial(_decide, stage, command, reservation_id, latest))


def follow_suspension(stage: Stage, event: e.CompanySuspended) -> None:
    """A company suspended for its no-shows talks to the laboratory, and may book again."""
    if event.no_shows:
        staff = [actor for actor in stage.world.staff.values() if actor.role == "staff"]
        by = staff[0] if staff else SYSTEM
        command = ReinstateCompany(by=by, company_id=event.company_id)
        stage.at(stage.in_office(stage.now + _SUSPENDED_FOR), partial(_give, stage, command))


async def _decide(
    stage: Stage, command: Command, reservation_id: str, latest: e.ReservationEvent
) -> None:
    if stage.world.reservations[reservation_id].latest is latest:
        await stage.give(command)


async def _give(stage: Stage, command: Command) -> None:
    await stage.give(command)
