"""Calling off outages that were planned together: one and those after it, or all that are ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.event import Event
from domain.outage import Outage
from domain.period import stamp
from domain.rejected import Rejected

OutageScope = Literal["later", "all"]


class CancelOutages(Command, frozen=True, kw_only=True):
    """`later` cancels the outage and those of its series that begin after it, `all` every one that
    is not over.

    An outage that was planned alone is a series of one. Those that were moved are found at the
    time that they have now; those that are over or cancelled already stay as they are.
    """

    outage_id: str
    scope: OutageScope


class PlannedWith(Fact):
    """The series that an outage was planned in, if any."""

    def __init__(self, outage_id: str) -> None:
        self.outage_id = outage_id
        self.series_id: str | None = None

    @property
    def queries(self) -> Sequence[Query]:
        tags = (f"outage:{self.outage_id}",)
        return [Query(types=(e.OutageScheduled,), tags=tags, newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - an outage is planned once
        self.series_id = getattr(event, "series_id", None)


class OutageSeries(Fact):
    """The outages that were planned together, in the order of their planning."""

    def __init__(self, series_id: str) -> None:
        self.series_id = series_id
        self.outage_ids: list[str] = []

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.OutageScheduled,), tags=(f"series:{self.series_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - they come in order
        if isinstance(event, e.OutageScheduled):
            self.outage_ids.append(event.outage_id)


async def cancel_outages(command: CancelOutages, recall: Recall) -> Happened:
    asked, together = await recall(Outage(command.outage_id), PlannedWith(command.outage_id))
    if not asked.known:
        raise Rejected("outage_unknown", actual=command.outage_id)
    planned = await _planned(asked, together, recall)
    if command.scope == "later":
        start = asked.require_planned().occupied.start
        planned = [one for one in planned if one.occupied.start >= start]
    if not planned:
        raise Rejected("outage_cancelled", actual=command.outage_id)
    ahead = [one for one in planned if one.occupied.end > recall.now]
    if not ahead:
        ended = max(one.occupied.end for one in planned)
        raise Rejected("past", limit=stamp(recall.now), actual=stamp(ended))
    return [
        e.OutageCancelled(
            outage_id=one.outage_id, device_id=one.device_id, kind=one.kind, occupied=one.occupied
        )
        for one in ahead
    ]


async def _planned(asked: Outage, together: PlannedWith, recall: Recall) -> list[e.OutageEvent]:
    """The outages of the series that are not cancelled, as they were set last."""
    outages: list[Fact] = [asked]
    if together.series_id is not None:
        (series,) = await recall(OutageSeries(together.series_id))
        outages = [Outage(outage_id) for outage_id in series.outage_ids]
        await recall(*outages)
    found = [one.planned for one in outages if isinstance(one, Outage) and one.planned is not None]
    return sorted(found, key=lambda one: (one.occupied.start, one.outage_id))
