"""What an hour of a device costs a kind of company on a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event


class Price(Protocol):
    """A price with the kind of company and the dates that it is for; see RateSet."""

    @property
    def krw_per_hour(self) -> int: ...
    @property
    def company_kind(self) -> str | None: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


class Rates(Fact):
    """The prices of a device as they were set, or set before a position.

    A device has few of them in its life (a price a kind of company and year), so all are read.
    """

    def __init__(self, device_id: str, before: int | None = None) -> None:
        self.device_id = device_id
        self.before = before
        self.history: list[e.RateSet] = []

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.RateSet,), tags=(f"device:{self.device_id}",))]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.RateSet():
                if self.before is None or position < self.before:
                    self.history.append(event)
            case _:
                raise TypeError(f"rates do not know {event!r}")

    def krw_per_hour(self, company_kind: str | None, day: date) -> int:
        """The price on a date of Asia/Seoul: the company's own kind's before everybody's.

        Of several that hold on the date, the newest counts; a device without a price is free.
        """
        return price_of(self.history, company_kind, day) or 0

    def repeats(self, rate: e.RateSet) -> bool:
        """Whether a price says what the newest one for its kind of company says already."""
        of_kind = [known for known in self.history if known.company_kind == rate.company_kind]
        return bool(of_kind) and of_kind[-1] == rate


def price_of(history: Sequence[Price], company_kind: str | None, day: date) -> int | None:
    """The price among those that were set, oldest first, by the rule of `Rates`."""
    for kind in dict.fromkeys((company_kind, None)):
        for rate in reversed(history):
            if rate.company_kind == kind and holds(rate, day):
                return rate.krw_per_hour
    return None


def holds(rate: Price, day: date) -> bool:
    """Whether a price is for a date; `valid_until` is the first day that it is not for."""
    begun = rate.valid_from is None or rate.valid_from <= day
    return begun and (rate.valid_until is None or day < rate.valid_until)
