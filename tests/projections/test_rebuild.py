"""A rebuild repairs, a replay tells: both name the first row that is wrong."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from booking.database import Database
from projections.calendar import list_reservations
from projections.calendar_fold import VIEW as CALENDAR
from projections.devices_fold import VIEW as DEVICES
from projections.operations import ProjectionStoppedError
from projections.projector import Projector
from projections.usage_fold import VIEW as USAGE
from projections.views import VIEWS
from tests.projections.history import History
from tests.projections.written import WrittenLedger
from tests.scenario import device, eleven, nine, taken, ten


def nothing(_done: int, _total: int) -> None:
    """A progress bar that nobody watches."""


async def test_replay_finds_a_row_changed_by_hand(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """The difference names table, key and column, with both values."""
    await ledger.append(*device())
    since = await ledger.append(taken(nine, ten))
    await projector.catch_up()
    await owner.execute(f"UPDATE {CALENDAR.schema}.entries SET status = 'returned'")
    difference = await projector.replay_check(nothing)
    assert difference is not None
    assert (difference.view, difference.table, difference.since) == ("calendar", "entries", since)
    assert difference.key == {"entry_id": "r-1"}
    assert difference.columns == {"status": ("returned", "confirmed")}
    assert "status: live 'returned', replayed 'confirmed'" in str(difference)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (f"DELETE FROM {USAGE.schema}.booked", ("usage", "booked")),
        (f"UPDATE {DEVICES.schema}.devices SET since = since + 1", ("devices", "devices")),
        (f"UPDATE {CALENDAR.schema}.sectors SET until = since + 1", ("calendar", "sectors")),
        (
            f"INSERT INTO {DEVICES.schema}.rates SELECT 'AUT-999', 1, 1, NULL",
            ("devices", "rates"),
        ),
    ],
)
async def test_replay_finds_rows_lost_moved_ended_and_added(
    ledger: WrittenLedger,
    projector: Projector,
    owner: asyncpg.Pool,
    damage: str,
    found: tuple[str, str],
) -> None:
    """Not only values count, but which rows there are and for how long."""
    await ledger.append(*device(), taken(nine, ten))
    await projector.catch_up()
    await owner.execute(damage)
    difference = await projector.replay_check(nothing)
    assert difference is not None
    assert (difference.view, difference.table) == found


async def test_replay_leaves_nothing_behind(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """The scratch schemas are dropped."""
    await ledger.append(*device(), taken(nine, ten))
    await projector.catch_up()
    await projector.replay_check(nothing)
    schemas = await owner.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'view\\_%'")
    assert {row["nspname"] for row in schemas} == {view.schema for view in VIEWS}


async def test_a_rebuild_repairs_and_says_what_was_wrong(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool, database: Database
) -> None:
    """The rows are right again, the position stands, and the epoch tells clients to start over."""
    await ledger.append(*device())
    position = await ledger.append(taken(nine, ten))
    await projector.catch_up()
    before = (await projector.positions())["calendar"]
    await owner.execute(
        f"UPDATE {CALENDAR.schema}.entries SET starts_at = starts_at - '1h'::interval"
    )
    seen: list[tuple[int, int]] = []
    rebuilt = await projector.rebuild("calendar", lambda done, total: seen.append((done, total)))
    assert rebuilt.difference is not None
    assert "starts_at" in rebuilt.difference.columns
    assert seen[-1] == (position, position)
    (entry,) = await list_reservations(database.app)
    assert entry.period.start == nine
    after = (await projector.positions())["calendar"]
    assert (after.position, after.epoch == before.epoch) == (position, False)
    assert await projector.replay_check(nothing) is None


async def test_a_rebuild_goes_on_under_load(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Readers always see rows, and no event that comes meanwhile is lost."""
    history = await History.of(seed=21, steps=300)
    await ledger.write(history.appends[:60])
    await projector.catch_up()

    async def write() -> None:
        for append in history.appends[60:]:
            await ledger.write([append])
            assert await projector.wait_for(["calendar"], append[-1].position, timeout=30)
            assert await list_reservations(database.app, limit=1)

    async def rebuild() -> None:
        for _ in range(3):
            rebuilt = await projector.rebuild("calendar", nothing)
            assert rebuilt.difference is None

    await asyncio.gather(write(), rebuild())
    assert await projector.replay_check(nothing) is None


async def test_a_rebuild_frees_a_view_that_a_fixed_program_can_apply(
    ledger: WrittenLedger, projector: Projector, owner: asyncpg.Pool
) -> None:
    """A view that stopped for a reason that is gone starts again with the rebuilt rows."""
    await ledger.append(*device(), taken(nine, ten))
    await projector.catch_up()
    await owner.execute(
        "UPDATE views.positions SET position = 0, stopped_at = 1, stopped_error = 'a bug'"
    )
    rebuilt = await projector.rebuild("calendar", nothing)
    now = (await projector.positions())["calendar"]
    assert (rebuilt.position, now.position, now.stopped_at) == (ledger.head, ledger.head, None)


async def test_a_ledger_with_a_double_booking_is_not_rebuilt(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The bulk fill ends at the same constraint, and the old rows stay."""
    await ledger.append(*device(), taken(nine, ten))
    await projector.catch_up()
    await ledger.append(taken(nine, eleven, reservation_id="r-2"))
    with pytest.raises(ProjectionStoppedError, match="_apart"):
        await projector.rebuild("calendar", nothing)
    assert len(await list_reservations(database.app)) == 1
