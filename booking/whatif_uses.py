"""When devices would have been in hand: by the use log, and by bookings that nobody could use."""

from __future__ import annotations

from domain import events as e
from domain.event import Event
from domain.period import Period
from domain.reservation import status_after

HOLDING = frozenset({"requested", "confirmed", "in_use"})


class Uses:
    """One time for each use; a booking that was refused in fact counts with its booked time."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[str, Period]] = {}
        self._supposed: set[str] = set()

    def suppose(self, made: e.ReservationEvent) -> None:
        """From now on a booking counts as it is booked."""
        self._supposed.add(made.reservation_id)
        self._used[made.reservation_id] = (made.device_id, made.period)

    def hear(self, event: Event) -> None:
        match event:
            case e.UsageLogged() | e.UsageCorrected():
                self._used[event.reservation_id] = (event.device_id, event.used)
            case e.ReservationEvent() if event.reservation_id in self._supposed:
                if (status_after(event) or "confirmed") in HOLDING:
                    self._used[event.reservation_id] = (event.device_id, event.period)
                else:
                    self._used.pop(event.reservation_id, None)

    def by_device(self) -> dict[str, list[Period]]:
        found: dict[str, list[Period]] = {}
        for device_id, period in self._used.values():
            found.setdefault(device_id, []).append(period)
        return found
