"""Bundles and series: all of it or nothing, each member checked with those before it."""

from datetime import timedelta
from typing import Any

from domain import events as e
from domain.decisions import Query, Recall, Slice
from domain.handlers import decide
from domain.period import Period
from domain.rejected import Rejected
from domain.together import Member, ReserveTogether
from tests.in_memory import InMemoryLedger
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HEA,
    HOUR,
    KIM,
    MUDEUNG,
    SEALED,
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

LAB = (device(), device(ENE, "energy"), device(HEA, "healthcare", approval_required=True))


def member(device_id: str = AUT, start: Any = nine, end: Any = ten, **fields: Any) -> Member:
    name = f"{device_id}-{start:%m%d-%H}"
    asked: dict[str, Any] = {"reservation_id": name, "device_id": device_id}
    return Member(period=Period(start, end), **(asked | fields))


def book(*members: Member, **fields: Any) -> ReserveTogether:
    """Kim books all of them for mudeung."""
    asked: dict[str, Any] = {"by": KIM, "company_id": MUDEUNG, "account_id": "kim"}
    return ReserveTogether(members=members, **(asked | fields))


async def test_a_bundle_is_booked_whole() -> None:
    """Every device is reserved under one group, each by its own terms."""
    await (
        given(*LAB, company())
        .when(book(member(), member(ENE), member(HEA), group_id="g-1", purpose=SEALED))
        .happened(
            e.ReservationConfirmed,
            e.ReservationConfirmed,
            e.ReservationRequested,
            group_id="g-1",
            purpose=SEALED,
            period=Period(nine, ten),
        )
    )


async def test_a_bundle_is_refused_whole() -> None:
    """One device that is taken refuses the bundle, and says which one it was."""
    scenario = given(*LAB, company(), taken(nine, ten, device_id=ENE, company_id=HANBIT))
    scenario.when(book(member(), member(ENE), group_id="g-1"))
    before = len(scenario.ledger.log)
    await scenario.rejected("slot_taken")
    assert len(scenario.ledger.log) == before
    refusal = await refused(scenario.ledger, book(member(), member(ENE)))
    assert [one.member for one in refusal.violations] == [1]
    assert [(one.member, one.device_id) for one in refusal.conflicts] == [(1, ENE)]


async def test_the_same_time_twice_in_one_bundle_is_taken() -> None:
    """Members of one command are in each other's way."""
    twice = book(member(), member(reservation_id="again"))
    await given(*LAB, company()).when(twice).rejected("slot_taken")


async def test_members_share_one_quota() -> None:
    """Two hours of two devices do not fit into a quota of one, though each alone would."""
    scenario = given(*LAB, company(every=1.0))
    await scenario.when(book(member(), member(ENE))).rejected("quota", limit=1.0, actual=2.0)
    await scenario.when(book(member())).happened(e.ReservationConfirmed)


async def test_members_count_as_reservations_ahead() -> None:
    """Three of two that a company may have ahead are refused from the third on."""
    three = [member(start=nine + n * HOUR, end=ten + n * HOUR) for n in range(3)]
    scenario = given(*LAB, company(most_ahead=2))
    await scenario.when(book(*three)).rejected("most_ahead", limit=2, actual=3)
    await scenario.when(book(*three[:2])).happened(*[e.ReservationConfirmed] * 2)


async def test_only_the_free_dates_are_booked() -> None:
    """Those that are taken or against a rule are left out and recorded as refused."""
    week = [member(start=nine + n * DAY, end=ten + n * DAY) for n in (0, 7, 14, 400)]
    scenario = given(*LAB, company(), taken(nine + 7 * DAY, ten + 7 * DAY, company_id=HANBIT))
    scenario.when(book(*week, series_id="s-1", only_free=True))
    *made, refused = await scenario.accepted()
    assert [event.reservation_id for event in made] == ["AUT-018-1102-09", "AUT-018-1116-09"]
    assert isinstance(refused, e.RequestRefused)
    assert [(one.rule, one.member) for one in refused.refusals] == [
        ("slot_taken", 1),
        ("horizon", 3),
    ]
    assert refused.conflict_members == (1,)
    assert len(refused.asked) == 4


async def test_none_that_is_free_is_a_refusal() -> None:
    """Where nothing at all can be booked, nothing happens."""
    await (
        given(*LAB, company(), taken(nine, ten, company_id=HANBIT))
        .when(book(member(), member(start=at("09:30"), end=eleven), only_free=True))
        .rejected("slot_taken", "slot_taken")
    )


async def test_a_date_without_that_hour_is_refused() -> None:
    """A local time that clocks skip is no time, also among others that are."""
    skipped = member(ENE, missing="2027-03-14 02:30")
    scenario = given(*LAB, company())
    await scenario.when(book(member(), skipped)).rejected("no_such_time", actual="2027-03-14 02:30")
    await scenario.when(book(member(), skipped, only_free=True)).happened(
        e.ReservationConfirmed, e.RequestRefused
    )


async def test_nothing_and_too_much_are_refused() -> None:
    """A bundle has a device at least, and one append holds two hundred at most."""
    many = [member(start=nine + n * DAY, end=ten + n * DAY) for n in range(201)]
    await given(*LAB, company()).when(book()).rejected("series_empty")
    await given(*LAB, company()).when(book(*many)).rejected("series_too_long", limit=200)


async def test_two_hundred_dates_are_read_in_a_few_round_trips() -> None:
    """However many dates there are, what they share is read once."""
    weeks = [member(start=nine + n * DAY, end=noon + n * DAY) for n in range(170)]
    scenario = given(*LAB, company(most_ahead=500))
    source = Counted(scenario.ledger)
    happened = await decide(book(*weeks, series_id="s-1"), Recall(source))
    assert len(happened) == 170
    assert source.reads <= 4


async def test_a_bundle_queues_on_every_device_and_the_company() -> None:
    """Whoever wants one of the devices takes turns with it."""
    keys = book(member(ENE), member(AUT)).keys()
    assert keys == (f"device:{AUT}", f"device:{ENE}", f"company:{MUDEUNG}")


async def test_buffers_at_the_edge_of_a_month_are_seen() -> None:
    """The hour before a month begins is held by a booking whose buffer reaches into it."""
    first = at("2026-12-01 00:00")
    lab = device(buffer_before=60), company()
    held = taken(first - HOUR, first - timedelta(minutes=30), company_id=HANBIT)
    await given(*lab, held).when(book(member(start=first, end=first + HOUR))).rejected("slot_taken")


class Counted:
    """A source that counts how often it is asked."""

    def __init__(self, ledger: InMemoryLedger) -> None:
        self.ledger = ledger
        self.reads = 0

    async def read(self, queries: list[Query], upto: int | None) -> Slice:
        self.reads += 1
        return await self.ledger.read(queries, upto)


async def refused(ledger: InMemoryLedger, command: ReserveTogether) -> Rejected:
    try:
        await decide(command, Recall(ledger))
    except Rejected as rejected:
        return rejected
    raise AssertionError("it was accepted")
