"""A displaced booking stands first in line for its time, and is made again by an offer of it."""

from datetime import datetime
from typing import Any

import pytest

from domain import events as e
from domain.companies import SuspendCompany
from domain.decisions import Command
from domain.displacing import MOST_EVENTS
from domain.event import Event
from domain.outages import CancelOutage, RepairDevice, RescheduleOutage
from domain.period import Period
from domain.repeating_outages import Repeat, ScheduleOutages
from domain.sealed import Sealed
from domain.waitlist import MOST_IN_LINE, MOST_WISHES
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    KIM,
    MUDEUNG,
    NOW,
    STAFF,
    at,
    break_down,
    cancel,
    company,
    device,
    eleven,
    given,
    hand_out,
    nine,
    noon,
    outage,
    requested,
    reserve,
    take_back,
    taken,
    ten,
    thirteen,
    transfer,
)
from tests.sentence import Scenario
from tests.waiting import TOMORROW, accept, expire, join, leave, waits

OTHER = "choa"
CLAIM = "claim-r-1"
REPAIRED = RepairDevice(by=STAFF, device_id=AUT)
GIVEN_UP = CancelOutage(by=STAFF, outage_id="o-1")


def lab(*past: Event | list[Event], **terms: Any) -> Scenario:
    """Mudeung has AUT-018 from nine to ten, and hanbit and another company are known."""
    known = device(**terms), company(), company(HANBIT), company(OTHER)
    return given(*known, taken(nine, ten), *past)


def displaced(*past: Event | list[Event], **terms: Any) -> Scenario:
    """The same, and an outage took that time."""
    return lab(*past, **terms).when(outage(nine, ten))


def rebook(start: datetime, end: datetime, **fields: Any) -> Command:
    """Kim takes another time in place of `r-1`, as `r-2`."""
    return reserve(start, end, **({"replaces": "r-1"} | fields))


def offers(events: list[Event]) -> list[str]:
    return [event.wish_id for event in events if isinstance(event, e.SlotOffered)]


async def test_a_displaced_booking_waits_for_its_time() -> None:
    """The wish asks for what the booking was made for, by whoever answers for it now."""
    made = taken(
        *(nine, ten),
        reservation_id="r-7",
        purpose=Sealed(key="kim", box="cHVycG9zZQ=="),
        irb_number=Sealed(key="kim", box="aXJi"),
        usage_type="operated",
        people=("kim", "choi"),
        occupied=Period(nine, at("10:15")),
    )
    past = given(device(buffer_after=15), company(), made)
    past = past.when(transfer("r-7", to_account_id="choi"), outage(nine, eleven))
    await past.happened(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled)
    gone, wish = past.ledger.events[-3:-1]
    assert isinstance(gone, e.ReservationDisplaced)
    assert isinstance(wish, e.WaitlistJoined)
    assert (gone.waits_as, wish.wish_id, wish.replaces) == (*["claim-r-7"] * 2, "r-7")
    assert (wish.device_id, wish.company_id, wish.account_id) == (AUT, MUDEUNG, "choi")
    assert (wish.period, wish.occupied) == (made.period, made.occupied)
    same = ("sector", "purpose", "irb_number", "usage_type", "people")
    assert [getattr(wish, name) for name in same] == [getattr(made, name) for name in same]


async def test_so_do_all_that_one_outage_hits() -> None:
    """In the order of their times, requests as well as bookings."""
    later = requested(eleven, noon, reservation_id="r-0", company_id=HANBIT)
    past = lab(later).when(outage(nine, noon))
    happened = await past.accepted()
    wishes = [event.wish_id for event in happened if isinstance(event, e.WaitlistJoined)]
    assert wishes == [CLAIM, "claim-r-0"]


async def test_and_what_a_repeating_one_hits_twice() -> None:
    """A use that reaches from one outage into the next waits once."""
    past = given(device(maximum_minutes=20160), company(), taken(nine, nine + 8 * DAY))
    command = ScheduleOutages(
        by=STAFF,
        device_id=AUT,
        outage_ids=("o-0", "o-1"),
        series_id="s-1",
        kind="maintenance",
        period=Period(nine, ten),
        repeat=Repeat(every_weeks=1, count=2),
    )
    await past.when(command).happened(
        *(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled, e.OutageScheduled)
    )


async def test_nobody_waits_for_time_that_has_begun() -> None:
    """Of a booking that was displaced after its start, the claim on another time alone is left."""
    past = lab().at(nine).when(break_down(noon))
    await past.happened(e.ReservationDisplaced, e.BreakdownReported)
    gone = past.ledger.events[-2]
    assert isinstance(gone, e.ReservationDisplaced)
    assert gone.waits_as is None
    await past.when(rebook(thirteen, thirteen + HOUR)).happened(e.ReservationConfirmed)


FREEING: dict[str, tuple[Command, Command]] = {
    "cancelled": (outage(nine, ten), GIVEN_UP),
    "moved": (
        outage(nine, ten),
        RescheduleOutage(by=STAFF, outage_id="o-1", period=Period(ten, eleven)),
    ),
    "repaired": (break_down(noon), REPAIRED),
}


@pytest.mark.parametrize("commands", FREEING.values(), ids=FREEING)
async def test_its_time_goes_to_it_first(commands: tuple[Command, Command]) -> None:
    """Whoever joined the line long before: the displaced company is asked first."""
    takes, frees = commands
    past = lab(waits(nine, ten)).when(takes).at(NOW + DAY).when(frees)
    happened = await past.accepted()
    (made,) = [event for event in happened if isinstance(event, e.SlotOffered)]
    assert (made.wish_id, made.company_id, made.number) == (CLAIM, MUDEUNG, 1)


async def test_then_to_who_joined_the_line() -> None:
    """Where the displaced company says no, or nothing, the line goes on as ever."""
    line = waits(nine, ten), waits(nine, ten, wish_id="w-2", company_id=OTHER)
    past = displaced(*line).when(GIVEN_UP, leave(CLAIM, by=KIM))
    await past.happened(e.WaitlistLeft, e.SlotOffered)
    assert offers(past.ledger.events) == [CLAIM, "w-1"]
    past = displaced(*line).when(GIVEN_UP).at(TOMORROW).when(expire(CLAIM))
    await past.happened(e.OfferExpired, e.SlotOffered)
    assert offers(past.ledger.events) == [CLAIM, "w-1"]


async def test_the_displaced_of_two_outages_come_in_their_order() -> None:
    """Who lost the time first, gets it first; a booking made in between lost it second."""
    past = displaced(waits(nine, ten, company_id=OTHER)).when(GIVEN_UP, leave(CLAIM, by=KIM))
    past = past.when(leave("w-1"), reserve(nine, eleven))
    past = past.when(outage(ten, eleven, "o-2"))
    past = past.when(CancelOutage(by=STAFF, outage_id="o-2"))
    assert offers(await past.accepted()) == ["claim-r-2"]
    old = waits(nine, ten, wish_id="claim-r-5", replaces="r-5", company_id=OTHER)
    newer = waits(nine, ten, wish_id="claim-r-6", replaces="r-6")
    both = given(device(), company(OTHER), company(HANBIT), old, newer)
    both = both.when(outage(nine, ten), GIVEN_UP)
    assert offers(await both.accepted()) == ["claim-r-5"]


async def test_the_offer_needs_no_notice() -> None:
    """The outage ends the day before: the displaced gets its time, though no other could."""
    past = displaced(notice_minutes=3 * 24 * 60).at(nine - DAY).when(GIVEN_UP)
    await past.happened(e.OutageCancelled, e.SlotOffered, expires_at=nine)
    await past.when(accept(CLAIM, by=KIM)).happened(e.OfferAccepted, e.ReservationConfirmed)
    others = given(device(notice_minutes=3 * 24 * 60), company(HANBIT), waits(nine, ten))
    others = others.when(outage(nine, ten)).at(nine - DAY).when(GIVEN_UP)
    await others.happened(e.OutageCancelled)


async def test_it_is_passed_over_where_another_rule_forbids() -> None:
    """Suspended meanwhile, or without hours left: the next is asked, and it keeps its place."""
    stop = SuspendCompany(by=STAFF, company_id=MUDEUNG)
    past = displaced(waits(nine, ten)).when(stop, GIVEN_UP)
    assert offers(await past.accepted()) == ["w-1"]
    full = e.QuotaSet(company_id=MUDEUNG, sector=None, hours=0.5)
    past = displaced(waits(nine, ten), full).when(GIVEN_UP)
    assert offers(await past.accepted()) == ["w-1"]


async def test_an_outage_over_the_offer() -> None:
    """It waits on at its place, and is asked first again."""
    past = displaced(waits(nine, ten)).when(GIVEN_UP, outage(nine, ten, "o-2"))
    await past.happened(e.OfferWithdrawn, e.OutageScheduled)
    again = await past.when(CancelOutage(by=STAFF, outage_id="o-2")).accepted()
    assert offers(again) == [CLAIM]


async def test_what_was_accepted_and_displaced_again() -> None:
    """Each displacement is a claim, and a place in line, of its own."""
    past = displaced().when(GIVEN_UP, accept(CLAIM, by=KIM), outage(nine, ten, "o-2"))
    await past.happened(e.ReservationDisplaced, e.WaitlistJoined, e.OutageScheduled)
    wish = past.ledger.events[-2]
    assert isinstance(wish, e.WaitlistJoined)
    assert (wish.wish_id, wish.replaces) == ("claim-r-9", "r-9")


async def test_nobodys_line_is_filled_by_it() -> None:
    """Displaced bookings count neither among a company's wishes nor in a line that is full."""
    wishes = [
        waits(
            *(nine + n * DAY, ten + n * DAY),
            wish_id=f"claim-r-{n}",
            replaces=f"r-{n}",
            device_id=ENE,
        )
        for n in range(2, MOST_WISHES + 2)
    ]
    past = displaced(*wishes).when(join(nine, ten))
    await past.happened(e.WaitlistJoined, wish_id="w-1")
    many = [
        waits(nine, ten, wish_id=f"claim-r-{n}", replaces=f"r-{n}", company_id=f"c-{n}")
        for n in range(2, MOST_IN_LINE + 2)
    ]
    await displaced(*many).when(join(nine, ten)).happened(e.WaitlistJoined, wish_id="w-1")


async def test_its_company_waits_for_that_time_once() -> None:
    """For some of the time that a company was displaced from, it need not join the line."""
    past = displaced()
    again = join(nine, ten, by=KIM, company_id=MUDEUNG, account_id="kim", wish_id="w-5")
    await past.when(again).rejected("waiting_already")


async def test_a_device_in_use_stays_in_use() -> None:
    """What a breakdown does not displace has no place in line."""
    past = lab().at(nine).when(hand_out(), break_down(noon))
    await past.happened(e.BreakdownReported)
    past = past.at(ten).when(take_back(), cancel("r-1"))
    await past.rejected("wrong_status", actual="returned")


async def test_an_append_holds_what_many_bookings_bring_about() -> None:
    """Of very many, the soonest wait; the others are told that they may take another time."""
    many = [
        taken(nine + n * HOUR, nine + (n + 1) * HOUR, reservation_id=f"r-{n}", company_id=HANBIT)
        for n in range(MOST_EVENTS - 1)
    ]
    past = given(device(), company(), company(HANBIT), many)
    happened = await past.when(outage(nine, nine + MOST_EVENTS * HOUR)).accepted()
    joined = [event for event in happened if isinstance(event, e.WaitlistJoined)]
    assert [event.replaces for event in joined] == ["r-0"]
    waits_as = [one.waits_as for one in happened if isinstance(one, e.ReservationDisplaced)]
    assert waits_as == ["claim-r-0", *[None] * (len(many) - 1)]
