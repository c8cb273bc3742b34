"""Who may use a device without an operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period
from domain.rejected import Rejected


class Qualification(Fact):
    """Which of some people are qualified for a device, and until when."""

    def __init__(self, device_id: str, people: Sequence[str]) -> None:
        self.device_id = device_id
        self.people = tuple(dict.fromkeys(people))
        self.granted: dict[str, datetime | None] = {}

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(
                types=(e.QualificationGranted, e.QualificationRevoked),
                tags=(f"account:{account_id}", f"device:{self.device_id}"),
                newest=True,
            )
            for account_id in self.people
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.QualificationGranted():
                self.granted[event.account_id] = event.valid_until
            case e.QualificationRevoked():
                self.granted.pop(event.account_id, None)
            case _:
                raise TypeError(f"a qualification does not know {event!r}")

    def require_one(self, period: Period) -> None:
        """Refuses a period for which none of the people is qualified to its end."""
        if not any(until is None or period.end <= until for until in self.granted.values()):
            raise Rejected("qualification", limit=1, actual=0)
