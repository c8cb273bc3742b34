"""The laboratory's half of the naive rules: hand-out, return, no-show, outages, breakdowns."""

from __future__ import annotations

from tests.domain.naive_rules import DAY, NaiveRules, Span, Wanted, overlap

GRACE = 60
NO_SHOWS_TO_SUSPEND = 3


class NaiveTestbed(NaiveRules):
    """Both halves: what companies ask for and what the laboratory does."""

    def hand_out(self, name: str, at: int) -> set[str]:
        booking = self.bookings[name]
        if booking.status not in {"confirmed", "no_show", "withdrawn"}:
            return {"wrong_status"}
        missed = booking.status != "confirmed"
        broken = {"past"} if at >= booking.period[1] else set()
        if at < min(booking.made, booking.period[0]):
            broken.add("before_booking")
        if self.in_use(booking.device, (at, self.now), name):
            broken.add("use_overlaps")
        start = min(at, booking.occupied[0])
        if any(b.device == booking.device and b.status == "in_use" for b in self.bookings.values()):
            broken.add("handed_out_already")
        if any(device == booking.device for device, _ in self.broken.values()):
            broken.add("broken_down")
        if booking.device in self.stops.values():
            broken.add("safety_stop")
        early = start, booking.occupied[1]
        has = (0, 0) if missed else booking.occupied
        hit = self.taken(booking.device, early, name, has)
        if hit and (missed or start < booking.occupied[0]):
            broken.add("slot_taken")
        if not broken:
            booking.status, booking.occupied, booking.out_at = "in_use", early, at
            booking.counted = [booking.period]
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
        self.hindered[booking.device] = self.now
        return set()

    def no_show(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "confirmed":
            return {"wrong_status"}
        if self.now < booking.period[0]:
            return {"not_begun"}
        booking.status = "no_show"
        own = [n for n, one in self.bookings.items() if one.company == booking.company]
        missed = [n for n in own if self.bookings[n].status == "no_show"]
        if len(set(missed) - self.forgiven) >= NO_SHOWS_TO_SUSPEND:
            self.suspend(booking.company)
        return set()

    def suspend(self, company: str) -> None:
        """No time is held for it any longer; where it waits, it waits on."""
        self.suspended.add(company)
        for wish in self.wishes.values():
            if wish.company == company and wish.status == "offered":
                wish.status = "waiting"

    def reinstate(self, company: str) -> None:
        """What was missed before does not count again."""
        self.suspended.discard(company)
        missed = [n for n, one in self.bookings.items() if one.status == "no_show"]
        self.forgiven |= {n for n in missed if self.bookings[n].company == company}

    def lift(self, stop: str) -> None:
        """The device may be booked again, unless another problem stops it."""
        self.hindered[self.stops.pop(stop)] = self.now

    def expire(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "requested":
            return {"wrong_status"}
        if self.now < booking.answer_by:
            return {"not_due"}
        booking.status, booking.counted = "expired", []
        return set()

    def miss(self, name: str) -> set[str]:
        """The worker's no-show, where nothing excuses it, then or since the hand-out was due."""
        booking = self.bookings[name]
        if booking.status != "confirmed":
            return {"wrong_status"}
        start, end = booking.period
        if self.now < min(max(start, booking.promised_at) + GRACE, end):
            return {"not_due"}
        if booking.suspected == start:
            return set()
        users = (one for one in self.bookings.values() if one.status == "in_use")
        out = any(one.device == booking.device for one in users)
        stopped = booking.device in self.stops.values()
        broken = any(of == booking.device for of, _ in self.broken.values())
        # What ends in a minute is recorded a moment after it began.
        was = self.hindered.get(booking.device, -1) >= max(start, booking.promised_at)
        if out or stopped or broken or was:
            booking.suspected = start
            return set()
        return self.no_show(name)

    def dismiss(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "confirmed":
            return {"wrong_status"}
        if booking.suspected != booking.period[0]:
            return {"not_suspected"}
        booking.status, booking.counted = "withdrawn", []
        return set()

    def withdraw(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "no_show":
            return {"wrong_status"}
        booking.status, booking.counted = "withdrawn", []
        return set()

    def correct(self, name: str, used: Span) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "returned":
            return {"wrong_status"}
        (old,) = booking.counted
        if used == old:
            return {"nothing_to_change"}
        broken = {"not_yet"} if used[1] > self.now else set()
        if used[0] < min(old[0], booking.made, booking.period[0]):
            broken.add("before_booking")
        week, (start, end) = 7 * DAY, booking.period
        if used[0] < min(old[0], start) - week or used[1] > max(old[1], end) + week:
            broken.add("use_too_far")
        for part in ((used[0], min(used[1], old[0])), (max(used[0], old[1]), used[1])):
            if part[0] < part[1] and self.in_use(booking.device, part, name):
                broken.add("use_overlaps")
        if not broken:
            booking.counted = [used]
        return broken

    def in_use(self, device: str, span: Span, but: str) -> bool:
        """Whether another booking's people had a device, or have it since, within some time."""
        for name, booking in self.bookings.items():
            if booking.device == device and name != but:
                if booking.status == "in_use" and booking.out_at < span[1]:
                    return True
                if booking.status == "returned" and overlap(booking.counted[0], span):
                    return True
        return False

    def plan_outage(self, name: str, device: str, span: Span) -> set[str]:
        """A new outage, or one that is planned already at a new time."""
        begun = self.outages.get(name, ("", (-1, -1)))[1][0]
        too_old = span[0] < self.now - DAY and span[0] != begun
        broken = {"past"} if span[1] <= self.now or too_old else set()
        for other, taken in self.held(device, name):
            booking = self.bookings.get(other)
            other_outage = booking is None and not other.startswith("wish:")
            in_use = booking is not None and booking.status == "in_use"
            if overlap(span, taken) and (other_outage or in_use):
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
            return {"before_breakdown"}
        del self.broken[name]
        self.hindered[device] = self.now
        return set()

    def displace(self, device: str, span: Span) -> None:
        """Bookings that are hit and not over lose their time; what is in use goes on.

        They wait for it if it is ahead, and whose offer is hit waits on.
        """
        hit = []
        for name, booking in self.bookings.items():
            waiting = booking.status in {"requested", "confirmed"} and booking.device == device
            if waiting and overlap(span, booking.occupied) and booking.period[1] > self.now:
                booking.status, booking.counted = "displaced", []
                hit.append((booking.period, name, booking))
        for period, name, booking in sorted(hit, key=lambda one: one[0]):
            if period[0] > self.now:
                self.wishes[f"claim-{name}"] = Wanted(
                    device,
                    booking.company,
                    period,
                    booking.occupied,
                    account=booking.account,
                    claims=name,
                )
        for wish in self.wishes.values():
            if wish.status == "offered" and wish.device == device and overlap(span, wish.occupied):
                wish.status = "waiting"
