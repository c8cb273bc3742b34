"""Draws commands at random, likely ones and unlikely ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.calibration import NoticeCalibrationDue
from domain.changes import (
    ExtendReservation,
    RescheduleReservation,
    ShortenReservation,
    TransferReservation,
)
from domain.companies import (
    RemoveClosure,
    SetClosure,
    SetMostAhead,
    SetQuota,
    SuspendCompany,
)
from domain.deadlines import DismissNoShow, ExpireRequest, RecordMissedStart, RecordOverdue
from domain.decisions import Command
from domain.devices import ResumeDevice, SuspendDevice
from domain.event import Event
from domain.maintenance import RecordCalibration, ReportProblem, ResolveProblem, TriageProblem
from domain.outages import (
    CancelOutage,
    ExtendBreakdown,
    RepairDevice,
    ReportBreakdown,
    RescheduleOutage,
    ScheduleOutage,
)
from domain.overriding import Override
from domain.period import Period
from domain.reservation import status_after
from domain.reservations import (
    ApproveReservation,
    CancelReservation,
    DeclineReservation,
    ReserveDevice,
)
from domain.sealed import Sealed
from domain.text import Text
from domain.usage import (
    CorrectUsage,
    HandOutDevice,
    RecordNoShow,
    ReturnDevice,
    WaiveUsage,
    WithdrawNoShow,
)
from domain.waiting import AcceptOffer, ExpireOffer, JoinWaitlist, LeaveWaitlist, PassWish

KIM = Actor(account_id="kim", role="member", company_id="mudeung")
STAFF = Actor(account_id="staff-1", role="staff")
DEVICES = {"AUT-018": "automotive", "HEA-013": "healthcare"}
COMPANIES = ("mudeung", "hanbit")
HALF_HOUR = timedelta(minutes=30)
SEALED = Sealed(key="kim", box="c2VhbGVk")
TEXT = Text(ko="장비", en="Device")


class Drawing:
    """Draws commands for a moment `now`, mostly about what was made lately and can still change."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = datetime.min.replace(tzinfo=UTC)
        self._made: dict[str, list[str]] = {}
        self._latest: dict[str, e.ReservationEvent] = {}
        self._statuses: dict[str, str] = {}
        self._wishes: dict[str, e.WaitlistEvent] = {}

    def minutes(self) -> int:
        """How long until somebody does something again."""
        return self._random.choice((1, 5, 30, 120))

    def command(self, now: datetime) -> Command:
        self._now = now
        return self._random.choice(_DRAWS)(self)

    def hear(self, event: Event) -> None:
        """What came of a command."""
        if isinstance(event, _WISH_ENDED):
            self._wishes.pop(event.wish_id, None)
        elif isinstance(event, e.WaitlistEvent) and not isinstance(event, e.OfferExtended):
            self._wishes[event.wish_id] = event
        if isinstance(event, e.ReservationEvent):
            self._latest[event.reservation_id] = event
            status: str | None = status_after(event)
            if isinstance(event, e.NoShowWithdrawn):
                status = "withdrawn"
            if status is not None:
                self._statuses[event.reservation_id] = status

    def reserve(self) -> Command:
        company_id = self._random.choice(COMPANIES)
        reservation_id = self._new("r")
        return ReserveDevice(
            by=Actor(account_id="kim", role="member", company_id=company_id),
            reservation_id=reservation_id,
            device_id=self._device(),
            company_id=company_id,
            account_id="kim",
            period=self._period(),
            purpose=SEALED,
            people=("kim", "lee"),
        )

    def claim(self) -> Command:
        """A displaced booking's claim on another time."""
        displaced = self._latest.get(self._one("displaced"))
        if displaced is None:
            return self.reserve()
        return ReserveDevice(
            by=STAFF,
            reservation_id=self._new("r"),
            device_id=self._device(),
            company_id=displaced.company_id,
            account_id="kim",
            period=self._period(),
            override=Override(rules=("minimum", "quota"), reason=SEALED),
            replaces=displaced.reservation_id,
        )

    def change(self) -> Command:
        kinds = (RescheduleReservation, ShortenReservation, ExtendReservation)
        kind = self._random.choice(kinds)
        reservation_id = self._one("requested", "confirmed", "in_use")
        latest = self._latest.get(reservation_id)
        period = latest.period if latest else self._period()
        if kind is RescheduleReservation:
            period = self._period()
        elif kind is ExtendReservation:
            period = Period(period.start, period.end + HALF_HOUR)
        elif period.length > HALF_HOUR:
            period = Period(period.start, period.end - HALF_HOUR)
        return kind(by=KIM, reservation_id=reservation_id, period=period)

    def transfer(self) -> Command:
        to = self._random.choice(({"to_device_id": self._device()}, {"to_account_id": "lee"}))
        reservation_id = self._one("requested", "confirmed")
        return TransferReservation(by=KIM, reservation_id=reservation_id, **to)

    def answer(self) -> Command:
        reservation_id = self._one("requested")
        if self._random.random() < 0.8:
            return ApproveReservation(by=STAFF, reservation_id=reservation_id)
        return DeclineReservation(by=STAFF, reservation_id=reservation_id, reason=SEALED)

    def give_up(self) -> Command:
        reservation_id = self._one("requested", "confirmed")
        return CancelReservation(by=KIM, reservation_id=reservation_id, reason=SEALED)

    def use(self) -> Command:
        if self._random.random() < 0.5:
            return ReturnDevice(by=STAFF, reservation_id=self._one("in_use"))
        return HandOutDevice(
            by=STAFF, reservation_id=self._one("confirmed", "no_show", "withdrawn")
        )

    def fall_due(self) -> Command:
        """What the worker would decide, whether it is due or not."""
        down = self._random.random() < 0.5
        missed = self._one("confirmed")
        choices: tuple[Command, ...] = (
            ExpireRequest(by=SYSTEM, reservation_id=self._one("requested")),
            RecordMissedStart(by=SYSTEM, reservation_id=missed, system_was_down=down),
            RecordOverdue(by=SYSTEM, reservation_id=self._one("in_use")),
            DismissNoShow(by=STAFF, reservation_id=missed),
            NoticeCalibrationDue(by=SYSTEM, device_id=self._device()),
        )
        return self._random.choice(choices)

    def wait(self) -> Command:
        """For time like that of a booking that stands."""
        latest = self._latest.get(self._one("requested", "confirmed"))
        if latest is None:
            return self.reserve()
        company_id = self._random.choice(COMPANIES)
        return JoinWaitlist(
            by=Actor(account_id="lee", role="member", company_id=company_id),
            wish_id=self._new("w"),
            device_id=latest.device_id,
            company_id=company_id,
            account_id="lee",
            period=latest.period,
            purpose=SEALED,
        )

    def free(self) -> Command:
        """Often what somebody waits for."""
        waited = [wish.period for wish in self._wishes.values()]
        hit = [
            name
            for name, latest in self._latest.items()
            if self._statuses.get(name) in ("requested", "confirmed")
            if any(latest.period.overlaps(period) for period in waited)
        ]
        if not hit:
            return self.give_up()
        return CancelReservation(by=KIM, reservation_id=self._random.choice(hit))

    def answer_offer(self) -> Command:
        """Or what the worker would say to it, whether it is due or not."""
        offered = [name for name, wish in self._wishes.items() if isinstance(wish, e.SlotOffered)]
        wish_id = self._random.choice(offered[-3:] or ["none"])
        down = self._random.random() < 0.3
        begun = [name for name, one in self._wishes.items() if one.period.start <= self._now]
        choices: tuple[Command, ...] = (
            *[AcceptOffer(by=STAFF, wish_id=wish_id, reservation_id=self._new("r"))] * 2,
            ExpireOffer(by=SYSTEM, wish_id=wish_id, system_was_down=down),
            LeaveWaitlist(by=STAFF, wish_id=self._random.choice([wish_id, self._id("w")])),
            PassWish(by=SYSTEM, wish_id=self._random.choice(begun or [wish_id])),
        )
        return self._random.choice(choices)

    def settle(self) -> Command:
        returned = self._one("returned")
        choices: tuple[Command, ...] = (
            RecordNoShow(by=STAFF, reservation_id=self._one("confirmed")),
            WithdrawNoShow(by=STAFF, reservation_id=self._one("no_show")),
            self._correction(returned),
            WaiveUsage(by=STAFF, reservation_id=self._one("returned"), reason=SEALED),
        )
        return self._random.choice(choices)

    def _correction(self, reservation_id: str) -> Command:
        """Less than was logged, a little more, or other figures alone."""
        back = self._latest.get(reservation_id)
        used = None
        if isinstance(back, e.DeviceReturned) and self._random.random() < 0.7:
            end = back.handed_out_at + (back.at - back.handed_out_at) * self._random.uniform(0.2, 2)
            used = Period(back.handed_out_at, end)
        samples = self._random.randint(0, 9)
        return CorrectUsage(
            by=STAFF, reservation_id=reservation_id, used=used, samples=samples, reason=SEALED
        )

    def plan_outage(self) -> Command:
        period = self._period()
        start = period.start - timedelta(hours=self._random.choice((0, 0, 20)))
        plan = {"by": STAFF, "period": Period(start, period.end)}
        choice = self._random.random()
        if choice < 0.3:
            return CancelOutage(by=STAFF, outage_id=self._id("o"))
        if choice < 0.6:
            return RescheduleOutage(outage_id=self._id("o"), **plan)
        return ScheduleOutage(
            device_id=self._device(), outage_id=self._new("o"), kind="maintenance", **plan
        )

    def break_down(self) -> Command:
        device_id = self._device()
        until = self._now + timedelta(hours=self._random.randint(1, 40))
        choice = self._random.random()
        if choice < 0.4:
            return RepairDevice(by=STAFF, device_id=device_id)
        if choice < 0.7:
            return ExtendBreakdown(by=STAFF, device_id=device_id, expected_until=until)
        breakdown_id = self._new("b")
        return ReportBreakdown(
            by=STAFF, device_id=device_id, breakdown_id=breakdown_id, expected_until=until
        )

    def look_after(self) -> Command:
        device_id = self._device()
        choices: tuple[Command, ...] = (
            ReportProblem(by=STAFF, device_id=device_id, problem_id=self._new("p"), text=SEALED),
            ResolveProblem(by=STAFF, device_id=device_id, problem_id=self._id("p")),
            TriageProblem(by=STAFF, device_id=device_id, problem_id=self._id("p"), urgency="low"),
            SuspendDevice(by=STAFF, device_id="HEA-013"),
            ResumeDevice(by=STAFF, device_id="HEA-013"),
            ResumeDevice(by=STAFF, device_id="HEA-013"),
            RecordCalibration(
                by=STAFF,
                device_id=device_id,
                certificate="KC-1",
                valid_until=self._now + timedelta(days=365),
            ),
        )
        return self._random.choice(choices)

    def govern(self) -> Command:
        day = (self._now + timedelta(days=self._random.randint(1, 3))).date()
        company_id = self._random.choice(COMPANIES)
        hours = self._random.choice((300.0, None))
        choices: tuple[Command, ...] = (
            SetClosure(by=STAFF, day=day, name=TEXT),
            RemoveClosure(by=STAFF, day=day),
            SetQuota(by=STAFF, company_id=company_id, sector="automotive", hours=hours),
            SetMostAhead(by=STAFF, company_id=company_id, reservations=40),
            SuspendCompany(by=STAFF, company_id="nobody"),
        )
        return self._random.choice(choices)

    def _period(self) -> Period:
        start = self._now.replace(minute=0, second=0, microsecond=0)
        start += HALF_HOUR * self._random.randint(1, 60)
        return Period(start, start + HALF_HOUR * self._random.randint(1, 8))

    def _device(self) -> str:
        return self._random.choice(tuple(DEVICES))

    def _new(self, kind: str) -> str:
        ids = self._made.setdefault(kind, [])
        ids.append(f"{kind}-{len(ids) + 1}")
        return ids[-1]

    def _id(self, kind: str) -> str:
        return self._random.choice(self._made.get(kind, ["none"])[-5:])

    def _one(self, *statuses: str) -> str:
        """A reservation of the newest that stand so."""
        ids = [name for name, status in self._statuses.items() if status in statuses]
        return self._random.choice(ids[-6:] or ["none"])


_WISH_ENDED = e.OfferAccepted | e.OfferExpired | e.WaitlistLeft | e.WaitlistPassed
_DRAWS = (
    *[Drawing.reserve] * 5,
    *[Drawing.use] * 8,
    *[Drawing.answer] * 2,
    *[Drawing.change] * 2,
    Drawing.transfer,
    Drawing.give_up,
    Drawing.claim,
    Drawing.settle,
    *[Drawing.fall_due] * 2,
    *[Drawing.wait] * 2,
    Drawing.free,
    *[Drawing.answer_offer] * 2,
    Drawing.plan_outage,
    Drawing.break_down,
    Drawing.look_after,
    Drawing.govern,
)
