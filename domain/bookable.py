"""Whether a device can be booked so: the one set of rules for making, moving and approving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from domain import events as e
from domain.actor import Actor
from domain.agenda import Agenda, offer_key
from domain.claims import WAIVED
from domain.closures import Closures
from domain.decisions import Recall
from domain.device import Calibration, Service
from domain.overriding import Pardon
from domain.period import Period, stamp
from domain.qualification import Qualification
from domain.quota import Quota
from domain.rejected import Rejected, Violation
from domain.safety import SafetyStop
from domain.standing import Ahead, Standing
from domain.terms import Terms
from domain.terms_of_use import TermsOfUse

LONGEST = timedelta(days=366)
"""No period is longer, whatever the terms say; it bounds the months that a decision reads."""
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as somebody would like it. `changes` is the reservation as it stands before.

    `wish` is what it was waited for as, and `offered` says that its time is held for it already.
    `gives_up` is a wish whose offer, if one stands, ends with it, so that it holds nothing more.
    `pardoned` are the rules that do not hold for it: those that the laboratory set aside.
    """

    device_id: str
    company_id: str
    account_id: str
    period: Period
    people: tuple[str, ...] = ()
    usage_type: e.UsageType = "direct"
    irb_given: bool = False
    changes: e.ReservationEvent | None = None
    wish: e.WaitlistJoined | None = None
    offered: bool = False
    gives_up: str | None = None
    running: bool = False
    pardoned: tuple[str, ...] = ()

    @property
    def but(self) -> str | None:
        """What holds the time of this plan already, as agenda and quota call it."""
        wish_id = self.gives_up if self.wish is None else self.wish.wish_id
        if wish_id is not None:
            return offer_key(wish_id)
        return None if self.changes is None else self.changes.reservation_id

    @property
    def held(self) -> Period | None:
        """What the reservation or the offer occupies already of the device."""
        if self.wish is not None and self.offered:
            return self.wish.occupied
        if self.changes is None or self.changes.device_id != self.device_id:
            return None
        return self.changes.occupied

    def occupied(self, terms: Terms) -> Period:
        """The time with its buffers. What stays where it is keeps those that it was booked with."""
        if self.wish is not None:
            return self.wish.occupied
        if self.held is not None and self.changes and self.changes.period == self.period:
            return self.held
        return terms.occupied(self.period)

    @classmethod
    def of(cls, made: e.ReservationEvent, latest: e.ReservationEvent) -> Plan:
        """The plan of a reservation as it stands."""
        return cls(
            device_id=latest.device_id,
            company_id=latest.company_id,
            account_id=latest.account_id,
            period=latest.period,
            people=getattr(made, "people", ()),
            usage_type=getattr(made, "usage_type", "direct"),
            irb_given=getattr(made, "irb_number", None) is not None,
            changes=latest,
        )

    @classmethod
    def wished(
        cls, joined: e.WaitlistJoined, *, set_aside: tuple[str, ...] = (), offered: bool = False
    ) -> Plan:
        """The plan of a wish; an offer is `running`, for it kept the notice when it was made.

        Of a displaced reservation no notice was asked then, either, and what was `set_aside` for it
        stays so.
        """
        return cls(
            device_id=joined.device_id,
            company_id=joined.company_id,
            account_id=joined.account_id,
            period=joined.period,
            people=joined.people,
            usage_type=joined.usage_type,
            irb_given=joined.irb_number is not None,
            wish=joined,
            offered=offered,
            running=offered,
            pardoned=() if joined.replaces is None else (*WAIVED, *set_aside),
        )


class Bookable(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that the rules allow, with the time that it will occupy.

    `most_ahead` is the company's limit of reservations ahead; `overridden` are the pardoned rules
    that the plan really breaks.
    """

    terms: TermsOfUse
    sector: str
    occupied: Period
    most_ahead: int | None = None
    overridden: tuple[str, ...] = ()


async def require_bookable(plan: Plan, recall: Recall) -> Bookable:
    """Holds a plan against every rule of booking; raises Rejected with all that it breaks."""
    allowed = await require_allowed(plan, recall)
    occupied, pardon = allowed.occupied, Pardon(plan.pardoned)
    agenda, quota = await recall(
        Agenda(plan.device_id, occupied), Quota(plan.company_id, allowed.sector, plan.period)
    )
    with pardon.given():
        quota.require_room(plan.period, but=plan.but)
    agenda.require_free(occupied, but=plan.but, held=plan.held)
    # Last, for it reads a year of the company's months, and most refusals are for taken time.
    await _require_room_ahead(allowed, plan, recall)
    return msgspec.structs.replace(allowed, overridden=(*allowed.overridden, *pardon.needed))


async def require_allowed(plan: Plan, recall: Recall) -> Bookable:
    """Holds a plan against every rule but taken time, quota and reservations ahead.

    These depend on what else is booked at the moment; the rest does not.
    """
    require_sane(plan.period)
    terms, service, standing, safety = await recall(
        Terms(plan.device_id),
        Service(plan.device_id),
        Standing(plan.company_id),
        SafetyStop(plan.device_id),
    )
    service.require_in_service()
    safety.require_safe()
    terms.require_known()
    standing.require_good()
    asked, occupied, pardon = terms.now, plan.occupied(terms), Pardon(plan.pardoned)
    people = (plan.account_id, *plan.people) if _must_be_qualified(asked, plan) else ()
    closures, calibration, qualification = await recall(
        Closures(plan.period),
        Calibration(plan.device_id),
        Qualification(plan.device_id, people),
    )
    _require_conditions(asked, plan)
    with pardon.given():
        terms.require_allowed(plan.period, now=recall.now, closures=closures, running=plan.running)
    if asked.calibration_required:
        calibration.require_valid(plan.period)
    if people:
        qualification.require_one(plan.period)
    return Bookable(
        terms=asked,
        sector=terms.sector,
        occupied=occupied,
        most_ahead=standing.most_ahead,
        overridden=tuple(pardon.needed),
    )


def require_sane(period: Period) -> None:
    """Refuses periods that no rule could allow, before months of them are read."""
    if period.length > LONGEST:
        raise Rejected("maximum", limit=int(LONGEST.total_seconds() // 60), actual=period.minutes)
    if period.start < EARLIEST or period.end > LATEST:
        raise Rejected("horizon", limit=LONGEST.days, actual=stamp(period.start))


def asks_approval(bookable: Bookable, by: Actor) -> bool:
    """A company's booking waits for approval where the terms say so; the laboratory's does not."""
    return bookable.terms.approval_required and by.of_company


async def _require_room_ahead(allowed: Bookable, plan: Plan, recall: Recall) -> None:
    if allowed.most_ahead is None or plan.changes is not None:
        return
    (ahead,) = await recall(Ahead(plan.company_id, recall.now, allowed.terms.horizon_days))
    ahead.require_room(allowed.most_ahead, but=plan.but)


def _must_be_qualified(terms: TermsOfUse, plan: Plan) -> bool:
    # Where the laboratory's own operator runs the device, the company's people need not be able to.
    return terms.qualification_required and plan.usage_type == "direct"


def _require_conditions(terms: TermsOfUse, plan: Plan) -> None:
    violations = []
    if terms.operator_required and plan.usage_type != "operated":
        violations.append(Violation(rule="operator", limit="operated", actual=plan.usage_type))
    if terms.irb_required and not plan.irb_given:
        violations.append(Violation(rule="irb_number"))
    if violations:
        raise Rejected(violations=violations)
