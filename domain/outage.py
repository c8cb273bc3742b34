"""One planned outage of a device, and one reported problem."""

from __future__ import annotations

from collections.abc import Sequence

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.rejected import Rejected


class Outage(Fact):
    """A planned outage as it was set last, unless it was cancelled."""

    def __init__(self, outage_id: str) -> None:
        self.outage_id = outage_id
        self.planned: e.OutageEvent | None = None
        self.known = False

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.OutageScheduled, e.OutageRescheduled, e.OutageCancelled)
        return [Query(types=types, tags=(f"outage:{self.outage_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        self.known = True
        match event:
            case e.OutageCancelled():
                self.planned = None
            case e.OutageScheduled() | e.OutageRescheduled():
                self.planned = event
            case _:
                raise TypeError(f"an outage does not know {event!r}")

    def require_new(self) -> None:
        if self.known:
            raise Rejected("id_known", actual=self.outage_id)

    def require_planned(self) -> e.OutageEvent:
        if not self.known:
            raise Rejected("outage_unknown", actual=self.outage_id)
        if self.planned is None:
            raise Rejected("outage_cancelled", actual=self.outage_id)
        return self.planned


class Problem(Fact):
    """A problem that somebody reported, until it is resolved."""

    def __init__(self, problem_id: str) -> None:
        self.problem_id = problem_id
        self.device_id: str | None = None
        self.resolved = False
        self.urgency: e.Urgency = "normal"
        self.safety_stop = False

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.ProblemReported, e.ProblemTriaged, e.ProblemResolved)
        return [Query(types=types, tags=(f"problem:{self.problem_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.ProblemReported() | e.ProblemTriaged():
                self.device_id = event.device_id
                self.urgency, self.safety_stop = event.urgency, event.safety_stop
            case e.ProblemResolved():
                self.device_id, self.resolved = event.device_id, True
            case _:
                raise TypeError(f"a problem does not know {event!r}")

    def require_open(self, device_id: str) -> None:
        if self.device_id != device_id:
            raise Rejected("problem_unknown", actual=self.problem_id)
        if self.resolved:
            raise Rejected("problem_resolved", actual=self.problem_id)
