"""Breakdowns: reported, expected to last longer, repaired."""

from datetime import datetime

import pytest

from domain import events as e
from domain.decisions import Command
from domain.outages import ExtendBreakdown, RepairDevice
from domain.period import Period, stamp
from tests.scenario import (
    AUT,
    DAY,
    SEALED,
    STAFF,
    at,
    break_down,
    cancel,
    company,
    device,
    eight,
    eleven,
    given,
    nine,
    noon,
    outage,
    reserve,
    taken,
    ten,
    thirteen,
)


def last_until(until: datetime) -> Command:
    return ExtendBreakdown(by=STAFF, device_id=AUT, expected_until=until)


def repair(moment: datetime | None = None) -> Command:
    return RepairDevice(by=STAFF, device_id=AUT, at=moment, repairer=SEALED)


async def test_a_breakdown_displaces_what_it_is_expected_to_hit() -> None:
    """From now until the repair is expected, bookings lose their time, and later ones keep it."""
    later = taken(noon, thirteen, reservation_id="r-2")
    past = given(device(), company(), taken(nine, eleven), later).at(ten)
    past = past.when(break_down(noon))
    await past.happened(
        e.ReservationDisplaced, e.BreakdownReported, breakdown_id="b-1", expected_until=noon
    )
    await past.when(reserve(ten, eleven, reservation_id="r-3")).rejected("slot_taken")
    await past.when(cancel("r-2")).happened(e.ReservationCancelled)


async def test_a_breakdown_over_an_outage() -> None:
    """A device may break while it is being maintained."""
    past = given(device(), company()).when(outage(nine, noon)).at(ten)
    await past.when(break_down(eleven)).happened(
        e.BreakdownReported, occupied=Period(ten, eleven), expected_until=eleven
    )


async def test_a_broken_device_breaks_once() -> None:
    """A second report is refused until the repair, even past the expected time."""
    past = given(device(), company()).at(nine).when(break_down(ten)).at(eleven)
    await past.when(break_down(noon, "b-2")).rejected("broken_down", actual=AUT)
    await past.when(repair(), break_down(noon, "b-2")).happened(e.BreakdownReported)


@pytest.mark.parametrize(
    ("until", "rule"), [(nine, "past"), (eight, "past"), (nine + 367 * DAY, "maximum")]
)
async def test_expected_in_the_future(until: datetime, rule: str) -> None:
    """A breakdown is expected to last beyond now, and at most a year."""
    past = given(device(), company()).at(nine)
    await past.when(break_down(until)).rejected(rule)


async def test_an_extension_displaces_more() -> None:
    """When the repair takes longer, the bookings of the longer time are displaced too."""
    later = taken(eleven, noon, reservation_id="r-2")
    past = given(device(), company(), later).at(nine).when(break_down(ten))
    await past.when(last_until(at("11:30"))).happened(
        e.ReservationDisplaced, e.WaitlistJoined, e.BreakdownExtended, breakdown_id="b-1"
    )
    extended = past.ledger.events[-1]
    assert isinstance(extended, e.BreakdownExtended)
    assert extended.occupied == Period(nine, at("11:30"))
    await past.when(reserve(ten, eleven)).rejected("slot_taken")


async def test_the_last_extension_counts() -> None:
    """A second extension is longer than the first, and the repair ends what was expected last."""
    past = given(device(), company()).at(nine).when(break_down(ten), last_until(noon))
    await past.happened(e.BreakdownExtended)
    await past.when(last_until(eleven)).rejected("not_longer")
    await past.at(ten).when(repair()).happened(e.DeviceRepaired, was=Period(nine, noon))


async def test_an_extension_into_the_next_month() -> None:
    """A breakdown that goes on into November displaces and blocks there."""
    october = at("2026-10-31 20:00")
    past = given(device(), company(), taken(nine, ten)).at(october)
    past = past.when(break_down(at("2026-10-31 22:00")), last_until(noon))
    assert [type(event) for event in await past.accepted()] == [
        e.ReservationDisplaced,
        e.WaitlistJoined,
        e.BreakdownExtended,
    ]
    await past.when(reserve(ten, eleven)).rejected("slot_taken")


@pytest.mark.parametrize(
    ("until", "rule"),
    [(ten, "not_longer"), (at("09:30"), "not_longer"), (nine + 367 * DAY, "maximum")],
)
async def test_only_longer_and_not_for_ever(until: datetime, rule: str) -> None:
    """An extension ends later than what was expected, and a breakdown lasts a year at most."""
    past = given(device(), company()).at(nine).when(break_down(ten))
    await past.when(last_until(until)).rejected(rule)


async def test_a_year_from_the_report_on() -> None:
    """The year counts from the breakdown and not from the extension."""
    past = given(device(), company()).at(nine).when(break_down(nine + 300 * DAY))
    past = past.at(nine + 200 * DAY)
    await past.when(last_until(nine + 367 * DAY)).rejected("maximum")
    await past.when(last_until(nine + 366 * DAY)).happened(e.BreakdownExtended)


async def test_a_late_extension_reaches_beyond_now() -> None:
    """An extension entered after the expected time names a time to come."""
    past = given(device(), company()).at(nine).when(break_down(ten)).at(noon)
    await past.when(last_until(eleven)).rejected("past")
    await past.when(last_until(thirteen)).happened(e.BreakdownExtended)


async def test_a_repaired_device_is_free_at_once() -> None:
    """The rest of the expected time can be booked, and the breakdown keeps how long it was."""
    past = given(device(), company()).at(nine).when(break_down(noon)).at(ten).when(repair())
    await past.happened(
        e.DeviceRepaired,
        at=ten,
        occupied=Period(nine, ten),
        was=Period(nine, noon),
        repairer=SEALED,
    )
    await past.when(reserve(ten, eleven)).happened(e.ReservationConfirmed)


async def test_a_repair_entered_later() -> None:
    """The time of the repair lies after the report and not in the future; each has its words."""
    past = given(device(), company()).at(nine).when(break_down(noon)).at(eleven)
    await past.when(repair(thirteen)).rejected("not_yet")
    for before in (eight, nine):
        began = past.when(repair(before))
        await began.rejected(
            "before_breakdown", limit="2026-11-02T09:00:00+09:00", actual=stamp(before)
        )
    await past.when(repair(ten)).happened(e.DeviceRepaired, occupied=Period(nine, ten))


async def test_a_repair_in_another_month() -> None:
    """A device that broke in October and works again in November was out in both."""
    past = given(device(), company()).at(at("2026-10-31 20:00"))
    past = past.when(break_down(at("2026-11-20 09:00"))).at(nine).when(repair())
    await past.happened(e.DeviceRepaired)
    await past.when(reserve(ten, eleven)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize("command", [last_until(noon), repair()])
async def test_only_a_broken_device(command: Command) -> None:
    """A device that works is neither broken for longer nor repaired."""
    past = given(device(), company()).at(nine)
    await past.when(command).rejected("not_broken_down", actual=AUT)


async def test_an_unknown_device() -> None:
    """What is not in the catalogue does not break."""
    await given(company()).at(nine).when(break_down(ten)).rejected("device_unknown")
