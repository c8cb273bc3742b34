"""What falls due: answers to requests, hand-outs, returns; decided once, and never too early."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain import events as e
from domain.actor import SYSTEM
from domain.deadlines import DismissNoShow, ExpireRequest, RecordMissedStart, RecordOverdue
from domain.decisions import Command
from domain.event import Event
from domain.period import Period
from domain.usage import WithdrawNoShow
from tests.scenario import (
    AUT,
    DAY,
    HOUR,
    MINUTE,
    MUDEUNG,
    NOW,
    SEALED,
    STAFF,
    approve,
    at,
    break_down,
    company,
    device,
    eight,
    eleven,
    extend,
    given,
    hand_out,
    nine,
    no_show,
    noon,
    requested,
    reschedule,
    reserve,
    shorten,
    take_back,
    taken,
    ten,
    transfer,
)

ASKING = device(approval_required=True)
STOPPED = e.ProblemReported(device_id=AUT, problem_id="p-1", text=SEALED, safety_stop=True)


def certified(until: datetime) -> e.CalibrationRecorded:
    return e.CalibrationRecorded(device_id=AUT, at=NOW, valid_until=until, certificate="KC-26-001")


def expire(reservation_id: str = "r-1") -> Command:
    return ExpireRequest(by=SYSTEM, reservation_id=reservation_id)


def miss(reservation_id: str = "r-1", *, down: bool = False) -> Command:
    return RecordMissedStart(by=SYSTEM, reservation_id=reservation_id, system_was_down=down)


def overdue(reservation_id: str = "r-1") -> Command:
    return RecordOverdue(by=SYSTEM, reservation_id=reservation_id)


def dismiss() -> Command:
    return DismissNoShow(by=STAFF, reservation_id="r-1")


async def test_a_request_says_when_it_expires() -> None:
    """Two days after it was made, or at its start where that is sooner."""
    past = given(ASKING, company())
    await past.when(reserve(nine, ten)).happened(e.ReservationRequested, answer_by=NOW + 2 * DAY)
    soon = past.at(nine - HOUR).when(reserve(ten, eleven, reservation_id="r-3"))
    await soon.happened(e.ReservationRequested, answer_by=ten)


async def test_the_terms_say_how_long_an_answer_may_take() -> None:
    """Each device may have its own time to answer."""
    quick = device(approval_required=True, answer_within_minutes=60)
    past = given(quick, company()).when(reserve(nine, ten))
    await past.happened(e.ReservationRequested, answer_by=NOW + HOUR)


async def test_a_slot_that_has_begun_can_be_answered_until_it_ends() -> None:
    """What was asked for during its own time does not expire at once."""
    past = given(ASKING, company()).at(nine + MINUTE).when(reserve(nine, ten))
    await past.happened(e.ReservationRequested, answer_by=ten)


@pytest.mark.parametrize("change", [reschedule(ten, eleven), extend(nine, eleven)])
async def test_a_changed_booking_waits_anew(change: Command) -> None:
    """What asks again has the whole time to be answered from then on."""
    past = given(ASKING, company(), taken(nine, ten)).when(change)
    await past.at(NOW + 2 * DAY - MINUTE).when(expire("r-1")).rejected("not_due")
    await past.at(NOW + 2 * DAY).when(expire("r-1")).happened(e.RequestExpired)


async def test_a_request_expires_once_and_not_before() -> None:
    """At its deadline to the minute; then its time is free, and no answer comes any more."""
    past = given(ASKING, company(), requested(nine, ten, answer_by=NOW + HOUR))
    await past.at(NOW + 59 * MINUTE).when(expire()).rejected("not_due")
    late = past.at(NOW + HOUR).when(expire())
    await late.happened(e.RequestExpired, period=Period(nine, ten))
    await late.when(expire()).rejected("wrong_status", actual="expired")
    await late.when(approve()).rejected("wrong_status", actual="expired")
    await late.when(reserve(nine, ten)).happened(e.ReservationRequested)


async def test_a_request_of_the_first_version_waits_until_its_start() -> None:
    """A stored request that says no deadline expires when its time begins."""
    past = given(ASKING, company(), requested(nine, ten))
    await past.at(nine - MINUTE).when(expire()).rejected("not_due")
    await past.at(nine).when(expire()).happened(e.RequestExpired)


async def test_an_answered_request_does_not_expire() -> None:
    """Staff were faster than the deadline."""
    past = given(ASKING, company(), requested(nine, ten, answer_by=NOW)).when(approve())
    await past.at(nine).when(expire()).rejected("wrong_status", actual="confirmed")


async def test_a_missed_start_is_a_no_show_after_the_grace() -> None:
    """An hour after the start, unless the terms have another grace."""
    past = given(device(), company(), taken(nine, noon))
    await past.at(ten - MINUTE).when(miss()).rejected("not_due")
    await past.at(ten).when(miss()).happened(e.NoShowRecorded)
    quick = given(device(no_show_minutes=15), company(), taken(nine, noon))
    await quick.at(at("09:15")).when(miss()).happened(e.NoShowRecorded)


async def test_a_grace_ends_with_the_booked_time() -> None:
    """Half an hour's booking is missed after half an hour."""
    past = given(device(), company(), taken(nine, at("09:30")))
    await past.at(at("09:30")).when(miss()).happened(e.NoShowRecorded)


async def test_some_devices_know_no_missed_start() -> None:
    """With a grace of 0, only staff record a no-show."""
    past = given(device(no_show_minutes=0), company(), taken(nine, ten)).at(noon)
    await past.when(miss()).rejected("nothing_to_change")
    await past.when(no_show()).happened(e.NoShowRecorded)


async def test_what_was_confirmed_late_is_missed_later() -> None:
    """The grace counts from an approval that came after the start."""
    past = given(ASKING, company(), requested(nine, noon)).at(ten).when(approve())
    await past.when(miss()).rejected("not_due")
    await past.at(eleven - MINUTE).when(miss()).rejected("not_due")
    await past.at(eleven).when(miss()).happened(e.NoShowRecorded)


async def test_what_was_handed_out_is_not_missed() -> None:
    """The worker's view was behind: the device went out at the last moment."""
    past = given(device(), company(), taken(nine, noon)).at(ten).when(hand_out())
    await past.when(miss()).rejected("wrong_status", actual="in_use")


async def test_after_downtime_staff_are_asked_once() -> None:
    """Nothing counts, the reservation stands, and the second question is not asked."""
    past = given(device(), company(), taken(nine, noon)).at(noon).when(miss(down=True))
    await past.happened(e.NoShowSuspected, missed_at=ten, doubt="system_down")
    await past.when(miss(down=True)).nothing_happened()
    await past.when(miss()).nothing_happened()
    await past.when(no_show()).happened(e.NoShowRecorded)


async def test_a_suspicion_is_dismissed() -> None:
    """The hours do not count, and the time is free."""
    past = given(device(), company(every=3), taken(nine, noon)).at(ten).when(miss(down=True))
    dismissed = past.when(dismiss())
    await dismissed.happened(e.NoShowWithdrawn, suspected=True)
    await dismissed.when(dismiss()).rejected("wrong_status", actual="cancelled")
    await dismissed.when(reserve(ten, noon + HOUR)).happened(e.ReservationConfirmed)


async def test_only_a_suspicion_can_be_dismissed() -> None:
    """A reservation that nobody doubts is cancelled, not dismissed."""
    past = given(device(), company(), taken(nine, noon)).at(ten)
    await past.when(dismiss()).rejected("not_suspected", actual="r-1")


async def test_another_start_is_another_deadline() -> None:
    """A suspicion of the start that it had says nothing of a later one."""
    past = given(device(), company(), taken(nine, noon)).at(ten).when(miss(down=True))
    later = past.when(shorten(eleven, noon)).at(noon)
    await later.when(dismiss()).rejected("not_suspected")
    await later.when(miss()).happened(e.NoShowRecorded)


async def test_a_hand_out_entered_late_takes_the_no_show_back() -> None:
    """Staff forgot to record it: with the true time it is in use, and counts as such."""
    past = given(device(), company(), taken(nine, noon)).at(ten).when(miss())
    entered = past.at(eleven).when(hand_out(at=nine + MINUTE))
    await entered.happened(e.DeviceHandedOut, at=nine + MINUTE)
    await entered.when(take_back(at=eleven)).happened(e.DeviceReturned, e.UsageLogged)


async def test_a_late_hand_out_takes_nobodys_time() -> None:
    """When the freed time was booked by others, the no-show stands until it is withdrawn."""
    past = given(device(), company(), taken(nine, noon)).at(ten).when(miss())
    others = past.when(reserve(eleven, noon))
    await others.when(hand_out(at=nine)).rejected("slot_taken")
    withdraw = WithdrawNoShow(by=STAFF, reservation_id="r-1")
    await others.when(withdraw).happened(e.NoShowWithdrawn)


async def test_nobody_is_blamed_for_a_device_that_was_not_there() -> None:
    """Still out with somebody else, or broken: staff are asked."""
    two = taken(eight, nine, reservation_id="r-0"), taken(nine, ten)
    out = given(device(), company(), *two).at(eight).when(hand_out("r-0")).at(ten)
    await out.when(miss()).happened(e.NoShowSuspected, doubt="device_out")
    past = given(device(), company(), taken(nine, ten)).at(nine - HOUR)
    broken = past.when(break_down(nine - MINUTE)).at(ten)
    await broken.when(miss()).happened(e.NoShowSuspected, doubt="device_broken")


@pytest.mark.parametrize(
    ("why", "doubt"),
    [
        (STOPPED, "safety_stop"),
        (e.DeviceSuspended(device_id=AUT), "device_suspended"),
        (e.DeviceRetired(device_id=AUT), "device_retired"),
        (certified(nine), "calibration_lapsed"),
    ],
)
async def test_nobody_is_blamed_for_a_device_that_may_not_go_out(why: Event, doubt: str) -> None:
    """What would have refused the hand-out makes it a question to staff, who may still say so."""
    past = given(device(calibration_required=True), company(), certified(noon), taken(nine, ten))
    past.ledger.append([why])
    await past.at(ten).when(miss()).happened(e.NoShowSuspected, doubt=doubt)
    await past.when(no_show()).happened(e.NoShowRecorded)


async def test_a_stop_that_was_lifted_excuses_nobody() -> None:
    """Where the device could be handed out from the start on, a start that is missed counts."""
    lifted = e.ProblemResolved(device_id=AUT, problem_id="p-1")
    past = given(device(), company(), taken(nine, ten), STOPPED, lifted)
    await past.at(ten).when(miss()).happened(e.NoShowRecorded)


async def test_a_certificate_matters_only_where_the_terms_ask_for_one() -> None:
    """A device without calibration is handed out all the same, so nothing excuses the company."""
    past = given(device(), company(), certified(nine), taken(nine, ten)).at(ten).when(miss())
    await past.happened(e.NoShowRecorded)


async def test_an_overdue_return_is_noted_once_for_each_end() -> None:
    """Not before the end and ten minutes, not twice, and again only after an extension's end."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out())
    await past.at(at("10:09")).when(overdue()).rejected("not_due")
    late = past.at(at("10:10")).when(overdue())
    await late.happened(e.ReturnOverdue, company_id=MUDEUNG)
    await late.when(overdue()).nothing_happened()
    longer = late.when(extend(nine, eleven))
    await longer.when(overdue()).rejected("not_due")
    await longer.at(at("11:10")).when(overdue()).happened(e.ReturnOverdue)


async def test_what_is_back_is_not_overdue() -> None:
    """The return was faster."""
    past = given(device(), company(), taken(nine, ten)).at(nine).when(hand_out()).at(ten)
    await past.when(take_back(), overdue()).rejected("wrong_status", actual="returned")


async def test_a_colleague_takes_over_with_the_same_deadline() -> None:
    """A transfer within the company changes nothing about when the hand-out is due."""
    past = given(device(), company(), taken(nine, noon)).when(transfer(to_account_id="choi"))
    await past.at(ten).when(miss()).happened(e.NoShowRecorded, account_id="choi")
