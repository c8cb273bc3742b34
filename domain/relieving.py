"""Which hours of a company's months count no more, so that what it waits for may fit its quota."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain import events as e
from domain.bookable import LONGEST
from domain.event import Event
from domain.period import Period

Relieved = dict[str, list[Period]]
"""Periods by company in whose months it may book again what it could not before."""
RELIEVING = (e.QuotaSet, e.CompanyReinstated)
"""After these a company may book more than before, whenever that is."""


def relieved_by(happened: Iterable[Event], now: datetime) -> Relieved:
    """The periods that events relieve. It may be less than it seems: booking's rules decide."""
    relieved: Relieved = {}
    for event in happened:
        if isinstance(event, RELIEVING):
            relieved.setdefault(event.company_id, []).append(Period(now, now + LONGEST))
        for company_id, period in _relieved(event):
            relieved.setdefault(company_id, []).append(period)
    return relieved


def _relieved(event: Event) -> Iterator[tuple[str, Period]]:
    match event:
        case e.UsageCorrected(was=was) if was is not None:
            yield event.company_id, was
        case e.OfferExpired() | e.OfferWithdrawn() | e.WaitlistLeft(offered=True):
            yield event.company_id, event.period
        case e.ReservationCancelled(late=True) | e.ReservationShortened(late=True):
            return  # what is given back late counts all the same
        case (
            e.ReservationDeclined()
            | e.RequestExpired()
            | e.ReservationCancelled()
            | e.ReservationDisplaced()
            | e.NoShowWithdrawn()
            | e.DeviceReturned()
        ):
            yield event.company_id, event.period
        case e.ReservationShortened() | e.ReservationRescheduled() | e.ReservationTransferred():
            if event.left is not None:
                yield event.company_id, event.left.occupied
