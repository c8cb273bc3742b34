"""How many hours of a month a company has promised itself, and how many it may."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from domain import events as e
from domain.agenda import FREEING, HOLDING, OFFERS, offer_key
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period, hours_by_month, months_touched
from domain.rejected import Rejected, Violation

COUNTED = tuple(kind for kind in HOLDING + FREEING if issubclass(kind, e.ReservationEvent))
_UNCOUNTED = (
    e.ReservationDeclined,
    e.RequestExpired,
    e.ReservationDisplaced,
    e.NoShowWithdrawn,
)

BESIDE = (*OFFERS, e.UsageCorrected)
"""What changes the hours of a month beside the events of reservations."""


class _Share(msgspec.Struct, frozen=True):
    sector: str
    hours: dict[str, float]


class Quota(Fact):
    """Hours by (company, sector or all, month of Asia/Seoul), periods split by month.

    Requested, confirmed, offered, late-cancelled and missed hours count in full, returned ones as
    used, by the last correction of the use log.
    Hours given back late stay counted beside what is left, whatever becomes of that.
    """

    def __init__(self, company_id: str, sector: str, period: Period) -> None:
        self.company_id = company_id
        self.sector = sector
        self.months = months_touched(period)
        self.limits: dict[str | None, float | None] = {}
        self.shares: dict[str, _Share] = {}
        self.given_back_late: list[_Share] = []

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=(e.QuotaSet,), tags=(f"company:{self.company_id}",)),
            *(
                Query(types=COUNTED + BESIDE, tags=(f"company:{self.company_id}/{month}",))
                for month in self.months
            ),
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.QuotaSet():
                self.limits[event.sector] = event.hours
            case e.SlotOffered():
                share = _Share(event.sector, hours_by_month(event.period))
                self.shares[offer_key(event.wish_id)] = share
            case e.WaitlistEvent():
                self.shares.pop(offer_key(event.wish_id), None)
            case e.DeviceReturned():
                self._count(event, Period(event.handed_out_at, event.at))
            case e.UsageCorrected():
                self._count(event, event.used)
            case e.ReservationShortened(late=True):
                self._give_back_late(event)
                self._count(event, event.period)
            case e.ReservationCancelled(late=False):
                self.shares.pop(event.reservation_id, None)
            case e.ReservationEvent() if isinstance(event, _UNCOUNTED):
                self.shares.pop(event.reservation_id, None)
            case e.ReservationEvent():
                self._count(event, event.period)
            case _:
                raise TypeError(f"the quota does not know {event!r}")

    def used(self, month: str, sector: str | None, *, but: str | None = None) -> float:
        """Hours counted in a month, of one sector or (None) of all, without what `but` names."""
        held = [share for reservation_id, share in self.shares.items() if reservation_id != but]
        hours = sum(
            share.hours.get(month, 0.0)
            for share in (*held, *self.given_back_late)
            if sector in (None, share.sector)
        )
        # Thirds of hours do not add up in binary; 0.000001 of an hour is 3.6 milliseconds.
        return round(hours, 6)

    def require_room(self, period: Period, *, but: str | None = None) -> None:
        """Refuses hours beyond the quota of any month; `but` is what is changed or accepted."""
        violations = [
            Violation(
                rule="quota",
                limit=limit,
                actual=round(used, 2),
                about=(("month", month), *([("sector", sector)] if sector else ())),
            )
            for month, hours in hours_by_month(period).items()
            for sector in (self.sector, None)
            if (limit := self.limits.get(sector)) is not None
            if (used := round(self.used(month, sector, but=but) + hours, 6)) > limit
        ]
        if violations:
            raise Rejected(violations=violations)

    def _give_back_late(self, event: e.ReservationShortened) -> None:
        before = self.shares.get(event.reservation_id)
        if before is not None:
            left = hours_by_month(event.period)
            lost = {month: hours - left.get(month, 0.0) for month, hours in before.hours.items()}
            self.given_back_late.append(_Share(before.sector, lost))

    def _count(self, event: e.ReservationEvent | e.UsageCorrected, period: Period) -> None:
        self.shares[event.reservation_id] = _Share(event.sector, hours_by_month(period))
