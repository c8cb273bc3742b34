"""Planned outages: what they displace, what refuses them, moving and cancelling them."""

from datetime import datetime

import pytest

from domain import events as e
from domain.decisions import Command
from domain.outages import CancelOutage, RescheduleOutage
from domain.period import Period
from domain.rejected import Conflict
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    MINUTE,
    SEALED,
    STAFF,
    approve,
    at,
    break_down,
    cancel,
    company,
    device,
    eight,
    eleven,
    given,
    nine,
    no_show,
    noon,
    outage,
    requested,
    reserve,
    taken,
    ten,
    thirteen,
)

CANCEL = CancelOutage(by=STAFF, outage_id="o-1")


def move(start: datetime, end: datetime) -> Command:
    return RescheduleOutage(by=STAFF, outage_id="o-1", period=Period(start, end))


async def test_an_outage_takes_the_device_out_of_booking() -> None:
    """While it lasts nobody can book, and the refusal says what kind it is."""
    past = given(device(), company()).when(outage(nine, eleven, kind="calibration", reason=SEALED))
    await past.happened(
        e.OutageScheduled, kind="calibration", occupied=Period(nine, eleven), reason=SEALED
    )
    conflict = Conflict(device_id=AUT, period=Period(nine, eleven), kind="calibration")
    await past.when(reserve(ten, noon)).rejected("slot_taken", conflicts=(conflict,))
    await past.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)


async def test_an_outage_displaces_what_it_hits() -> None:
    """Requests and bookings that overlap lose their time first, those that touch keep it."""
    touching = taken(eight, nine, reservation_id="r-8")
    waiting = requested(ten, eleven, reservation_id="r-3", company_id=HANBIT)
    past = given(device(), company(), touching, taken(nine, ten), waiting)
    past = past.when(outage(nine, noon))
    await past.happened(
        *[e.ReservationDisplaced] * 2, *[e.WaitlistJoined] * 2, e.OutageScheduled, outage_id="o-1"
    )
    displaced = [one for one in past.ledger.events if isinstance(one, e.ReservationDisplaced)]
    assert [event.reservation_id for event in displaced] == ["r-1", "r-3"]
    await past.when(cancel("r-1")).rejected("wrong_status", actual="displaced")
    await past.when(cancel("r-8")).happened(e.ReservationCancelled)


async def test_a_hit_in_the_buffer_is_a_hit() -> None:
    """A booking that loses its set-up time to an outage cannot take place."""
    buffered = taken(nine, ten, occupied=Period(nine, at("10:30")))
    past = given(device(buffer_after=30), company(), buffered)
    displaced = past.when(outage(ten, eleven))
    await displaced.happened(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled)


async def test_only_this_device() -> None:
    """Bookings of other devices stay where they are."""
    other = taken(nine, ten, device_id=ENE, sector="energy")
    past = given(device(), device(ENE, "energy"), company(), other)
    await past.when(outage(nine, ten)).happened(e.OutageScheduled)


async def test_an_outage_over_months() -> None:
    """An outage of many months displaces in each of them and blocks each of them."""
    in_december = at("2026-12-15 09:00")
    past = given(device(), company(), taken(in_december, in_december + HOUR))
    past = past.when(outage(nine, nine + 90 * DAY))
    await past.happened(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled)
    january = at("2027-01-10 09:00")
    await past.when(reserve(january, january + HOUR)).rejected("slot_taken")


async def test_at_most_a_year() -> None:
    """An outage of more than 366 days is refused; it is planned again when that time comes."""
    past = given(device(), company())
    await past.when(outage(nine, nine + 367 * DAY)).rejected("maximum")
    await past.when(outage(nine, nine + 366 * DAY)).happened(e.OutageScheduled)


async def test_no_outage_over_an_outage() -> None:
    """Two outages of a device may touch and not overlap."""
    past = given(device(), company()).when(outage(nine, ten))
    await past.when(outage(at("09:30"), noon, "o-2")).rejected("slot_taken")
    await past.when(outage(ten, noon, "o-2")).happened(e.OutageScheduled)


async def test_no_outage_over_a_breakdown() -> None:
    """While a device is expected to be broken, maintenance is not planned beside it."""
    past = given(device(), company()).at(nine).when(break_down(eleven))
    await past.when(outage(ten, noon)).rejected("slot_taken")
    await past.when(outage(eleven, noon)).happened(e.OutageScheduled)


async def test_entered_a_little_late() -> None:
    """Maintenance that began this morning may still be entered, but not yesterday's."""
    past = given(device(), company()).at(noon)
    await past.when(outage(noon - DAY - MINUTE, thirteen)).rejected("past")
    await past.when(outage(nine, noon)).rejected("past")
    await past.when(outage(noon - DAY, thirteen)).happened(e.OutageScheduled)


async def test_what_has_gone_by_is_not_displaced() -> None:
    """A booking that is over keeps its history when an outage is entered late."""
    past = given(device(), company(), taken(nine, ten), taken(ten, noon, reservation_id="r-2"))
    past = past.at(ten).when(outage(nine, thirteen))
    await past.happened(e.ReservationDisplaced, e.OutageScheduled, reservation_id="r-2")
    await past.when(no_show("r-1")).happened(e.NoShowRecorded)


async def test_a_moved_outage_frees_what_it_left() -> None:
    """Moving displaces at the new time and frees the old, in both months."""
    october = at("2026-10-30 09:00"), at("2026-10-30 12:00")
    past = given(device(), company(), taken(nine, ten)).when(outage(*october), move(nine, noon))
    await past.happened(
        *(e.ReservationDisplaced, e.WaitlistJoined, e.OutageRescheduled),
        kind="maintenance",
        was=Period(*october),
    )
    moved = past.ledger.events[-1]
    assert isinstance(moved, e.OutageRescheduled)
    assert moved.occupied == Period(nine, noon)
    await past.when(reserve(*october)).happened(e.ReservationConfirmed)
    await past.when(reserve(ten, eleven, reservation_id="r-3")).rejected("slot_taken")


async def test_a_moved_outage_obeys_the_limits_of_a_new_one() -> None:
    """It is not moved into the past, nor made longer than a year."""
    past = given(device(), company()).when(outage(nine, ten))
    await past.when(move(nine, nine + 367 * DAY)).rejected("maximum")
    await past.when(move(nine - 9 * DAY, ten - 9 * DAY)).rejected("past")


async def test_moving_onto_itself_and_onto_others() -> None:
    """An outage may be made longer, but not into another one."""
    past = given(device(), company()).when(outage(nine, ten), outage(eleven, noon, "o-2"))
    await past.when(move(nine, at("11:30"))).rejected("slot_taken")
    await past.when(move(nine, eleven)).happened(e.OutageRescheduled, was=Period(nine, ten))


async def test_what_is_cancelled_is_the_outage_as_moved() -> None:
    """Cancelling gives back the time that the outage was moved to."""
    past = given(device(), company()).when(outage(nine, ten), move(nine + DAY, ten + DAY), CANCEL)
    await past.happened(e.OutageCancelled, occupied=Period(nine + DAY, ten + DAY))


async def test_a_cancelled_outage_is_gone() -> None:
    """The time can be booked; what was displaced stays displaced, and is asked first."""
    past = given(device(), company(), taken(nine, ten)).when(outage(nine, noon), CANCEL)
    await past.happened(e.OutageCancelled, e.SlotOffered)
    await past.when(approve("r-1")).rejected("wrong_status", actual="displaced")
    await past.when(reserve(ten, noon)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize("command", [CANCEL, move(nine, ten)])
async def test_only_what_is_planned(command: Command) -> None:
    """An outage that was never planned or was cancelled cannot be moved or cancelled."""
    await given(device(), company()).when(command).rejected("outage_unknown", actual="o-1")
    past = given(device(), company()).when(outage(nine, ten), CANCEL)
    await past.when(command).rejected("outage_cancelled", actual="o-1")


async def test_an_unknown_device() -> None:
    """What is not in the catalogue has no outages."""
    await given(company()).when(outage(nine, ten)).rejected("device_unknown")
