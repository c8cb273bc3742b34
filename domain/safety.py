"""Whether a safety stop holds for a device: an open problem for which nobody should use it."""

from __future__ import annotations

from collections.abc import Sequence

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.rejected import Rejected


class SafetyStop(Fact):
    """The open problems that stop a device, from the report or triage until triage or resolution.

    Reads every problem ever reported of the device, since any of them may be open still; that is
    some tens in a device's life. `lifted` is the position at which the last stop ended, if one did.
    """

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.problems: list[str] = []
        self.lifted: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.ProblemReported, e.ProblemTriaged, e.ProblemResolved)
        return [Query(types=types, tags=(f"device:{self.device_id}",))]

    def when(self, event: Event, position: int) -> None:
        stopped = bool(self.problems)
        match event:
            case e.ProblemReported() | e.ProblemTriaged():
                self.problems = [one for one in self.problems if one != event.problem_id]
                if event.safety_stop:
                    self.problems.append(event.problem_id)
            case e.ProblemResolved():
                self.problems = [one for one in self.problems if one != event.problem_id]
            case _:
                raise TypeError(f"a safety stop does not know {event!r}")
        if stopped and not self.problems:
            self.lifted = position

    def require_safe(self) -> None:
        if self.problems:
            raise Rejected("safety_stop", actual=self.device_id)
