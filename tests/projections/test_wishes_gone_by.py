"""Wishes whose time began without an offer, as the views tell of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from booking.database import Database
from domain import events as e
from domain.event import Event, Recorded
from projections.demand import unmet_wishes
from projections.due import Due
from projections.notices import Addressee, list_notices
from projections.notices_fold import NEWS
from projections.projector import Projector
from projections.waiting import list_wishes, place_for, unfulfilled
from tests.projections.test_waiting import about
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import DAY, HANBIT, HOUR, MINUTE, MUDEUNG, eleven, nine, noon, ten

KIM = Addressee(account_id="kim", company_id=MUDEUNG)


def recorded(event: Event, position: int, at: datetime, by: str = "system") -> list[Recorded]:
    """An append of one event at a moment of its own."""
    tags = tuple(event.tags())
    name = type(event).__name__
    return [Recorded(position=position, recorded_at=at, type=name, tags=tags, event=event, by=by)]


async def test_what_is_recorded_reads_as_what_was_told_from_the_time(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Status, place and the places of others are the same before and after the event."""
    await ledger.append(e.WaitlistJoined(**about("w-1", nine, noon)))
    await ledger.append(e.WaitlistJoined(**about("w-2", ten, noon, company_id=HANBIT)))
    told = ledger.head
    await ledger.append(e.WaitlistPassed(**about("w-1", nine, noon)))
    await projector.catch_up()

    async def listed(as_of: int | None) -> list[tuple[str, str, int | None]]:
        found = await list_wishes(database.app, nine + MINUTE, as_of=as_of)
        return [(one.wish_id, one.status, one.place) for one in found]

    expected = [("w-2", "waiting", 1), ("w-1", "passed", None)]
    assert await listed(told) == await listed(None) == expected
    # Also for a clock that is behind: the event says so.
    occupied = about("w-3", nine, ten)["occupied"]
    assert await place_for(database.app, "AUT-018", occupied, BEGIN) == 1


async def test_the_worker_finds_those_that_nothing_says_so_of(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Oldest start first, from the very start on; neither those offered nor those over."""
    for name, start in (("w-1", ten), ("w-2", nine), ("w-3", eleven), ("w-4", nine), ("w-5", nine)):
        await ledger.append(e.WaitlistJoined(**about(name, start, noon)))
    await ledger.append(e.SlotOffered(**about("w-4", nine, noon), expires_at=nine))
    await ledger.append(e.WaitlistLeft(**about("w-5", nine, noon)))
    await projector.catch_up()

    async def found(now: datetime, most: int = 99) -> list[Due]:
        return await unfulfilled(database.app, now, most)

    assert await found(nine - MINUTE) == []
    assert await found(nine) == [Due(at=nine, id="w-2", since=BEGIN + 2 * MINUTE)]
    assert [one.id for one in await found(ten)] == ["w-2", "w-1"]
    assert [one.id for one in await found(noon, most=2)] == ["w-2", "w-1"]
    await ledger.append(e.WaitlistPassed(**about("w-2", nine, noon)))
    await projector.catch_up()
    assert [one.id for one in await found(noon)] == ["w-1", "w-3"]
    # What an outage took back waits again, and passes.
    await ledger.append(e.OfferWithdrawn(**about("w-4", nine, noon), outage_id="o-1"))
    await projector.catch_up()
    assert [one.id for one in await found(nine)] == ["w-4"]


async def test_who_waited_hears_it_once_while_it_is_news(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """However long the system was down within two weeks; of a time long ago, nobody hears."""
    passed: list[tuple[str, timedelta, dict[str, Any]]] = [
        ("w-1", timedelta(seconds=3), {}),
        ("w-2", 7 * DAY, {}),
        ("w-3", NEWS, {"replaces": "r-1"}),
        ("w-4", NEWS + MINUTE, {}),
        ("w-5", 200 * DAY, {}),
    ]
    appends = [
        recorded(e.WaitlistPassed(**about(name), **more), number, nine + late)
        for number, (name, late, more) in enumerate(passed, 1)
    ]
    await ledger.write(appends)
    await projector.catch_up("notices")
    heard = await list_notices(database.app, KIM)
    assert [(one.wish_id, one.kind, one.reservation_id) for one in heard] == [
        ("w-3", "claim_passed", "r-1"),
        ("w-2", "wish_passed", None),
        ("w-1", "wish_passed", None),
    ]
    assert {one.period for one in heard} == {about("w-1")["period"]}
    assert await list_notices(database.app, Addressee(account_id="lee", company_id=HANBIT)) == []


async def test_it_counts_once_as_unmet_demand(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Having waited in vain is the wish that was counted when the company joined the line."""
    await ledger.append(e.WaitlistJoined(**about("w-1")))
    await projector.catch_up()
    before = await unmet_wishes(database.app, nine - HOUR, noon)
    await ledger.append(e.WaitlistPassed(**about("w-1")))
    await projector.catch_up()
    after = await unmet_wishes(database.app, nine - HOUR, noon)
    assert after == before
    assert [(one.times, one.waited) for one in after] == [(1, True)]
