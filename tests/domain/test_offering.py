"""Freed time is offered to the first in line by the very append that frees it."""

from collections.abc import Sequence

import pytest

from domain import events as e
from domain.companies import SuspendCompany
from domain.deadlines import DismissNoShow, ExpireRequest
from domain.decisions import Command
from domain.devices import ResumeDevice, SuspendDevice
from domain.event import Event
from domain.maintenance import RecordCalibration, ReportProblem, TriageProblem
from domain.outages import CancelOutage, RepairDevice, RescheduleOutage
from domain.period import Period
from domain.reservations import CancelReservation
from domain.together_changes import CancelTogether
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    MINUTE,
    MUDEUNG,
    NOW,
    SEALED,
    STAFF,
    break_down,
    cancel,
    company,
    decline,
    device,
    eleven,
    extend,
    fourteen,
    given,
    hand_out,
    nine,
    no_show,
    noon,
    outage,
    requested,
    reschedule,
    reserve,
    seventeen,
    shorten,
    take_back,
    taken,
    ten,
    thirteen,
    transfer,
)
from tests.sentence import Scenario
from tests.waiting import TOMORROW, expire, leave, offer, waits

OTHER = "choa"


def line(*wishes: Event, **terms: object) -> Scenario:
    """Mudeung has AUT-018 from nine to noon, and some wait for it."""
    known = device(**terms), company(), company(HANBIT), company(OTHER)
    return given(*known, taken(nine, noon), *wishes)


def offers(events: Sequence[Event]) -> list[str]:
    """To which wishes something was offered, in order."""
    return [event.wish_id for event in events if isinstance(event, e.SlotOffered)]


FREEING = {
    "cancelled": cancel(),
    "moved": reschedule(thirteen, seventeen),
    "moved a little": reschedule(ten, thirteen),
    "shortened": shorten(ten, noon),
    "on another device": transfer(to_device_id=ENE),
    "hit by an outage later that day": outage(eleven, noon),
}


@pytest.mark.parametrize("command", FREEING.values(), ids=FREEING)
async def test_freed_time_is_offered(command: Command) -> None:
    """However a booking gives its time up, the first in line hears in the same append."""
    past = line(waits(nine, ten), *device(ENE))
    happened = await past.when(command).accepted()
    assert offers(happened) == ["w-1"]
    (made,) = [event for event in happened if isinstance(event, e.SlotOffered)]
    assert made == offer(nine, ten, TOMORROW)


async def test_a_request_that_ends_frees_its_time() -> None:
    """Declined or not answered in time."""
    asked = requested(nine, noon, reservation_id="r-2", answer_by=NOW + HOUR)
    past = given(device(), company(), company(HANBIT), asked, waits(nine, ten))
    ends = decline("r-2")
    await past.when(ends).happened(e.ReservationDeclined, e.SlotOffered, wish_id="w-1")
    late = given(device(), company(), company(HANBIT), asked, waits(nine, ten))
    ends = ExpireRequest(by=STAFF, reservation_id="r-2")
    await late.at(NOW + HOUR).when(ends).happened(e.RequestExpired, e.SlotOffered)


async def test_an_early_return_frees_the_rest() -> None:
    """What is left of a booked time after the return is offered, where it is still ahead."""
    past = line(waits(nine, ten), waits(eleven, noon, wish_id="w-2", company_id=OTHER))
    back = past.at(nine).when(hand_out()).at(ten).when(take_back())
    await back.happened(e.DeviceReturned, e.UsageLogged, e.SlotOffered, wish_id="w-2")


async def test_a_no_show_frees_the_rest() -> None:
    """Recorded, or dismissed by staff who had been asked about it."""
    wish = waits(eleven, noon)
    missed = line(wish).at(ten).when(no_show())
    await missed.happened(e.NoShowRecorded, e.SlotOffered, wish_id="w-1")
    fields = {
        name: getattr(taken(nine, noon), name) for name in e.ReservationEvent.__struct_fields__
    }
    suspected = e.NoShowSuspected(**fields, missed_at=ten, doubt="system_down")
    asked = line(wish, suspected).at(ten)
    dismissed = asked.when(DismissNoShow(by=STAFF, reservation_id="r-1"))
    await dismissed.happened(e.NoShowWithdrawn, e.SlotOffered, wish_id="w-1")


async def test_an_outage_given_up_frees_its_time() -> None:
    """Cancelled, moved away, or a breakdown repaired before it was expected."""
    known = given(device(), company(HANBIT), waits(nine, ten)).when(outage(nine, ten))
    cancelled = known.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await cancelled.happened(e.OutageCancelled, e.SlotOffered)
    known = given(device(), company(HANBIT), waits(nine, ten)).when(outage(nine, eleven))
    moved = RescheduleOutage(by=STAFF, outage_id="o-1", period=Period(ten, noon))
    await known.when(moved).happened(e.OutageRescheduled, e.SlotOffered)
    known = given(device(), company(HANBIT), waits(nine, ten)).when(break_down(noon))
    repaired = known.at(NOW + DAY).when(RepairDevice(by=STAFF, device_id=AUT))
    await repaired.happened(e.DeviceRepaired, e.SlotOffered)


async def test_a_series_given_up_serves_many() -> None:
    """Each date of it goes to the first in its own line, on every device."""
    series = [
        taken(
            nine + n * DAY, ten + n * DAY, reservation_id=f"s-{n}", series_id="s", device_id=where
        )
        for n, where in ((0, AUT), (1, ENE), (2, AUT))
    ]
    wishes = [
        waits(nine + DAY, ten + DAY, wish_id="w-1", device_id=ENE),
        waits(nine + 2 * DAY, ten + 2 * DAY, wish_id="w-2"),
        waits(nine, ten, wish_id="w-3"),
    ]
    past = given(device(), device(ENE), company(), company(HANBIT), series, wishes)
    happened = await past.when(CancelTogether(by=STAFF, together="series:s")).accepted()
    assert [type(event) for event in happened[:3]] == [e.ReservationCancelled] * 3
    assert offers(happened) == ["w-1", "w-2", "w-3"]


async def test_the_first_in_line_goes_first() -> None:
    """The line is in the order of joining, whatever the wishes' times are."""
    second = waits(nine, ten, wish_id="w-2", company_id=OTHER)
    happened = await line(waits(nine, eleven), second).when(cancel()).accepted()
    assert offers(happened) == ["w-1"]
    happened = await line(second, waits(nine, eleven)).when(cancel()).accepted()
    assert offers(happened) == ["w-2"]


async def test_freed_time_can_serve_several() -> None:
    """Whoever still fits beside those before gets an offer too."""
    wishes = (
        waits(ten, eleven),
        waits(nine, eleven, wish_id="w-2", company_id=OTHER),
        waits(eleven, noon, wish_id="w-3", company_id=OTHER),
    )
    happened = await line(*wishes).when(cancel()).accepted()
    assert offers(happened) == ["w-1", "w-3"]


async def test_who_cannot_book_now_keeps_the_place() -> None:
    """Passed over for quota, suspension or terms, a wish is still first the next time."""
    known = device(), company(), company(OTHER), company(HANBIT, every=1)
    used = taken(ten, eleven, reservation_id="r-2", company_id=HANBIT, account_id="lee")
    wishes = waits(nine, ten), waits(nine, ten, wish_id="w-2", company_id=OTHER)
    past = given(*known, used, taken(nine, ten), *wishes)
    assert offers(await past.when(cancel()).accepted()) == ["w-2"]
    freed = past.when(CancelReservation(by=STAFF, reservation_id="r-2"), leave("w-2"))
    assert offers(await freed.accepted()) == ["w-1"]


async def test_a_suspended_company_is_passed_over() -> None:
    """Nothing is offered to those who may not book."""
    past = line(waits(nine, ten), waits(nine, ten, wish_id="w-2", company_id=OTHER))
    gone = past.when(SuspendCompany(by=STAFF, company_id=HANBIT), cancel())
    assert offers(await gone.accepted()) == ["w-2"]


async def test_a_suspended_device_offers_nothing() -> None:
    """Its time is not to be had."""
    past = line(waits(nine, ten)).when(SuspendDevice(by=STAFF, device_id=AUT), cancel())
    assert offers(await past.accepted()) == []


async def test_a_device_back_in_service_offers_its_time() -> None:
    """What was freed while nobody could book it goes to the line when booking opens again."""
    past = line(waits(nine, ten)).when(SuspendDevice(by=STAFF, device_id=AUT), cancel())
    resumed = past.when(ResumeDevice(by=STAFF, device_id=AUT))
    await resumed.happened(e.DeviceResumed, e.SlotOffered, wish_id="w-1")
    named = {"by": STAFF, "device_id": AUT, "problem_id": "p-1"}
    stopped = line(waits(nine, ten)).when(
        ReportProblem(**named, text=SEALED, safety_stop=True), cancel()
    )
    lifted = stopped.when(TriageProblem(**named, urgency="normal"))
    await lifted.happened(e.ProblemTriaged, e.SlotOffered, wish_id="w-1")
    uncertain = line(waits(nine, ten), calibration_required=True)
    certified = uncertain.when(
        cancel(),
        RecordCalibration(
            by=STAFF, device_id=AUT, certificate="KC-1", valid_until=nine + 100 * DAY
        ),
    )
    await certified.happened(e.CalibrationRecorded, e.SlotOffered, wish_id="w-1")


async def test_offers_of_one_append_count_against_each_other() -> None:
    """A company with an hour left gets one of two hours offered, and one reservation ahead."""
    two = waits(nine, ten), waits(ten, eleven, wish_id="w-2")
    for limit in ({"every": 1}, {"most_ahead": 1}):
        known = device(), company(), company(HANBIT, **limit)  # type: ignore[arg-type]
        past = given(*known, taken(nine, noon), *two)
        assert offers(await past.when(cancel()).accepted()) == ["w-1"]


async def test_time_that_is_freed_in_part_is_not_offered() -> None:
    """Who waits for all of the morning gets nothing of the hour that is free."""
    past = line(waits(nine, noon)).when(shorten(ten, noon))
    await past.happened(e.ReservationShortened)


async def test_time_gone_by_is_not_offered() -> None:
    """An offer is for what is still ahead."""
    past = line(waits(nine, ten), waits(ten, noon, wish_id="w-2", company_id=OTHER))
    assert offers(await past.at(nine).when(cancel()).accepted()) == ["w-2"]


async def test_notice_holds_for_offers() -> None:
    """The laboratory needs its time to prepare, whoever gets the freed hour."""
    past = line(waits(nine, ten), notice_minutes=120)
    await past.at(nine - HOUR).when(cancel()).happened(e.ReservationCancelled)
    past = line(waits(nine, ten), notice_minutes=120)
    late = past.at(nine - 3 * HOUR).when(cancel())
    await late.happened(e.ReservationCancelled, e.SlotOffered)


async def test_the_deadline_of_an_offer() -> None:
    """So many minutes as the terms say, and at the start of the time at the latest."""
    quick = line(waits(nine, ten), offer_minutes=30).when(cancel())
    await quick.happened(e.ReservationCancelled, e.SlotOffered, expires_at=NOW + 30 * MINUTE)
    soon = line(waits(nine, ten)).at(nine - 20 * MINUTE).when(cancel())
    await soon.happened(e.ReservationCancelled, e.SlotOffered, expires_at=nine)


async def test_an_offer_holds_its_time() -> None:
    """Nobody else books, extends or is handed the device into it; it shows as a reservation."""
    known = device(), company(), company(HANBIT), waits(ten, eleven), offer(ten, eleven)
    past = given(*known, taken(nine, ten), taken(noon, fourteen, reservation_id="r-3"))
    taken_by_offer = [("reservation", Period(ten, eleven))]
    for command in (reserve(ten, eleven), extend(nine, eleven), reschedule(ten, noon)):
        with pytest.raises(Exception, match="already taken") as refused:
            await past.when(command).accepted()
        found = refused.value.conflicts  # type: ignore[attr-defined]
        assert [(one.kind, one.period) for one in found] == taken_by_offer
    early = past.at(ten + 30 * MINUTE).when(hand_out("r-3"))
    await early.rejected("slot_taken")


async def test_an_offer_counts_for_its_company() -> None:
    """Its hours count in full against the quota, and it is a reservation ahead."""
    wish = {"company_id": MUDEUNG, "account_id": "kim"}
    for rule, limit in (("quota", {"every": 1}), ("most_ahead", {"most_ahead": 1})):
        known = device(), company(**limit)  # type: ignore[arg-type]
        past = given(*known, waits(nine, ten, **wish), offer(nine, ten, **wish))
        await past.when(reserve(eleven, noon)).rejected(rule, limit=1, actual=2)
        gone = past.when(leave(), reserve(eleven, noon))
        await gone.happened(e.ReservationConfirmed)


async def test_an_outage_takes_offered_time() -> None:
    """The offer is withdrawn before what takes its time, and the wish keeps its place."""
    first = waits(nine, ten), waits(nine, ten, wish_id="w-2", company_id=OTHER)
    past = given(device(), company(HANBIT), company(OTHER), *first, offer(nine, ten))
    await past.when(outage(nine, ten)).happened(
        e.OfferWithdrawn, e.OutageScheduled, outage_id="o-1", wish_id="w-1"
    )
    again = past.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await again.happened(e.OutageCancelled, e.SlotOffered, wish_id="w-1", number=2)


async def test_a_breakdown_takes_offered_time() -> None:
    """Reported or expected to last longer; the repair offers it again."""
    past = given(device(), company(HANBIT), waits(nine, ten), offer(nine, ten))
    await past.when(break_down(ten)).happened(
        e.OfferWithdrawn, e.BreakdownReported, breakdown_id="b-1"
    )
    fixed = past.at(NOW + HOUR).when(RepairDevice(by=STAFF, device_id=AUT))
    await fixed.happened(e.DeviceRepaired, e.SlotOffered, expires_at=TOMORROW + HOUR)


async def test_what_an_outage_leaves_of_an_offer() -> None:
    """A shorter wish fits beside the outage that took a longer offer."""
    shorter = waits(ten, noon, wish_id="w-2", company_id=OTHER)
    past = given(device(), company(HANBIT), company(OTHER), waits(nine, noon), shorter)
    past.ledger.append([offer(nine, noon)])
    happened = await past.when(outage(nine, ten)).accepted()
    kinds = [type(event) for event in happened]
    assert kinds == [e.OfferWithdrawn, e.OutageScheduled, e.SlotOffered]
    assert offers(happened) == ["w-2"]


async def test_an_offer_given_up_goes_on() -> None:
    """By leaving, or by saying nothing: the next in line is offered the time at once."""
    first = waits(nine, ten), waits(nine, ten, wish_id="w-2", company_id=OTHER)
    known = device(), company(HANBIT), company(OTHER), *first, offer(nine, ten)
    left = await given(*known).when(leave()).accepted()
    assert [type(event) for event in left] == [e.WaitlistLeft, e.SlotOffered]
    expired = given(*known).at(TOMORROW).when(expire())
    await expired.happened(e.OfferExpired, e.SlotOffered, expires_at=TOMORROW + DAY)
