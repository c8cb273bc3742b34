"""What if other terms had held: which recorded requests would have been decided otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from booking.whatif import WhatIf
from booking.whatif_answer import Otherwise
from booking.whatif_ledger import SupposedLedger
from domain import events as e
from domain.companies import SuspendCompany
from domain.decisions import Command, Query, Recall
from domain.event import Event, Recorded
from domain.handlers import decide
from domain.outages import CancelOutage
from domain.period import Period
from domain.refusing import request_refused
from domain.rejected import Rejected
from domain.terms_of_use import TermsOfUse
from domain.waiting import AcceptOffer
from tests.in_memory import InMemoryLedger
from tests.projections.drawing import STAFF
from tests.projections.history import History
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HOUR,
    KIM,
    LEE,
    MUDEUNG,
    NOW,
    approve,
    break_down,
    cancel,
    company,
    decline,
    device,
    eleven,
    extend,
    hand_out,
    nine,
    noon,
    outage,
    reschedule,
    reserve,
    seventeen,
    take_back,
    ten,
    thirteen,
)
from tests.waiting import join

SHORT: dict[str, Any] = {"maximum_minutes": 60}
LONG = TermsOfUse(maximum_minutes=480)


class Past:
    """A recorded past: commands that were given, refusals included, after what was there before."""

    def __init__(self, *before: list[Event]) -> None:
        self.ledger = InMemoryLedger(NOW)
        self.ledger.append(event for events in before for event in events)
        self.start = len(self.ledger.log)
        self.appends: list[list[Recorded]] = []

    async def when(self, command: Command, at: datetime | None = None) -> Past:
        """A command was given; a company's refusal was recorded."""
        self.ledger.now = at or self.ledger.now + HOUR / 60
        try:
            happened = await decide(command, Recall(self.ledger))
        except Rejected as rejected:
            happened = [request_refused(command, rejected)]
        before = len(self.ledger.log)
        self.ledger.append(happened, by=command.by.account_id)
        self.appends.append(self.ledger.log[before:])
        return self

    async def what_if(self, device_id: str = AUT, **terms: TermsOfUse) -> WhatIf:
        """The same, had the terms of AUT-018 (or another device, or of none) been others."""
        proposed = {device_id: terms["terms"]} if terms else {}
        whatif = WhatIf(SupposedLedger(self.ledger.read, self.start, NOW), proposed)
        await whatif.begin()
        for append in self.appends:
            await whatif.hear(append)
        return whatif


def decided(whatif: WhatIf) -> list[tuple[Any, ...]]:
    """Who asked, with the outcomes and rules of what was decided otherwise."""
    return [
        (one.company_id, one.recorded, one.proposed, one.rules) for one in whatif.found.otherwise
    ]


async def test_a_longer_maximum_turns_a_refusal_into_a_booking_that_takes_a_later_ones_slot() -> (
    None
):
    """Three hours were refused and one of them lent to another company, who now comes too late."""
    past = Past(device(**SHORT), company(), company(HANBIT))
    await past.when(reserve(nine, noon))
    other = {"by": LEE, "company_id": HANBIT, "account_id": "lee", "reservation_id": "r-3"}
    await past.when(reserve(ten, eleven, **other))
    await past.when(hand_out("r-3", at=ten), at=ten)
    await past.when(take_back("r-3", at=eleven), at=eleven)
    same = await past.what_if()
    assert (same.found.otherwise, same.found.counts["requests"]) == ([], 2)
    assert same.uses.by_device() == {AUT: [Period(ten, eleven)]}
    whatif = await past.what_if(terms=LONG)
    refused, taken = whatif.found.otherwise
    assert refused == Otherwise(
        position=past.start + 1,
        asked_at=past.appends[0][0].recorded_at,
        request="ReserveDevice",
        reservation_id="r-2",
        device_id=AUT,
        company_id=MUDEUNG,
        period=Period(nine, noon),
        recorded="refused",
        proposed="booked",
        rules=("maximum",),
    )
    assert decided(whatif)[1] == (HANBIT, "booked", "refused", ("slot_taken",))
    assert taken.reservation_id == "r-3"
    assert whatif.uses.by_device() == {AUT: [Period(nine, noon)]}
    assert whatif.found.counts["steps without their booking"] == 2


async def test_a_shorter_maximum_refuses_what_was_booked_and_frees_its_time() -> None:
    """Who was refused the taken time gets it; cancelling what never was is no step."""
    past = Past(device(), company(), company(HANBIT))
    await past.when(reserve(nine, noon))
    other = {"by": LEE, "company_id": HANBIT, "account_id": "lee", "reservation_id": "r-3"}
    await past.when(reserve(ten, eleven, **other))
    await past.when(cancel("r-2"))
    whatif = await past.what_if(terms=TermsOfUse(maximum_minutes=120))
    assert decided(whatif) == [
        (MUDEUNG, "booked", "refused", ("maximum",)),
        (HANBIT, "refused", "booked", ("slot_taken",)),
    ]
    assert whatif.uses.by_device() == {AUT: [Period(ten, eleven)]}


async def test_changes_are_decided_once_more() -> None:
    """An extension that was refused is allowed, one that was allowed is refused."""
    past = Past(device(maximum_minutes=120), company())
    await past.when(reserve(nine, ten, reservation_id="r-1"))
    await past.when(extend(nine, noon))
    longer = await past.what_if(terms=LONG)
    assert decided(longer) == [(MUDEUNG, "refused", "changed", ("maximum",))]
    await past.when(extend(nine, eleven))
    await past.when(reschedule(noon, noon + 2 * HOUR))
    shorter = await past.what_if(terms=TermsOfUse(maximum_minutes=60))
    assert decided(shorter) == [
        (MUDEUNG, "changed", "refused", ("maximum",)),
        (MUDEUNG, "changed", "refused", ("maximum",)),
    ]
    assert shorter.found.counts["changed → refused"] == 2


async def test_approvals_follow_as_recorded_and_where_there_was_none_are_given() -> None:
    """With approval a booking waits and is approved at once; without it nothing waits."""
    past = Past(device(), company())
    await past.when(reserve(nine, ten))
    asks = await past.what_if(terms=TermsOfUse(approval_required=True))
    assert decided(asks) == [(MUDEUNG, "booked", "waits for approval", ())]
    past = Past(device(approval_required=True), company())
    await past.when(reserve(nine, ten, reservation_id="r-1"))
    await past.when(approve("r-1"))
    await past.when(reserve(ten, eleven, reservation_id="r-2"))
    await past.when(decline("r-2"))
    await past.when(reserve(ten, eleven, reservation_id="r-4"))
    assert (await past.what_if()).found.otherwise == []
    free = await past.what_if(terms=TermsOfUse())
    assert decided(free) == [
        (MUDEUNG, "waits for approval", "booked", ()),
        (MUDEUNG, "waits for approval", "booked", ()),
        (MUDEUNG, "waits for approval", "refused", ("slot_taken",)),
    ]


async def test_an_outage_displaces_what_it_would_have_hit() -> None:
    """A booking that only the proposal has is displaced, and its use with it."""
    past = Past(device(**SHORT), company())
    await past.when(reserve(nine, noon))
    await past.when(outage(eleven, seventeen))
    await past.when(break_down(nine + DAY), at=seventeen)
    whatif = await past.what_if(terms=LONG)
    assert decided(whatif) == [(MUDEUNG, "refused", "booked", ("maximum",))]
    assert whatif.uses.by_device() == {}


async def test_the_first_claim_is_decided_once_more() -> None:
    """Displaced, offered its time again and accepted; where it was never booked, nothing waits."""
    past = Past(device(), company(), company(HANBIT))
    await past.when(reserve(nine, eleven))
    await past.when(outage(nine, eleven))
    await past.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await past.when(AcceptOffer(by=KIM, wish_id="claim-r-2", reservation_id="r-9"))
    await past.when(reserve(noon, thirteen, reservation_id="r-4"))
    await past.when(outage(noon, thirteen, "o-2"))
    again = reserve(thirteen, thirteen + HOUR, reservation_id="r-5", replaces="r-4")
    await past.when(again)
    assert [append[0].type for append in past.appends].count("RequestRefused") == 0
    assert (await past.what_if()).found.otherwise == []
    short = await past.what_if(terms=TermsOfUse(**SHORT))
    refused = (MUDEUNG, "booked", "refused")
    assert decided(short) == [(*refused, ("maximum",)), (*refused, ("wish_unknown",))]


async def test_terms_that_were_set_later_do_not_end_the_proposal() -> None:
    """The proposed terms hold to the end, whatever was set meanwhile."""
    past = Past(device(**SHORT), company())
    later = e.TermsSet(device_id=AUT, sector="automotive", terms=TermsOfUse(maximum_minutes=30))
    past.ledger.append([later])
    past.appends.append(past.ledger.log[-1:])
    await past.when(reserve(nine, noon))
    whatif = await past.what_if(terms=LONG)
    assert decided(whatif) == [(MUDEUNG, "refused", "booked", ("maximum",))]


async def test_reservations_long_over_are_forgotten() -> None:
    """What ended more than a year ago takes no memory, and nothing asks for it."""
    past = Past(device(), company())
    await past.when(reserve(nine, ten))
    ledger = SupposedLedger(past.ledger.read, past.start, NOW)
    whatif = WhatIf(ledger, {})
    await whatif.hear(past.appends[0])
    ledger.now = thirteen + 500 * DAY
    ledger.forget()
    query = Query(types=(e.ReservationConfirmed,), tags=("reservation:r-2",))
    assert (await ledger.read([query], None)).events == []


@pytest.mark.parametrize("seed", range(6))
async def test_the_terms_of_then_decide_as_then(seed: int) -> None:
    """Any made-up history, decided once more under its own terms, is the same history."""
    history = await History.of(seed, steps=150)
    whatif = WhatIf(SupposedLedger(history.ledger.read, 0, NOW), {})
    staff = InMemoryLedger(history.log[0].recorded_at)
    # Every other history's staff came to the laboratory from a company.
    former = MUDEUNG if seed % 2 else None
    staff.append([e.AccountAdded(account_id=STAFF.account_id, role="staff", company_id=former)])
    staff.append([e.RoleGranted(account_id=STAFF.account_id, role="staff")])
    for append in (staff.log, *history.appends):
        await whatif.hear(append)
    assert whatif.found.otherwise == []
    used = {
        one.event.reservation_id: one.event.used
        for one in history.log
        if isinstance(one.event, e.UsageLogged | e.UsageCorrected)
    }
    supposed = [period for periods in whatif.uses.by_device().values() for period in periods]
    assert sorted(supposed) == sorted(used.values())


async def test_a_suspension_takes_back_what_is_offered_in_the_supposed_past() -> None:
    """Whoever books the freed time does so there as well, although no offer is recorded twice."""
    past = Past(device(), company(), company(HANBIT))
    await past.when(reserve(nine, ten))
    await past.when(join(nine, ten))
    await past.when(cancel("r-2"))
    await past.when(SuspendCompany(by=STAFF, company_id=HANBIT))
    await past.when(reserve(nine, ten, reservation_id="r-3"))
    assert decided(await past.what_if()) == []
    longer = await past.what_if(terms=LONG)
    assert (decided(longer), longer.found.counts["requests"]) == ([], 2)
