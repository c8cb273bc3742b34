"""The view of the waiting list: places in line, offers, and wishes whose time has passed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.projector import Projector
from projections.waiting import Wish, list_wishes, place_for, wish
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HEA,
    HOUR,
    MUDEUNG,
    SEALED,
    eleven,
    nine,
    noon,
    ten,
    thirteen,
)


def about(
    wish_id: str, start: datetime = nine, end: datetime = ten, **fields: Any
) -> dict[str, Any]:
    """What every event says about a wish of mudeung for AUT-018, without buffers."""
    return {
        "wish_id": wish_id,
        "device_id": AUT,
        "company_id": MUDEUNG,
        "sector": "automotive",
        "account_id": "kim",
        "period": Period(start, end),
        "occupied": Period(start, end),
    } | fields


async def test_the_place_counts_earlier_wishes_for_overlapping_time(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Another device or a time that only touches is not in front, whoever's wish it is."""
    for joined in (
        about("w-1", nine, eleven, company_id=HANBIT),
        about("w-2", ten, noon),
        about("w-3", eleven, noon, company_id=HANBIT),
        about("w-4", nine, ten, device_id=HEA),
        about("w-5", noon, thirteen, occupied=Period(eleven + HOUR / 2, thirteen)),
    ):
        await ledger.append(e.WaitlistJoined(**joined))
    await projector.catch_up()
    found = await list_wishes(database.app, BEGIN)
    assert {one.wish_id: one.place for one in found} == {
        "w-1": 1,
        "w-2": 2,
        "w-3": 2,
        "w-4": 1,
        "w-5": 3,
    }
    assert [one.wish_id for one in await list_wishes(database.app, BEGIN, device_id=HEA)] == ["w-4"]


async def test_the_displaced_come_before_all_who_joined(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """In their places and in the list, and among each other in the order of joining."""
    for joined in (
        about("w-1", nine, eleven, company_id=HANBIT),
        about("claim-r-1", nine, ten, replaces="r-1"),
        about("w-2", nine, ten),
        about("claim-r-2", nine, ten, replaces="r-2", company_id=HANBIT),
    ):
        await ledger.append(e.WaitlistJoined(**joined))
    await projector.catch_up()
    found = await list_wishes(database.app, BEGIN)
    assert [(one.wish_id, one.place, one.replaces) for one in found] == [
        ("claim-r-1", 1, "r-1"),
        ("claim-r-2", 2, "r-2"),
        ("w-1", 3, None),
        ("w-2", 4, None),
    ]
    pages = [found[:number] for number in range(1, len(found))]
    for page in pages:
        more = await list_wishes(database.app, BEGIN, after=page[-1].cursor)
        assert [*page, *more] == found
    assert await place_for(database.app, AUT, Period(nine, ten), BEGIN) == 5


async def test_a_wish_keeps_what_the_reservation_will_say(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Its sealed texts, its people and its times come back as they were recorded."""
    said = {"purpose": SEALED, "irb_number": SEALED, "people": ("choi",), "usage_type": "operated"}
    await ledger.append(e.WaitlistJoined(**about("w-1"), **said))
    await projector.catch_up()
    found = await wish(database.app, "w-1", BEGIN)
    assert found is not None
    assert {name: getattr(found, name) for name in said} == said
    assert (found.account_id, found.period, found.joined_position) == ("kim", Period(nine, ten), 1)
    assert (found.status, found.expires_at, found.reservation_id) == ("waiting", None, None)
    assert await wish(database.app, "w-2", BEGIN) is None


async def test_an_offer_that_is_withdrawn_waits_on_at_its_old_place(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Neither being offered time nor losing it again changes the order of the line."""
    await ledger.append(e.WaitlistJoined(**about("w-1")))
    await ledger.append(e.WaitlistJoined(**about("w-2", company_id=HANBIT)))
    offered = await ledger.append(e.SlotOffered(**about("w-1"), expires_at=nine - DAY))
    await ledger.append(e.OfferExtended(**about("w-1"), expires_at=nine - HOUR))
    extended = ledger.head
    await ledger.append(e.OfferWithdrawn(**about("w-1"), outage_id="o-1"))
    await projector.catch_up()

    async def first(as_of: int | None = None) -> Wish:
        one, two = await list_wishes(database.app, BEGIN, as_of=as_of)
        assert (one.wish_id, one.place, two.place) == ("w-1", 1, 2)
        return one

    assert ((await first(offered)).status, (await first(offered)).expires_at) == (
        "offered",
        nine - DAY,
    )
    assert (await first(extended)).expires_at == nine - HOUR
    assert ((await first()).status, (await first()).expires_at) == ("waiting", None)
    assert (await first()).changed_position == ledger.head


async def test_those_behind_move_up_when_a_wish_ends(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """However it ends: accepted, expired or left; what it became can be told."""
    names = ("w-1", "w-2", "w-3", "w-4")
    for name in names:
        await ledger.append(e.WaitlistJoined(**about(name)))
    await ledger.append(e.OfferAccepted(**about("w-1"), reservation_id="r-1"))
    await ledger.append(
        e.SlotOffered(**about("w-2"), expires_at=ten), e.OfferExpired(**about("w-2"))
    )
    await ledger.append(e.WaitlistLeft(**about("w-3")))
    await projector.catch_up()
    found = await list_wishes(database.app, BEGIN)
    assert [(one.wish_id, one.status, one.place) for one in found] == [
        ("w-4", "waiting", 1),
        ("w-3", "left", None),
        ("w-2", "expired", None),
        ("w-1", "accepted", None),
    ]
    assert found[-1].reservation_id == "r-1"


async def test_a_wish_whose_start_has_passed_waits_no_longer(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """It is told from the time that is asked about, and nobody waits behind it any more."""
    await ledger.append(e.WaitlistJoined(**about("w-1", nine, noon)))
    await ledger.append(e.WaitlistJoined(**about("w-2", ten, noon)))
    await projector.catch_up()
    before = await list_wishes(database.app, nine - HOUR, status="open")
    assert [(one.wish_id, one.place) for one in before] == [("w-1", 1), ("w-2", 2)]
    after = await list_wishes(database.app, nine)
    assert [(one.wish_id, one.status, one.place) for one in after] == [
        ("w-2", "waiting", 1),
        ("w-1", "passed", None),
    ]
    passed = await list_wishes(database.app, nine, status="passed")
    assert [one.wish_id for one in passed] == ["w-1"]
    # An offer holds the time until its end is recorded, however late that is.
    await ledger.append(e.SlotOffered(**about("w-1", nine, noon), expires_at=ten))
    await projector.catch_up()
    offered = await list_wishes(database.app, eleven, status="offered")
    assert [(one.wish_id, one.place) for one in offered] == [("w-1", 1)]


async def test_a_list_goes_on_where_it_ended(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Open wishes in the order of the line, then the others; a company reads its own."""
    names = [f"w-{number}" for number in range(6)]
    for name in names:
        await ledger.append(e.WaitlistJoined(**about(name)))
    await ledger.append(e.WaitlistJoined(**about("w-other", company_id=HANBIT)))
    for name in names[:3]:
        await ledger.append(e.WaitlistLeft(**about(name)))
    await projector.catch_up()
    seen: list[str] = []
    after = None
    while page := await list_wishes(database.app, BEGIN, company_id=MUDEUNG, limit=2, after=after):
        seen += [one.wish_id for one in page]
        after = page[-1].cursor
    assert seen == ["w-3", "w-4", "w-5", "w-2", "w-1", "w-0"]
