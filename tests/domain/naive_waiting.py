"""The waiting line's half of the naive rules: who waits, what is offered, and who answers."""

from __future__ import annotations

from tests.domain.naive_laboratory import NaiveTestbed
from tests.domain.naive_rules import DAY, Booking, Span, Wanted, overlap

TO_ACCEPT = DAY
MOST_WISHES = 20
OPEN = {"waiting", "offered"}


def over(wish: Wanted) -> str:
    """Why a wish that has ended is refused."""
    ends = {"accepted": "accepted_already", "rebooked": "rebooked_already"}
    return ends.get(wish.status, "wish_over")


class NaiveLine(NaiveTestbed):
    """Whatever a command did, `offer` finds out what became possible by it."""

    def join(self, name: str, device: str, company: str, account: str, period: Span) -> set[str]:
        broken = self.against_booking(device, company, period) - {"quota", "slot_taken"}
        if period[0] <= self.now:
            broken.add("past")
        occupied = self.occupied(device, period)
        if not any(overlap(occupied, span) for _, span in self.held(device)):
            broken.add("slot_free")
        for other, span in self.held(device):
            one = self.bookings.get(other) or self.wishes.get(other.removeprefix("wish:"))
            over = isinstance(one, Booking) and one.status == "returned"
            if one and overlap(occupied, span) and one.account == account and not over:
                broken.add("own_time")
        own = [
            one
            for one in self.wishes.values()
            if one.company == company and one.status in OPEN and one.period[0] > self.now
        ]
        if any(one.device == device and overlap(one.occupied, occupied) for one in own):
            broken.add("waiting_already")
        if sum(not one.claims for one in own) >= MOST_WISHES:
            broken.add("most_wishes")
        if not broken:
            self.wishes[name] = Wanted(device, company, period, occupied, account=account)
        return broken

    def accept(self, name: str, reservation: str, staff: bool) -> set[str]:
        wish = self.wishes[name]
        if wish.status == "waiting" and wish.company in self.suspended:
            return {"company_suspended"}
        if wish.status != "offered":
            return {"not_offered" if wish.status == "waiting" else over(wish)}
        if self.now >= wish.expires_at:
            return {"offer_expired"}
        broken = self.against_booking(wish.device, wish.company, wish.period, f"wish:{name}", True)
        broken -= self.aside_for(wish)
        if not broken:
            waits = self.benches[wish.device].approval and not staff
            wish.status = "accepted"
            self.replaced |= {wish.claims} - {""}
            self.bookings[reservation] = Booking(
                wish.device,
                wish.company,
                wish.period,
                wish.occupied,
                "requested" if waits else "confirmed",
                not waits,
                [wish.period],
                [],
                self.benches[wish.device].sector,
                made=self.now,
                account=wish.account,
            )
            self.bookings[reservation].asked_or_promised(self.now)
        return broken

    def leave(self, name: str) -> set[str]:
        if self.wishes[name].status not in OPEN:
            return {over(self.wishes[name])}
        self.wishes[name].status = "left"
        return set()

    def expire_offer(self, name: str, down: bool) -> set[str]:
        wish = self.wishes[name]
        if wish.status != "offered":
            return {"not_offered" if wish.status == "waiting" else over(wish)}
        if self.now < wish.expires_at:
            return {"not_due"}
        if down and wish.period[0] > self.now:
            wish.expires_at = min(self.now + TO_ACCEPT, wish.period[0])
        else:
            wish.status = "expired"
        return set()

    def pass_wish(self, name: str) -> set[str]:
        wish = self.wishes[name]
        if wish.status != "waiting":
            return {"offer_stands" if wish.status == "offered" else over(wish)}
        if self.now < wish.period[0]:
            return {"not_due"}
        wish.status = "passed"
        return set()

    def aside_for(self, wish: Wanted) -> frozenset[str]:
        """What was set aside for the booking whose time it was."""
        lost = self.bookings.get(wish.claims)
        return lost.aside if lost else frozenset()

    def offer(self) -> list[str]:
        """Who is offered a time now, in the order of joining but the displaced before all others:
        no wish waits for what is free and could be booked, whatever stood in its way before.
        """
        offered = []
        for name, wish in sorted(self.wishes.items(), key=lambda one: not one[1].claims):
            ahead = wish.status == "waiting" and wish.period[0] > self.now
            broken = self.against_booking(wish.device, wish.company, wish.period)
            if ahead and broken <= self.aside_for(wish):
                wish.status, offered = "offered", [*offered, name]
                wish.expires_at = min(self.now + TO_ACCEPT, wish.period[0])
        return offered
