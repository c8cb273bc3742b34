"""The stage of a simulation: its clock, its dice, and the one way to give commands."""

from __future__ import annotations

import base64
import heapq
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from booking.app import Booking
from booking.identity_error import IdentityError
from booking.seal import Seals
from booking.simulation_habits import Habits, Spread, one_of
from booking.simulation_ledger import RememberedLedger
from booking.simulation_world import KnownDevice, World
from domain.actor import SYSTEM, Actor
from domain.decisions import Command
from domain.event import Event
from domain.period import SEOUL
from domain.rejected import Rejected
from domain.sealed import Sealed

Action = Callable[[], Awaitable[None]]
Follow = Callable[["Stage", Sequence[Event]], None]


class Stage:
    """Actions wait here for their time. `follow` plans what comes of events.

    In `present`, commands are given at the ledger's own time, beside whoever else is using it;
    otherwise at the time of the action, which lies in the past.
    """

    def __init__(
        self,
        *,
        world: World,
        habits: Habits,
        rng: Random,
        booking: Booking,
        ledger: RememberedLedger,
        seals: Seals,
        follow: Follow,
        end: datetime,
        present: bool,
    ) -> None:
        self.world = world
        self.habits = habits
        self.rng = rng
        self.end = end
        self._ledger = ledger
        self.present = present
        self._booking = booking
        self._seals = seals
        self._follow = follow
        self._first = ledger.position
        self._waiting: list[tuple[datetime, int, Action]] = []
        self._numbers = count()
        self._time = ledger.recorded_at

    @property
    def now(self) -> datetime:
        return self._ledger.now if self.present else self._time

    @property
    def made(self) -> int:
        """Events appended so far, others' in between included."""
        return self._ledger.position - self._first

    def at(self, when: datetime, action: Action) -> None:
        """Have an action wait for its time; one after the end never comes."""
        when = max(when, self.now)
        if when <= self.end:
            heapq.heappush(self._waiting, (when, next(self._numbers), action))

    async def run(self, until: datetime) -> bool:
        """Do the action that is next, unless its time is after `until`."""
        if not self._waiting or self._waiting[0][0] > until:
            return False
        when, _, action = heapq.heappop(self._waiting)
        self._time = max(self._time, when)
        await action()
        return True

    async def give(self, command: Command) -> bool:
        """Give a command now. False when the rules refuse it (a company's refusal is recorded)."""
        try:
            done = await self._booking.do(command, at=None if self.present else self._time)
        except Rejected:
            return False
        self._follow(self, [recorded.event for recorded in done.events])
        return True

    async def sealed(self, author: Actor, text: str) -> Sealed | None:
        """Text as its author typed it; None where there is none, or the author was erased."""
        try:
            return await self._seals.seal(author.account_id, text) if text else None
        except IdentityError:
            return None

    def new_id(self, prefix: str) -> str:
        number = self.rng.getrandbits(80).to_bytes(10)
        return f"{prefix}-{base64.b32encode(number).decode().lower()}"

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def minutes(self, spread: Spread) -> timedelta:
        return timedelta(minutes=spread.draw(self.rng))

    def between(self, earliest: datetime, latest: datetime) -> datetime:
        return earliest + (latest - earliest) * self.rng.random()

    def between_minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self.rng.uniform(least, most))

    def staff_for(self, device: KnownDevice) -> Actor:
        """Whoever of the laboratory looks after a device, mostly its keeper."""
        staff = self.world.staff
        if device.keeper in staff and self.chance(_KEEPER_IS_THERE):
            return staff[device.keeper]
        people = [actor for actor in staff.values() if actor.role == "staff"]
        return one_of(self.rng, people) if people else SYSTEM

    def in_office(self, moment: datetime) -> datetime:
        """The moment, or the morning after it when nobody works then."""
        local = moment.astimezone(SEOUL)
        if not self.world.works_on(local.date()) or local.hour >= _EVENING:
            local = local.replace(hour=0) + timedelta(days=1)
        while not self.world.works_on(local.date()):
            local += timedelta(days=1)
        if local.hour < _MORNING:
            local = local.replace(hour=_MORNING, minute=self.rng.randrange(60))
        return local


_KEEPER_IS_THERE = 0.7
_MORNING, _EVENING = 8, 19
