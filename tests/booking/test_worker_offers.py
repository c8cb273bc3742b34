"""Offers that nobody accepts: the worker lets them expire, and fairly after downtime."""

from __future__ import annotations

from datetime import datetime

import pytest

from booking.testbed import Testbed
from booking.worker import Worker
from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.companies import RegisterCompany
from domain.decisions import Command
from domain.devices import SetTerms
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import CancelReservation
from domain.stored import decode_body
from domain.terms_of_use import TermsOfUse
from domain.waiting import AcceptOffer, JoinWaitlist
from tests.booking.test_worker import (  # noqa: F401 - fixtures
    DAY,
    HOUR,
    KIM,
    MINUTE,
    NAME,
    NINE,
    Connection,
    awake,
    booked,
    connection,
    testbed,
    worker,
)

FREED = NINE - DAY
WAITING = {"w-1": "hanbit", "w-2": "choa"}
KINDS = (e.SlotOffered, e.OfferExtended, e.OfferExpired, e.OfferAccepted)


@pytest.fixture
async def freed(testbed: Testbed) -> datetime:  # noqa: F811
    """Two wait for the bench at nine, and a day before that it was freed. Offers last an hour."""
    early = NINE - 9 * DAY
    terms = TermsOfUse(offer_minutes=60)
    orders: list[Command] = [SetTerms(by=SYSTEM, device_id="BENCH", terms=terms)]
    for order in orders:
        await testbed.booking.do(order, at=early)
    for company_id in WAITING.values():
        await known(testbed, company_id, at=early)
    await booked(testbed, "r-1", NINE, ago=8 * DAY)
    for wish_id, company_id in WAITING.items():
        await joined(testbed, wish_id, company_id, NINE, at=NINE - 7 * DAY)
    await testbed.booking.do(CancelReservation(by=KIM, reservation_id="r-1"), at=FREED)
    return FREED


async def known(testbed: Testbed, company_id: str, *, at: datetime) -> None:  # noqa: F811
    """A company of small enterprises in energy."""
    names = {"company_id": company_id, "name": NAME, "sector": "energy", "kind": "small"}
    await testbed.booking.do(RegisterCompany(by=SYSTEM, **names), at=at)


async def joined(
    testbed: Testbed,  # noqa: F811
    wish_id: str,
    company_id: str,
    start: datetime,
    *,
    at: datetime,
) -> None:
    """Somebody of a company waits for an hour of the bench."""
    wish = JoinWaitlist(
        by=Actor(account_id=f"a-{company_id}", role="member", company_id=company_id),
        wish_id=wish_id,
        device_id="BENCH",
        company_id=company_id,
        account_id=f"a-{company_id}",
        period=Period(start, start + HOUR),
    )
    await testbed.booking.do(wish, at=at)


async def heard(testbed: Testbed) -> list[tuple[str, str, datetime]]:  # noqa: F811
    """What happened to offers, in order: type, wish and when."""
    stored = await testbed.ledger.stored(types=[kind.__name__ for kind in KINDS], limit=1000)
    found = [decode_body(one.body) for one in stored]
    return [(one.type, one.event.wish_id, one.recorded_at) for one in found]  # type: ignore[attr-defined]


async def told(testbed: Testbed) -> list[tuple[str, str]]:  # noqa: F811
    return [one[:2] for one in await heard(testbed)]


async def test_an_expired_offer_goes_to_the_next(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
    freed: datetime,
) -> None:
    """At its deadline and not before, each once, until nobody waits any more."""
    await awake(worker, connection, freed, freed + 59 * MINUTE)
    assert await told(testbed) == [("SlotOffered", "w-1")]
    await awake(worker, connection, freed + HOUR, freed + 2 * HOUR + 3 * MINUTE)
    assert await told(testbed) == [
        ("SlotOffered", "w-1"),
        ("OfferExpired", "w-1"),
        ("SlotOffered", "w-2"),
        ("OfferExpired", "w-2"),
    ]
    times = [at for _, _, at in await heard(testbed)]
    # The next in line hears in the same append in which the one before is given up.
    assert times[1] == times[2]
    await booked(testbed, "r-2", NINE, ago=HOUR)


async def test_an_offer_past_its_deadline_is_not_accepted(
    testbed: Testbed,  # noqa: F811
    freed: datetime,
) -> None:
    """Also where no worker has looked at it yet, and the time stays held for the next."""
    hanbit = Actor(account_id="a-hanbit", role="member", company_id="hanbit")
    late = AcceptOffer(by=hanbit, wish_id="w-1", reservation_id="r-9")
    with pytest.raises(Rejected, match="could be accepted until"):
        await testbed.booking.do(late, at=freed + HOUR)
    with pytest.raises(Rejected, match="taken"):
        await booked(testbed, "r-2", NINE, ago=HOUR)


async def test_after_downtime_offers_get_time_again(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
    freed: datetime,
) -> None:
    """Nobody loses an offer that could not be answered; once extended, it expires in its turn."""
    await worker.round(connection, at=freed)
    back = freed + 5 * HOUR
    await awake(worker, connection, back, back + 59 * MINUTE)
    assert await told(testbed) == [("SlotOffered", "w-1"), ("OfferExtended", "w-1")]
    await awake(worker, connection, back + HOUR, back + HOUR + 2 * MINUTE)
    assert (await told(testbed))[2:] == [("OfferExpired", "w-1"), ("SlotOffered", "w-2")]


async def test_after_downtime_beyond_the_time_itself(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
    freed: datetime,
) -> None:
    """What has begun meanwhile is offered to nobody, neither again nor next."""
    await worker.round(connection, at=freed)
    await awake(worker, connection, NINE, NINE + 3 * MINUTE)
    assert await told(testbed) == [("SlotOffered", "w-1"), ("OfferExpired", "w-1")]
