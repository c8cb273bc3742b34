"""The laboratory's half of the naive rules: hand-out, return, no-show, outages, breakdowns."""

from __future__ import annotations

from tests.domain.naive_rules import DAY, NaiveRules, Span, overlap


class NaiveTestbed(NaiveRules):
    """Both halves: what companies ask for and what the laboratory does."""

    def hand_out(self, name: str, at: int) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "confirmed":
            return {"wrong_status"}
        broken = {"past"} if at >= booking.period[1] else set()
        start = min(at, booking.occupied[0])
        if any(b.device == booking.device and b.status == "in_use" for b in self.bookings.values()):
            broken.add("handed_out_already")
        if any(device == booking.device for device, _ in self.broken.values()):
            broken.add("broken_down")
        early = start, booking.occupied[1]
        hit = self.taken(booking.device, early, name, booking.occupied)
        if hit and start < booking.occupied[0]:
            broken.add("slot_taken")
        if not broken:
            booking.status, booking.occupied, booking.out_at = "in_use", early, at
        return broken

    def take_back(self, name: str, at: int) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "in_use":
            return {"wrong_status"}
        if at <= booking.out_at:
            return {"before_hand_out"}
        after = booking.occupied[1] - booking.period[1]
        booking.status, booking.counted = "returned", [(booking.out_at, at)]
        booking.occupied = booking.occupied[0], at + after
        return set()

    def no_show(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "confirmed":
            return {"wrong_status"}
        if self.now < booking.period[0]:
            return {"not_begun"}
        booking.status = "no_show"
        return set()

    def withdraw(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "no_show":
            return {"wrong_status"}
        booking.status, booking.counted = "cancelled", []
        return set()

    def plan_outage(self, name: str, device: str, span: Span) -> set[str]:
        """A new outage, or one that is planned already at a new time."""
        begun = self.outages.get(name, ("", (-1, -1)))[1][0]
        too_old = span[0] < self.now - DAY and span[0] != begun
        broken = {"past"} if span[1] <= self.now or too_old else set()
        for other, taken in self.held(device, name):
            booking = self.bookings.get(other)
            if overlap(span, taken) and (booking is None or booking.status == "in_use"):
                broken.add("slot_taken")
        if not broken:
            self.displace(device, span)
            self.outages[name] = device, span
        return broken

    def break_down(self, name: str, device: str, until: int) -> set[str]:
        if any(of == device for of, _ in self.broken.values()):
            return {"broken_down"}
        self.displace(device, (self.now, until))
        self.broken[name] = device, (self.now, until)
        return set()

    def last_until(self, device: str, until: int) -> set[str]:
        found = [(name, span) for name, (of, span) in self.broken.items() if of == device]
        if not found:
            return {"not_broken_down"}
        ((name, span),) = found
        if until <= span[1]:
            return {"not_longer"}
        if until <= self.now:
            return {"past"}
        self.displace(device, (span[0], until))
        self.broken[name] = device, (span[0], until)
        return set()

    def repair(self, device: str) -> set[str]:
        found = [(name, span) for name, (of, span) in self.broken.items() if of == device]
        if not found:
            return {"not_broken_down"}
        ((name, span),) = found
        if self.now <= span[0]:
            return {"not_yet"}
        del self.broken[name]
        return set()

    def displace(self, device: str, span: Span) -> None:
        """Bookings that are hit and not over lose their time; what is in use goes on."""
        for booking in self.bookings.values():
            waiting = booking.status in {"requested", "confirmed"} and booking.device == device
            if waiting and overlap(span, booking.occupied) and booking.period[1] > self.now:
                booking.status, booking.counted = "displaced", []
