"""In a simulated year plans change: outages move or end early, series are cancelled or moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import pytest

from booking.simulation_rounds import EVERY
from booking.simulation_world import World
from domain import events as e
from domain.event import Recorded
from tests.booking.simulated import Process, eventful_months, testbed

__all__ = ["testbed"]
Changes = set[tuple[str, str]]


async def test_plans_change(
    testbed: Process, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outages and series change in every way, and the displaced are offered their own time."""
    # In four months, the usual share of devices has too few regular checks to see all of it.
    monkeypatch.setattr("booking.simulation_rounds.CHECKED_SHARE", 1.0)
    history = await eventful_months(testbed, database_url)
    _require_changed_outages(history)
    _require_offers_of_own_time(history)
    _require_rounds(history)
    every = {(kind, how) for kind in ("cancelled", "moved") for how in ("one", "later", "all")}
    assert _changes_of_series(history) == every
    await testbed.projector.catch_up()
    assert await testbed.projector.replay_check(lambda _done, _total: None) is None


def _require_changed_outages(history: Sequence[Recorded]) -> None:
    """Some are put off before they begin, some called off, and some end while they last."""
    moved, early = 0, 0
    for recorded in history:
        match recorded.event:
            case e.OutageRescheduled(occupied=occupied, was=was):
                if was.start < recorded.recorded_at:
                    assert was.start == occupied.start
                    assert recorded.recorded_at < occupied.end < was.end
                    early += 1
                else:
                    assert occupied.start > recorded.recorded_at
                    assert occupied.length == was.length
                    moved += 1
    assert moved > 3
    assert early > 3
    kinds = {recorded.type for recorded in history}
    assert "OutageCancelled" in kinds


def _require_rounds(history: Sequence[Recorded]) -> None:
    """Regular checks are planned in one go, and some that were planned together called off so."""
    series = {
        one.event.outage_id: one.event.series_id
        for one in history
        if isinstance(one.event, e.OutageScheduled) and one.event.series_id is not None
    }
    assert Counter(Counter(series.values()).values()).keys() == {EVERY.count}
    called_off = Counter(
        (one.recorded_at, series[one.event.outage_id])
        for one in history
        if isinstance(one.event, e.OutageCancelled) and one.event.outage_id in series
    )
    assert max(called_off.values()) > 1


def _require_offers_of_own_time(history: Sequence[Recorded]) -> None:
    """What an outage took is offered to its loser in the append that gives it back."""
    lost: dict[str, e.WaitlistJoined] = {}
    offered: set[str] = set()
    accepted: dict[str, e.WaitlistJoined] = {}
    by_offer = by_hand = 0
    given_back: set[datetime] = set()
    for recorded in history:
        match recorded.event:
            case e.OutageRescheduled() | e.OutageCancelled():
                given_back.add(recorded.recorded_at)
            case e.WaitlistJoined(wish_id=wish_id, replaces=str()) as joined:
                lost[wish_id] = joined
            case e.SlotOffered(wish_id=wish_id) if wish_id in lost:
                if recorded.recorded_at in given_back:
                    offered.add(wish_id)
            case e.OfferAccepted(wish_id=wish_id, reservation_id=made) if wish_id in offered:
                accepted[made] = lost[wish_id]
            case e.ReservationConfirmed() | e.ReservationRequested() as made_again:
                own = accepted.get(made_again.reservation_id)
                if own is not None:
                    assert (made_again.replaces, made_again.period) == (own.replaces, own.period)
                    by_offer += 1
                elif made_again.replaces is not None:
                    by_hand += 1
    assert by_offer > 0
    assert by_hand > 0


def _changes_of_series(history: Sequence[Recorded]) -> Changes:
    """In which ways series changed whose other dates lay ahead as well."""
    world, found = World(), set[tuple[str, str]]()
    for at, together in groupby(history, key=lambda one: one.recorded_at):
        append = list(together)
        for kind, type_ in (
            ("cancelled", e.ReservationCancelled),
            ("moved", e.ReservationRescheduled),
        ):
            changed = {one.event.reservation_id for one in append if isinstance(one.event, type_)}
            for series_id in {_series_of(world, name) for name in changed} - {None}:
                ahead = _ahead(world, series_id, at)
                number = [name in changed for name in ahead]
                if all(number) and len(ahead) > 1:
                    found.add((kind, "all"))
                elif sum(number) == 1 and not number[-1]:
                    found.add((kind, "one"))
                elif sum(number) > 1 and number == sorted(number):
                    found.add((kind, "later"))
        for one in append:
            world.hear(one)
    return found


def _series_of(world: World, reservation_id: str) -> str | None:
    known = world.reservations.get(reservation_id)
    return known.made.series_id if known is not None and known.made is not None else None


def _ahead(world: World, series_id: str | None, at: datetime) -> list[str]:
    """The dates of a series that are still to come, by their start."""
    starts = {
        name: one.latest.period.start
        for name, one in world.reservations.items()
        if one.made is not None
        and one.made.series_id == series_id
        and one.latest is not None
        and one.status in {"requested", "confirmed"}
        and one.latest.period.start > at
    }
    return sorted(starts, key=lambda name: starts[name])
