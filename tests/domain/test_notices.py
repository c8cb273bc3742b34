"""What is recorded so that people hear of it: who waits behind a late return, calibration due."""

from __future__ import annotations

from datetime import datetime

from domain import events as e
from domain.actor import SYSTEM
from domain.calibration import NoticeCalibrationDue
from domain.deadlines import RecordOverdue
from domain.due import CALIBRATION_WARNING
from domain.maintenance import RecordCalibration
from domain.period import Period
from tests.scenario import (
    AUT,
    DAY,
    HOUR,
    MINUTE,
    MUDEUNG,
    NOW,
    STAFF,
    at,
    cancel,
    company,
    device,
    given,
    hand_out,
    nine,
    noon,
    taken,
    ten,
)

OVERDUE = RecordOverdue(by=SYSTEM, reservation_id="r-1")
DUE = NoticeCalibrationDue(by=SYSTEM, device_id=AUT)
UNTIL = NOW + 60 * DAY
FIRST = taken(ten, noon, reservation_id="r-2", account_id="choi")
FOLLOWING = taken(noon, noon + HOUR, reservation_id="r-3", account_id="lee")


def certified(until: datetime, certificate: str = "KC-26-001") -> RecordCalibration:
    return RecordCalibration(by=STAFF, device_id=AUT, certificate=certificate, valid_until=until)


async def test_a_late_return_names_the_first_that_it_keeps_waiting() -> None:
    """The next booking of the device and whose it is, as of the moment of the decision."""
    past = [*device(), *company(), taken(nine, ten), FOLLOWING, FIRST]
    late = given(past).at(nine).when(hand_out()).at(at("10:10"))
    await late.when(OVERDUE).happened(
        e.ReturnOverdue,
        account_id="kim",
        next_reservation_id="r-2",
        next_company_id=MUDEUNG,
        next_account_id="choi",
        next_period=Period(ten, noon),
    )
    gone = given(past).when(cancel("r-2")).at(nine).when(hand_out()).at(at("10:10"))
    await gone.when(OVERDUE).happened(e.ReturnOverdue, next_reservation_id="r-3")


async def test_who_comes_days_later_is_not_kept_waiting() -> None:
    """A booking a day or more after the end hears nothing."""
    later = taken(ten + DAY, ten + DAY + HOUR, reservation_id="r-2", account_id="choi")
    past = given(device(), company(), taken(nine, ten), later).at(nine).when(hand_out())
    await past.at(at("10:10")).when(OVERDUE).happened(e.ReturnOverdue, next_reservation_id=None)


async def test_a_calibration_is_noticed_once_for_each_certificate() -> None:
    """Thirty days before its end, no moment sooner, and again only after the next certificate."""
    past = given(device(), company()).when(certified(UNTIL))
    due = UNTIL - CALIBRATION_WARNING
    await past.at(due - MINUTE).when(DUE).rejected("not_due")
    told = past.at(due).when(DUE)
    await told.happened(e.CalibrationDueNoticed, valid_until=UNTIL, certificate="KC-26-001")
    await told.at(due + DAY).when(DUE).nothing_happened()
    renewed = told.when(certified(UNTIL + 60 * DAY, "KC-26-002"))
    await renewed.when(DUE).rejected("not_due")
    again = renewed.at(UNTIL + 31 * DAY).when(DUE)
    await again.happened(e.CalibrationDueNoticed, certificate="KC-26-002")


async def test_no_certificate_is_nothing_to_notice() -> None:
    """A device that was never calibrated has no end to warn of, nor has one out of service."""
    await given(device(), company()).when(DUE).rejected("nothing_to_change")
    retired = given(device(), [e.DeviceRetired(device_id=AUT)]).when(DUE)
    await retired.rejected("nothing_to_change")
