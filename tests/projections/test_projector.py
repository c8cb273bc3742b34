"""Who waits, projects: whole appends, each once, by any number of processes at a time."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from booking.database import Database, connect
from domain import events as e
from domain.events import RULES
from projections import catching_up
from projections.calendar import reservation
from projections.operations import ProjectionStoppedError
from projections.projector import Projector
from projections.reading import read_appends
from projections.views import VIEWS
from tests.projections.history import History
from tests.projections.written import WrittenLedger
from tests.scenario import AUT, company, device, eleven, nine, taken, ten

ALL = [view.name for view in VIEWS]


DREAMT = """UPDATE ledger.events SET body = convert_to(replace(convert_from(body, 'UTF8'),
    '"ReservationConfirmed"', '"ReservationDreamt"'), 'UTF8')"""
"""Gives an event a type that nobody knows."""
UNDREAMT = """UPDATE ledger.events SET body = convert_to(replace(convert_from(body, 'UTF8'),
    '"ReservationDreamt"', '"ReservationConfirmed"'), 'UTF8')"""


def nothing(_done: int, _total: int) -> None:
    """A progress bar that nobody watches."""


def cancelled(booked: e.ReservationConfirmed) -> e.ReservationCancelled:
    return e.ReservationCancelled(
        reservation_id=booked.reservation_id,
        device_id=booked.device_id,
        company_id=booked.company_id,
        sector=booked.sector,
        account_id=booked.account_id,
        period=booked.period,
        occupied=booked.occupied,
    )


async def test_who_waits_for_a_position_sees_it(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Nothing projects in the background here: the wait itself does the work."""
    await ledger.append(*device())
    position = await ledger.append(taken(nine, ten))
    assert await projector.wait_for(ALL, position)
    assert await reservation(database.app, "r-1") is not None


async def test_nobody_waits_for_ever(ledger: WrittenLedger, projector: Projector) -> None:
    """A position that the ledger has not reached is waited for until the time is up."""
    position = await ledger.append(*device())
    assert not await projector.wait_for(ALL, position + 1, timeout=0.2)


async def test_an_append_is_never_split(
    ledger: WrittenLedger,
    projector: Projector,
    owner: asyncpg.Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither by the size of a transaction nor by the position asked for."""
    monkeypatch.setattr("projections.catching_up.EVENTS_AT_ONCE", 1)
    first = await ledger.append(*device(), *company())
    first_booking = taken(nine, ten)
    second = await ledger.append(
        first_booking, cancelled(first_booking), taken(nine, ten, reservation_id="r-2")
    )
    assert await projector.catch_up(upto=first + 1) == dict.fromkeys(ALL, first)
    assert await projector.catch_up(upto=second) == dict.fromkeys(ALL, second)
    async with owner.acquire() as connection:
        page = await read_appends(connection, 0, None, 1)
        assert [len(append) for append in page.appends] == [first]
        page = await read_appends(connection, 0, None, first + 1)
        assert [len(append) for append in page.appends] == [first]
        page = await read_appends(connection, 0, second, second)
        assert [len(append) for append in page.appends] == [first, 3]


async def test_a_cancellation_in_the_same_append_makes_room(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """The constraint is looked at after an append, not within it."""
    await ledger.append(*device())
    old = taken(nine, ten)
    # The wrong way round on purpose: for a moment both hold the time.
    position = await ledger.append(old, taken(nine, ten, reservation_id="r-2"), cancelled(old))
    assert (await projector.catch_up("calendar"))["calendar"] == position


async def test_a_planted_double_booking_stops_the_calendar_alone(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The second lock fires, the view says where, and the other views go on."""
    before = await ledger.append(*device())
    await ledger.append(taken(nine, ten))
    good = await ledger.append(taken(ten, eleven, reservation_id="r-2"))
    bad = await ledger.append(taken(nine, eleven, reservation_id="r-3"))
    await ledger.append(taken(eleven, eleven.replace(hour=12), reservation_id="r-4"))
    reached = await projector.catch_up()
    assert reached == dict.fromkeys(reached, ledger.head) | {"calendar": good}
    assert before < good
    stopped = (await projector.positions())["calendar"]
    assert (stopped.position, stopped.stopped_at) == (good, bad)
    assert stopped.stopped_error is not None
    assert "_apart" in stopped.stopped_error
    # What was good in the same transaction is there.
    assert await reservation(database.app, "r-2") is not None
    assert not await projector.wait_for(["calendar"], ledger.head, timeout=5)


async def test_a_stopped_view_resumes_with_its_correction(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """The bad event and the one that corrects it are applied in one transaction."""
    await ledger.append(*device(), taken(nine, ten))
    double = taken(nine, eleven, reservation_id="r-2")
    bad = await ledger.append(double)
    await projector.catch_up()
    good = await ledger.append(cancelled(double))
    after = await ledger.append(taken(ten, eleven, reservation_id="r-3"))
    with pytest.raises(ProjectionStoppedError, match="_apart"):
        await projector.resume("calendar", bad)
    assert await projector.resume("calendar", good) == good
    assert (await projector.catch_up())["calendar"] == after
    assert await projector.replay_check(nothing) is None
    row = await owner.fetchrow("SELECT view, stopped_at, through FROM views.resumptions")
    assert tuple(row) == ("calendar", bad, good)


async def test_an_event_about_nothing_known_stops_a_view(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """Nothing is skipped: a cancellation of a reservation that never was is not ignored."""
    await ledger.append(*device())
    first = await ledger.append(taken(nine, ten, reservation_id="r-2"))
    bad = await ledger.append(
        cancelled(taken(nine, ten, reservation_id="r-2")), cancelled(taken(nine, ten))
    )
    reached = await projector.catch_up()
    assert reached == dict.fromkeys(reached, bad) | {"calendar": first, "usage": first}
    stopped = (await projector.positions())["usage"]
    assert stopped.stopped_at == bad
    assert stopped.stopped_error == "booked has no current row of reservation_id r-1"


async def test_an_unreadable_event_stops_every_view(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """What this program can't read it doesn't pass over."""
    first = await ledger.append(*device())
    bad = await ledger.append(taken(nine, ten))
    await owner.execute(DREAMT)
    assert await projector.catch_up() == dict.fromkeys(ALL, first)
    assert {found.stopped_at for found in (await projector.positions()).values()} == {bad}


async def test_an_event_of_newer_rules_is_left_to_newer_code(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """While two releases run, the older one waits and stops nothing; the newer one goes on."""
    first = await ledger.append(*device())
    last = await ledger.append(taken(nine, ten))
    await owner.execute(DREAMT)
    await owner.execute("UPDATE ledger.head SET rules = $1", RULES + 1)
    assert await projector.catch_up() == dict.fromkeys(ALL, first)
    assert not await projector.wait_for(ALL, last, timeout=0.2)
    assert {found.stopped_at for found in (await projector.positions()).values()} == {None}
    # What the newer code would read, this one reads once it can.
    await owner.execute(UNDREAMT)
    assert await projector.catch_up() == dict.fromkeys(ALL, last)


async def test_processes_and_tasks_share_the_work(
    ledger: WrittenLedger, projector: Projector, database_url: str
) -> None:
    """Two processes with many tasks each, while events come: every event is applied once."""
    history = await History.of(seed=5, steps=250)
    other = await connect(database_url)
    projectors = (projector, Projector(other.views))
    begun = len(history.appends) // 2
    await ledger.write(history.appends[:begun])

    async def write() -> None:
        for append in history.appends[begun:]:
            await ledger.write([append])
            await asyncio.sleep(0)

    async def wait(number: int) -> None:
        append = history.appends[(number * 7) % len(history.appends)]
        assert await projectors[number % 2].wait_for(ALL, append[-1].position, timeout=30)

    await asyncio.gather(write(), *(wait(number) for number in range(40)))
    await projectors[1].catch_up()
    assert await projector.replay_check(nothing) is None
    await other.close()


async def test_waiting_tasks_share_a_run(
    ledger: WrittenLedger, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred tasks that wait for the same view at once cost two runs, not a hundred."""
    await ledger.append(*device("HEA-013"))
    await projector.catch_up()
    runs = []
    real = catching_up.catch_up

    async def counted(*arguments: object) -> object:
        runs.append(arguments)
        return await real(*arguments)

    monkeypatch.setattr(catching_up, "catch_up", counted)
    await ledger.append(*device())
    await asyncio.gather(*(projector.catch_up("calendar") for _ in range(100)))
    assert len(runs) <= 2


async def test_the_background_hears_and_polls(ledger: WrittenLedger, projector: Projector) -> None:
    """A notification is taken up at once; without one the poll finds what is new."""
    stop, notified = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(projector.run(stop, notified))
    for announce in (True, False):
        position = await ledger.append(*device(AUT if announce else "HEA-013"))
        if announce:
            notified.set()
        async with asyncio.timeout(3):
            while (await projector.positions())["devices"].position < position:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 1)


async def test_installing_again_keeps_what_is_there(
    ledger: WrittenLedger, projector: Projector, database_url: str
) -> None:
    """Many processes install at their start; only another ledger begins anew."""
    position = await ledger.append(*device())
    await projector.catch_up()
    other = await connect(database_url)
    await asyncio.gather(*(Projector(other.views).install() for _ in range(3)))
    before = (await projector.positions())["devices"]
    assert before.position == position
    await ledger.begin_anew()
    await projector.install()
    after = (await projector.positions())["devices"]
    assert (after.position, after.epoch == before.epoch) == (0, False)
    await other.close()


async def test_an_empty_view_far_behind_is_filled_in_bulk(
    ledger: WrittenLedger, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bulk fill leaves the view where live work would have left it."""
    monkeypatch.setattr("projections.projector.FILL_FROM", 10)
    history = await History.of(seed=9, steps=40)
    await ledger.write(history.appends)
    assert await projector.catch_up() == dict.fromkeys(ALL, ledger.head)
    epochs = {view.epoch.rsplit(".", 1)[1] for view in (await projector.positions()).values()}
    assert epochs == {"0"}
    assert await projector.replay_check(nothing) is None
