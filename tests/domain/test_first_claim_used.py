"""The first claim is used once: by accepting the offer of the old time, or at another time."""

from datetime import datetime

import pytest

from domain import events as e
from domain.decisions import Command
from domain.period import Period
from tests.domain.test_first_claim import CLAIM, GIVEN_UP, displaced, offers, rebook
from tests.scenario import (
    KIM,
    MUDEUNG,
    at,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    taken,
    ten,
)
from tests.waiting import TOMORROW, accept, expire, leave, offer, waits


async def test_accepting_makes_the_booking_again() -> None:
    """The reservation names the displaced one, whose claim is used by it."""
    past = displaced().when(GIVEN_UP, accept(CLAIM, by=KIM))
    await past.happened(e.OfferAccepted, e.ReservationConfirmed, reservation_id="r-9")
    made = past.ledger.events[-1]
    assert isinstance(made, e.ReservationConfirmed)
    assert (made.replaces, made.period) == ("r-1", Period(nine, ten))
    await past.when(rebook(eleven, noon)).rejected("rebooked_already", actual="r-9")


async def test_where_staff_approve_it_is_a_request() -> None:
    """As any other accepted offer."""
    past = displaced(approval_required=True).when(GIVEN_UP, accept(CLAIM, by=KIM))
    await past.happened(e.OfferAccepted, e.ReservationRequested, replaces="r-1")


async def test_a_used_claim_is_not_accepted() -> None:
    """Where the claim was used and its wish somehow stands, it is refused all the same."""
    wish = waits(nine, ten, wish_id=CLAIM, company_id=MUDEUNG, replaces="r-1")
    held = offer(nine, ten, wish_id=CLAIM, company_id=MUDEUNG)
    used = taken(eleven, noon, reservation_id="r-5", replaces="r-1")
    past = given(device(), company(), used, wish, held)
    await past.when(accept(CLAIM, by=KIM)).rejected("rebooked_already", actual="r-5")


async def test_another_time_ends_the_wait() -> None:
    """Whoever books another time by the claim waits no longer, and nothing comes after."""
    past = displaced(waits(nine, ten)).when(rebook(eleven, noon))
    await past.happened(e.WaitlistLeft, e.ReservationConfirmed, offered=False, rebooked_as="r-2")
    await past.when(accept(CLAIM, by=KIM)).rejected("rebooked_already", actual="r-2")
    assert offers(await past.when(GIVEN_UP).accepted()) == ["w-1"]


async def test_another_time_frees_the_offered_one() -> None:
    """In the same append its offer ends, and the next in line gets the time."""
    past = displaced(waits(nine, ten)).when(GIVEN_UP, rebook(eleven, noon))
    await past.happened(e.WaitlistLeft, e.ReservationConfirmed, e.SlotOffered, offered=True)
    assert offers(past.ledger.events) == [CLAIM, "w-1"]


async def test_the_own_offer_is_not_in_the_way() -> None:
    """The claim may take the offered time itself or some of it, and its hours count once."""
    past = displaced(waits(nine, ten), e.QuotaSet(company_id=MUDEUNG, sector=None, hours=1.0))
    past = past.when(GIVEN_UP, rebook(at("09:30"), at("10:30")))
    await past.happened(e.WaitlistLeft, e.ReservationConfirmed, rebooked_as="r-2")


async def test_another_offer_is_in_the_way() -> None:
    """Whose time is held for others, nobody takes by a claim."""
    past = displaced(waits(nine, ten)).when(GIVEN_UP, leave(CLAIM, by=KIM))
    await past.when(rebook(nine, ten)).rejected("slot_taken")


@pytest.mark.parametrize("ends", [[leave(CLAIM, by=KIM)], [GIVEN_UP, TOMORROW, expire(CLAIM)]])
async def test_who_waits_no_longer_keeps_the_claim(ends: list[Command | datetime]) -> None:
    """Leaving the line, or letting the offer go, leaves the claim on another time as it was."""
    past = displaced(notice_minutes=14 * 24 * 60)
    for step in ends:
        past = past.at(step) if isinstance(step, datetime) else past.when(step)
    await past.when(rebook(eleven, noon)).happened(e.ReservationConfirmed, replaces="r-1")
