"""The laboratory sets rules aside for one booking, by name and with a reason."""

from typing import Any

import msgspec
import pytest

from domain import events as e
from domain.actor import Actor
from domain.changes import (
    ExtendReservation,
    RescheduleReservation,
    ShortenReservation,
    TransferReservation,
)
from domain.decisions import Command
from domain.overriding import OVERRIDABLE, Override
from domain.period import Period
from domain.terms_of_use import OpeningHours
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    KIM,
    MUDEUNG,
    NOW,
    SEALED,
    STAFF,
    at,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    reserve,
    taken,
    ten,
    thirteen,
)

MORNINGS = OpeningHours(mon=(("11:00", "18:00"),))


def without(*rules: str) -> Override:
    return Override(rules=rules, reason=SEALED)


def staff_reserve(*rules: str, by: Actor = STAFF, **fields: Any) -> Command:
    return reserve(nine, ten, by=by, override=without(*rules), **fields)


@pytest.mark.parametrize(
    ("terms", "hours", "rule"),
    [
        ({"notice_minutes": 20160}, {}, "notice"),
        ({"horizon_days": 2}, {}, "horizon"),
        ({"opening_hours": MORNINGS}, {}, "opening_hours"),
        ({"minimum_minutes": 120}, {}, "minimum"),
        ({"maximum_minutes": 30}, {}, "maximum"),
        ({}, {"every": 0.5}, "quota"),
    ],
)
async def test_each_rule_that_can_be_set_aside(
    terms: dict[str, Any], hours: dict[str, float], rule: str
) -> None:
    """What one rule refuses is booked when that rule is named, and the override is recorded."""
    past = given(device(**terms), company(**hours))
    await past.when(reserve(nine, ten, by=STAFF)).rejected(rule)
    others = [name for name in OVERRIDABLE if name != rule]
    await past.when(staff_reserve(*others)).rejected(rule)
    await past.when(staff_reserve(rule)).happened(
        e.ReservationConfirmed,
        e.PolicyOverridden,
        reservation_id="r-2",
        device_id=AUT,
        company_id=MUDEUNG,
        rules=(rule,),
        reason=SEALED,
    )


async def test_only_rules_that_were_broken_are_recorded() -> None:
    """Naming more than is needed leaves no trace of what was not."""
    past = given(device(notice_minutes=20160), company(every=0.5))
    await past.when(staff_reserve(*OVERRIDABLE)).happened(
        e.ReservationConfirmed, e.PolicyOverridden, rules=("notice", "quota")
    )


async def test_nothing_is_recorded_where_nothing_was_broken() -> None:
    """An override that no rule made necessary is no override."""
    past = given(device(), company())
    await past.when(staff_reserve("notice")).happened(e.ReservationConfirmed)


@pytest.mark.parametrize(
    ("terms", "more", "rule"),
    [
        ({}, [taken(nine, ten)], "slot_taken"),
        ({"calibration_required": True}, [], "calibration"),
        ({}, [e.DeviceSuspended(device_id=AUT)], "device_suspended"),
        ({}, [e.DeviceRetired(device_id=AUT)], "device_retired"),
        ({}, [e.CompanySuspended(company_id=MUDEUNG)], "company_suspended"),
        ({"qualification_required": True}, [], "qualification"),
        ({}, [taken(nine, ten)], "safety_stop"),
        ({}, [], "past"),
        ({}, [], "slot"),
        ({}, [], "anything"),
    ],
)
async def test_what_protects_people_devices_and_bookings(
    terms: dict[str, Any], more: list[e.Event], rule: str
) -> None:
    """Taken time, calibration, safety and service are never set aside, not even by name."""
    past = given(device(**terms), company(), *more)
    await past.when(staff_reserve(rule)).rejected("not_overridable", actual=rule)
    if terms or (more and rule != "safety_stop"):
        await past.when(staff_reserve(*OVERRIDABLE)).rejected(rule)


async def test_an_override_names_its_rules() -> None:
    """An override of nothing is refused."""
    await given(device(), company()).when(staff_reserve()).rejected("not_overridable")


async def test_the_longest_period_of_all_is_no_term() -> None:
    """The bound of what a decision reads is not one that a laboratory sets aside."""
    long = reserve(nine, nine + 400 * DAY, by=STAFF, override=without(*OVERRIDABLE))
    await given(device(), company()).when(long).rejected("maximum")


async def test_a_company_sets_nothing_aside() -> None:
    """Naming rules is the laboratory's; a company's override is refused before any rule."""
    past = given(device(notice_minutes=20160), company())
    await past.when(staff_reserve("notice", by=KIM)).rejected("override_by_company")


BOOKED = taken(ten, noon)
EDITS: dict[str, tuple[dict[str, Any], Command, type[e.Event], str]] = {
    "reschedule": (
        {"notice_minutes": 20160},
        RescheduleReservation(
            by=STAFF,
            reservation_id="r-1",
            period=Period(nine, eleven),
            override=without("notice"),
        ),
        e.ReservationRescheduled,
        "notice",
    ),
    "shorten": (
        {"minimum_minutes": 120},
        ShortenReservation(
            by=STAFF,
            reservation_id="r-1",
            period=Period(ten, eleven),
            override=without("minimum"),
        ),
        e.ReservationShortened,
        "minimum",
    ),
    "extend": (
        {"maximum_minutes": 120},
        ExtendReservation(
            by=STAFF,
            reservation_id="r-1",
            period=Period(ten, thirteen),
            override=without("maximum"),
        ),
        e.ReservationExtended,
        "maximum",
    ),
    "transfer": (
        {"horizon_days": 2},
        TransferReservation(
            by=STAFF, reservation_id="r-1", to_device_id=ENE, override=without("horizon")
        ),
        e.ReservationTransferred,
        "horizon",
    ),
}


LATE_MOVES: list[Any] = [
    RescheduleReservation(by=STAFF, reservation_id="r-1", period=Period(eleven, thirteen)),
    TransferReservation(by=STAFF, reservation_id="r-1", to_device_id=ENE),
]


@pytest.mark.parametrize("move", LATE_MOVES)
async def test_staff_move_a_booking_within_its_notice(move: Any) -> None:
    """A device that fails at the counter is changed for another, and the record says so."""
    terms = {"cancel_notice_minutes": 60}
    past = given(device(**terms), device(ENE, "energy", **terms), company(), BOOKED)
    past = past.at(at("09:10"))
    named = msgspec.structs.replace(move, override=without("change_notice"))
    await past.when(move).rejected("change_notice", limit=60)
    await past.when(msgspec.structs.replace(named, by=KIM)).rejected("override_by_company")
    moved, record = await past.when(named).accepted()
    assert isinstance(moved, e.ReservationRescheduled | e.ReservationTransferred)
    assert isinstance(record, e.PolicyOverridden)
    assert record.rules == ("change_notice",)


async def test_an_early_move_needs_no_override() -> None:
    """Named where it is not broken, the notice of moves is no override, nor for a new booking."""
    past = given(device(cancel_notice_minutes=60), company(), BOOKED)
    move = msgspec.structs.replace(LATE_MOVES[0], override=without("change_notice"))
    await past.when(move).happened(e.ReservationRescheduled)
    new = staff_reserve("change_notice", reservation_id="r-9")
    await past.when(new).happened(e.ReservationConfirmed)


@pytest.mark.parametrize(("terms", "command", "kind", "rule"), EDITS.values(), ids=EDITS)
async def test_edits_obey_the_same(
    terms: dict[str, Any], command: Any, kind: type[e.Event], rule: str
) -> None:
    """Every edit can be let pass the same way, with its record, and only by the laboratory."""
    past = given(device(**terms), device(ENE, **terms), company(), BOOKED)
    plain = {name: getattr(command, name) for name in command.__struct_fields__}
    await past.when(type(command)(**(plain | {"override": None}))).rejected(rule)
    await past.when(type(command)(**(plain | {"by": KIM}))).rejected("override_by_company")
    await past.when(command).happened(kind, e.PolicyOverridden, rules=(rule,))


async def test_an_override_lets_nobody_into_the_past() -> None:
    """Notice set aside still leaves time gone by where it is."""
    gone = reserve(
        at("2026-10-20 09:00"), at("2026-10-20 10:00"), by=STAFF, override=without("notice")
    )
    assert gone.period.end < NOW
    await given(device(notice_minutes=60), company()).when(gone).rejected("past")
