"""What the calendar says of offers: time that is held for a company, as an entry of its own."""

from __future__ import annotations

from datetime import datetime

from booking.database import Database
from domain import events as e
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from projections.availability import Busy, availability
from projections.calendar import entries_between, entry, list_reservations, reservation
from projections.due import Due, unaccepted
from projections.projector import Projector
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HOUR,
    MINUTE,
    MUDEUNG,
    device,
    eleven,
    nine,
    taken,
    ten,
)
from tests.waiting import offer, waits

UNTIL = nine - DAY
WITH_BUFFER = Period(nine, ten + 15 * MINUTE)


def then(
    kind: type[e.WaitlistEvent], start: datetime = nine, end: datetime = ten, **more: object
) -> e.WaitlistEvent:
    """What came of the offer of that time."""
    made = waits(start, end)
    same = {name: getattr(made, name) for name in e.WaitlistEvent.__struct_fields__}
    return kind(**same | more)


async def test_an_offer_holds_time_and_is_no_reservation(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """It is in its company's calendar and in its person's, and in no list of reservations."""
    await ledger.append(*device(), waits(nine, ten))
    await ledger.append(offer(nine, ten, UNTIL, occupied=WITH_BUFFER))
    await projector.catch_up("calendar")
    (found,) = await entries_between(database.app, nine, ten)
    assert (found.entry_id, found.kind, found.status) == ("w-1", "offer", "offered")
    assert (found.period, found.occupied) == (Period(nine, ten), WITH_BUFFER)
    assert (found.company_id, found.account_id, found.purpose) == (HANBIT, "lee", None)
    assert (found.answer_by, found.told_kind) == (UNTIL, "reservation")
    for own in ({"company_id": HANBIT}, {"account_id": "lee"}):
        assert await entries_between(database.app, nine, ten, **own) == [found]  # type: ignore[arg-type]
    assert await entries_between(database.app, nine, ten, company_id=MUDEUNG) == []
    assert await list_reservations(database.app) == []
    assert await reservation(database.app, "w-1") is None


async def test_offered_time_is_not_free(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Availability tells it as a reservation with its buffer, until the offer ends."""
    window = Period(nine, eleven)
    await ledger.append(*device(), waits(nine, ten))
    await ledger.append(offer(nine, ten, UNTIL, occupied=WITH_BUFFER))
    await projector.catch_up("calendar")
    terms = TermsOfUse(buffer_after=15)
    held = await entries_between(database.app, nine, eleven)
    busy, free = availability(terms, (), held, window)
    assert busy == [
        Busy(start=Period(nine, ten).start, end=Period(nine, ten).end, kind="reservation"),
        Busy(start=WITH_BUFFER.start + HOUR, end=WITH_BUFFER.end, kind="buffer"),
    ]
    assert free == [Period(ten + 30 * MINUTE, eleven)]
    await ledger.append(then(e.OfferExpired))
    await projector.catch_up("calendar")
    assert await entries_between(database.app, nine, eleven) == []


async def test_how_offers_end(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Each end has its status, frees the time, and may be followed by another offer of it."""
    ends = {
        "accepted": then(e.OfferAccepted, reservation_id="r-9"),
        "expired": then(e.OfferExpired),
        "withdrawn": then(e.OfferWithdrawn, outage_id="o-1"),
        "left": then(e.WaitlistLeft, offered=True),
    }
    await ledger.append(*device(), waits(nine, ten))
    for number, (status, end) in enumerate(ends.items(), start=1):
        await ledger.append(offer(nine, ten, UNTIL, number=number))
        await ledger.append(then(e.OfferExtended, expires_at=UNTIL + HOUR))
        await ledger.append(end)
        await projector.catch_up("calendar")
        found = await entry(database.app, "w-1")
        assert found is not None
        assert found.status == status
        # To calendars all of this is one entry, whose revisions count its changes of status.
        assert found.sequence == 2 * number - 1
        assert await entries_between(database.app, nine, ten) == []


async def test_who_leaves_without_an_offer_was_never_in_the_calendar(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Joining and leaving the line hold no time."""
    await ledger.append(*device(), waits(nine, ten), then(e.WaitlistLeft))
    assert (await projector.catch_up("calendar"))["calendar"] == ledger.head
    assert await entry(database.app, "w-1") is None


async def test_an_accepted_offer_makes_room_for_its_reservation(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Both are of the same append, and the constraint looks at its end."""
    await ledger.append(*device(), waits(nine, ten), offer(nine, ten, UNTIL))
    accepted = then(e.OfferAccepted, reservation_id="r-9")
    await ledger.append(accepted, taken(nine, ten, reservation_id="r-9", company_id=HANBIT))
    assert (await projector.catch_up("calendar"))["calendar"] == ledger.head
    (found,) = await entries_between(database.app, nine, ten)
    assert (found.entry_id, found.kind) == ("r-9", "reservation")


async def test_an_offer_over_a_reservation_stops_the_view(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """The second lock: offers and reservations keep apart as reservations do."""
    good = await ledger.append(*device(), waits(nine, ten), taken(nine, ten))
    await ledger.append(offer(nine, ten, UNTIL))
    assert (await projector.catch_up("calendar"))["calendar"] == good


async def test_an_outage_over_an_offer_stops_the_view(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """Unless the offer was withdrawn before."""
    over = e.OutageScheduled(
        outage_id="o-1", device_id=AUT, kind="maintenance", occupied=Period(nine, ten)
    )
    good = await ledger.append(*device(), waits(nine, ten), offer(nine, ten, UNTIL))
    await ledger.append(over)
    assert (await projector.catch_up("calendar"))["calendar"] == good


async def test_when_offers_fall_due(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """By their deadline; an extension is waited for from the moment that it was made."""
    await ledger.append(*device(), waits(nine, ten))
    first = await ledger.append(offer(nine, ten, UNTIL))
    await projector.catch_up("calendar")
    assert await unaccepted(database.app, UNTIL - MINUTE, 10) == []
    due = Due(at=UNTIL, id="w-1", since=BEGIN + first * MINUTE)
    assert await unaccepted(database.app, UNTIL, 10) == [due]
    second = await ledger.append(then(e.OfferExtended, expires_at=UNTIL + HOUR))
    await projector.catch_up("calendar")
    assert await unaccepted(database.app, UNTIL, 10) == []
    due = Due(at=UNTIL + HOUR, id="w-1", since=BEGIN + second * MINUTE)
    assert await unaccepted(database.app, UNTIL + HOUR, 10) == [due]
    await ledger.append(then(e.OfferExpired))
    await projector.catch_up("calendar")
    assert await unaccepted(database.app, UNTIL + DAY, 10) == []
