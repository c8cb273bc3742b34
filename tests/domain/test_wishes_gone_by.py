"""Wishes whose time begins without an offer: they end, once, and nobody is left in line."""

from domain import events as e
from domain.companies import SetQuota
from domain.waitlist import MOST_WISHES
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    MINUTE,
    STAFF,
    cancel,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    outage,
    taken,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import accept, gone_by, join, leave, offer, waits


def waiting() -> Scenario:
    """Mudeung has AUT-018 from nine to ten, and hanbit waits for it."""
    return given(device(), company(), company(HANBIT), taken(nine, ten), waits(nine, ten))


async def test_a_wish_ends_when_its_time_begins() -> None:
    """Not a moment before, with all that the wish said of its time, and once."""
    past = waiting()
    await (
        past.at(nine - MINUTE)
        .when(gone_by())
        .rejected("not_due", limit="2026-11-02T00:00:00+00:00")
    )
    (passed,) = await past.at(nine).when(gone_by()).accepted()
    joined = waits(nine, ten)
    assert passed == e.WaitlistPassed(
        **{name: getattr(joined, name) for name in e.WaitlistPassed.__struct_fields__}
    )
    await past.when(gone_by()).rejected("wish_over", actual="passed")


async def test_however_late_it_is_said() -> None:
    """After downtime, and of a wish from long before there was such an event, the same."""
    await waiting().at(nine + 400 * DAY).when(gone_by()).happened(e.WaitlistPassed)


async def test_what_has_ended_otherwise_does_not_pass() -> None:
    """A wish that was given up or fulfilled stays what it became; an unknown one is none."""
    past = given(device(), company(), company(HANBIT), waits(nine, ten), offer(nine, ten))
    await past.when(accept()).at(nine).when(gone_by()).rejected("accepted_already", actual="r-9")
    await waiting().when(leave()).at(nine).when(gone_by()).rejected("wish_over", actual="left")
    await waiting().at(nine).when(gone_by("w-0")).rejected("wish_unknown", actual="w-0")


async def test_an_offer_that_stands_ends_first() -> None:
    """Its own end is decided and told; what an outage withdrew waits again, and passes."""
    past = given(device(), company(), company(HANBIT), waits(nine, ten), offer(nine, ten, nine))
    await past.at(nine).when(gone_by()).rejected("offer_stands", limit="2026-11-02T09:00:00+09:00")
    withdrawn = given(device(), company(HANBIT), waits(nine, ten), offer(nine, ten))
    lost = withdrawn.when(outage(nine, ten)).at(nine).when(gone_by())
    await lost.happened(e.WaitlistPassed)


async def test_who_was_passed_over_for_the_quota_passes_too() -> None:
    """The time was free and could not be offered; that it began ends the wish all the same."""
    past = waiting().when(SetQuota(by=STAFF, company_id=HANBIT, sector=None, hours=0.5))
    await past.when(cancel()).happened(e.ReservationCancelled)
    await past.at(nine).when(gone_by()).happened(e.WaitlistPassed)


async def test_nothing_is_freed_and_nobody_is_offered_anything() -> None:
    """The next in line waits for the rest of the time that is taken still."""
    past = waiting()
    past.ledger.append([taken(ten, eleven, reservation_id="r-2")])
    past.ledger.append([waits(ten, eleven, wish_id="w-2", company_id="mudeung")])
    await past.at(nine).when(gone_by()).happened(e.WaitlistPassed, wish_id="w-1")
    await past.when(cancel("r-2")).happened(
        e.ReservationCancelled, e.SlotOffered, wish_id="w-2", device_id=AUT
    )


async def test_a_wish_gone_by_keeps_nobody_from_waiting() -> None:
    """It counts neither in the line nor among a company's wishes, said or unsaid."""
    past = waiting()
    past.ledger.append([taken(nine, noon, reservation_id="r-7", device_id="AUT-019")])
    past.ledger.append(
        [
            waits(nine, ten, wish_id=f"x-{number}", device_id="AUT-019")
            for number in range(MOST_WISHES)
        ]
    )
    past.ledger.append([taken(noon + DAY, noon + DAY + (ten - nine), reservation_id="r-8")])
    past = past.at(nine).when(*(gone_by(f"x-{number}") for number in range(3)))
    await past.when(join(noon + DAY, noon + DAY + (ten - nine), wish_id="w-9")).happened(
        e.WaitlistJoined
    )


async def test_a_displaced_booking_is_named_when_its_wish_passes() -> None:
    """So that its holder hears which booking it was, whose claim to other time stays."""
    past = given(device(), company(HANBIT), waits(nine, ten, replaces="r-1"))
    await past.at(nine).when(gone_by()).happened(e.WaitlistPassed, replaces="r-1")
