"""Commands from the hand-out of a device to its return, and corrections of what was logged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain import events as e
from domain.agenda import Agenda, leaving
from domain.bookable import require_sane
from domain.decisions import Command, Happened, Recall
from domain.device import Breakdown, Calibration, InHand, Service
from domain.devices import DataSheet
from domain.fees import billed_minutes, fee, whole_minutes
from domain.no_shows import missed
from domain.organisation import Organisation
from domain.period import SEOUL, Period, stamp
from domain.rate import Rates
from domain.rejected import Rejected
from domain.reservation import Reservation, carried
from domain.safety import SafetyStop
from domain.sealed import Sealed
from domain.terms import Terms
from domain.uses import Uses, require_after_booking, require_corrected


class HandOutDevice(Command, frozen=True, kw_only=True):
    """Give the device into the company's hands, now or (entered later) at a time gone by."""

    reservation_id: str
    at: datetime | None = None


class ReturnDevice(Command, frozen=True, kw_only=True):
    """Take the device back, with what the use log (운영일지) asks for."""

    reservation_id: str
    at: datetime | None = None
    samples: int = 0
    staff_minutes: int = 0
    usage_type: e.UsageType | None = None
    notes: Sealed | None = None


class RecordNoShow(Command, frozen=True, kw_only=True):
    reservation_id: str


class WithdrawNoShow(Command, frozen=True, kw_only=True):
    reservation_id: str


class CorrectUsage(Command, frozen=True, kw_only=True):
    """Replace the figures of a logged use; what is None stays as it was."""

    reservation_id: str
    used: Period | None = None
    samples: int | None = None
    staff_minutes: int | None = None
    reason: Sealed


class WaiveUsage(Command, frozen=True, kw_only=True):
    reservation_id: str
    reason: Sealed


async def hand_out_device(command: HandOutDevice, recall: Recall) -> Happened:
    """Early is fine while nobody else holds the time before; broken or out already is not.

    Entered late, it lies neither before the booking was made nor in anybody else's use.

    A hand-out that is entered after the no-show was recorded takes that back, if the time is still
    free. So it is after the no-show was withdrawn or dismissed: then the use took place after all.
    """
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require_to_hand_out()
    freed = isinstance(latest, e.NoShowRecorded | e.NoShowWithdrawn)
    at = _not_after(recall.now, command.at)
    if at >= latest.period.end:
        raise Rejected("past", limit=stamp(at), actual=stamp(latest.period.end))
    occupied = latest.occupied
    if at < occupied.start:
        if occupied.start - at > EARLIEST_HAND_OUT:
            raise Rejected("too_early", limit=EARLIEST_HAND_OUT.days, actual=stamp(at))
        occupied = Period(at, occupied.end)
    require_after_booking(at, reservation, recall)
    device_id = latest.device_id
    service, safety, in_hand, breakdown, terms, calibration, agenda = await recall(
        Service(device_id),
        SafetyStop(device_id),
        InHand(device_id),
        Breakdown(device_id),
        Terms(device_id),
        Calibration(device_id),
        Agenda(device_id, occupied),
    )
    service.require_in_service()
    safety.require_safe()
    breakdown.require_working()
    in_hand.require_here()
    if terms.now.calibration_required:
        calibration.require_valid(latest.period)
    if occupied != latest.occupied or freed:
        # After a no-show the time was free for others; what was kept may have been overrun.
        held = None if freed else latest.occupied
        agenda.require_free(occupied, but=command.reservation_id, held=held)
    if at < recall.now:
        since = Period(at, recall.now)
        (uses,) = await recall(Uses(device_id, since))
        uses.require_none(since, but=command.reservation_id)
    return [e.DeviceHandedOut(**carried(latest, occupied=occupied), at=at, left=leaving(latest))]


async def return_device(command: ReturnDevice, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("in_use")
    made, out_at = reservation.require_made(), reservation.handed_out_at
    at = _not_after(recall.now, command.at)
    if out_at is None or at <= out_at:
        raise Rejected("before_hand_out", limit=out_at and stamp(out_at), actual=stamp(at))
    terms, rates, organisation, sheet = await recall(
        Terms(latest.device_id),
        # A use costs what the device cost when it went out.
        Rates(latest.device_id, before=reservation.handed_out_position),
        Organisation(latest.company_id),
        DataSheet(latest.device_id),
    )
    krw_per_hour = rates.krw_per_hour(organisation.kind, out_at.astimezone(SEOUL).date())
    buffer_after = latest.occupied.end - latest.period.end
    occupied = Period(latest.occupied.start, at + buffer_after)
    used = Period(out_at, at)
    billed = billed_minutes(used, terms.now.slot_minutes)
    shared = carried(latest, occupied=occupied)
    line = {name: value for name, value in shared.items() if name != "period"}
    return [
        e.DeviceReturned(**shared, handed_out_at=out_at, at=at, left=leaving(latest)),
        e.UsageLogged(
            **line,
            used=used,
            minutes=whole_minutes(used),
            billed_minutes=billed,
            krw_per_hour=krw_per_hour,
            fee=fee(billed, krw_per_hour),
            usage_type=command.usage_type or made.usage_type,
            samples=command.samples,
            staff_minutes=command.staff_minutes,
            notes=command.notes,
            company_kind=organisation.kind,
            keeper=sheet.keeper,
            registration_number=sheet.registration_number,
        ),
    ]


async def record_no_show(command: RecordNoShow, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("confirmed")
    if recall.now < latest.period.start:
        start = stamp(latest.period.start)
        raise Rejected("not_begun", limit=start, actual=stamp(recall.now))
    return await missed(e.NoShowRecorded(**carried(latest)), recall)


async def withdraw_no_show(command: WithdrawNoShow, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    latest = reservation.require("no_show")
    return [e.NoShowWithdrawn(**carried(latest))]


async def correct_usage(command: CorrectUsage, recall: Recall) -> Happened:
    """The correction keeps price and slot of the day of use and counts time and fee anew.

    Refused are times that cannot be right: to come, in another use of the device, or far off.

    Nobody is asked whether the hours fit into a quota: they were used, and the next booking has
    what they leave.
    """
    (reservation,) = await recall(Reservation(command.reservation_id))
    reservation.require("returned")
    line = reservation.require_line()
    (terms,) = await recall(Terms(line.device_id, before=reservation.logged_position))
    used = command.used or line.used
    figures = {"samples": line.samples, "staff_minutes": line.staff_minutes}
    asked = {name: getattr(command, name) for name in figures}
    corrected = figures | {name: value for name, value in asked.items() if value is not None}
    if used == line.used and corrected == figures:
        raise Rejected("nothing_to_change")
    require_sane(used)
    _not_after(recall.now, used.end)
    await require_corrected(used, line, reservation, recall)
    billed = billed_minutes(used, terms.now.slot_minutes) if command.used else line.billed_minutes
    return [
        e.UsageCorrected(
            reservation_id=line.reservation_id,
            device_id=line.device_id,
            company_id=line.company_id,
            sector=line.sector,
            occupied=line.occupied,
            used=used,
            minutes=whole_minutes(used),
            billed_minutes=billed,
            krw_per_hour=line.krw_per_hour,
            fee=fee(billed, line.krw_per_hour),
            usage_type=line.usage_type,
            **corrected,
            reason=command.reason,
            was=line.used if used != line.used else None,
        )
    ]


async def waive_usage(command: WaiveUsage, recall: Recall) -> Happened:
    (reservation,) = await recall(Reservation(command.reservation_id))
    reservation.require("returned")
    if reservation.waived:
        raise Rejected("nothing_to_change")
    line = reservation.require_line()
    return [
        e.UsageWaived(
            reservation_id=line.reservation_id,
            device_id=line.device_id,
            company_id=line.company_id,
            occupied=line.occupied,
            reason=command.reason,
        )
    ]


EARLIEST_HAND_OUT = timedelta(days=31)
"""A hand-out before the booked time may lie this far ahead of it, if the device is free."""


def _not_after(now: datetime, at: datetime | None) -> datetime:
    if at is not None and at > now:
        raise Rejected("not_yet", limit=stamp(now), actual=stamp(at))
    return (at or now).astimezone(UTC)
