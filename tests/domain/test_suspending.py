"""A suspension takes back the time that is offered to its company, and asks the next in line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from domain import events as e
from domain.actor import SYSTEM
from domain.companies import ReinstateCompany, SuspendCompany
from domain.deadlines import RecordMissedStart
from domain.decisions import Command, Recall
from domain.event import Event
from domain.handlers import decide
from domain.no_shows import SetNoShowPolicy
from domain.outages import CancelOutage
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
    cancel,
    company,
    device,
    eleven,
    given,
    nine,
    no_show,
    noon,
    outage,
    reserve,
    taken,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import accept, expire, leave, offer, waits

SUSPEND = SuspendCompany(by=STAFF, company_id=HANBIT, reason=SEALED)
REINSTATE = ReinstateCompany(by=STAFF, company_id=HANBIT)
NEXT = {"wish_id": "w-2", "company_id": MUDEUNG, "account_id": "kim"}


def offered(*more: Event) -> Scenario:
    """AUT-018 from nine to ten is offered to hanbit."""
    known = device(), device(ENE), company(), company(HANBIT)
    return given(*known, waits(nine, ten), offer(nine, ten), *more)


def said(happened: Sequence[Event]) -> list[tuple[str, str]]:
    return [
        (type(event).__name__, event.wish_id)
        for event in happened
        if isinstance(event, e.WaitlistEvent)
    ]


async def test_the_time_goes_to_the_next_in_line() -> None:
    """In the append that suspends the company, and not to the suspended one again."""
    past = offered(waits(nine, ten, **NEXT)).when(SUSPEND)
    happened = await past.accepted()
    suspended, withdrawn, asked = happened
    assert isinstance(suspended, e.CompanySuspended)
    assert suspended.reason == SEALED
    assert isinstance(withdrawn, e.OfferWithdrawn)
    assert (withdrawn.wish_id, withdrawn.suspended) == ("w-1", True)
    assert (withdrawn.outage_id, withdrawn.breakdown_id) == (None, None)
    assert isinstance(asked, e.SlotOffered)
    assert (asked.wish_id, asked.expires_at) == ("w-2", NOW + DAY)
    await past.when(accept()).rejected("company_suspended", actual=HANBIT)
    await past.when(expire()).rejected("not_offered")


async def test_where_nobody_else_waits_the_time_is_free() -> None:
    """It is blocked for nobody, and the suspended company cannot take it either."""
    past = offered().when(SUSPEND)
    await past.happened(e.CompanySuspended, e.OfferWithdrawn)
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_the_wish_keeps_its_place() -> None:
    """Reinstated, it is asked again before whoever joined later; offers are numbered on."""
    past = offered(waits(nine, ten, **NEXT)).when(SUSPEND, leave("w-2"))
    await past.happened(e.WaitlistLeft, wish_id="w-2")
    await past.when(REINSTATE).happened(e.CompanyReinstated, e.SlotOffered, wish_id="w-1", number=2)
    past = await offered().when(SUSPEND, reserve(nine, ten)).happened(e.ReservationConfirmed)
    past.ledger.append([*company("choa"), waits(nine, ten, wish_id="w-2", company_id="choa")])
    await past.when(REINSTATE).happened(e.CompanyReinstated)
    assert said(await past.when(cancel("r-2")).accepted()) == [("SlotOffered", "w-1")]


async def test_every_offer_that_stands_and_no_other() -> None:
    """Of any device; none that was answered or is another company's."""
    own = {"wish_id": "w-3", "device_id": ENE}
    more = [
        *(waits(nine, noon, **own), offer(nine, noon, **own)),
        *(waits(ten, eleven, wish_id="w-4"), offer(ten, eleven, wish_id="w-4")),
        *(waits(eleven, noon, **NEXT), offer(eleven, noon, **NEXT)),
        waits(eleven, noon, wish_id="w-5"),
    ]
    past = offered(*more).when(accept("w-4"), SUSPEND)
    happened = await past.accepted()
    assert said(happened) == [("OfferWithdrawn", "w-1"), ("OfferWithdrawn", "w-3")]
    again = [event for event in past.ledger.events if isinstance(event, e.OfferWithdrawn)]
    assert [event.suspended for event in again] == [True, True]


async def test_however_far_ahead() -> None:
    """The laboratory may have booked beyond every horizon, and an outage may have displaced it."""
    far = nine + 1000 * DAY, ten + 1000 * DAY
    past = offered(waits(*far, wish_id="w-3"), offer(*far, wish_id="w-3"))
    happened = await decide(SUSPEND, Recall(past.ledger))
    assert said(happened) == [("OfferWithdrawn", "w-1"), ("OfferWithdrawn", "w-3")]


async def test_bookings_stand() -> None:
    """Only what is offered is taken back."""
    mine = taken(ten, eleven, company_id=HANBIT, account_id="lee")
    await offered(mine).when(SUSPEND).happened(e.CompanySuspended, e.OfferWithdrawn)


async def test_the_first_claim_of_a_displaced_booking_is_kept() -> None:
    """Its offer is withdrawn, and comes first of all again after the suspension."""
    known = device(), company(), company(HANBIT)
    lost = taken(nine, ten, company_id=HANBIT, account_id="lee")
    past = given(*known, lost, waits(nine, ten, **NEXT)).when(outage(nine, ten))
    past = past.when(CancelOutage(by=STAFF, outage_id="o-1"), SUSPEND)
    happened = await past.accepted()
    assert said(happened) == [("OfferWithdrawn", "claim-r-1"), ("SlotOffered", "w-2")]
    await past.when(leave("w-2"), REINSTATE).happened(
        e.CompanyReinstated, e.SlotOffered, wish_id="claim-r-1"
    )


@pytest.mark.parametrize("down", [False, True])
async def test_an_offer_that_nobody_has_ended_yet(down: bool) -> None:
    """Its deadline has passed unrecorded: it is withdrawn, so that no downtime extends it."""
    past = offered().at(NOW + DAY + MINUTE).when(SUSPEND)
    await past.happened(e.CompanySuspended, e.OfferWithdrawn, suspended=True)
    await past.when(expire(down=down)).rejected("not_offered")


BY_WORKER = RecordMissedStart(by=SYSTEM, reservation_id="r-1")


@pytest.mark.parametrize("command", [BY_WORKER, no_show()], ids=["worker", "staff"])
async def test_too_many_no_shows_take_it_back_too(command: Command) -> None:
    """Whoever records the last of them, the next in line is asked in the same append."""
    start = nine - DAY
    missed = taken(start, start + 2 * HOUR, company_id=HANBIT, account_id="lee")
    policy = SetNoShowPolicy(by=STAFF, most=1, window_days=30)
    past = offered(missed, waits(nine, ten, **NEXT)).when(policy).at(start + HOUR)
    await past.when(command).happened(
        e.NoShowRecorded, e.CompanySuspended, e.OfferWithdrawn, e.SlotOffered, device_id=AUT
    )
