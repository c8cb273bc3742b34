"""What companies asked for in vain: counted once, by device, weekday and hour, rule and month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.buying import Candidate, ranking
from projections.demand import (
    Wish,
    by_device,
    by_hour,
    by_month,
    by_rule,
    by_sector,
    each_once,
    heat_class,
    unmet_wishes,
    waiting_only,
)
from projections.projector import Projector
from tests.projections.written import WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HOUR,
    MINUTE,
    MUDEUNG,
    TEXT,
    at,
    company,
    device,
    eleven,
    nine,
    noon,
    taken,
    ten,
    thirteen,
)

SPARE = "AUT-017"
ALWAYS = (at("2026-01-01 00:00"), at("2028-01-01 00:00"))


def refused(
    start: datetime, end: datetime, *rules: str, kind: str = "reservation", **fields: Any
) -> e.RequestRefused:
    """A company's request for AUT-018 that the rules refused, as taken where none is named."""
    rules = rules or ("slot_taken",)
    in_the_way = ((AUT, Period(start, end), kind),) if "slot_taken" in rules else ()
    asked: dict[str, Any] = {
        "command": "ReserveDevice",
        "device_id": AUT,
        "company_id": MUDEUNG,
        "reservation_id": "r-9",
        "period": Period(start, end),
        "refusals": tuple(e.Refusal(rule=rule) for rule in rules),
        "conflicts": in_the_way,
    }
    return e.RequestRefused(**(asked | fields))


def joined(start: datetime, end: datetime, **fields: Any) -> e.WaitlistJoined:
    """A company's wish (`w-1` of mudeung) for taken time of AUT-018."""
    wish: dict[str, Any] = {
        "wish_id": "w-1",
        "device_id": AUT,
        "company_id": MUDEUNG,
        "sector": "automotive",
        "account_id": "kim",
        "period": Period(start, end),
        "occupied": Period(start, end),
    }
    return e.WaitlistJoined(**(wish | fields))


async def test_repeated_wishes_of_a_day_count_once(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Pressing the button again is no further demand; another company, device or time is."""
    await ledger.append(*device(), *company(), *company(HANBIT))
    for event in (
        refused(nine, eleven),
        refused(nine, eleven, reservation_id="r-10"),
        refused(nine, eleven, company_id=HANBIT),
        refused(ten, eleven),
        refused(nine, eleven, device_id="HEA-013"),
    ):
        await ledger.append(event)
    await projector.catch_up()
    found = await unmet_wishes(database.app, *ALWAYS)
    assert [wish.times for wish in found] == [2, 1, 1, 1]
    assert {wish.sector for wish in found} == {"automotive"}
    first, second = by_device(found)
    assert (first.key, first.requests, first.hours, first.companies) == (AUT, 3, 5.0, 2)
    assert (second.key, second.hours) == ("HEA-013", 2.0)
    assert [unmet.hours for unmet in by_sector(found)] == [7.0]


def test_the_same_wish_on_another_day_counts_again() -> None:
    """Days are those of Asia/Seoul: 23:59 and 00:01 are two of them."""
    asked = at("2026-10-26 23:59")
    wishes = [_wish(asked), _wish(asked + 2 * MINUTE), _wish(asked + DAY)]
    assert [wish.times for wish in each_once(wishes)] == [1, 2]


async def test_edits_count_for_the_device_and_the_time_that_they_wanted(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """An extension wants the time beyond its end; what asks for no time is not counted."""
    await ledger.append(*device(), *company(), taken(nine, ten))
    edit: dict[str, Any] = {"device_id": None, "reservation_id": "r-1"}
    await ledger.append(refused(nine, noon, "maximum", command="ExtendReservation", **edit))
    await ledger.append(refused(ten, eleven, "horizon", command="RescheduleReservation", **edit))
    await ledger.append(refused(nine, ten, "not_shorter", command="ShortenReservation", **edit))
    lost = edit | {"reservation_id": "r-unknown"}
    await ledger.append(refused(ten, eleven, "horizon", command="RescheduleReservation", **lost))
    await projector.catch_up()
    found = await unmet_wishes(database.app, *ALWAYS)
    assert [wish.period for wish in found] == [Period(ten, noon), Period(ten, eleven)]
    assert {wish.device_id for wish in found} == {AUT}


async def test_of_several_at_once_each_that_was_refused_counts(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """What would have been free is no unmet demand; a refusal of the whole counts for each."""
    await ledger.append(*device(), *device(SPARE), *company())
    several: dict[str, Any] = {
        "command": "ReserveTogether",
        "device_id": None,
        "asked": ((AUT, Period(nine, ten)), (SPARE, Period(nine, ten))),
        "conflicts": ((AUT, Period(nine, ten), "breakdown"),),
        "conflict_members": (0,),
    }
    one = e.Refusal(rule="slot_taken", member=0)
    await ledger.append(refused(nine, ten, **several | {"refusals": (one,)}))
    whole = e.Refusal(rule="company_suspended")
    await ledger.append(
        refused(nine, ten, **several | {"refusals": (whole,), "company_id": HANBIT})
    )
    await projector.catch_up()
    found = await unmet_wishes(database.app, *ALWAYS)
    assert [(wish.device_id, wish.rules, wish.held_by) for wish in found] == [
        (AUT, ("slot_taken",), ("breakdown",)),
        (AUT, ("company_suspended",), ("breakdown",)),
        (SPARE, ("company_suspended",), ()),
    ]


async def test_waiting_after_a_refusal_is_the_same_wish(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """It counts once and is known to have waited; what held the time is what the refusal said.

    Whoever waits without having been refused that day wanted taken time as well.
    """
    await ledger.append(*device(), *company(), *company(HANBIT))
    await ledger.append(refused(nine, ten, kind="maintenance"))
    await ledger.append(joined(nine, ten))
    await ledger.append(joined(nine, ten, company_id=HANBIT, wish_id="w-2"))
    await ledger.append(refused(ten, eleven))
    await projector.catch_up()
    found = await unmet_wishes(database.app, *ALWAYS)
    assert [(wish.company_id, wish.times, wish.waited, wish.held_by) for wish in found] == [
        (MUDEUNG, 2, True, ("maintenance",)),
        (HANBIT, 1, True, ()),
        (MUDEUNG, 1, False, ("reservation",)),
    ]
    assert {wish.rules for wish in found} == {("slot_taken",)}
    assert {wish.sector for wish in found} == {"automotive"}
    (of_device,) = by_device(found)
    assert (of_device.requests, of_device.waited, of_device.hours) == (3, 2, 3.0)
    assert waiting_only(found) == found[:2]


async def test_a_displaced_booking_is_no_unmet_demand(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """It waits for time that it had: an outage is no reason to buy a device."""
    await ledger.append(*device(), *company())
    await ledger.append(joined(nine, ten, wish_id="claim-r-1", replaces="r-1"))
    await projector.catch_up()
    assert not await unmet_wishes(database.app, *ALWAYS)


async def test_demand_can_be_looked_at_as_of_then(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """What was refused later is not there yet, and a span takes what begins in it."""
    before = await ledger.append(*device(), *company(), refused(nine, ten))
    await ledger.append(refused(ten, eleven))
    await projector.catch_up()
    assert len(await unmet_wishes(database.app, *ALWAYS, as_of=before)) == 1
    assert len(await unmet_wishes(database.app, ten, eleven)) == 1
    assert not await unmet_wishes(database.app, eleven, noon)


def test_hours_rules_and_months_of_wishes() -> None:
    """Hours are cut at hours, days and months of Seoul; two broken rules both count."""
    monday, sunday = at("2026-11-02 09:30"), at("2026-11-29 23:00")
    # The Sunday's wish runs through the whole of the last Monday of November.
    wishes = [
        _wish(nine, Period(monday, monday + 2 * HOUR), "maximum", "opening_hours"),
        _wish(nine, Period(sunday, sunday + 26 * HOUR), "maximum"),
    ]
    week = by_hour(wishes)
    assert (week[0][9], week[0][10], week[0][11], week[6][23]) == (1.5, 2.0, 1.5, 1.0)
    assert sum(map(sum, week)) == pytest.approx(28)
    assert [(unmet.key, unmet.hours) for unmet in by_rule(wishes)] == [
        ("maximum", 28.0),
        ("opening_hours", 2.0),
    ]
    assert [(unmet.key, unmet.hours) for unmet in by_month(wishes)] == [
        ("2026-11", 27.0),
        ("2026-12", 1.0),
    ]


def test_heat_has_nine_classes() -> None:
    """Nothing is class 0, the least is 1, the most is 9."""
    assert [heat_class(value, 90) for value in (0, 0.1, 10, 10.1, 45, 80.1, 90)] == [
        0,
        1,
        1,
        2,
        5,
        9,
        9,
    ]
    assert heat_class(0, 0) == 0


async def test_the_next_device_is_the_one_that_no_other_could_stand_in_for(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """A compatible device lends each hour once, within its own terms, and only while it is free."""
    await ledger.append(*company(), *company(HANBIT))
    await ledger.append(*_compatible(device(), SPARE), *device(SPARE, maximum_minutes=120))
    await ledger.append(taken(noon, thirteen, device_id=SPARE))
    wishes: Sequence[e.Event] = (
        refused(nine, ten),  # the spare one is free, and lent
        refused(nine, ten, company_id=HANBIT),  # it is lent already
        refused(noon, thirteen),  # it is booked
        refused(nine, noon, company_id=HANBIT),  # longer than it may be had
        refused(ten, eleven, kind="breakdown"),  # free again
        refused(noon, thirteen + HOUR, kind="breakdown"),  # repairing would have helped
        refused(nine, thirteen, "maximum"),  # another device would not have helped
    )
    for event in wishes:
        await ledger.append(event)
    await projector.catch_up()
    found = await unmet_wishes(database.app, *ALWAYS)
    assert await ranking(database.app, found) == [
        Candidate(device_id=AUT, requests=6, companies=2, unmet=9.0, covered=2.0, out=2.0, left=5.0)
    ]
    assert await ranking(database.app, []) == []


def _compatible(events: list[e.Event], *others: str) -> list[e.Event]:
    commissioned, *more = events
    assert isinstance(commissioned, e.DeviceCommissioned)
    fields = {name: getattr(commissioned, name) for name in commissioned.__struct_fields__}
    return [e.DeviceCommissioned(**(fields | {"compatible": others})), *more]


def _wish(asked: datetime, period: Period | None = None, *rules: str) -> Wish:
    return Wish(
        position=1,
        asked_at=asked,
        asked_on=asked.date(),
        company_id=MUDEUNG,
        sector=TEXT.en,
        device_id=AUT,
        period=period or Period(nine, ten),
        rules=rules,
        held_by=(),
    )
