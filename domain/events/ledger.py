"""Events about the ledger itself and the days on which the laboratory is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.event import Event
from domain.text import Text


class LedgerOpened(Event, frozen=True, kw_only=True):
    """The first event. A demonstration ledger, and only that, accepts a time with an append."""

    origin: str
    zone: str
    demonstration: bool

    def further_tags(self) -> Iterator[str]:
        yield "ledger"


class ClosureSet(Event, frozen=True, kw_only=True):
    """The laboratory is closed on a date of Asia/Seoul."""

    day: date
    name: Text

    def further_tags(self) -> Iterator[str]:
        yield f"closures:{self.day:%Y-%m}"


class ClosureRemoved(Event, frozen=True, kw_only=True):
    day: date

    def further_tags(self) -> Iterator[str]:
        yield f"closures:{self.day:%Y-%m}"
