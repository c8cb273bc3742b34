"""Accepting an offer, and what becomes of one that nobody accepts."""

import pytest

from domain import events as e
from domain.companies import SetQuota
from domain.decisions import Command
from domain.devices import SetTerms, SuspendDevice
from domain.period import Period
from domain.repeating_outages import Repeat, ScheduleOutages
from domain.terms_of_use import TermsOfUse
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HOUR,
    MINUTE,
    NOW,
    SEALED,
    STAFF,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    reserve,
    taken,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import TOMORROW, accept, expire, leave, offer, waits

MADE = (e.OfferAccepted, e.ReservationConfirmed)


def offered(until: object = TOMORROW, **terms: object) -> Scenario:
    """AUT-018 from nine to ten is offered to hanbit."""
    known = device(**terms), company(), company(HANBIT)
    return given(*known, waits(nine, ten), offer(nine, ten, until))  # type: ignore[arg-type]


async def test_an_accepted_offer_is_a_reservation() -> None:
    """With all that the wish said, in the same append, and once."""
    said = {"purpose": SEALED, "people": ("choi",), "usage_type": "operated", "irb_number": SEALED}
    past = given(device(), company(), company(HANBIT), waits(nine, ten, **said), offer(nine, ten))
    accepted, made = await past.when(accept()).accepted()
    assert isinstance(accepted, e.OfferAccepted)
    assert accepted.reservation_id == "r-9"
    assert made == taken(
        nine, ten, reservation_id="r-9", company_id=HANBIT, account_id="lee", **said
    )
    await past.when(accept()).rejected("accepted_already", actual="r-9")
    await past.when(leave()).rejected("accepted_already", actual="r-9")
    await past.when(reserve(nine, ten)).rejected("slot_taken")


async def test_where_staff_approve_an_offer_becomes_a_request() -> None:
    """Waiting spares nobody the approval; what staff accept for a company is confirmed."""
    past = offered(approval_required=True, answer_within_minutes=60)
    requested = past.when(accept())
    await requested.happened(e.OfferAccepted, e.ReservationRequested, answer_by=NOW + HOUR)
    await offered(approval_required=True).when(accept(by=STAFF)).happened(*MADE)


async def test_only_what_was_offered_is_accepted() -> None:
    """Not a wish that still waits, and none that nobody made."""
    waiting = given(device(), company(), company(HANBIT), taken(nine, ten), waits(nine, ten))
    await waiting.when(accept()).rejected("not_offered", actual="w-1")
    await waiting.when(expire()).rejected("not_offered")
    await waiting.when(accept("w-0")).rejected("wish_unknown", actual="w-0")
    await waiting.when(expire("w-0")).rejected("wish_unknown")


async def test_a_reservation_has_its_own_id() -> None:
    """A known id would free the time of the reservation that has it."""
    past = offered()
    past.ledger.append([taken(eleven, noon)])
    await past.when(accept(reservation_id="r-1")).rejected("id_known", actual="r-1")


CHANGED: dict[str, Command] = {
    "device_suspended": SuspendDevice(by=STAFF, device_id=AUT),
    "quota": SetQuota(by=STAFF, company_id=HANBIT, sector=None, hours=0.5),
    "minimum": SetTerms(by=STAFF, device_id=AUT, terms=TermsOfUse(minimum_minutes=120)),
}


@pytest.mark.parametrize("rule", CHANGED)
async def test_everything_is_checked_again(rule: str) -> None:
    """What changed since the offer was made refuses it; the offer stays until it expires."""
    past = offered().when(CHANGED[rule], accept())
    await past.rejected(rule)
    await past.when(leave()).happened(e.WaitlistLeft, offered=True)


async def test_an_offer_counts_once() -> None:
    """Who has hours and reservations ahead for one more can accept what was offered."""
    known = device(), company(HANBIT, every=1, most_ahead=1), waits(nine, ten), offer(nine, ten)
    await given(*known).when(accept()).happened(*MADE)


async def test_the_notice_was_kept_when_the_time_was_offered() -> None:
    """A company may take its time to answer, until the deadline."""
    past = offered(notice_minutes=60 * 24 * 6 + 1)
    await past.at(TOMORROW - MINUTE).when(accept()).happened(*MADE)


async def test_an_offer_ends_with_its_deadline() -> None:
    """From that moment on it is refused, whether or not the expiry has been recorded."""
    late = offered().at(TOMORROW).when(accept())
    await late.rejected(
        "offer_expired", limit="2026-10-27T09:00:00+09:00", actual="2026-10-27T09:00:00+09:00"
    )
    await offered().at(TOMORROW - MINUTE).when(accept()).happened(*MADE)


async def test_buffers_are_those_of_the_wish() -> None:
    """The time that was held is the time that is booked, whatever the terms have become."""
    wider = SetTerms(by=STAFF, device_id=AUT, terms=TermsOfUse(buffer_after=60))
    past = offered()
    past.ledger.append([taken(ten, eleven)])
    await past.when(wider, accept()).happened(*MADE, occupied=Period(nine, ten))


async def test_an_offer_expires_when_it_is_due() -> None:
    """Not before, and once; its wish has left the line and its time is free."""
    past = offered()
    await past.at(TOMORROW - MINUTE).when(expire()).rejected("not_due")
    await past.at(TOMORROW).when(expire()).happened(e.OfferExpired, wish_id="w-1")
    await past.when(expire()).rejected("wish_over", actual="expired")
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_after_downtime_there_is_time_to_answer() -> None:
    """The offer stands on, with a deadline from now; then it expires as any other."""
    past = offered().at(TOMORROW + HOUR).when(expire(down=True))
    await past.happened(e.OfferExtended, expires_at=TOMORROW + DAY + HOUR)
    await past.when(reserve(nine, ten)).rejected("slot_taken")
    await past.at(TOMORROW + DAY).when(expire()).rejected("not_due")
    await past.when(accept()).happened(*MADE)


async def test_after_downtime_the_time_itself_may_be_over() -> None:
    """What has begun meanwhile is not offered any longer, to anybody."""
    past = offered(until=nine)
    past.ledger.append([waits(nine, ten, wish_id="w-2", company_id="mudeung")])
    await past.at(nine).when(expire(down=True)).happened(e.OfferExpired)


async def test_an_extension_ends_at_the_start() -> None:
    """An offer never lasts longer than until its time begins."""
    past = offered(until=nine - HOUR).at(nine - MINUTE).when(expire(down=True))
    await past.happened(e.OfferExtended, expires_at=nine)


async def test_repeating_outages_withdraw_an_offer_once() -> None:
    """What two of the outages hit is withdrawn by the first."""
    span = nine - 7 * DAY + 2 * HOUR, noon
    long = given(device(), company(HANBIT), waits(*span), offer(*span))
    weekly = ScheduleOutages(
        by=STAFF,
        device_id=AUT,
        outage_ids=("o-1", "o-2"),
        series_id="s-1",
        kind="maintenance",
        period=Period(nine - 7 * DAY + 2 * HOUR, nine - 7 * DAY + 3 * HOUR),
        repeat=Repeat(every_weeks=1, count=2),
    )
    kinds = e.OfferWithdrawn, e.OutageScheduled, e.OutageScheduled
    await long.when(weekly).happened(*kinds)
