"""The rules once more, as simply as they can be said: plain lists and minutes, nothing shared.

Times are whole minutes since midnight of 30 October 2026 in Seoul. Every method answers the set of
rules that its command breaks, and changes the lists when that set is empty. The real rules may
name any of these rules when they refuse, and have to accept when there are none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DAY = 24 * 60
MONTHS = {"2026-10": (-30 * DAY, 2 * DAY), "2026-11": (2 * DAY, 32 * DAY)}
LONGEST, SLOT = 2 * DAY, 30
TO_ANSWER = 2 * DAY
Span = tuple[int, int]


@dataclass
class Bench:
    """A device: its sector, buffers, notice for cancelling, and whether staff approve."""

    sector: str
    before: int
    after: int
    cancel_notice: int
    approval: bool


@dataclass
class Booking:
    """A reservation. `counted` is what it costs of the quota, `lost` what was given back late.

    `aside` are the rules that were set aside for it and the time that it has.
    """

    device: str
    company: str
    period: Span
    occupied: Span
    status: str
    promised: bool
    counted: list[Span] = field(default_factory=list)
    lost: list[tuple[str, Span]] = field(default_factory=list)
    sector: str = ""
    made: int = 0
    out_at: int = 0
    answer_by: int = 0
    promised_at: int = 0
    suspected: int | None = None
    account: str = "kim"
    aside: frozenset[str] = frozenset()

    def asked_or_promised(self, now: int) -> None:
        """A request is due for an answer from now on, a promise for a hand-out."""
        start, end = self.period
        self.answer_by = min(now + TO_ANSWER, start if start > now else end)
        self.promised_at = now


@dataclass
class Wanted:
    """Time that a company waits for: waiting, offered, accepted, expired or left.

    `claims` is the displaced booking whose time it was.
    """

    device: str
    company: str
    period: Span
    occupied: Span
    status: str = "waiting"
    expires_at: int = 0
    account: str = "kim"
    claims: str = ""


def overlap(one: Span, other: Span) -> int:
    """The minutes that two spans have in common; spans that touch have none."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


class NaiveRules:
    """Everything that is booked, planned and broken, in dictionaries by id."""

    def __init__(self, benches: dict[str, Bench]) -> None:
        self.benches = benches
        self.now = 0
        self.bookings: dict[str, Booking] = {}
        self.wishes: dict[str, Wanted] = {}
        self.outages: dict[str, tuple[str, Span]] = {}
        self.broken: dict[str, tuple[str, Span]] = {}
        self.quotas: dict[tuple[str, str | None], float | None] = {}
        self.suspended: set[str] = set()
        self.stops: dict[str, str] = {}
        self.hindered: dict[str, int] = {}
        self.replaced: set[str] = set()
        self.forgiven: set[str] = set()

    def used(self, company: str, month: str, sector: str | None, but: str = "") -> int:
        """Minutes that count against a quota."""
        total = 0
        for name, booking in self.bookings.items():
            if booking.company == company:
                for of, span in booking.lost:
                    total += overlap(span, MONTHS[month]) if sector in (None, of) else 0
                if name != but and sector in (None, booking.sector):
                    total += sum(overlap(span, MONTHS[month]) for span in booking.counted)
        for name, wish in self.wishes.items():
            counts = sector in (None, self.benches[wish.device].sector) and f"wish:{name}" != but
            if counts and wish.company == company and wish.status == "offered":
                total += overlap(wish.period, MONTHS[month])
        return total

    def taken(self, device: str, wanted: Span, but: str = "", has: Span = (0, 0)) -> bool:
        """Whether time is not free. Late uses and breakdowns may have run into what one `has`."""
        for name, span in self.held(device, but):
            booking = self.bookings.get(name)
            planned = (
                name in self.outages
                or name.startswith("wish:")
                or (booking is not None and booking.status in {"requested", "confirmed"})
            )
            mine = max(wanted[0], has[0]), min(wanted[1], has[1])
            if overlap(wanted, span) > (0 if planned else overlap(mine, span)):
                return True
        return False

    def held(self, device: str, but: str = "") -> list[tuple[str, Span]]:
        """What holds a device's time, returned uses with their buffer included."""
        holding = {"requested", "confirmed", "in_use", "returned"}
        return [
            *(
                (i, b.occupied)
                for i, b in self.bookings.items()
                if b.device == device and b.status in holding and i != but
            ),
            *(
                (f"wish:{i}", one.occupied)
                for i, one in self.wishes.items()
                if one.device == device and one.status == "offered" and f"wish:{i}" != but
            ),
            *((i, span) for i, (of, span) in self.outages.items() if of == device and i != but),
            *((i, span) for i, (of, span) in self.broken.items() if of == device),
        ]

    def occupied(self, device: str, period: Span) -> Span:
        bench = self.benches[device]
        return period[0] - bench.before, period[1] + bench.after

    def against_booking(
        self, device: str, company: str, period: Span, but: str = "", running: bool = False
    ) -> set[str]:
        """The rules that a booking of this time would break."""
        broken = {"company_suspended"} if company in self.suspended else set()
        if device in self.stops.values():
            broken.add("safety_stop")
        if period[1] - period[0] > LONGEST:
            broken.add("maximum")
        if not running and period[0] <= self.now - SLOT:
            broken.add("past")
        sector = self.benches[device].sector
        for month, span in MONTHS.items():
            for of in (sector, None):
                limit = self.quotas.get((company, of))
                minutes = self.used(company, month, of, but) + overlap(period, span)
                if limit is not None and overlap(period, span) and minutes > limit * 60:
                    broken.add("quota")
        wanted, has, before = self.occupied(device, period), (0, 0), self.bookings.get(but)
        if before is not None and before.device == device:
            has = before.occupied
            wanted = has if before.period == period else wanted
        if but.startswith("wish:"):
            has = wanted
        if self.taken(device, wanted, but, has):
            broken.add("slot_taken")
        return broken

    def too_late(self, booking: Booking) -> bool:
        notice = self.benches[booking.device].cancel_notice
        return booking.promised and self.now > booking.period[0] - notice

    def reserve(
        self,
        name: str,
        device: str,
        company: str,
        period: Span,
        staff: bool,
        *,
        pardoned: frozenset[str] = frozenset(),
    ) -> set[str]:
        against = self.against_booking(device, company, period)
        broken = against - pardoned
        if not broken:
            bench = self.benches[device]
            waits = bench.approval and not staff
            status = "requested" if waits else "confirmed"
            self.bookings[name] = Booking(
                device,
                company,
                period,
                self.occupied(device, period),
                status,
                not waits,
                [period],
                [],
                bench.sector,
                made=self.now,
                aside=frozenset(against),
            )
            self.bookings[name].asked_or_promised(self.now)
        return broken

    def rebook(self, old: str, name: str, device: str, period: Span) -> set[str]:
        """Again, elsewhere, once: in place of a booking that was displaced."""
        booking = self.bookings[old]
        if booking.status != "displaced":
            return {"wrong_status"}
        if old in self.replaced:
            return {"rebooked_already"}
        if period[1] - period[0] > booking.period[1] - booking.period[0]:
            return {"claim_length"}
        wish = self.wishes.get(f"claim-{old}")
        status = wish.status if wish else ""
        if wish and status in {"waiting", "offered"}:
            wish.status = "rebooked"
        broken = self.reserve(name, device, booking.company, period, staff=True)
        if not broken:
            self.replaced.add(old)
        elif wish:
            wish.status = status
        return broken

    def answer(self, name: str, yes: bool, *, pardoned: frozenset[str] = frozenset()) -> set[str]:
        booking = self.bookings[name]
        if booking.status != "requested":
            return {"wrong_status"}
        if not yes:
            booking.status, booking.counted = "declined", []
            return set()
        broken = {"past"} if booking.period[1] <= self.now else set()
        against = self.against_booking(booking.device, booking.company, booking.period, name, True)
        broken |= against - pardoned - booking.aside
        if not broken:
            booking.status, booking.promised = "confirmed", True
            booking.aside |= against
            booking.asked_or_promised(self.now)
        return broken

    def cancel(self, name: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status not in {"requested", "confirmed"}:
            return {"wrong_status"}
        if booking.status == "confirmed" and booking.period[1] <= self.now:
            return {"past"}
        if not self.too_late(booking):
            booking.counted = []
        booking.status = "cancelled"
        return set()

    def move(
        self,
        name: str,
        device: str,
        period: Span,
        staff: bool,
        *,
        pardoned: frozenset[str] = frozenset(),
    ) -> set[str]:
        """To another time or another device; a colleague's taking over is `hand_on`."""
        booking = self.bookings[name]
        if booking.status not in {"requested", "confirmed"}:
            return {"wrong_status"}
        if (device, period) == (booking.device, booking.period):
            return {"nothing_to_change"}
        against = self.against_booking(device, booking.company, period, name)
        broken = against | ({"change_notice"} if self.too_late(booking) else set())
        broken -= pardoned
        if not broken:
            bench = self.benches[device]
            open_request = booking.status == "requested"
            asks = bench.approval and (open_request or not staff)
            booking.status = "requested" if asks else "confirmed"
            booking.promised = booking.status == "confirmed"
            booking.made = booking.made if booking.device == device else self.now
            booking.device, booking.sector, booking.period = device, bench.sector, period
            booking.occupied, booking.counted = self.occupied(device, period), [period]
            booking.aside = frozenset(against)
            booking.asked_or_promised(self.now)
        return broken

    def hand_on(self, name: str, account: str) -> set[str]:
        booking = self.bookings[name]
        if booking.status not in {"requested", "confirmed"}:
            return {"wrong_status"}
        broken = self.against_booking(booking.device, booking.company, booking.period, name, True)
        broken -= booking.aside
        if not broken:
            booking.account = account
            booking.asked_or_promised(self.now)
        return broken

    def shorten(self, name: str, period: Span) -> set[str]:
        booking = self.bookings[name]
        if booking.status not in {"requested", "confirmed", "in_use"}:
            return {"wrong_status"}
        old, in_use = booking.period, booking.status == "in_use"
        within = old[0] <= period[0] < period[1] <= old[1]
        if not within or period == old or (in_use and period[0] != old[0]):
            return {"not_shorter"}
        broken = {"past"} if period[1] <= self.now else set()
        if not broken:
            if self.too_late(booking) and not in_use:
                booking.lost += [(booking.sector, (old[0], period[0]))]
                booking.lost += [(booking.sector, (period[1], old[1]))]
            start, end = self.occupied(booking.device, period)
            booking.occupied = (booking.occupied[0] if in_use else start, end)
            booking.period, booking.counted = period, [period]
        return broken

    def extend(self, name: str, end: int, staff: bool) -> set[str]:
        booking = self.bookings[name]
        if booking.status not in {"requested", "confirmed", "in_use"}:
            return {"wrong_status"}
        if end <= booking.period[1]:
            return {"not_longer"}
        period = booking.period[0], end
        if (end if booking.status == "in_use" else booking.period[1]) <= self.now:
            return {"past"}
        broken = self.against_booking(booking.device, booking.company, period, name, True)
        if booking.status == "in_use" and self.benches[booking.device].approval and not staff:
            broken.add("extension_by_staff")
        if not broken:
            start, until = self.occupied(booking.device, period)
            if booking.status == "in_use":
                start = booking.occupied[0]
            elif self.benches[booking.device].approval and not staff:
                booking.status = "requested"
            booking.period, booking.occupied, booking.counted = period, (start, until), [period]
            booking.aside = frozenset()
            booking.asked_or_promised(self.now)
        return broken
