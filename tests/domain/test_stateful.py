"""Random commands in random order, held against the naive rules of `tests.domain.naive_rules`.

`HYPOTHESIS_PROFILE=deep` makes many more and longer runs, and other ones every time; the quick
profile makes the same runs on every machine.
"""

from __future__ import annotations

import asyncio
import os
from itertools import combinations

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from domain import events as e
from domain.actor import Actor
from domain.agenda import Agenda
from domain.decisions import Command, Recall
from domain.event import Event
from domain.handlers import decide
from domain.period import Period, month_period
from domain.quota import Quota
from domain.rejected import Rejected, Violation
from domain.waitlist import Line
from tests.boundaries import fold
from tests.domain.naive_rules import MONTHS, Bench
from tests.domain.naive_waiting import OPEN, NaiveLine
from tests.domain.random_billing import BillingCommands
from tests.domain.random_bundles import BundleCommands
from tests.domain.random_claims import ClaimCommands
from tests.domain.random_commands import (
    COMPANIES,
    DEVICES,
    LENGTHS,
    MIDNIGHT,
    SLOTS,
    STARTS,
    WHICH,
    CompanyCommands,
    span_of,
)
from tests.domain.random_laboratory import LaboratoryCommands
from tests.domain.random_notices import NoticeCommands
from tests.in_memory import InMemoryLedger, matches
from tests.scenario import AUT, ENE, HANBIT, HEA, MUDEUNG, company, device, given

BENCHES = {
    AUT: Bench("automotive", before=0, after=15, cancel_notice=60, approval=False),
    ENE: Bench("automotive", before=0, after=0, cancel_notice=0, approval=False),
    HEA: Bench("healthcare", before=30, after=30, cancel_notice=240, approval=True),
}
QUOTAS = {(MUDEUNG, "automotive"): 40.0, (MUDEUNG, None): 60.0, (HANBIT, None): 48.0}


class RandomRun(
    CompanyCommands,
    BundleCommands,
    BillingCommands,
    LaboratoryCommands,
    ClaimCommands,
    NoticeCommands,
    RuleBasedStateMachine,
):
    """Three devices, two companies, and a few days around the end of October."""

    @initialize(
        bookings=st.lists(st.tuples(DEVICES, COMPANIES, STARTS, LENGTHS), min_size=4, max_size=12),
        wishes=st.lists(st.tuples(WHICH, COMPANIES, SLOTS, st.integers(1, 6)), max_size=8),
    )
    def open(
        self,
        bookings: list[tuple[str, tuple[str, Actor], int, int]],
        wishes: list[tuple[int, tuple[str, Actor], int, int]],
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.naive = NaiveLine(BENCHES)
        self.naive.quotas |= QUOTAS
        past = [
            event
            for name, bench in BENCHES.items()
            for event in device(
                name,
                bench.sector,
                maximum_minutes=2880,
                buffer_before=bench.before,
                buffer_after=bench.after,
                cancel_notice_minutes=bench.cancel_notice,
                approval_required=bench.approval,
            )
        ]
        limits = company(automotive=40.0, every=60.0), company(HANBIT, every=48.0)
        self.scenario = given(past, *limits)
        self.scenario.ledger.now = MIDNIGHT
        self.recorded = self.before_last = len(self.scenario.ledger.log)
        for booking in bookings:
            self.reserve(*booking, staff=False)
        for wish in wishes if self.naive.bookings else ():
            self.join(*wish, staff=False)

    def teardown(self) -> None:
        self.loop.close()

    def give(self, command: Command, broken: set[str]) -> None:
        """Decide for real what the naive rules said breaks `broken`, or nothing."""
        self.require_unseen_events_change_nothing(command)
        before = len(self.scenario.ledger.log)
        try:
            happened = self.loop.run_until_complete(self.scenario.give(command))
        except Rejected as rejected:
            named = {violation.rule for violation in rejected.violations}
            assert named, command
            assert named <= broken, (command, named, broken)
            assert len(self.scenario.ledger.log) == before
        else:
            assert not broken, (command, happened, broken)
            offered = [event.wish_id for event in happened if isinstance(event, e.SlotOffered)]
            assert offered == self.naive.offer(), (command, happened)
            self.recorded += len(happened)
            self.before_last = before

    def require_unseen_events_change_nothing(self, command: Command) -> None:
        """A decision made a moment earlier still holds, unless its boundary sees what came since.

        This is what lets the ledger append a decision although others were faster.
        """
        ledger = self.scenario.ledger
        earlier = InMemoryLedger(ledger.now)
        earlier.log = ledger.log[: self.before_last]
        recall = Recall(earlier)
        outcome = self.outcome(command, recall)
        since = [recorded.event for recorded in ledger.log[self.before_last :]]
        if not any(matches(query, event) for query in recall.boundary for event in since):
            assert self.outcome(command, Recall(ledger)) == outcome

    def outcome(self, command: Command, recall: Recall) -> list[Event] | tuple[Violation, ...]:
        try:
            happened = self.loop.run_until_complete(decide(command, recall))
        except Rejected as rejected:
            return rejected.violations
        # Through which position a statement holds everything is when it was made, not what it says.
        return [
            msgspec.structs.replace(event, position=0)
            if isinstance(event, e.StatementIssued)
            else event
            for event in happened
        ]

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was accepted is in the ledger, once, and nothing else is."""
        positions = [recorded.position for recorded in self.scenario.ledger.log]
        assert positions == list(range(1, self.recorded + 1))

    @invariant()
    def agendas_agree_and_nothing_overlaps(self) -> None:
        """The same time is held as in the naive lists, and no time is planned twice."""
        for name in BENCHES:
            agenda = Agenda(name, WHOLE)
            fold(agenda, self.scenario.ledger)
            held = {key: span_of(entry.occupied) for key, entry in agenda.entries.items()}
            assert held == dict(self.naive.held(name))
            held_for = ("reservation", "offer")
            bookings = [one for one in agenda.entries.values() if one.kind in held_for]
            for one, other in combinations(bookings, 2):
                assert not one.occupied.overlaps(other.occupied), (one, other)
            self.require_only_the_past_under_outages(agenda)

    def require_only_the_past_under_outages(self, agenda: Agenda) -> None:
        """An outage lies over a booking only where that was over, or in use, when it came."""
        planned = [one for one in agenda.entries.values() if one.reservation or one.offer]
        others = [one for one in agenda.entries.values() if one not in planned]
        outages = [one for one in others if one.kind != "buffer"]
        for entry in planned:
            held = entry.reservation or entry.offer
            if held is None or entry.in_use:
                continue
            hit = [one for one in outages if one.occupied.overlaps(entry.occupied)]
            assert not hit or span_of(held.period)[1] <= self.naive.now, (entry, hit)

    @invariant()
    def lines_agree(self) -> None:
        """Every wish stands as in the naive lists, and those that are open wait in that order."""
        for name in BENCHES:
            line = Line(name, [WHOLE])
            fold(line, self.scenario.ledger)
            waits = {key: one.offered for key, one in line.wishes.items()}
            assert list(waits.items()) == [
                (key, one.status == "offered")
                for key, one in self.naive.wishes.items()
                if one.device == name and one.status in OPEN
            ]

    @invariant()
    def quotas_agree(self) -> None:
        """Every company has used what the naive lists add up to, in every month and sector."""
        for company_id in (MUDEUNG, HANBIT):
            for month in MONTHS:
                quota = Quota(company_id, "", month_period(month))
                fold(quota, self.scenario.ledger)
                for sector in ("automotive", "healthcare", None):
                    minutes = self.naive.used(company_id, month, sector)
                    assert round(quota.used(month, sector) * 60) == minutes


WHOLE = Period(month_period("2026-10").start, month_period("2026-11").end)
PROFILES = {
    "quick": settings(max_examples=200, stateful_step_count=50, derandomize=True),
    "deep": settings(max_examples=1000, stateful_step_count=80),
}
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "quick")]


class TestRandomCommands(RandomRun.TestCase):  # type: ignore[misc,valid-type]
    """No overlap, no broken quota, no lost event, whatever is asked in whatever order."""

    settings = settings(
        PROFILE, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
