"""Who should hear of what: holders, the laboratory, a company's managers, and nobody of himself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from booking.database import Database
from domain import events as e
from domain.event import Event, Occupancy
from domain.period import Period
from projections.notices import Addressee, after_position, count_new, list_notices, notice_at
from projections.projector import Projector
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import AUT, ENE, MUDEUNG, SEALED, nine, noon, requested, taken, ten

KIM = Addressee(account_id="kim", company_id=MUDEUNG)
MANAGER = Addressee(account_id="park", groups=("managers:mudeung",), company_id=MUDEUNG)
OFFICE = Addressee(account_id="staff-2", groups=("staff",))
CHOI = Addressee(account_id="choi", company_id=MUDEUNG)
WRITER = Addressee(account_id="staff-1", groups=("staff",))
"""Whoever the written ledger says did everything."""


def about(event: type[Event], **fields: Any) -> Event:
    """An event about kim's reservation `r-1`."""
    of = {name: getattr(taken(nine, ten), name) for name in e.ReservationEvent.__struct_fields__}
    return event(**(of | fields))


def wish(event: type[Event], **fields: Any) -> Event:
    """An event about kim's wish `w-1` for the same time."""
    of = {
        name: getattr(taken(nine, ten), name)
        for name in e.WaitlistEvent.__struct_fields__
        if name != "wish_id"
    }
    return event(**(of | fields), wish_id="w-1")


CERTIFICATE = e.CalibrationDueNoticed(device_id=AUT, valid_until=noon, certificate="KC-1")
URGENT = e.ProblemReported(device_id=AUT, problem_id="p-1", text=SEALED, urgency="urgent")
STOP = e.ProblemReported(device_id=AUT, problem_id="p-2", text=SEALED, safety_stop=True)
AUTOMATIC = e.CompanySuspended(company_id=MUDEUNG, no_shows=("r-1", "r-2"))
HEARD: list[tuple[Event, str, Addressee]] = [
    (requested(nine, ten), "request", OFFICE),
    (requested(nine, ten), "requested", KIM),
    (taken(nine, ten), "booked", KIM),
    (about(e.ReservationApproved), "approved", KIM),
    (about(e.ReservationDeclined, reason=SEALED), "declined", KIM),
    (about(e.RequestExpired), "expired", KIM),
    (about(e.ReservationRescheduled, status="confirmed"), "moved", KIM),
    (about(e.ReservationRescheduled, status="requested"), "request", OFFICE),
    (about(e.ReservationShortened), "shortened", KIM),
    (about(e.ReservationExtended, status="in_use"), "extended", KIM),
    (about(e.ReservationTransferred, status="confirmed"), "transferred", KIM),
    (
        about(
            e.ReservationTransferred,
            status="confirmed",
            account_id="choi",
            former_account_id="kim",
        ),
        "given_away",
        KIM,
    ),
    (about(e.ReservationCancelled, reason=SEALED), "cancelled", KIM),
    (about(e.ReservationDisplaced, outage_id="o-1"), "displaced", KIM),
    (about(e.NoShowSuspected, missed_at=ten), "no_show_suspected", OFFICE),
    (about(e.NoShowRecorded), "no_show", KIM),
    (about(e.NoShowWithdrawn), "no_show_withdrawn", KIM),
    (about(e.ReturnOverdue), "return_overdue", KIM),
    (wish(e.SlotOffered, expires_at=nine), "offer", KIM),
    (wish(e.OfferExtended, expires_at=nine), "offer_extended", KIM),
    (wish(e.OfferExpired), "offer_expired", KIM),
    (wish(e.OfferWithdrawn, outage_id="o-1"), "offer_withdrawn", KIM),
    (wish(e.OfferWithdrawn, suspended=True), "offer_suspended", KIM),
    (wish(e.WaitlistLeft), "wish_removed", KIM),
    (e.CompanySuspended(company_id=MUDEUNG, reason=SEALED), "suspended", MANAGER),
    (AUTOMATIC, "suspended_for_no_shows", MANAGER),
    (AUTOMATIC, "company_suspended", OFFICE),
    (e.CompanyReinstated(company_id=MUDEUNG), "reinstated", MANAGER),
    (STOP, "safety_stop", OFFICE),
    (URGENT, "urgent_problem", OFFICE),
    (CERTIFICATE, "calibration_due", OFFICE),
]


async def test_each_event_is_heard_by_whom_it_concerns(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """One notice to the right person, and the query agrees with the rule for every person."""
    for event, kind, who in HEARD:
        position = await ledger.append(event)
        await projector.catch_up("notices")
        every = await after_position(database.app, position - 1, position, 99)
        heard = [one for one in every if who.hears(one)]
        assert [one.kind for one in heard] == [kind], event
        assert heard[0].recorded_at == BEGIN + timedelta(minutes=position)
    every = await after_position(database.app, 0, ledger.head, 99)
    for other in (KIM, MANAGER, OFFICE, WRITER, CHOI):
        expected = [one for one in every if other.hears(one)]
        assert await list_notices(database.app, other) == expected[::-1]
        assert bool(expected) == (other is not WRITER)


async def test_a_displaced_booking_hears_once_that_it_is_first_in_line(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Nothing more of joining, nor of leaving the line because another time was booked for it."""
    displaced = about(e.ReservationDisplaced, outage_id="o-1", waits_as="w-1")
    await ledger.append(displaced, wish(e.WaitlistJoined, replaces="r-1"))
    await ledger.append(wish(e.WaitlistLeft, rebooked_as="r-2"))
    await projector.catch_up("notices")
    (heard,) = await list_notices(database.app, KIM)
    assert (heard.kind, heard.reservation_id, heard.wish_id) == ("displaced", "r-1", "w-1")


async def test_who_takes_over_a_booking_on_another_device_hears_that_it_is_theirs(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Choi never had the other device; kim, who did, hears that it was given away."""
    left = Occupancy(device_id=ENE, company_id=MUDEUNG, occupied=Period(nine, ten))
    moved = {"status": "confirmed", "left": left}
    given = {"account_id": "choi", "former_account_id": "kim"}
    await ledger.append(about(e.ReservationTransferred, **moved, **given))
    await ledger.append(about(e.ReservationTransferred, **moved))
    await projector.catch_up("notices")
    assert [one.kind for one in await list_notices(database.app, CHOI)] == ["transferred"]
    kinds = [one.kind for one in await list_notices(database.app, KIM)]
    assert kinds == ["other_device", "given_away"]


async def test_of_a_suspicion_that_was_dismissed_nobody_hears(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The holder was never told of a no-show, and none was recorded."""
    await ledger.append(about(e.NoShowWithdrawn, suspected=True))
    await projector.catch_up("notices")
    assert await list_notices(database.app, KIM) == []


async def test_nobody_hears_of_what_they_did_themselves(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The writer books for himself and asks for a device: he hears of neither, the office does."""
    await ledger.append(taken(nine, ten, account_id="staff-1"))
    await ledger.append(requested(ten, noon, account_id="staff-1", reservation_id="r-2"))
    await projector.catch_up("notices")
    assert await list_notices(database.app, WRITER) == []
    assert [one.kind for one in await list_notices(database.app, OFFICE)] == ["request"]


async def test_who_is_kept_waiting_hears_no_name(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The next holder hears of the own booking and since when the device should be back."""
    late = about(
        e.ReturnOverdue,
        next_reservation_id="r-9",
        next_company_id="hanbit",
        next_account_id="lee",
        next_period=Period(ten, noon),
    )
    await ledger.append(late)
    await projector.catch_up("notices")
    (heard,) = await list_notices(database.app, Addressee(account_id="lee", company_id="hanbit"))
    assert (heard.kind, heard.reservation_id, heard.company_id) == (
        "late_predecessor",
        "r-9",
        "hanbit",
    )
    assert (heard.period, heard.deadline) == (Period(ten, noon), ten)
    assert await notice_at(database.app, heard.position, heard.number) == heard


async def test_a_company_that_was_left_is_not_heard_of(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Who moved to another company reads nothing more of the old one's bookings."""
    await ledger.append(about(e.ReservationApproved))
    await projector.catch_up("notices")
    assert await list_notices(database.app, Addressee(account_id="kim", company_id="hanbit")) == []


async def test_lists_go_on_and_new_ones_are_counted(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Pages newest first without gaps, as of a position, and a count that stops at its most."""
    for _ in range(5):
        await ledger.append(about(e.ReservationApproved))
    await projector.catch_up("notices")
    first = await list_notices(database.app, KIM, limit=3)
    rest = await list_notices(database.app, KIM, limit=3, after=first[-1].cursor)
    assert [one.position for one in (*first, *rest)] == [5, 4, 3, 2, 1]
    assert len(await list_notices(database.app, KIM, as_of=2)) == 2
    assert await count_new(database.app, KIM, read=2, most=99) == 3
    assert await count_new(database.app, KIM, read=0, most=2) == 2
