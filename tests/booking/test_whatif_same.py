"""What if terms had been others that do not matter: everything is decided as it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from booking.whatif import WhatIf
from booking.whatif_ledger import SupposedLedger
from domain import events as e
from domain.actor import SYSTEM
from domain.deadlines import DismissNoShow, RecordMissedStart
from domain.decisions import Command, Recall
from domain.event import Event
from domain.handlers import decide
from domain.overriding import OVERRIDABLE, Override
from domain.period import Period
from domain.refusing import request_refused
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from domain.series import MOST_DATES
from domain.terms_of_use import TermsOfUse
from domain.together import Member, ReserveTogether
from tests.booking.test_whatif import Past, decided
from tests.projections.drawing import KIM, STAFF, Drawing
from tests.projections.history import History
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HEA,
    HOUR,
    LEE,
    MUDEUNG,
    NOW,
    SEALED,
    cancel,
    company,
    device,
    eleven,
    extend,
    fourteen,
    nine,
    noon,
    outage,
    reschedule,
    reserve,
    shorten,
    ten,
    thirteen,
    transfer,
)
from tests.waiting import accept, expire, join

SET_ASIDE = Override(rules=OVERRIDABLE, reason=SEALED)
TOLD_LAB = [e.AccountAdded(account_id=STAFF.account_id, role="staff")]
LEES: dict[str, Any] = {
    "by": LEE,
    "company_id": HANBIT,
    "account_id": "lee",
    "reservation_id": "r-9",
}


def a_past(**terms: Any) -> Past:
    """Of AUT-018 with `terms` and HEA-013 without any, two companies, and ENE-013 that rests."""
    return Past(
        TOLD_LAB,
        device(**terms),
        device(HEA, "healthcare"),
        device(ENE, "energy"),
        company(),
        company(HANBIT),
    )


async def the_same(past: Past) -> WhatIf:
    """Nothing is decided otherwise, were the terms of ENE-013 others, or of no device."""
    assert decided(await past.what_if()) == []
    whatif = await past.what_if(ENE, terms=TermsOfUse(horizon_days=7, maximum_minutes=30))
    assert decided(whatif) == []
    assert whatif.found.counts["steps without their booking"] == 0
    return whatif


async def test_a_claim_that_was_refused_stays_refused() -> None:
    """For more time than was lost, and twice; then its time is free for whoever booked it."""
    past = a_past()
    await past.when(reserve(nine, ten))
    await past.when(outage(nine, ten))
    await past.when(reserve(noon, fourteen, reservation_id="r-3", replaces="r-2"))
    await past.when(reserve(noon, thirteen, reservation_id="r-4", replaces="r-2"))
    await past.when(reserve(thirteen, fourteen, reservation_id="r-5", replaces="r-2"))
    await past.when(reserve(thirteen, fourteen, **LEES))
    refused = [rule for append in past.appends for rule in rules_in(append[0].event)]
    assert refused == ["claim_length", "rebooked_already"]
    assert (await the_same(past)).found.counts["left as recorded"] == 2


@pytest.mark.parametrize("status", ["reservation_unknown", "wrong_status"])
async def test_a_claim_of_what_was_not_displaced_stays_refused(status: str) -> None:
    """Of a booking that nobody made, or that stands."""
    past = a_past()
    await past.when(reserve(nine, ten))
    replaces = "r-2" if status == "wrong_status" else "r-0"
    await past.when(reserve(noon, thirteen, reservation_id="r-3", replaces=replaces))
    assert rules_in(past.appends[-1][0].event) == [status]
    await past.when(reserve(noon, thirteen, **LEES))
    await the_same(past)


@pytest.mark.parametrize(
    "command",
    [
        shorten(nine, nine + HOUR / 2, by=STAFF),
        extend(nine, thirteen, by=STAFF),
        reschedule(ten, thirteen, by=STAFF),
        transfer(by=STAFF, to_device_id=HEA),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_a_change_for_which_rules_were_set_aside_is_made_again(command: Command) -> None:
    """Shorter or longer than the terms allow, moved within the notice: staff did it with reason."""
    a_month = 30 * 24 * 60
    past = a_past(minimum_minutes=60, maximum_minutes=180, cancel_notice_minutes=a_month)
    await past.when(reserve(nine, noon, reservation_id="r-1"))
    await past.when(msgspec.structs.replace(command, override=SET_ASIDE))
    assert [one.type for one in past.appends[-1]][1:] == ["PolicyOverridden"]
    await the_same(past)


async def test_the_time_of_a_dismissed_suspicion_is_free() -> None:
    """The booking stood as confirmed until staff said that nobody was to blame."""
    past = a_past()
    await past.when(reserve(nine, noon, reservation_id="r-1"))
    missed = RecordMissedStart(by=SYSTEM, reservation_id="r-1", system_was_down=True)
    await past.when(missed, at=ten)
    await past.when(DismissNoShow(by=STAFF, reservation_id="r-1"))
    assert [append[0].type for append in past.appends[1:]] == ["NoShowSuspected", "NoShowWithdrawn"]
    await past.when(reserve(eleven, noon, **LEES))
    await the_same(past)


@pytest.mark.parametrize("rule", ["override_by_company", "no_such_time", "series_too_long"])
async def test_what_no_terms_would_have_let_pass_stays_refused(rule: str) -> None:
    """A refusal does not record the rules to be set aside, nor the time that clocks do not have."""
    past = a_past()
    await past.when(refused_by(rule))
    assert rules_in(past.appends[-1][0].event) == [rule]
    await past.when(reserve(nine, ten, **LEES))
    assert (await the_same(past)).found.counts["left as recorded"] == 1


async def test_an_offer_that_downtime_prolonged_is_accepted_then() -> None:
    """The system was down for hours when the offer ended; it had more time, and was accepted."""
    past = a_past()
    await past.when(reserve(nine, ten))
    await past.when(join(nine, ten))
    await past.when(cancel("r-2"))
    ended = past.ledger.now + DAY
    await past.when(expire(down=True), at=ended + 3 * HOUR)
    await past.when(accept(), at=ended + 4 * HOUR)
    assert past.appends[-1][0].type == "OfferAccepted"
    await the_same(past)


@pytest.mark.parametrize("seed", range(4))
async def test_any_history_with_its_refusals_is_decided_as_it_was(seed: int) -> None:
    """With claims of companies, rules that staff set aside, and suspicions that they dismiss."""
    history = await Told.of(seed, steps=200)
    whatif = WhatIf(SupposedLedger(history.ledger.read, 0, NOW), {})
    for append in history.appends:
        await whatif.hear(append)
    assert whatif.found.otherwise == []
    assert whatif.found.counts["left as recorded"] > 0


class Told(History):
    """A history in which companies' refusals are recorded."""

    def __init__(self, random: Random, now: datetime) -> None:
        # No booking starts at the very moment of a decision, which is recorded just after it.
        super().__init__(random, now + timedelta(seconds=1))
        self._drawing = Rarer(random)

    async def begin(self) -> None:
        self.ledger.append(TOLD_LAB)
        self.appends.append(self.ledger.log[:])
        await super().begin()

    async def give(self, command: Command) -> bool:
        try:
            await decide(command, Recall(self.ledger))
        except Rejected as rejected:
            if command.by.of_company:
                before = len(self.ledger.log)
                self.ledger.append([request_refused(command, rejected)], command.by.account_id)
                self.appends.append(self.ledger.log[before:])
            return False
        return await super().give(command)


class Rarer(Drawing):
    """Draws what is rare as often as all the rest."""

    def command(self, now: datetime) -> Command:
        likely = super().command(now)
        rare = (self.claim, self.change, self.transfer, self.suspect, self.dismiss)
        draw = self._random.choice((*rare, *[None] * len(rare)))
        return likely if draw is None else draw()

    def claim(self) -> Command:
        """Of a company's own person."""
        order = super().claim()
        assert isinstance(order, ReserveDevice)
        by = msgspec.structs.replace(KIM, company_id=order.company_id)
        return msgspec.structs.replace(order, by=by, override=None)

    def change(self) -> Command:
        return msgspec.structs.replace(super().change(), by=STAFF, override=SET_ASIDE)

    def transfer(self) -> Command:
        return msgspec.structs.replace(super().transfer(), by=STAFF, override=SET_ASIDE)

    def suspect(self) -> Command:
        missed = self._one("confirmed")
        return RecordMissedStart(by=SYSTEM, reservation_id=missed, system_was_down=True)

    def dismiss(self) -> Command:
        return DismissNoShow(by=STAFF, reservation_id=self._one("confirmed"))


def refused_by(rule: str) -> Command:
    """An order from nine to ten that a rule refuses under any terms."""
    if rule == "override_by_company":
        return reserve(nine, ten, override=SET_ASIDE)
    missing = "2026-11-02 02:30" if rule == "no_such_time" else None
    number = MOST_DATES + 1 if rule == "series_too_long" else 1
    one = Member(reservation_id="r-2", device_id=AUT, period=Period(nine, ten), missing=missing)
    same = [
        msgspec.structs.replace(one, reservation_id=f"r-{member}", period=later(one.period, member))
        for member in range(number)
    ]
    return ReserveTogether(
        by=KIM, members=tuple(same), company_id=MUDEUNG, account_id="kim", series_id="s-1"
    )


def later(period: Period, days: int) -> Period:
    return Period(period.start + days * DAY, period.end + days * DAY)


def rules_in(event: Event) -> list[str]:
    """The rules of a refusal; none of anything else."""
    return [one.rule for one in event.refusals] if isinstance(event, e.RequestRefused) else []
