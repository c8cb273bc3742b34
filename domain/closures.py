"""The days on which the laboratory is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period, months_touched


class Closures(Fact):
    """The closed dates of Asia/Seoul in the months that a period touches."""

    def __init__(self, period: Period) -> None:
        self.months = months_touched(period)
        self.days: set[date] = set()

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=(e.ClosureSet, e.ClosureRemoved), tags=(f"closures:{month}",))
            for month in self.months
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.ClosureSet():
                self.days.add(event.day)
            case e.ClosureRemoved():
                self.days.discard(event.day)
            case _:
                raise TypeError(f"closures do not know {event!r}")

    def closed(self, day: date) -> bool:
        return day in self.days
