"""Any answer with `as_of` is the answer that was given then."""

from __future__ import annotations

from typing import Any

from booking.database import Database
from projections import calendar, devices, usage
from projections.comparing import digest
from projections.filling import fill
from projections.projector import Projector
from projections.views import VIEWS
from tests.projections.history import History
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import DAY


def nothing(_done: int, _total: int) -> None:
    """A progress bar that nobody watches."""


async def answers(reader: Any, **as_of: int) -> list[Any]:
    """One answer of every kind."""
    window = BEGIN, BEGIN + 60 * DAY
    return [
        await devices.list_devices(reader, **as_of),
        await devices.device_ids(reader, sector="automotive", **as_of),
        await devices.closures_between(reader, *(edge.date() for edge in window), **as_of),
        await calendar.entries_between(reader, *window, **as_of),
        await calendar.list_reservations(reader, company_id="mudeung", limit=1000, **as_of),
        await calendar.reservation(reader, "r-3", **as_of),
        await usage.companies(reader, **as_of),
        await usage.month(reader, "mudeung", "2026-10", **as_of),
        await usage.month(reader, "hanbit", "2026-11", **as_of),
    ]


async def test_the_past_is_as_it_was(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Every query, asked at ten moments and asked about them afterwards."""
    history = await History.of(seed=17, steps=700)
    await ledger.write(history.appends)
    moments = [append[-1].position for append in history.appends[:: len(history.appends) // 10]]
    then = {}
    for position in moments:
        assert set((await projector.catch_up(upto=position)).values()) == {position}
        then[position] = await answers(database.app)
    await projector.catch_up()
    for position in moments:
        assert await answers(database.app, as_of=position) == then[position], position
    assert len({repr(answer) for answer in then.values()}) == len(moments)


async def test_rows_as_of_a_position_are_those_of_a_view_filled_up_to_it(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Spans included, which is what a replay rests on."""
    history = await History.of(seed=18, steps=200)
    await ledger.write(history.appends)
    await projector.catch_up()
    position = history.appends[len(history.appends) // 2][-1].position
    changed = set()
    async with database.views.acquire() as connection:
        for view in VIEWS:
            await fill(connection, view, "view_half", position, nothing)
            live = await digest(connection, view, view.schema, position)
            assert await digest(connection, view, "view_half", position) == live
            if await digest(connection, view, view.schema, ledger.head) != live:
                changed.add(view.name)
    # Drawn commands set no terms and leave no refusal behind: not every view has more to tell.
    assert {"devices", "calendar", "usage"} <= changed
