"""Live work and bulk work are one fold: both leave the same rows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.database import Database
from projections.comparing import digest
from projections.projector import Projector
from projections.views import VIEWS
from tests.projections.history import History
from tests.projections.written import WrittenLedger


def nothing(_done: int, _total: int) -> None:
    """A progress bar that nobody watches."""


async def test_a_long_history_is_the_same_live_and_in_bulk(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """Some hundred events of every kind, applied one by one and folded in memory."""
    history = await History.of(seed=7, steps=1_500)
    await ledger.write(history.appends)
    reached = await projector.catch_up()
    assert reached == {view.name: ledger.head for view in VIEWS}
    assert await projector.replay_check(nothing) is None


async def test_the_rebuilt_view_has_the_digest_of_the_live_one(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """A rebuild changes nothing where nothing is wrong."""
    history = await History.of(seed=11, steps=300)
    await ledger.write(history.appends)
    await projector.catch_up()
    for view in VIEWS:
        async with database.views.acquire() as connection:
            before = await digest(connection, view, view.schema, ledger.head)
            rebuilt = await projector.rebuild(view.name, nothing)
            assert await digest(connection, view, view.schema, ledger.head) == before
        assert rebuilt.difference is None
        assert rebuilt.position == ledger.head


@pytest.mark.parametrize("events_at_once", [1, 3])
async def test_the_size_of_transactions_does_not_matter(
    ledger: WrittenLedger,
    projector: Projector,
    monkeypatch: pytest.MonkeyPatch,
    events_at_once: int,
) -> None:
    """However many events are applied at once, the rows come out the same."""
    monkeypatch.setattr("projections.catching_up.EVENTS_AT_ONCE", events_at_once)
    history = await History.of(seed=3, steps=60)
    await ledger.write(history.appends)
    await projector.catch_up()
    assert await projector.replay_check(nothing) is None


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_whatever_the_rules_allow_can_be_projected(
    ledger: WrittenLedger, projector: Projector, seed: int
) -> None:
    """No history that the rules allow stops a view, and both folds agree on it."""
    history = await History.of(seed, steps=80)
    await ledger.begin_anew()
    await projector.install()
    await ledger.write(history.appends)
    reached = await projector.catch_up()
    assert reached == {view.name: ledger.head for view in VIEWS}
    assert await projector.replay_check(nothing) is None
