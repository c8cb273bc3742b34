"""What the laboratory set aside for a booking stays so while a step leaves it as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from domain import events as e
from domain.changes import RescheduleReservation, ShortenReservation
from domain.event import Event
from domain.outages import CancelOutage
from domain.overriding import Override
from domain.period import Period
from domain.reservations import ApproveReservation
from domain.terms_of_use import OpeningHours, TermsOfUse
from tests.scenario import (
    AUT,
    ENE,
    HOUR,
    KIM,
    MINUTE,
    MUDEUNG,
    SEALED,
    STAFF,
    approve,
    company,
    device,
    eight,
    eleven,
    extend,
    given,
    nine,
    noon,
    outage,
    requested,
    reschedule,
    reserve,
    shorten,
    taken,
    ten,
    transfer,
)
from tests.sentence import Scenario
from tests.waiting import accept

SIX = nine - 3 * HOUR
OPEN = OpeningHours(mon=(("09:00", "18:00"),))
TERMS: dict[str, Any] = {"opening_hours": OPEN, "minimum_minutes": 120}


def without(*rules: str) -> Override:
    return Override(rules=rules, reason=SEALED)


def asked(start: datetime, end: datetime, **terms: Any) -> Scenario:
    """Mudeung asks for AUT-018, which waits for approval."""
    past = device(approval_required=True, **terms), company(), requested(start, end)
    return given(*past)


def aside(*rules: str, **fields: Any) -> e.PolicyOverridden:
    named: dict[str, Any] = {"reservation_id": "r-1", "device_id": AUT, "company_id": MUDEUNG}
    return e.PolicyOverridden(rules=rules, reason=SEALED, **(named | fields))


def moved(start: datetime, end: datetime, *rules: str) -> RescheduleReservation:
    period, override = Period(start, end), without(*rules)
    return RescheduleReservation(by=STAFF, reservation_id="r-1", period=period, override=override)


def early(*past: Event | list[Event], **terms: Any) -> Scenario:
    """Mudeung has AUT-018 for an hour before it opens, which the laboratory let pass."""
    booked = taken(SIX, SIX + HOUR), aside("opening_hours", "minimum")
    return given(device(**(TERMS | terms)), company(), *booked, *past)


async def test_a_request_that_staff_changed_is_approved() -> None:
    """What its change set aside is not asked again, and is not recorded twice."""
    past = asked(nine, noon, **TERMS).when(moved(SIX, SIX + HOUR, "opening_hours", "minimum"))
    await past.when(approve()).happened(e.ReservationApproved, period=Period(SIX, SIX + HOUR))
    shorter = ShortenReservation(
        by=STAFF, reservation_id="r-1", period=Period(nine, ten), override=without("minimum")
    )
    past = asked(nine, noon, **TERMS).when(shorter)
    await past.when(approve()).happened(e.ReservationApproved, period=Period(nine, ten))


async def test_a_rule_that_nobody_set_aside_refuses_an_approval() -> None:
    """Nor does it go with the request to another time, where it is named anew or holds."""
    changed = asked(nine, noon, **TERMS).when(moved(SIX, SIX + HOUR, "opening_hours", "minimum"))
    again = changed.when(moved(SIX, SIX + 3 * HOUR, "opening_hours"))
    await again.when(approve()).happened(e.ReservationApproved)
    await asked(SIX, SIX + HOUR, **TERMS).when(approve()).rejected("minimum", "opening_hours")
    past = given(
        device(approval_required=True, **TERMS),
        company(),
        requested(SIX, SIX + HOUR),
        aside("opening_hours"),
    )
    await past.when(approve()).rejected("minimum")


@pytest.mark.parametrize(
    ("past", "rule"),
    [
        (asked(nine, ten, minimum_minutes=120), "minimum"),
        (asked(nine, noon, maximum_minutes=60), "maximum"),
        (asked(SIX, eight, opening_hours=OPEN), "opening_hours"),
        (given(*asked(nine, noon).ledger.events, company(automotive=2)), "quota"),
    ],
    ids=["minimum", "maximum", "opening_hours", "quota"],
)
async def test_an_approval_sets_a_rule_aside(past: Scenario, rule: str) -> None:
    """Named, with a reason and its record, by the laboratory alone; it stays for the booking."""
    named = ApproveReservation(by=STAFF, reservation_id="r-1", override=without(rule))
    await past.when(approve()).rejected(rule)
    await past.when(msgspec.structs.replace(named, by=KIM)).rejected("override_by_company")
    await past.when(named).happened(e.ReservationApproved, e.PolicyOverridden, rules=(rule,))
    await past.when(transfer(to_account_id="park")).happened(e.ReservationTransferred)


async def test_an_approval_never_books_twice() -> None:
    """Taken time, calibration and safety refuse whatever is named or was set aside."""
    over = taken(nine, ten, reservation_id="r-9"), aside("minimum", "slot_taken")
    past = given(*asked(nine, ten, minimum_minutes=120).ledger.events, *over)
    await past.when(approve()).rejected("slot_taken")
    broken = asked(nine, ten, minimum_minutes=120, calibration_required=True)
    past = given(*broken.ledger.events, aside("minimum", "calibration"))
    await past.when(approve()).rejected("calibration")


@pytest.mark.parametrize("by", [KIM, STAFF])
async def test_a_colleague_gets_the_booking_as_it_is(by: Any) -> None:
    """At the same time on the same device nothing is asked that was set aside."""
    past = early().when(transfer(to_account_id="park", by=by))
    await past.happened(e.ReservationTransferred, account_id="park", period=Period(SIX, SIX + HOUR))
    full = device(), company(automotive=0.5), taken(nine, ten), aside("quota")
    await given(*full).when(transfer(to_account_id="park")).happened(e.ReservationTransferred)
    suspended = early(e.CompanySuspended(company_id=MUDEUNG))
    await suspended.when(transfer(to_account_id="park")).rejected("company_suspended")


async def test_another_device_asks_its_own_rules() -> None:
    """There nothing was set aside, and coming back nothing is any more."""
    past = early(device(ENE, "energy", **TERMS))
    await past.when(transfer(to_device_id=ENE)).rejected("minimum", "opening_hours")
    past = early(device(ENE, "energy")).when(transfer(to_device_id=ENE))
    await past.when(transfer(to_device_id=AUT)).rejected("minimum", "opening_hours")
    await early().when(reschedule(nine, ten)).rejected("minimum")


@pytest.mark.parametrize("by", [KIM, STAFF])
async def test_a_longer_booking_may_be_too_short_still(by: Any) -> None:
    """Its shortest time was set aside and only gets better; other rules are asked of its end."""
    past = given(device(**TERMS), company(), taken(nine, ten), aside("minimum"))
    past = past.when(extend(nine, ten + HOUR / 2, by=by))
    await past.happened(e.ReservationExtended, period=Period(nine, ten + HOUR / 2))
    await past.when(transfer(to_account_id="park")).happened(e.ReservationTransferred)
    await early().when(extend(SIX, SIX + HOUR + 30 * MINUTE, by=by)).rejected("opening_hours")
    long = given(device(maximum_minutes=60), company(), taken(nine, eleven), aside("maximum"))
    await long.when(extend(nine, noon, by=by)).rejected("maximum")


async def test_a_shorter_booking_may_be_too_long_still() -> None:
    """Its longest time was set aside; the shortest, and the hours, are asked of what is left."""
    long = given(device(maximum_minutes=60), company(), taken(nine, noon), aside("maximum"))
    await long.when(shorten(nine, eleven)).happened(e.ReservationShortened)
    await long.when(transfer(to_account_id="park")).happened(e.ReservationTransferred)
    short = given(device(minimum_minutes=240), company(), taken(nine, noon), aside("minimum"))
    await short.when(shorten(nine, eleven)).rejected("minimum")
    left = early().when(shorten(SIX, SIX + HOUR / 2))
    await left.rejected("minimum", "opening_hours")


async def test_a_lost_booking_is_offered_its_time_again() -> None:
    """What was set aside for it stays so while it waits, at its own time alone."""
    past = early(device(ENE, "energy", **TERMS)).when(outage(SIX, nine))
    offer = past.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await offer.happened(e.OutageCancelled, e.SlotOffered, period=Period(SIX, SIX + HOUR))
    other = reserve(SIX, SIX + HOUR, device_id=ENE, replaces="r-1")
    await past.when(other).rejected("minimum", "opening_hours")
    await past.when(accept("claim-r-1", by=KIM)).happened(
        e.OfferAccepted, e.ReservationConfirmed, period=Period(SIX, SIX + HOUR)
    )


async def test_a_lost_booking_is_passed_over_for_other_rules() -> None:
    """Terms that came since, and that nobody set aside, hold."""
    terms = TermsOfUse(**(TERMS | {"maximum_minutes": 30, "minimum_minutes": 30}))
    past = early().when(outage(SIX, nine))
    await past.accepted()
    stricter = e.TermsSet(device_id=AUT, sector="automotive", terms=terms)
    past = given(*past.ledger.events, stricter)
    await past.when(CancelOutage(by=STAFF, outage_id="o-1")).happened(e.OutageCancelled)
