"""What is recorded so that people hear of it, in a random run: late returns, calibrations."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain import events as e
from domain.actor import SYSTEM
from domain.calibration import NoticeCalibrationDue
from domain.deadlines import RecordOverdue
from domain.maintenance import RecordCalibration
from tests.domain.naive_rules import DAY
from tests.domain.random_commands import DEVICES, WHICH, Commands, having, moment
from tests.scenario import STAFF

TOLERANCE = 10
WARNING = 30 * DAY


class NoticeCommands(Commands):
    """Late returns name who waits; an ending certificate is told of once."""

    def __init__(self) -> None:
        super().__init__()
        self.certificates: dict[str, int] = {}
        self.told: dict[str, int] = {}
        self.noted: dict[str, int] = {}

    @having("in_use")
    @rule(which=WHICH, early=st.integers(-1, 1))
    def overdue(self, which: int, early: int) -> None:
        name = self.any_booking(which, "in_use")
        booking = self.naive.bookings[name]
        end = booking.period[1]
        self.naive.now += max(0, end + TOLERANCE - self.naive.now - early)
        self.let_time_pass()
        due = self.naive.now >= end + TOLERANCE
        broken = {"wrong_status"} if booking.status != "in_use" else set()
        broken |= set() if due else {"not_due"}
        before = len(self.scenario.ledger.log)
        self.give(RecordOverdue(by=SYSTEM, reservation_id=name), broken)
        found = [one.event for one in self.scenario.ledger.log[before:]]
        if not broken and self.noted.get(name) != end:
            self.noted[name] = end
            (event,) = found
            assert isinstance(event, e.ReturnOverdue)
            assert event.next_reservation_id == self.waits(booking.device, name, end)
        else:
            assert found == []

    def waits(self, device_id: str, name: str, end: int) -> str | None:
        """The first booking of a device within a day after a moment."""
        waiting = [
            (one.period[0], other)
            for other, one in self.naive.bookings.items()
            if other != name and one.device == device_id
            if one.status in {"requested", "confirmed"}
            if end <= one.period[0] < end + DAY
        ]
        return min(waiting)[1] if waiting else None

    @rule(device_id=DEVICES, days=st.integers(1, 40))
    def certify(self, device_id: str, days: int) -> None:
        self.certificates[device_id] = until = self.naive.now + days * DAY
        command = RecordCalibration(
            by=STAFF, device_id=device_id, certificate="KC-1", valid_until=moment(until)
        )
        self.give(command, set())

    @rule(device_id=DEVICES)
    def calibration_due(self, device_id: str) -> None:
        until = self.certificates.get(device_id)
        broken = set()
        if until is None:
            broken = {"nothing_to_change"}
        elif self.naive.now < until - WARNING:
            broken = {"not_due"}
        before = len(self.scenario.ledger.log)
        self.give(NoticeCalibrationDue(by=SYSTEM, device_id=device_id), broken)
        said = len(self.scenario.ledger.log) - before
        assert said == (not broken and self.told.get(device_id) != until)
        if said and until is not None:
            self.told[device_id] = until
