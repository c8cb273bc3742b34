"""Events about devices in a company's hands, and the lines of the use log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.event import Event, occupied_tags
from domain.events.reservations import ReservationEvent, UsageType
from domain.period import Period
from domain.sealed import Sealed


class DeviceHandedOut(ReservationEvent, frozen=True, kw_only=True):
    """The device is in the company's hands from `at` on."""

    at: datetime


class DeviceReturned(ReservationEvent, frozen=True, kw_only=True):
    """The device is back since `at`; `occupied` ends with the buffer after it."""

    handed_out_at: datetime
    at: datetime


class UsageLogged(Event, frozen=True, kw_only=True):
    """A line of the use log (운영일지). `fee` is in KRW and was decided here, views only sum.

    `minutes` is the time in hand, `billed_minutes` that time in the slots of the device's terms.
    `company_kind` (이용기관 유형), `keeper` (장비책임자, an account) and `registration_number`
    (장비등록번호) are those of the day of the return; lines of earlier versions have none.
    """

    reservation_id: str
    device_id: str
    company_id: str
    sector: str
    account_id: str
    occupied: Period
    used: Period
    minutes: int
    billed_minutes: int
    krw_per_hour: int
    fee: int
    usage_type: UsageType = "direct"
    samples: int = 0
    staff_minutes: int = 0
    notes: Sealed | None = None
    company_kind: str | None = None
    keeper: str | None = None
    registration_number: str = ""


class UsageCorrected(Event, frozen=True, kw_only=True):
    """The line as it should have been. Replaces the figures of the line it corrects.

    `was` is the use as it was logged before, where the correction moves it: its hours count no more
    in the months that it leaves, and count in those that it enters; the device's months hear of it
    too, so that no other use is logged at the same time.
    """

    reservation_id: str
    device_id: str
    company_id: str
    sector: str
    occupied: Period
    used: Period
    minutes: int
    billed_minutes: int
    krw_per_hour: int
    fee: int
    usage_type: UsageType = "direct"
    samples: int = 0
    staff_minutes: int = 0
    reason: Sealed | None = None
    was: Period | None = None

    def further_tags(self) -> Iterator[str]:
        for period in (self.used, self.was):
            if period is not None:
                yield from occupied_tags(self.device_id, self.company_id, period)


class UsageWaived(Event, frozen=True, kw_only=True):
    """The fee of a line is not asked for; its hours still count."""

    reservation_id: str
    device_id: str
    company_id: str
    occupied: Period
    reason: Sealed | None = None
