"""Commands that a passed deadline gives, and what staff say to a suspected no-show.

The worker finds what is due in a view and may be late or mistaken; so each of these looks at the
facts again and refuses what is not due. Given twice, each happens once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import events as e
from domain.agenda import Agenda
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.doubts import doubt_about
from domain.due import SOON, hand_out_by, overdue_from
from domain.event import Event
from domain.no_shows import missed
from domain.period import Period
from domain.rejected import Rejected
from domain.reservation import Reservation, carried
from domain.terms import Terms


class ExpireRequest(Command, frozen=True, kw_only=True):
    """Nobody answered the request in time."""

    reservation_id: str


class RecordMissedStart(Command, frozen=True, kw_only=True):
    """Nobody was handed the device in time.

    `system_was_down` at some moment between start and deadline: then staff could not record the
    hand-out, and are asked instead of the company being blamed.
    """

    reservation_id: str
    system_was_down: bool = False


class RecordOverdue(Command, frozen=True, kw_only=True):
    """The device did not come back by the end of its booked time, nor soon after."""

    reservation_id: str


class DismissNoShow(Command, frozen=True, kw_only=True):
    """The suspected no-show was nobody's fault: its time is free again and counts for nothing."""

    reservation_id: str


class Noted(Fact):
    """What deadlines noted about a reservation: a suspected no-show, an overdue return."""

    def __init__(self, reservation_id: str) -> None:
        self.reservation_id = reservation_id
        self.suspected: e.NoShowSuspected | None = None
        self.overdue: e.ReturnOverdue | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.NoShowSuspected, e.ReturnOverdue)
        return [Query(types=types, tags=(f"reservation:{self.reservation_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.NoShowSuspected():
                self.suspected = event
            case e.ReturnOverdue():
                self.overdue = event
            case _:
                raise TypeError(f"notes of deadlines do not know {event!r}")

    def suspects(self, latest: e.ReservationEvent) -> bool:
        """Whether the reservation is suspected to be missed at the time that it has now."""
        return self.suspected is not None and self.suspected.period.start == latest.period.start


async def expire_request(command: ExpireRequest, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("requested")
    _require_due(reservation.answer_by or latest.period.start, recall.now)
    return [e.RequestExpired(**carried(latest))]


async def record_missed_start(command: RecordMissedStart, recall: Recall) -> Happened:
    reservation, noted = await recall(
        Reservation(command.reservation_id), Noted(command.reservation_id)
    )
    latest = reservation.require("confirmed")
    (terms,) = await recall(Terms(latest.device_id))
    deadline = hand_out_by(terms.now, latest.period, reservation.promised_at)
    if deadline is None:
        raise Rejected("nothing_to_change")
    _require_due(deadline, recall.now)
    if noted.suspects(latest):
        return []  # staff were asked, and have not answered
    begins = max(latest.period.start, reservation.promised_at or latest.period.start)
    down = command.system_was_down
    doubt = await doubt_about(latest, begins, terms, recall, system_was_down=down)
    if doubt is not None:
        return [e.NoShowSuspected(**carried(latest), missed_at=deadline, doubt=doubt)]
    return await missed(e.NoShowRecorded(**carried(latest)), recall)


async def record_overdue(command: RecordOverdue, recall: Recall) -> Happened:
    reservation, noted = await recall(
        Reservation(command.reservation_id), Noted(command.reservation_id)
    )
    latest = reservation.require("in_use")
    _require_due(overdue_from(latest.period), recall.now)
    if noted.overdue is not None and noted.overdue.period.end == latest.period.end:
        return []
    soon = Period(latest.period.end, latest.period.end + SOON)
    (agenda,) = await recall(Agenda(latest.device_id, soon))
    waits = agenda.next_reservation(soon, but=latest.reservation_id)
    if waits is None:
        return [e.ReturnOverdue(**carried(latest))]
    return [
        e.ReturnOverdue(
            **carried(latest),
            next_reservation_id=waits.reservation_id,
            next_company_id=waits.company_id,
            next_account_id=waits.account_id,
            next_period=waits.period,
        )
    ]


async def dismiss_no_show(command: DismissNoShow, recall: Recall) -> Happened:
    reservation, noted = await recall(
        Reservation(command.reservation_id), Noted(command.reservation_id)
    )
    latest = reservation.require("confirmed")
    if not noted.suspects(latest):
        raise Rejected("not_suspected", actual=command.reservation_id)
    return [e.NoShowWithdrawn(**carried(latest), suspected=True)]


def _require_due(deadline: datetime, now: datetime) -> None:
    if now < deadline:
        raise Rejected("not_due", limit=deadline.isoformat(), actual=now.isoformat())
