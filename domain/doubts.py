"""Why a missed start may be nobody's fault: whatever refuses a hand-out excuses who came for one.

It excuses too when it ended before the grace did: who came at the start was sent away, and need
not have waited. So each hindrance is asked whether it holds, or ended after the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import events as e
from domain.decisions import Fact, Query, Recall
from domain.device import Breakdown, InHand, Service
from domain.event import Event
from domain.period import Period
from domain.safety import SafetyStop
from domain.terms import Terms


class Certificates(Fact):
    """Every calibration certificate of a device, in the order in which they were entered.

    Of a device's life those are some tens; which one held at a past moment takes them all.
    """

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self._entered: list[tuple[int, datetime]] = []

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.CalibrationRecorded,), tags=(f"device:{self.device_id}",))]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.CalibrationRecorded():
                self._entered.append((position, event.valid_until))
            case _:
                raise TypeError(f"certificates do not know {event!r}")

    def lapsed(self, period: Period, since: datetime, recall: Recall) -> bool:
        """Whether at some moment since then the newest certificate was no good for a period."""
        before = [until for at, until in self._entered if recall.recorded_at(at) <= since]
        after = [until for at, until in self._entered if recall.recorded_at(at) > since]
        return not before or any(period.end > until for until in (before[-1], *after))


async def doubt_about(
    missed: e.ReservationEvent,
    begins: datetime,
    terms: Terms,
    recall: Recall,
    *,
    system_was_down: bool,
) -> e.Doubt | None:
    """Why a start that was missed may not be the company's fault; None where nothing excuses it.

    `begins` is when the device was to be handed out: its start, or a later confirmation.
    """
    device_id = missed.device_id
    in_hand, breakdown, stop, service, certificates = await recall(
        InHand(device_id),
        Breakdown(device_id),
        SafetyStop(device_id),
        Service(device_id),
        Certificates(device_id),
    )

    def held(still: bool, ended: int | None) -> bool:
        return still or (ended is not None and recall.recorded_at(ended) > begins)

    required = terms.now.calibration_required
    doubts: tuple[tuple[e.Doubt, bool], ...] = (
        ("device_out", held(in_hand.reservation_id is not None, in_hand.returned)),
        ("device_broken", held(breakdown.breakdown_id is not None, breakdown.repaired)),
        ("safety_stop", held(bool(stop.problems), stop.lifted)),
        ("device_retired", service.retired),
        ("device_suspended", held(service.suspended, service.resumed)),
        ("calibration_lapsed", required and certificates.lapsed(missed.period, begins, recall)),
        ("system_down", system_was_down),
    )
    return next((doubt for doubt, holds in doubts if holds), None)
