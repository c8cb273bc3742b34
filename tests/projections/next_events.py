"""What may happen next to a reservation that a test already has, or to its device."""

from __future__ import annotations

from typing import Any

from domain import events as e
from domain.agenda import leaving
from domain.period import Period
from tests.scenario import AUT


def after(latest: e.ReservationEvent, kind: type[e.ReservationEvent], **fields: Any) -> Any:
    """The next event of a reservation, which repeats what it doesn't change."""
    names = e.ReservationEvent.__struct_fields__
    same = {name: getattr(latest, name) for name in names} | {"left": leaving(latest)}
    return kind(**same | fields)


def outage(start: Any, end: Any, outage_id: str = "o-1") -> e.OutageScheduled:
    return e.OutageScheduled(
        outage_id=outage_id, device_id=AUT, kind="maintenance", occupied=Period(start, end)
    )
