"""What the simulator knows of the testbed: the very facts that rules recall, kept up to date.

It looks here for what people would find believable to do next; whether they may, the rules decide.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from domain import events as e
from domain.actor import Actor
from domain.agenda import OFFERS, Agenda
from domain.closures import Closures
from domain.decisions import Fact
from domain.device import Breakdown, Calibration, InHand, Service
from domain.event import Event, Recorded
from domain.period import Period, hours_by_month
from domain.quota import COUNTED, Quota
from domain.rate import Rates
from domain.rejected import Rejected
from domain.reservation import Reservation
from domain.standing import Ahead
from domain.terms import Terms


class KnownDevice:
    """A device: its terms, its agenda, and in what state it is."""

    def __init__(self, device_id: str, sector: str, keeper: str | None) -> None:
        self.device_id = device_id
        self.sector = sector
        self.keeper = keeper
        self.terms = Terms(device_id)
        self.agenda = Agenda(device_id, _ANY)
        self.service = Service(device_id)
        self.breakdown = Breakdown(device_id)
        self.in_hand = InHand(device_id)
        self.calibration = Calibration(device_id)
        self.rates = Rates(device_id)
        self.maintained_until: datetime | None = None
        self.qualified: set[str] = set()
        facts = (
            *(self.terms, self.agenda, self.service),
            *(self.breakdown, self.in_hand, self.calibration, self.rates),
        )
        self._facts = [(fact, _types(fact)) for fact in facts]

    def hear(self, recorded: Recorded) -> None:
        for fact, types in self._facts:
            if isinstance(recorded.event, types):
                fact.when(recorded.event, recorded.position)
        match recorded.event:
            case e.OutageScheduled() | e.OutageRescheduled() as event if (
                event.kind == "maintenance"
            ):
                self.maintained_until = event.occupied.end
            case e.QualificationGranted() as event:
                self.qualified.add(event.account_id)
            case e.QualificationRevoked() as event:
                self.qualified.discard(event.account_id)

    @property
    def bookable(self) -> bool:
        service = self.service
        known = self.terms.terms_version is not None
        return known and not service.suspended and not service.retired

    def forget_before(self, moment: datetime) -> None:
        """Drop entries that ended long ago; nobody will ask for that time again."""
        entries = self.agenda.entries
        for entry_id in [key for key, one in entries.items() if one.occupied.end < moment]:
            del entries[entry_id]


class KnownCompany:
    """A company: its people, and the hours that it has promised itself."""

    def __init__(self, company_id: str, sector: str, people: dict[str, Actor]) -> None:
        self.company_id = company_id
        self.sector = sector
        self.quota = Quota(company_id, sector, _ANY)
        self.people = people
        self.ahead = Ahead(company_id, _ANY.start, 1)
        self.most_ahead: int | None = None
        self.suspended = False

    def hear(self, recorded: Recorded) -> None:
        match recorded.event:
            case e.CompanySuspended():
                self.suspended = True
            case e.CompanyReinstated():
                self.suspended = False
            case e.MostAheadSet() as event:
                self.most_ahead = event.reservations
            case e.QuotaSet() | e.UsageCorrected() as event:
                self.quota.when(event, recorded.position)
            case e.ReservationEvent() | e.WaitlistEvent() as event if isinstance(event, _HOURS):
                self.quota.when(event, recorded.position)
                self.ahead.when(event, recorded.position)

    def may_book_more(self, now: datetime) -> bool:
        """Whether the company has fewer reservations ahead of it than it may."""
        starts = self.ahead.starts.values()
        return self.most_ahead is None or sum(start > now for start in starts) < self.most_ahead

    def has_room(self, sector: str, period: Period, share: float) -> bool:
        """Whether a period keeps every month within a share of its quotas."""
        return all(
            self.quota.used(month, one) + hours <= share * limit
            for month, hours in hours_by_month(period).items()
            for one in (sector, None)
            if (limit := self.quota.limits.get(one)) is not None
        )


class World:
    """Everything, folded from every event of the ledger."""

    def __init__(self) -> None:
        self.opened: e.LedgerOpened | None = None
        self.devices: dict[str, KnownDevice] = {}
        self.companies: dict[str, KnownCompany] = {}
        self.people: defaultdict[str | None, dict[str, Actor]] = defaultdict(dict)
        self.reservations: dict[str, Reservation] = {}
        self.moved_series: set[str] = set()
        self.replaced: set[str] = set()
        self.wishes: dict[str, e.WaitlistJoined] = {}
        self.offers: dict[str, e.SlotOffered | e.OfferExtended] = {}
        self.outages: dict[str, e.OutageScheduled | e.OutageRescheduled] = {}
        self.rounds: set[str] = set()
        self.closed: set[date] = set()

    def hear(self, recorded: Recorded) -> None:
        event = recorded.event
        match event:
            case e.LedgerOpened():
                self.opened = event
            case e.ClosureSet():
                self.closed.add(event.day)
            case e.ClosureRemoved():
                self.closed.discard(event.day)
            case e.OutageEvent():
                self._note_outage(event)
            case e.DeviceCommissioned():
                device_id = event.device_id
                self.devices[device_id] = KnownDevice(device_id, event.sector, event.keeper)
            case e.CompanyRegistered():
                company_id = event.company_id
                people = self.people[company_id]
                self.companies[company_id] = KnownCompany(company_id, event.sector, people)
            case e.AccountAdded() | e.RoleGranted() | e.PersonErased():
                self._hear_of_person(event)
        if isinstance(event, _RESERVATION):
            self._hear_of_reservation(recorded)
        self._pass_on(recorded)

    def _note_outage(self, event: e.OutageEvent) -> None:
        match event:
            case e.OutageScheduled() | e.OutageRescheduled():
                self.outages[event.outage_id] = event
            case e.OutageCancelled():
                self.outages.pop(event.outage_id, None)
        if isinstance(event, e.OutageScheduled) and event.series_id is not None:
            self.rounds.add(event.outage_id)

    @property
    def staff(self) -> dict[str, Actor]:
        """The laboratory's own people, auditors too."""
        return self.people[None]

    def allows(
        self, device: KnownDevice, period: Period, now: datetime, *, but: str | None = None
    ) -> bool:
        """Whether terms, calibration and agenda of a device leave room for a period.

        `but` is the reservation that would move there.
        """
        closures = Closures(period)
        closures.days = self.closed
        try:
            device.terms.require_allowed(period, now=now, closures=closures)
            if device.terms.now.calibration_required:
                device.calibration.require_valid(period)
            device.agenda.require_free(device.terms.occupied(period), but=but)
        except Rejected:
            return False
        return True

    def works_on(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.closed

    def _hear_of_wish(self, event: e.WaitlistEvent) -> None:
        match event:
            case e.WaitlistJoined():
                self.wishes[event.wish_id] = event
            case e.SlotOffered() | e.OfferExtended():
                self.offers[event.wish_id] = event
            case e.OfferWithdrawn():
                self.offers.pop(event.wish_id, None)
            case _:
                self.offers.pop(event.wish_id, None)
                self.wishes.pop(event.wish_id, None)

    def _hear_of_person(self, event: e.AccountAdded | e.RoleGranted | e.PersonErased) -> None:
        for people in self.people.values():
            people.pop(event.account_id, None)
        if not isinstance(event, e.PersonErased):
            company_id = event.company_id
            self.people[company_id][event.account_id] = Actor(
                account_id=event.account_id, role=event.role, company_id=company_id
            )

    def _hear_of_reservation(self, recorded: Recorded) -> None:
        reservation_id: str = getattr(recorded.event, "reservation_id")  # noqa: B009 - one of several
        if reservation_id not in self.reservations:
            self.reservations[reservation_id] = Reservation(reservation_id)
        reservation = self.reservations[reservation_id]
        reservation.when(recorded.event, recorded.position)
        made = reservation.made
        if made is not None and made.replaces is not None:
            self.replaced.add(made.replaces)
        series_id = made.series_id if made is not None else None
        if series_id is not None and isinstance(recorded.event, e.ReservationRescheduled):
            self.moved_series.add(series_id)

    def _pass_on(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, e.WaitlistEvent):
            self._hear_of_wish(event)
        left: str | None = getattr(getattr(event, "left", None), "device_id", None)
        # A reservation that moves to another device tells the one it leaves, too.
        for device_id in {getattr(event, "device_id", None), left}:
            if device_id in self.devices and not isinstance(event, e.RequestRefused):
                self.devices[device_id].hear(recorded)
        company_id = getattr(event, "company_id", None)
        if company_id in self.companies:
            self.companies[company_id].hear(recorded)


def _types(fact: Fact) -> tuple[type[Event], ...]:
    return tuple({kind for query in fact.queries for kind in query.types})


# Facts of a month read what their queries find; here they hear everything, whatever the month.
_ANY = Period(
    datetime.fromisoformat("2000-01-01T00:00:00+00:00"),
    datetime.fromisoformat("2000-01-02T00:00:00+00:00"),
)
_HOURS = (*COUNTED, *OFFERS)
_RESERVATION = (*COUNTED, e.UsageLogged, e.UsageCorrected)
_SATURDAY = 5
