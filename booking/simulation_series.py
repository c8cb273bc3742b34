"""What becomes of a simulated series: one date, this and later, or all are cancelled or moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Literal

import msgspec

from booking.simulation_habits import one_of, weighted
from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.actor import Actor
from domain.changes import RescheduleReservation
from domain.decisions import Command
from domain.period import Period
from domain.reservations import CancelReservation
from domain.together_changes import CancelTogether, RescheduleTogether

Scope = Literal["one", "later", "all"]
Fate = tuple[Literal["cancelled", "moved"], Scope]
FATES: dict[Fate | None, int] = {
    None: 30,
    ("cancelled", "one"): 8,
    ("cancelled", "later"): 20,
    ("cancelled", "all"): 12,
    ("moved", "one"): 8,
    ("moved", "later"): 14,
    ("moved", "all"): 12,
}
"""The rest of a project that is done sooner is cancelled; a team that changes its day moves."""
MOVES = tuple(timedelta(hours=hours) for hours in (1, -1, 2, -2, 24, -24))


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A series as it was asked for; of its dates, those became reservations that were free."""

    series_id: str
    device: KnownDevice
    person: Actor
    reservation_ids: tuple[str, ...]


def follow_series(stage: Stage, series: Series) -> None:
    """Plan whether the company changes its series: all of it early on, else at any time."""
    dates = _ahead(stage, series)
    if len(dates) < 2:  # noqa: PLR2004 - of one date, there is nothing to come back to
        return
    fate = weighted(stage.rng, FATES)
    # A history has a series that moved at least, if it has series at all.
    if not stage.world.moved_series:
        fate = ("moved", "later")
    if fate is None:
        return
    change, scope = fate
    last = dates[0 if scope == "all" else -2].period.start - _notice(series)
    step = _cancel if change == "cancelled" else _move
    stage.at(stage.in_office(stage.between(stage.now, last)), partial(step, stage, series, scope))


async def _cancel(stage: Stage, series: Series, scope: Scope) -> None:
    ahead = _ahead(stage, series)
    if not ahead:
        return
    name = _from(stage, scope, ahead).reservation_id
    by, text = series.person, one_of(stage.rng, stage.habits.cancellation_reasons)
    reason = await stage.sealed(by, text)
    if scope == "one":
        await stage.give(CancelReservation(by=by, reservation_id=name, reason=reason))
        return
    await stage.give(
        CancelTogether(
            by=by,
            together=f"series:{series.series_id}",
            scope=scope,
            reservation_id=name if scope == "later" else None,
            reason=reason,
        )
    )


async def _move(stage: Stage, series: Series, scope: Scope) -> None:
    """The team comes at another hour or another day, where all that it moves is free then.

    Where it finds none, it asks all the same, and hears what is in the way.
    """
    ahead = _ahead(stage, series)
    if not ahead:
        return
    first = _from(stage, scope, ahead)
    moving = ahead[ahead.index(first) :] if scope != "one" else [first]
    moves = stage.rng.sample(MOVES, len(MOVES))
    fitting = [by for by in moves if all(_fits(stage, series, one, by) for one in moving)]
    period = _moved(first, (fitting or moves)[0])
    await stage.give(_order(series, scope, first.reservation_id, period))


def _fits(stage: Stage, series: Series, one: e.ReservationEvent, by: timedelta) -> bool:
    moved = _moved(one, by)
    return stage.world.allows(series.device, moved, stage.now, but=one.reservation_id)


def _moved(one: e.ReservationEvent, by: timedelta) -> Period:
    return Period(one.period.start + by, one.period.end + by)


def _order(series: Series, scope: Scope, reservation_id: str, period: Period) -> Command:
    if scope == "one":
        return RescheduleReservation(by=series.person, reservation_id=reservation_id, period=period)
    return RescheduleTogether(
        by=series.person,
        together=f"series:{series.series_id}",
        scope=scope,
        reservation_id=reservation_id,
        period=period,
    )


def _ahead(stage: Stage, series: Series) -> list[e.ReservationEvent]:
    """The dates that can still be changed, by their start."""
    known = (stage.world.reservations.get(name) for name in series.reservation_ids)
    ahead = [
        one.latest
        for one in known
        if one is not None
        and one.latest is not None
        and one.status in {"requested", "confirmed"}
        and one.latest.period.start > stage.now + _notice(series)
    ]
    return sorted(ahead, key=lambda event: event.period.start)


def _from(stage: Stage, scope: Scope, ahead: Sequence[e.ReservationEvent]) -> e.ReservationEvent:
    """The date that is named: the first of all, or one after which others follow if there is."""
    return ahead[0] if scope == "all" else one_of(stage.rng, ahead[:-1] or ahead)


def _notice(series: Series) -> timedelta:
    return timedelta(minutes=series.device.terms.now.cancel_notice_minutes)
