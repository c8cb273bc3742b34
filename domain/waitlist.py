"""Who waits for taken time: one wish, the line for a device's time, and a company's wishes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from domain import events as e
from domain.agenda import OFFERS, offer_key
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period, months_touched, stamp
from domain.rejected import Rejected
from domain.standing import ahead_of

WishStatus = Literal["waiting", "offered", "accepted", "expired", "left", "passed"]
OPEN: tuple[WishStatus, ...] = ("waiting", "offered")
MOST_WISHES = 20
"""A company stands in line for so many times at once at most, of all devices together."""
MOST_IN_LINE = 50
"""So many wishes wait for one time of a device at most; it bounds what freeing that time tries."""
ALL = (e.WaitlistJoined, *OFFERS, e.WaitlistPassed)


class Wish(Fact):
    """One wish: how it stands, and until when its offer may be accepted."""

    def __init__(self, wish_id: str) -> None:
        self.wish_id = wish_id
        self.joined: e.WaitlistJoined | None = None
        self.status: WishStatus | None = None
        self.expires_at: datetime | None = None
        self.became: str | None = None
        self.rebooked_as: str | None = None

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(*ALL, e.OfferExtended), tags=(offer_key(self.wish_id),))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.WaitlistJoined():
                self.joined = event
            case e.SlotOffered() | e.OfferExtended():
                self.expires_at = event.expires_at
            case e.OfferAccepted():
                self.became = event.reservation_id
            case e.WaitlistLeft():
                self.rebooked_as = event.rebooked_as
        if not isinstance(event, e.WaitlistEvent):
            raise TypeError(f"a wish does not know {event!r}")
        self.status = wish_status_after(event)

    def require_new(self) -> None:
        """Refuses a known id: a second wish under it would lose the first one's place."""
        if self.joined is not None:
            raise Rejected("id_known", actual=self.wish_id)

    def require_open(self) -> e.WaitlistJoined:
        """The wish as it was made; refuses one that is unknown or waits no longer.

        Where a reservation came of it, the refusal names that.
        """
        if self.joined is None:
            raise Rejected("wish_unknown", actual=self.wish_id)
        if self.became is not None:
            raise Rejected("accepted_already", actual=self.became)
        if self.rebooked_as is not None:
            raise Rejected("rebooked_already", actual=self.rebooked_as)
        if self.status not in OPEN:
            raise Rejected("wish_over", limit=", ".join(OPEN), actual=self.status)
        return self.joined

    def require_offered(self) -> tuple[e.WaitlistJoined, datetime]:
        """The wish and the deadline of its offer; refuses one that has no offer."""
        joined = self.require_open()
        if self.status != "offered" or self.expires_at is None:
            raise Rejected("not_offered", actual=self.wish_id)
        return joined, self.expires_at

    def require_no_offer(self) -> e.WaitlistJoined:
        """The wish as it was made; refuses one that is over, or whose time is held for it."""
        joined = self.require_open()
        if self.status == "offered" and self.expires_at is not None:
            raise Rejected("offer_stands", limit=stamp(self.expires_at), actual=self.wish_id)
        return joined


class InLine(msgspec.Struct, frozen=True):
    """An open wish with its place: those with a smaller `turn` come first.

    `offers` is how often its time was offered to it, an offer that stands included.
    """

    position: int
    joined: e.WaitlistJoined
    offered: bool = False
    offers: int = 0

    @property
    def turn(self) -> tuple[bool, int]:
        """Displaced reservations come before all others, and then who joined first."""
        return self.joined.replaces is None, self.position


class _Wishes(Fact):
    """Open wishes by id, in the order in which they joined."""

    def __init__(self) -> None:
        self.wishes: dict[str, InLine] = {}

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.WaitlistJoined():
                self.wishes[event.wish_id] = InLine(position, event)
            case e.SlotOffered() | e.OfferWithdrawn():
                before = self.wishes[event.wish_id]
                offered = isinstance(event, e.SlotOffered)
                self.wishes[event.wish_id] = msgspec.structs.replace(
                    before, offered=offered, offers=before.offers + offered
                )
            case e.WaitlistEvent():
                self.wishes.pop(event.wish_id, None)
            case _:
                raise TypeError(f"a waiting line does not know {event!r}")

    def ahead(self, now: datetime) -> Iterator[InLine]:
        """The wishes whose time has not begun; the others can never be fulfilled any more."""
        return (one for one in self.wishes.values() if one.joined.period.start > now)


class Line(_Wishes):
    """Who waits for time of a device, in the months that some periods touch."""

    def __init__(self, device_id: str, periods: Iterable[Period]) -> None:
        super().__init__()
        self.device_id = device_id
        self.months = sorted({month for period in periods for month in months_touched(period)})

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=ALL, tags=(f"device:{self.device_id}/{month}",)) for month in self.months
        ]

    def require_room(self, company_id: str, occupied: Period, now: datetime) -> None:
        """Refuses a company that waits for some of this time already, and a line that is full."""
        same = [one.joined for one in self.ahead(now) if one.joined.occupied.overlaps(occupied)]
        if any(joined.company_id == company_id for joined in same):
            raise Rejected("waiting_already", actual=self.device_id)
        # Nobody chose to be displaced, so that this fills no line.
        waiting = sum(joined.replaces is None for joined in same)
        if waiting >= MOST_IN_LINE:
            raise Rejected("line_full", limit=MOST_IN_LINE, actual=waiting)


class OwnWishes(_Wishes):
    """What a company waits for, of any device, in the time ahead of it."""

    def __init__(self, company_id: str, now: datetime, horizon_days: int) -> None:
        super().__init__()
        self.company_id = company_id
        self.window = ahead_of(now, horizon_days)

    @property
    def queries(self) -> Sequence[Query]:
        months = months_touched(self.window)
        return [Query(types=ALL, tags=(f"company:{self.company_id}/{month}",)) for month in months]

    def require_room(self) -> None:
        waiting = sum(one.joined.replaces is None for one in self.ahead(self.window.start))
        if waiting >= MOST_WISHES:
            raise Rejected("most_wishes", limit=MOST_WISHES, actual=waiting + 1)


class OwnLine(_Wishes):
    """What a company waits for, of any device, in the months that some periods touch."""

    def __init__(self, company_id: str, periods: Iterable[Period]) -> None:
        super().__init__()
        self.company_id = company_id
        self.months = sorted({month for period in periods for month in months_touched(period)})

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=ALL, tags=(f"company:{self.company_id}/{month}",)) for month in self.months
        ]


def wish_status_after(event: e.WaitlistEvent) -> WishStatus:
    """The status that an event leaves a wish in."""
    match event:
        case e.SlotOffered() | e.OfferExtended():
            return "offered"
        case e.OfferAccepted():
            return "accepted"
        case e.OfferExpired():
            return "expired"
        case e.WaitlistLeft():
            return "left"
        case e.WaitlistPassed():
            return "passed"
        case _:
            return "waiting"


def wished(joined: e.WaitlistEvent) -> dict[str, Any]:
    """What every event of a wish repeats of the one before."""
    fields = ("wish_id", "device_id", "company_id", "sector", "account_id", "period", "occupied")
    return {field: getattr(joined, field) for field in fields}
