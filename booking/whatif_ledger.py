"""The ledger as it would have been: the recorded one up to a position, and then what is supposed.

Facts are recalled from both, so that the rules decide about the supposed past just as they do about
the present. Nothing is written. What lies before the position is read when a rule asks for it; of
what comes after, only about a year of reservations is kept, since no rule looks back further.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from booking.remembered import Remembered
from domain.bookable import LONGEST
from domain.decisions import Query, Slice
from domain.event import Event, Recorded
from domain.events import UsageCorrected, UsageLogged, name_of
from domain.events.reservations import ReservationEvent

Read = Callable[[Sequence[Query], int | None], Awaitable[Slice]]
KEPT = LONGEST + timedelta(days=62)
"""How long after its end a reservation is kept: the longest booking, and late entries."""
MOST_CACHED = 200_000
"""Recorded events kept from reading, at most; those asked for longest ago are read again."""

_Key = tuple[tuple[type[Event], ...], tuple[str, ...], bool]


class SupposedLedger:
    """Answers recalls as of the supposed present, `now`. `start` is the last position recorded."""

    def __init__(self, read: Read, start: int, now: datetime) -> None:
        self.now = now
        self.position = start
        self._read = read
        self._start = start
        self._known: OrderedDict[_Key, list[Recorded]] = OrderedDict()
        self._cached = 0
        self._supposed = Remembered()
        self._ends: dict[str, datetime] = {}
        self._tidied = now

    async def read(self, queries: Sequence[Query], upto: int | None) -> Slice:
        """As `domain.decisions.Source` has it."""
        bound = self.position if upto is None else upto
        recorded = await self._recorded(queries)
        found: dict[int, tuple[Recorded, list[int]]] = {}
        for number, query in enumerate(queries):
            for one in (*recorded[number], *self._supposed.matching(query, bound)):
                found.setdefault(one.position, (one, []))[1].append(number)
        events = [found[position] for position in sorted(found)]
        return Slice(head=self.position, now=self.now, events=events)

    def append(self, events: Iterable[Event], by: str) -> list[Recorded]:
        """What the rules decided is supposed to have happened, now."""
        happened = []
        for event in events:
            self.position += 1
            recorded = Recorded(
                position=self.position,
                recorded_at=self.now,
                type=name_of(event),
                tags=tuple(event.tags()),
                event=event,
                by=by,
            )
            self._supposed.add(recorded)
            if isinstance(event, ReservationEvent | UsageLogged | UsageCorrected):
                end = max(event.occupied.end, self._ends.get(event.reservation_id, self.now))
                self._ends[event.reservation_id] = end
            happened.append(recorded)
        return happened

    def take_back(self, since: int) -> None:
        """Undoes what was appended after a position."""
        self._supposed.drop(lambda recorded: recorded.position > since)
        self.position = since

    def forget(self) -> None:
        """Drops the reservations that are over for so long that no rule asks for them."""
        if self.now - self._tidied < timedelta(days=31):
            return
        self._tidied = self.now
        over = {one for one, end in self._ends.items() if end < self.now - KEPT}
        if over:
            self._supposed.drop(
                lambda recorded: getattr(recorded.event, "reservation_id", None) in over
            )
            for reservation_id in over:
                del self._ends[reservation_id]

    async def _recorded(self, queries: Sequence[Query]) -> list[list[Recorded]]:
        """What was recorded up to the start, from memory where it was asked for before."""
        keys = [(query.types, query.tags, query.newest) for query in queries]
        missing = [number for number, key in enumerate(keys) if key not in self._known]
        answers: dict[int, list[Recorded]] = {number: [] for number in missing}
        if missing:
            answer = await self._read([queries[number] for number in missing], self._start)
            for recorded, numbers in answer.events:
                for number in numbers:
                    answers[missing[number]].append(recorded)
        for number in missing:
            self._known[keys[number]] = answers[number]
            self._cached += len(answers[number]) + 1
        found = []
        for key in keys:
            self._known.move_to_end(key)
            found.append(self._known[key])
        while self._cached > MOST_CACHED and len(self._known) > len(keys):
            _, dropped = self._known.popitem(last=False)
            self._cached -= len(dropped) + 1
        return found
