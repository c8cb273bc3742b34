"""Events about deadlines that passed: suspected no-shows, overdue returns, the no-show policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from domain.event import Event
from domain.events.reservations import ReservationEvent
from domain.period import Period

Doubt = Literal[
    "system_down",
    "device_out",
    "device_broken",
    "safety_stop",
    "device_suspended",
    "device_retired",
    "calibration_lapsed",
]
"""Why a missed start may not be the company's fault: the hand-out could not be recorded, or the
device could not be handed out, whoever had come for it."""


class NoShowSuspected(ReservationEvent, frozen=True, kw_only=True):
    """No hand-out was recorded by `missed_at`, and that may not be the company's fault.

    Staff confirm it (NoShowRecorded), dismiss it (NoShowWithdrawn), or enter the hand-out late.
    Until then it counts for nothing, and the reservation keeps its time.
    """

    missed_at: datetime
    doubt: Doubt = "system_down"


class ReturnOverdue(ReservationEvent, frozen=True, kw_only=True):
    """The device was still out after its booked time; once for each end of a reservation.

    `next_…` are the booking that it keeps waiting, where one begins soon after that end.
    """

    next_reservation_id: str | None = None
    next_company_id: str | None = None
    next_account_id: str | None = None
    next_period: Period | None = None


class NoShowPolicySet(Event, frozen=True, kw_only=True):
    """`most` no-shows within `window_days` suspend a company's new bookings; 0 never does.

    For one company, or (`company_id` None) for all that have no policy of their own.
    """

    company_id: str | None = None
    most: int
    window_days: int

    def further_tags(self) -> Iterator[str]:
        yield "no-show-policy"
