"""Events about reservations, from the request to its end, and about requests refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from domain.event import Event, Occupancy
from domain.period import Period
from domain.sealed import Sealed

UsageType = Literal["direct", "operated"]
"""이용유형: `direct` 직접 사용; `operated` 대행 사용, where the laboratory's operator runs it."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that refused a request, with its limit and the actual value.

    `member` is the place in `RequestRefused.asked` that it is about, `about` what makes the
    sentence (`domain.rejected.Violation`), so that a repeated order hears the same one.
    """

    rule: str
    limit: Any = None
    actual: Any = None
    member: int | None = None
    about: tuple[tuple[str, str], ...] = ()


class ReservationEvent(Event, frozen=True, kw_only=True):
    """What every event about a reservation says, so that any month it touches can fold it alone.

    `left` is the time it held before, where the event moves, shortens or ends it.
    """

    reservation_id: str
    device_id: str
    company_id: str
    sector: str
    account_id: str
    period: Period
    occupied: Period
    left: Occupancy | None = None


class _ReservationMade(ReservationEvent, frozen=True, kw_only=True):
    """`replaces` is the displaced reservation whose place it takes."""

    purpose: Sealed | None = None
    usage_type: UsageType = "direct"
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None
    group_id: str | None = None
    series_id: str | None = None
    replaces: str | None = None

    def further_tags(self) -> Iterator[str]:
        if self.replaces is not None:
            yield f"replaces:{self.replaces}"


class ReservationRequested(_ReservationMade, frozen=True, kw_only=True):
    """Waits for approval, until `answer_by` (else its start), and holds its time meanwhile."""

    answer_by: datetime | None = None


class ReservationConfirmed(_ReservationMade, frozen=True, kw_only=True):
    """Booked, where the terms ask for no approval; `promised_at` when it had begun before."""

    promised_at: datetime | None = None


class ReservationApproved(ReservationEvent, frozen=True, kw_only=True):
    """Confirmed by staff; `promised_at` when its time had begun before."""

    promised_at: datetime | None = None


class ReservationDeclined(ReservationEvent, frozen=True, kw_only=True):
    """`bundle_kept` are the other reservations of its bundle that stay booked."""

    reason: Sealed | None = None
    bundle_kept: tuple[str, ...] = ()


class RequestExpired(ReservationEvent, frozen=True, kw_only=True):
    """Nobody answered the request in time; it holds nothing any more."""


class ReservationRescheduled(ReservationEvent, frozen=True, kw_only=True):
    """Moved in time; `status` is `requested` again where the terms ask for approval."""

    status: Literal["requested", "confirmed"]
    answer_by: datetime | None = None
    promised_at: datetime | None = None


class ReservationShortened(ReservationEvent, frozen=True, kw_only=True):
    """Gives time back. When `late`, the time given back still counts against the quota."""

    late: bool = False


class ReservationExtended(ReservationEvent, frozen=True, kw_only=True):
    status: Literal["requested", "confirmed", "in_use"]
    answer_by: datetime | None = None
    promised_at: datetime | None = None


class ReservationTransferred(ReservationEvent, frozen=True, kw_only=True):
    """Given to another person of the company (`account_id`), or moved to another device.

    `former_account_id` is whose it was, where it was given; events of earlier versions do not say.
    """

    status: Literal["requested", "confirmed"]
    answer_by: datetime | None = None
    promised_at: datetime | None = None
    former_account_id: str | None = None


class ReservationCancelled(ReservationEvent, frozen=True, kw_only=True):
    """`late` when it came within the notice of the terms: its hours count in full."""

    late: bool = False
    reason: Sealed | None = None


class ReservationDisplaced(ReservationEvent, frozen=True, kw_only=True):
    """An outage or a breakdown took its time; the reservation keeps its history.

    `waits_as` is the wish that stands first in line for the time, where that had not begun.
    """

    outage_id: str | None = None
    breakdown_id: str | None = None
    waits_as: str | None = None


class NoShowRecorded(ReservationEvent, frozen=True, kw_only=True):
    """Nobody came. The rest of its time is free again; its hours count in full."""


class NoShowWithdrawn(ReservationEvent, frozen=True, kw_only=True):
    """The no-show was a mistake: it does not count against the company any more.

    `suspected` where none was recorded and a suspicion was dismissed; events of earlier versions do
    not say.
    """

    suspected: bool = False


class RequestRefused(Event, frozen=True, kw_only=True):
    """A company asked and the rules said no: the demand that was not met. In no fact's queries.

    `asked` is all that was asked for at once, where that were several devices or dates, and
    `conflict_members` says of each conflict to which of them it belongs.
    """

    command: str
    device_id: str | None = None
    company_id: str | None = None
    reservation_id: str | None = None
    period: Period | None = None
    refusals: tuple[Refusal, ...]
    conflicts: tuple[tuple[str, Period, str], ...] = ()
    conflict_members: tuple[int, ...] = ()
    asked: tuple[tuple[str, Period], ...] = ()


class PolicyOverridden(Event, frozen=True, kw_only=True):
    reservation_id: str
    device_id: str
    company_id: str
    rules: tuple[str, ...]
    reason: Sealed
