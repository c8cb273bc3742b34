"""Events about waiting for taken time, and about the offers that follow when it is freed."""

from __future__ import annotations

from datetime import datetime

from domain.event import Event
from domain.events.reservations import UsageType
from domain.period import Period
from domain.sealed import Sealed


class WaitlistEvent(Event, frozen=True, kw_only=True):
    """What every event about a wish says, so that any month it touches can fold it alone.

    `period` is the time wished for and `occupied` that with the device's buffers.
    """

    wish_id: str
    device_id: str
    company_id: str
    sector: str
    account_id: str
    period: Period
    occupied: Period


class WaitlistJoined(WaitlistEvent, frozen=True, kw_only=True):
    """A company waits in line for taken time; the line is in the order of these events.

    The rest is what the reservation will say, as in `ReservationRequested`. With `replaces`, it is
    the displaced reservation of that id, which comes before all who were not displaced.
    """

    purpose: Sealed | None = None
    usage_type: UsageType = "direct"
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None
    replaces: str | None = None


class SlotOffered(WaitlistEvent, frozen=True, kw_only=True):
    """Freed time is held for the first in line, who may accept it until `expires_at`.

    `number` is 1 for the first offer to the wish, and more after one that was withdrawn.
    """

    expires_at: datetime
    number: int = 1


class OfferExtended(WaitlistEvent, frozen=True, kw_only=True):
    """The system was down while the offer stood, so it may be accepted until a later time."""

    expires_at: datetime


class OfferAccepted(WaitlistEvent, frozen=True, kw_only=True):
    """The wish is fulfilled; the reservation follows in the same append and takes the time."""

    reservation_id: str


class OfferExpired(WaitlistEvent, frozen=True, kw_only=True):
    """Nobody accepted in time: the time is free again, and the wish has left the line."""


class OfferWithdrawn(WaitlistEvent, frozen=True, kw_only=True):
    """An outage or a breakdown took the offered time; the wish waits on at its place in line.

    `suspended` is true where the company was suspended instead, so that the next in line is asked.
    """

    outage_id: str | None = None
    breakdown_id: str | None = None
    suspended: bool = False


class WaitlistPassed(WaitlistEvent, frozen=True, kw_only=True):
    """The wished time has begun, and no offer of it stands: the wish ends unfulfilled.

    `replaces` is the displaced reservation whose wish it was; its claim to other time stays.
    """

    replaces: str | None = None


class WaitlistLeft(WaitlistEvent, frozen=True, kw_only=True):
    """The company waits no longer. When `offered`, an offer stood, whose time is free again.

    `rebooked_as` is the reservation that took another time in place of the displaced one.
    """

    offered: bool = False
    rebooked_as: str | None = None
