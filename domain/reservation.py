"""One reservation: how it stands, and what may still be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.overriding import KEPT_WHEN_EXTENDED, KEPT_WHEN_SHORTENED, kept
from domain.quota import COUNTED
from domain.rejected import Rejected

Status = Literal[
    "requested",
    "confirmed",
    "in_use",
    "returned",
    "declined",
    "expired",
    "cancelled",
    "displaced",
    "no_show",
]
Line = e.UsageLogged | e.UsageCorrected
MadeEvent = e.ReservationRequested | e.ReservationConfirmed


class Reservation(Fact):
    """A reservation as its events tell it.

    `for_it_since` is the position since which it is for the device that it is for, `set_aside` the
    rules that the laboratory set aside for it and the time that it has.
    """

    def __init__(self, reservation_id: str) -> None:
        self.reservation_id = reservation_id
        self.status: Status | None = None
        self.made: MadeEvent | None = None
        self.for_it_since: int | None = None
        self.latest: e.ReservationEvent | None = None
        self.handed_out_at: datetime | None = None
        self.handed_out_position: int | None = None
        self.promised = False
        self.line: Line | None = None
        self.logged_position: int | None = None
        self.answer_by: datetime | None = None
        self.promised_at: datetime | None = None
        self.waived = False
        self.set_aside: tuple[str, ...] = ()

    @property
    def queries(self) -> Sequence[Query]:
        types = (*COUNTED, e.UsageLogged, e.UsageCorrected, e.UsageWaived, e.PolicyOverridden)
        return [Query(types=types, tags=(f"reservation:{self.reservation_id}",))]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.ReservationRequested() | e.ReservationConfirmed():
                self.made, self.for_it_since = event, position
            case e.ReservationTransferred() if self._changes_device(event):
                self.for_it_since = position
            case e.DeviceHandedOut():
                self.handed_out_at, self.handed_out_position = event.at, position
            case e.UsageLogged():
                self.line, self.logged_position = event, position
            case e.UsageCorrected():
                self.line = event
            case e.UsageWaived():
                self.waived = True
            case e.PolicyOverridden():
                self.set_aside = tuple(dict.fromkeys((*self.set_aside, *event.rules)))
        if isinstance(event, e.ReservationEvent):
            self.status = status_after(event) or self.status
            self.promised = self._still_promised(event)
            self._note_deadlines(event)
            self.set_aside = self._still_set_aside(event)
            self.latest = event

    def require_new(self) -> None:
        """Refuses a known id: a second booking under it would free the first one's time."""
        if self.latest is not None:
            raise Rejected("id_known", actual=self.reservation_id)

    def require(self, *statuses: Status) -> e.ReservationEvent:
        """The reservation's last event; refuses one that is unknown or stands otherwise."""
        if self.latest is None:
            raise Rejected("reservation_unknown", actual=self.reservation_id)
        if self.status not in statuses:
            raise Rejected("wrong_status", limit=", ".join(statuses), actual=self.status)
        return self.latest

    def require_to_hand_out(self) -> e.ReservationEvent:
        """The reservation's last event; refuses one for which nobody can be handed the device.

        Where a no-show was recorded or suspected and taken back, the use may have taken place.
        """
        if isinstance(self.latest, e.NoShowWithdrawn):
            return self.latest
        return self.require("confirmed", "no_show")

    def _note_deadlines(self, event: e.ReservationEvent) -> None:
        """A request of the first version says no `answer_by`: it waits until its start."""
        self.promised_at = getattr(event, "promised_at", None) or self.promised_at
        if self.status == "requested":
            said: datetime | None = getattr(event, "answer_by", None)
            self.answer_by = said or self.answer_by or event.period.start

    def _still_promised(self, event: e.ReservationEvent) -> bool:
        """Whether the time was confirmed once, and giving it back late is therefore late.

        A confirmed booking that was extended and waits for approval again is still a promise; a
        request for another time or another device is not.
        """
        if self.status != "requested":
            return True
        moved = isinstance(event, e.ReservationRescheduled) or self._changes_device(event)
        return self.promised and not moved

    def _still_set_aside(self, event: e.ReservationEvent) -> tuple[str, ...]:
        """What a step changes is held against the rules anew; its own override follows it."""
        match event:
            case e.ReservationRescheduled():
                return ()
            case e.ReservationTransferred() if self._changes_device(event):
                return ()
            case e.ReservationExtended():
                return kept(self.set_aside, KEPT_WHEN_EXTENDED)
            case e.ReservationShortened():
                return kept(self.set_aside, KEPT_WHEN_SHORTENED)
            case _:
                return self.set_aside

    def _changes_device(self, event: e.ReservationEvent) -> bool:
        return self.latest is not None and event.device_id != self.latest.device_id

    def require_line(self) -> Line:
        """The reservation's line in the use log, as corrected last."""
        if self.line is None:
            raise Rejected("reservation_unknown", actual=self.reservation_id)
        return self.line

    def require_made(self) -> MadeEvent:
        """The event that made the reservation, which holds its purpose and people."""
        if self.made is None:
            raise Rejected("reservation_unknown", actual=self.reservation_id)
        return self.made


def status_after(event: e.ReservationEvent) -> Status | None:  # noqa: C901, PLR0911 - a table
    """The status that an event leaves a reservation in; None where it leaves the status alone."""
    match event:
        case e.ReservationRequested():
            return "requested"
        case e.ReservationConfirmed() | e.ReservationApproved():
            return "confirmed"
        case e.ReservationRescheduled() | e.ReservationExtended() | e.ReservationTransferred():
            return event.status
        case e.DeviceHandedOut():
            return "in_use"
        case e.DeviceReturned():
            return "returned"
        case e.ReservationDeclined():
            return "declined"
        case e.RequestExpired():
            return "expired"
        case e.ReservationCancelled() | e.NoShowWithdrawn():
            return "cancelled"
        case e.ReservationDisplaced():
            return "displaced"
        case e.NoShowRecorded():
            return "no_show"
        case _:
            return None


def carried(latest: e.ReservationEvent, **changes: Any) -> dict[str, Any]:
    """What every event of a reservation repeats of the one before, with what changes."""
    fields = ("reservation_id", "device_id", "company_id", "sector", "account_id")
    same = {field: getattr(latest, field) for field in (*fields, "period", "occupied")}
    return same | changes
