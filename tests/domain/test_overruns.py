"""What runs over, what is over, and what comes twice: edges where fairness is decided."""

from datetime import timedelta

import msgspec
import pytest

from domain import events as e
from domain.decisions import Command
from domain.devices import SetTerms
from domain.outages import CancelOutage, RescheduleOutage
from domain.period import Period
from domain.terms_of_use import OpeningHours, TermsOfUse
from domain.usage import WaiveUsage
from tests.scenario import (
    AUT,
    SEALED,
    STAFF,
    at,
    break_down,
    cancel,
    company,
    device,
    eleven,
    extend,
    given,
    hand_out,
    nine,
    noon,
    outage,
    reserve,
    shorten,
    take_back,
    taken,
    ten,
    transfer,
)

FIRST = taken(nine, ten)
NEXT = taken(ten, eleven, reservation_id="r-2", account_id="kim")


async def test_a_late_return_does_not_bind_the_next() -> None:
    """Who comes after a late return may still extend, shorten and hand on the booking."""
    late = given(device(), company(), FIRST, NEXT).at(nine).when(hand_out()).at(at("10:20"))
    past = late.when(take_back())
    longer = extend(ten, noon)
    await past.when(_of_next(longer)).happened(e.ReservationExtended, period=Period(ten, noon))
    await past.when(_of_next(shorten(ten, at("10:30")))).happened(e.ReservationShortened)
    handed_on = transfer("r-2", to_account_id="park")
    await past.when(handed_on).happened(e.ReservationTransferred, account_id="park")


async def test_what_is_added_must_still_be_free() -> None:
    """An overrun in front excuses nothing behind."""
    behind = taken(eleven, noon, reservation_id="r-3")
    late = given(device(), company(), FIRST, NEXT, behind).at(nine).when(hand_out())
    past = late.at(at("10:20")).when(take_back())
    await past.when(_of_next(extend(ten, noon))).rejected("slot_taken")


async def test_in_use_during_a_breakdown_may_be_shortened() -> None:
    """A device that broke in somebody's hands can be booked shorter."""
    past = given(device(), company(), taken(nine, noon)).at(nine).when(hand_out())
    past = past.at(at("09:30")).when(break_down(noon))
    await past.when(shorten(nine, ten)).happened(e.ReservationShortened)


async def test_an_id_books_once() -> None:
    """A known id is refused, for a second booking under it would free the first one's time."""
    past = given(device(), company(), FIRST)
    await past.when(reserve(noon, at("13:00"), reservation_id="r-1")).rejected("id_known")
    planned = given(device(), company()).at(nine).when(outage(ten, eleven))
    await planned.when(outage(noon, at("13:00"))).rejected("id_known", actual="o-1")


@pytest.mark.parametrize(
    ("flaw", "value"),
    [
        ("slot_minutes", 0),
        ("minimum_minutes", 0),
        ("maximum_minutes", 10),
        ("horizon_days", -1),
        ("notice_minutes", -1),
        ("buffer_before", -30),
        ("buffer_after", -30),
        ("cancel_notice_minutes", -5),
        ("offer_minutes", 0),
        ("offer_minutes", 10**13),
        ("opening_hours", OpeningHours(mon=(("18:00", "09:00"),))),
        ("opening_hours", OpeningHours(tue=(("9", "18:00"),))),
        ("opening_hours", OpeningHours(wed=(("09:00", "24:30"),))),
    ],
)
async def test_nonsense_is_no_terms(flaw: str, value: object) -> None:
    """Terms that no booking could be held against are refused, naming which."""
    terms = TermsOfUse(**{flaw: value})  # type: ignore[arg-type]
    day = next(
        (
            day
            for day in ("mon", "tue", "wed")
            if isinstance(value, OpeningHours) and getattr(value, day)
        ),
        "",
    )
    limit = f"{flaw}.{day}" if day else flaw
    order = SetTerms(by=STAFF, device_id=AUT, terms=terms)
    await given(device()).when(order).rejected("terms_invalid", limit=limit)


async def test_a_running_outage_is_prolonged() -> None:
    """However long ago it began, an outage may last longer; a finished one is history."""
    later = at("2026-11-05 09:00")
    past = given(device(), company()).at(nine).when(outage(nine, later)).at(later)
    longer = Period(nine, later + timedelta(days=1))
    await past.when(CancelOutage(by=STAFF, outage_id="o-1")).rejected("past")
    past = past.at(later - timedelta(hours=1))
    await past.when(RescheduleOutage(by=STAFF, outage_id="o-1", period=longer)).happened(
        e.OutageRescheduled, occupied=longer
    )


async def test_what_is_over_stays_as_it_was() -> None:
    """A booking gone by is neither cancelled nor extended: it was used, or it was a no-show."""
    past = given(device(), company(), FIRST).at(ten)
    await past.when(cancel()).rejected("past")
    await past.when(extend(nine, eleven)).rejected("past")


async def test_a_fee_is_waived_once() -> None:
    """A second waiver has nothing to waive."""
    past = given(device(), company(), FIRST).at(nine).when(hand_out()).at(ten).when(take_back())
    waive = WaiveUsage(by=STAFF, reservation_id="r-1", reason=SEALED)
    past = past.when(waive)
    await past.happened(e.UsageWaived)
    await past.when(waive).rejected("nothing_to_change")


def _of_next(command: Command) -> Command:
    return msgspec.structs.replace(command, reservation_id="r-2")
