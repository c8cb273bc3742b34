"""What a device is and does: in service or not, its calibration, in whose hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import Period, last_day_before
from domain.rejected import Rejected


class Service(Fact):
    """Whether a device is commissioned and neither suspended nor retired.

    `resumed` is the position at which the last suspension ended, if one did.
    """

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.commissioned = False
        self.suspended = False
        self.retired = False
        self.resumed: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.DeviceCommissioned, e.DeviceSuspended, e.DeviceResumed, e.DeviceRetired)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.DeviceCommissioned():
                self.commissioned = True
            case e.DeviceSuspended():
                self.suspended = True
            case e.DeviceResumed():
                self.suspended, self.resumed = False, position
            case e.DeviceRetired():
                self.retired = True
            case _:
                raise TypeError(f"a device's service does not know {event!r}")

    def require_known(self) -> None:
        if not self.commissioned:
            raise Rejected("device_unknown", actual=self.device_id)

    def require_in_service(self) -> None:
        self.require_known()
        if self.retired:
            raise Rejected("device_retired", actual=self.device_id)
        if self.suspended:
            raise Rejected("device_suspended", actual=self.device_id)


class Calibration(Fact):
    """How long a device's newest calibration certificate is good."""

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.valid_until: datetime | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.CalibrationRecorded,)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.CalibrationRecorded():
                self.valid_until = event.valid_until
            case _:
                raise TypeError(f"a calibration does not know {event!r}")

    def is_valid(self, period: Period) -> bool:
        """False where a period outlasts the certificate, or the device has none."""
        return self.valid_until is not None and period.end <= self.valid_until

    def require_valid(self, period: Period) -> None:
        """Refuses a period that outlasts the certificate (or that has none)."""
        if not self.is_valid(period):
            until = f"{last_day_before(self.valid_until):%Y-%m-%d}" if self.valid_until else "—"
            raise Rejected("calibration", limit=until, actual=self.device_id)


class InHand(Fact):
    """Whether a device is handed out, and for which reservation; the newest event decides.

    `returned` is the position at which it last came back, if it did.
    """

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.reservation_id: str | None = None
        self.returned: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.DeviceHandedOut, e.DeviceReturned)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.DeviceHandedOut():
                self.reservation_id = event.reservation_id
            case e.DeviceReturned():
                self.reservation_id, self.returned = None, position
            case _:
                raise TypeError(f"a device in hand does not know {event!r}")

    def require_here(self) -> None:
        if self.reservation_id is not None:
            raise Rejected("handed_out_already", actual=self.reservation_id)


class Breakdown(Fact):
    """Whether a device is broken down, since when and until when that is expected to last.

    `repaired` is the position at which the last breakdown ended, if one did.
    """

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.breakdown_id: str | None = None
        self.occupied: Period | None = None
        self.repaired: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.BreakdownReported, e.BreakdownExtended, e.DeviceRepaired)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.BreakdownReported() | e.BreakdownExtended():
                self.breakdown_id, self.occupied = event.breakdown_id, event.occupied
            case e.DeviceRepaired():
                self.breakdown_id = self.occupied = None
                self.repaired = position
            case _:
                raise TypeError(f"a breakdown does not know {event!r}")

    def require_working(self) -> None:
        if self.breakdown_id is not None:
            raise Rejected("broken_down", actual=self.device_id)

    def require_broken(self) -> tuple[str, Period]:
        """The open breakdown's id and time."""
        if self.breakdown_id is None or self.occupied is None:
            raise Rejected("not_broken_down", actual=self.device_id)
        return self.breakdown_id, self.occupied
