"""When a device was really used: no two uses overlap, and none came before its booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import events as e
from domain.agenda import beyond
from domain.decisions import Fact, Query, Recall
from domain.event import Event
from domain.period import Period, months_touched, stamp
from domain.rejected import Rejected
from domain.reservation import Line, Reservation

FURTHER = timedelta(days=7)
"""How much further than booked or logged before a correction may reach. One that is meant takes
two steps; the date that somebody mistyped is refused.
"""


class Uses(Fact):
    """The recorded uses of a device in the months that a period touches, and who has it now.

    A use is what the last correction says. Corrections that were recorded before they carried the
    device's months are found in the months of the booking only.
    """

    def __init__(self, device_id: str, asked: Period) -> None:
        self.device_id = device_id
        self.asked = asked
        self.used: dict[str, Period] = {}
        self.out_since: dict[str, datetime] = {}

    @property
    def queries(self) -> Sequence[Query]:
        device = f"device:{self.device_id}"
        logged = (e.UsageLogged, e.UsageCorrected)
        return [
            Query(types=(e.DeviceHandedOut, e.DeviceReturned), tags=(device,), newest=True),
            *(
                Query(types=logged, tags=(f"{device}/{month}",))
                for month in months_touched(self.asked)
            ),
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.DeviceHandedOut():
                self.out_since = {event.reservation_id: event.at}
            case e.DeviceReturned():
                self.out_since = {}
            case e.UsageLogged() | e.UsageCorrected():
                self.used[event.reservation_id] = event.used
            case _:
                raise TypeError(f"the uses of a device do not know {event!r}")

    def require_none(self, within: Period, *, but: str) -> None:
        """Refuses time in which anybody but the reservation `but` had the device."""
        others = [used for name, used in self.used.items() if name != but]
        others += [
            Period(since, max(within.end, since + timedelta(minutes=1)))
            for name, since in self.out_since.items()
            if name != but
        ]
        hit = [used for used in others if used.overlaps(within)]
        if hit:
            first = min(hit)
            raise Rejected(
                "use_overlaps", limit=f"{stamp(first.start)} ~ {stamp(first.end)}", actual=but
            )


def require_after_booking(start: datetime, reservation: Reservation, recall: Recall) -> None:
    """Refuses a use that began before anybody had booked it.

    What was booked at the counter after its own start may be entered from that start on. People
    enter whole minutes, so the minute of the booking is late enough.
    """
    if reservation.for_it_since is None or reservation.latest is None:
        raise Rejected("reservation_unknown", actual=reservation.reservation_id)
    booked = recall.recorded_at(reservation.for_it_since).replace(second=0, microsecond=0)
    earliest = min(booked, reservation.latest.period.start)
    if start < earliest:
        raise Rejected("before_booking", limit=stamp(earliest), actual=stamp(start))


async def require_corrected(
    used: Period, line: Line, reservation: Reservation, recall: Recall
) -> None:
    """Refuses a corrected time that cannot be right. Less of what was logged is always possible."""
    added = list(beyond(used, line.used))
    if not added or reservation.latest is None:
        return
    if used.start < line.used.start:
        require_after_booking(used.start, reservation, recall)
    booked = reservation.latest.period
    furthest = Period(
        min(booked.start, line.used.start) - FURTHER, max(booked.end, line.used.end) + FURTHER
    )
    if not furthest.contains(used):
        wrong = used.start if used.start < furthest.start else used.end
        raise Rejected("use_too_far", limit=FURTHER.days, actual=stamp(wrong))
    (uses,) = await recall(Uses(line.device_id, used))
    for part in added:
        uses.require_none(part, but=line.reservation_id)
