"""Moving, extending, shortening and handing on obey the rules that a new reservation obeys."""

from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.period import Period
from domain.terms_of_use import OpeningHours
from tests.scenario import (
    AUT,
    DAY,
    MUDEUNG,
    SEALED,
    at,
    cancel,
    closure,
    company,
    device,
    eight,
    eleven,
    extend,
    given,
    nine,
    noon,
    reschedule,
    seventeen,
    shorten,
    taken,
    ten,
    thirteen,
    transfer,
)

OPEN_9_TO_18 = OpeningHours(mon=(("09:00", "18:00"),), tue=(("09:00", "18:00"),))
LATE_DAY = at("16:00"), at("18:00")
OTHER = taken(noon, seventeen, reservation_id="r-9")
SUSPENDED = e.CompanySuspended(company_id=MUDEUNG)
STOPPED = e.DeviceSuspended(device_id=AUT)
RETIRED = e.DeviceRetired(device_id=AUT)
LOWERED = e.QuotaSet(company_id=MUDEUNG, sector=None, hours=2.5)
NO_HOURS = e.QuotaSet(company_id=MUDEUNG, sector=None, hours=0.5)

MOVE, LONGER, LESS = reschedule(ten, thirteen), extend(nine, thirteen), shorten(nine, ten)
HAND_ON = transfer(to_account_id="park")
TAKING = {"reschedule": MOVE, "extend": LONGER, "transfer": HAND_ON}
EVERY = TAKING | {"shorten": LESS}


@pytest.mark.parametrize(
    ("terms", "past", "command", "rule"),
    [
        ({}, [], reschedule(at("09:15"), at("10:15")), "slot"),
        ({}, [], extend(nine, at("12:15")), "slot"),
        ({}, [], shorten(nine, at("10:15")), "slot"),
        ({"minimum_minutes": 120}, [], reschedule(nine, ten), "minimum"),
        ({"minimum_minutes": 120}, [], shorten(nine, ten), "minimum"),
        ({"maximum_minutes": 150}, [], reschedule(nine, noon), "maximum"),
        ({"maximum_minutes": 150}, [], extend(nine, noon), "maximum"),
        ({"notice_minutes": 10080}, [], reschedule(eight, nine), "notice"),
        ({}, [], reschedule(nine - 8 * DAY, ten - 8 * DAY), "past"),
        ({"horizon_days": 8}, [], reschedule(nine + 2 * DAY, ten + 2 * DAY), "horizon"),
        ({"opening_hours": OPEN_9_TO_18}, [], reschedule(eight, ten), "opening_hours"),
        ({"opening_hours": OPEN_9_TO_18}, [], extend(nine, at("18:30")), "opening_hours"),
        ({}, [closure("2026-11-03")], reschedule(nine + DAY, ten + DAY), "opening_hours"),
        ({}, [closure("2026-11-03")], extend(nine, nine + DAY), "opening_hours"),
        ({}, [LOWERED], MOVE, "quota"),
        ({}, [LOWERED], LONGER, "quota"),
        ({}, [NO_HOURS], HAND_ON, "quota"),
        ({}, [OTHER], reschedule(eleven, thirteen), "slot_taken"),
        ({}, [OTHER], LONGER, "slot_taken"),
    ],
)
async def test_periods(
    terms: dict[str, Any], past: list[e.Event], command: Command, rule: str
) -> None:
    """No edit reaches a period that could not have been booked in the first place."""
    longest = {"maximum_minutes": 2880}
    booked = taken(nine, eleven)
    await given(device(**(longest | terms)), company(), booked, *past).when(command).rejected(rule)


@pytest.mark.parametrize("command", TAKING.values(), ids=TAKING)
@pytest.mark.parametrize(
    ("terms", "past", "rule"),
    [
        ({"qualification_required": True}, None, "qualification"),
        ({"operator_required": True}, None, "operator"),
        ({"irb_required": True}, None, "irb_number"),
        ({"calibration_required": True}, None, "calibration"),
        ({}, SUSPENDED, "company_suspended"),
        ({}, STOPPED, "device_suspended"),
        ({}, RETIRED, "device_retired"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_conditions(
    command: Command, terms: dict[str, Any], past: e.Event | None, rule: str
) -> None:
    """Conditions that came after the booking hold for every edit but giving time back."""
    more = [] if past is None else [past]
    await given(device(**terms), company(), taken(nine, eleven), *more).when(command).rejected(rule)


@pytest.mark.parametrize("since", [SUSPENDED, STOPPED, NO_HOURS])
async def test_time_can_always_be_given_back(since: e.Event) -> None:
    """A suspension or a lowered quota keeps nobody from shortening a booking."""
    past = given(device(), company(), taken(nine, eleven), since)
    await past.when(LESS).happened(e.ReservationShortened, period=Period(nine, ten))


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
async def test_what_was_given_with_the_booking_still_holds(command: Command) -> None:
    """People, operated use and the IRB number of the booking go on through every edit."""
    terms = device(operator_required=True, irb_required=True, qualification_required=True)
    booked = taken(nine, eleven, usage_type="operated", irb_number=SEALED)
    assert len(await given(terms, company(), booked).when(command).accepted()) == 1


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
async def test_unknown_and_ended_reservations(command: Command) -> None:
    """What was never booked or has ended cannot be edited."""
    await given(device(), company()).when(command).rejected("reservation_unknown", actual="r-1")
    past = given(device(), company(), taken(nine, eleven)).when(cancel())
    await past.when(command).rejected("wrong_status", actual="cancelled")


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
async def test_a_reservation_is_not_in_its_own_way(command: Command) -> None:
    """Neither its own time nor its own hours refuse a change of a reservation."""
    past = given(device(), company(automotive=4, most_ahead=1), taken(nine, eleven))
    assert len(await past.when(command).accepted()) == 1


@pytest.mark.parametrize("command", [LESS, HAND_ON], ids=["shorten", "transfer"])
async def test_what_stays_needs_no_notice(command: Command) -> None:
    """Giving time back, or handing on to a colleague, is possible until the end."""
    past = given(device(notice_minutes=10080), company(), taken(nine, eleven)).at(at("08:59"))
    assert len(await past.when(command).accepted()) == 1
