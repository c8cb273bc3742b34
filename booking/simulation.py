"""A made-up history of the testbed: companies book, staff hand out, devices break and are mended.

It goes through the same rules as people do, command by command, each at its simulated time, which
only a demonstration ledger accepts. For a seed, an end and a ledger, it is always the same history
(but for random keys and ids). What the year looks like stands in `fixtures/simulation.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

import asyncpg

from booking.app import Booking
from booking.seal import Seals
from booking.simulation_billing import plan_prices, plan_statements
from booking.simulation_claims import (
    URGENT_PER_YEAR,
    follow_displacement,
    follow_problem,
    let_in,
)
from booking.simulation_deadlines import follow_deadlines, follow_suspension
from booking.simulation_habits import Habits, letter_of, poisson
from booking.simulation_ledger import remembered_ledger
from booking.simulation_present import live_now, make_it_lively
from booking.simulation_requests import ask
from booking.simulation_stage import Stage
from booking.simulation_stays import follow_reservation
from booking.simulation_together import ask_bundle, ask_series
from booking.simulation_upkeep import (
    break_down,
    follow_breakdown,
    follow_outage,
    report_problem,
    take_up,
)
from booking.simulation_waiting import LINES_PER_YEAR, follow_waiting, stand_in_line
from booking.simulation_world import World
from domain import events as e
from domain.event import Event
from domain.period import SEOUL

EVENTS_A_YEAR = 17_500
"""What the habits amount to when they are left alone; fewer or more scale the demand."""
SHORTEST_HISTORY = timedelta(hours=6)
"""A ledger that was written to since has no past left to make up: then things happen now."""
DAYS_A_YEAR = 365
Progress = Callable[[int, int], None]


class SimulationError(Exception):
    """History cannot be made up here; the text says why."""


async def simulate(
    url: str,
    habits: Habits,
    *,
    events: int,
    seed: int = 1,
    end: datetime | None = None,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Append about `events` events to a demonstration ledger; returns how many it was.

    They lie between the newest event and `end` (now, if it is not given), evenly but for the
    seasons, and leave a testbed in the middle of its work. Where that time is too short for a
    history, all of it happens now. Raises SimulationError.
    """
    world = World()
    async with remembered_ledger(url, world.hear) as (ledger, pool):
        if world.opened is None or not world.opened.demonstration:
            raise SimulationError(
                "only a demonstration ledger takes a made-up history; this one is "
                + ("empty." if world.opened is None else "real.")
            )
        end = end or ledger.now
        stage = Stage(
            world=world,
            habits=habits,
            # The position makes a second run with the same seed tell another story.
            rng=Random(f"{seed}/{ledger.position}"),  # noqa: S311 - a story, not a secret
            booking=Booking(ledger, pool),
            ledger=ledger,
            seals=Seals(pool),
            follow=follow,
            end=end,
            present=end - ledger.recorded_at < SHORTEST_HISTORY,
        )
        try:
            await _Simulation(stage, events).run(progress)
        except asyncpg.DataError as error:
            raise SimulationError(
                "somebody else wrote to the ledger meanwhile, so that its past is closed: "
                "run it again, and the rest happens now."
            ) from error
        return stage.made


class _Simulation:
    def __init__(self, stage: Stage, events: int) -> None:
        self.stage = stage
        self._events = events
        self._days = _midnights(stage.now, stage.end)
        # Sums from each day to the end, of days that count as much as people do on them.
        lively = [_liveliness(stage.habits, day) for day in self._days]
        self._left = {day: sum(lively[number:]) for number, day in enumerate(self._days)}
        self._pace = self._pace_for(events, sum(lively))
        # Dice of their own for what is rare: as long as it does not happen, the rest of the story
        # stays as it is.
        copied = Random()  # noqa: S311 - a story, not a secret
        copied.setstate(stage.rng.getstate())
        self._rare = Random(copied.getrandbits(64))  # noqa: S311
        self._lines = Random(copied.getrandbits(64))  # noqa: S311

    async def run(self, progress: Progress) -> None:
        stage = self.stage
        self._take_up()
        if stage.present:
            await live_now(stage, self._events, progress)
            return
        for day in self._days:
            stage.at(day, partial(self._open_day, day))
        make_it_lively(stage)
        while await stage.run(stage.end):
            progress(min(stage.made, self._events), self._events)
        progress(self._events, self._events)

    def _take_up(self) -> None:
        """Go on from what the ledger holds already."""
        world = self.stage.world
        for reservation_id in world.reservations:
            follow_reservation(self.stage, reservation_id)
            follow_deadlines(self.stage, reservation_id)
        for waits in (*world.wishes.values(), *world.offers.values()):
            follow_waiting(self.stage, waits)
        for _, device in sorted(world.devices.items()):
            take_up(self.stage, device, thinned=min(1.0, self._pace))

    async def _open_day(self, day: datetime) -> None:
        """Draw what people will ask for and what will break on a day, and when."""
        stage, habits, pace = self.stage, self.stage.habits, self._pace_from(day)
        plan_prices(stage, day)
        plan_statements(stage, day)
        for device_id, device in sorted(stage.world.devices.items()):
            device.forget_before(day - timedelta(days=40))
            letter = letter_of(device.terms.now)
            popular = habits.device_popularity.get(device_id, 1.0)
            demand = habits.weekly_demand[letter] / 7 * popular * _liveliness(habits, day)
            for _ in range(poisson(stage.rng, demand * pace)):
                stage.at(self._moment(day), partial(ask, stage, device_id))
            trouble = min(1.0, pace) / DAYS_A_YEAR
            if stage.chance(habits.breakdowns_per_device_year[letter] * trouble):
                stage.at(self._moment(day), partial(break_down, stage, device))
            if stage.chance(habits.problems_per_device_year * trouble):
                stage.at(self._moment(day), partial(report_problem, stage, device))

        self._open_day_together(day, pace * _liveliness(habits, day) / DAYS_A_YEAR)

    def _open_day_together(self, day: datetime, share: float) -> None:
        """Draw who books a series or a bundle on a day, of which a year has `1 / share`."""
        stage, habits = self.stage, self.stage.habits
        for _ in range(poisson(self._rare, habits.series_per_year * share)):
            stage.at(self._moment(day), partial(ask_series, stage))
        for _ in range(poisson(self._rare, habits.bundles_per_year * share)):
            stage.at(self._moment(day), partial(ask_bundle, stage))
        for _ in range(poisson(self._rare, URGENT_PER_YEAR * share)):
            stage.at(stage.in_office(self._moment(day)), partial(let_in, stage))
        for _ in range(poisson(self._lines, LINES_PER_YEAR * share)):
            stage.at(self._moment(day), partial(stand_in_line, stage))

    def _pace_from(self, day: datetime) -> float:
        """How much faster than usual things have to happen for the number of events to come out.

        After a few long series, a short history has to be much slower.
        """
        pace = self._pace_for(self._events - self.stage.made, self._left[day])
        return min(2 * self._pace, max(0.2 * self._pace, pace))

    def _pace_for(self, events: int, days: float) -> float:
        return events / (EVENTS_A_YEAR / DAYS_A_YEAR * max(1.0, days))

    def _moment(self, day: datetime) -> datetime:
        """A time at which people write to the laboratory."""
        return day + timedelta(hours=self.stage.rng.triangular(7.5, 22.5, 11))


def follow(stage: Stage, events: Sequence[Event]) -> None:
    """Plan what comes of events."""
    for event in events:
        match event:
            case e.NoShowSuspected() | e.ReturnOverdue():
                pass  # people do what they were about to do
            case e.ReservationEvent():
                follow_reservation(stage, event.reservation_id)
                follow_deadlines(stage, event.reservation_id)
                if isinstance(event, e.ReservationDisplaced):
                    follow_displacement(stage, event)
            case e.WaitlistEvent():
                follow_waiting(stage, event)
            case e.ProblemReported():
                follow_problem(stage, event)
            case e.CompanySuspended():
                follow_suspension(stage, event)
            case e.OutageEvent() if event.outage_id not in stage.world.rounds:
                follow_outage(stage, event)
            case e.BreakdownReported() | e.BreakdownExtended():
                follow_breakdown(stage, event)


def _midnights(start: datetime, end: datetime) -> Sequence[datetime]:
    """The midnights of Asia/Seoul up to `end`, from the one before `start`."""
    first = start.astimezone(SEOUL).date()
    number = (end.astimezone(SEOUL).date() - first).days + 1
    midnight = datetime.combine(first, time.min, tzinfo=SEOUL)
    return [midnight + timedelta(days=day) for day in range(number)]


def _liveliness(habits: Habits, day: datetime) -> float:
    """How many requests come on a day, against an average one."""
    return habits.month_weights[day.month] * _REQUESTS_BY_WEEKDAY[day.weekday()]


_REQUESTS_BY_WEEKDAY = (1.35, 1.35, 1.3, 1.3, 1.2, 0.3, 0.2)
