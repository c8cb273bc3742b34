"""Whether a company may book at all, and how much it has ahead of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import events as e
from domain.agenda import OFFERS, offer_key
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period, months_touched
from domain.quota import COUNTED
from domain.rejected import Rejected


class Standing(Fact):
    """A company is in good standing once registered, unless it is suspended."""

    def __init__(self, company_id: str) -> None:
        self.company_id = company_id
        self.registered = False
        self.suspended = False
        self.most_ahead: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.CompanyRegistered, e.CompanySuspended, e.CompanyReinstated, e.MostAheadSet)
        return [Query(types=types, tags=(f"company:{self.company_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.CompanyRegistered():
                self.registered = True
            case e.CompanySuspended():
                self.suspended = True
            case e.CompanyReinstated():
                self.suspended = False
            case e.MostAheadSet():
                self.most_ahead = event.reservations
            case _:
                raise TypeError(f"standing does not know {event!r}")

    def require_known(self) -> None:
        if not self.registered:
            raise Rejected("company_unknown", actual=self.company_id)

    def require_good(self) -> None:
        self.require_known()
        if self.suspended:
            raise Rejected("company_suspended", actual=self.company_id)


FURTHEST_DAYS = 366
"""Reservations are counted as far ahead as this, or as the device's own horizon if that is more."""


def ahead_of(now: datetime, horizon_days: int) -> Period:
    """The time in which what a company has ahead of it is counted."""
    return Period(now, now + timedelta(days=max(FURTHEST_DAYS, horizon_days)))


class Ahead(Fact):
    """The reservations that a company still has ahead of it, of any device with any horizon.

    An offer counts as one, so that it can be accepted.
    """

    def __init__(self, company_id: str, now: datetime, horizon_days: int) -> None:
        self.company_id = company_id
        self.now = now
        self.window = ahead_of(now, horizon_days)
        self.starts: dict[str, datetime] = {}

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=COUNTED + OFFERS, tags=(f"company:{self.company_id}/{month}",))
            for month in months_touched(self.window)
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        ended = (
            e.ReservationDeclined,
            e.RequestExpired,
            e.ReservationCancelled,
            e.ReservationDisplaced,
            e.NoShowRecorded,
            e.NoShowWithdrawn,
            e.DeviceHandedOut,
            e.DeviceReturned,
        )
        match event:
            case e.SlotOffered():
                self.starts[offer_key(event.wish_id)] = event.period.start
            case e.WaitlistEvent():
                self.starts.pop(offer_key(event.wish_id), None)
            case e.ReservationEvent() if isinstance(event, ended):
                self.starts.pop(event.reservation_id, None)
            case e.ReservationEvent():
                self.starts[event.reservation_id] = event.period.start
            case _:
                raise TypeError(f"reservations ahead do not know {event!r}")

    def require_room(self, most: int | None, *, but: str | None = None) -> None:
        """Refuses one reservation more than `most`; `but` is the reservation being changed."""
        ahead = sum(start > self.now for other, start in self.starts.items() if other != but)
        if most is not None and ahead + 1 > most:
            raise Rejected("most_ahead", limit=most, actual=ahead + 1)
