"""Corrections, waivers and statements in a random run, against sums that know no tag."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain import events as e
from domain.period import Period, month_of, month_period
from domain.statements import IssueStatement
from domain.usage import CorrectUsage, WaiveUsage
from tests.domain.random_commands import WHICH, having, moment
from tests.domain.random_laboratory import LaboratoryCommands
from tests.scenario import HANBIT, MUDEUNG, SEALED, STAFF

Amounts = dict[str, tuple[int, int]]
"""Minutes and fee (KRW) by reservation."""


class BillingCommands(LaboratoryCommands):
    """What the laboratory's office does, days after the use as well as at once."""

    @having("returned")
    @rule(which=WHICH, minutes=st.integers(1, 900), back=st.integers(-30, 1500))
    def correct(self, which: int, minutes: int, back: int) -> None:
        name, end = self.any_booking(which, "returned"), self.naive.now - back
        used = Period(moment(end - minutes), moment(end))
        broken = self.naive.correct(name, (end - minutes, end))
        named = {"by": STAFF, "reservation_id": name, "reason": SEALED}
        self.give(CorrectUsage(used=used, **named), broken)

    @having("confirmed", "in_use")
    @rule(which=WHICH, minutes=st.integers(1, 2000), back=st.integers(-30, 3000))
    def use_and_correct(self, which: int, minutes: int, back: int) -> None:
        """A whole use and its correction, which would rarely follow each other by chance."""
        self.hand_out(which, 0, 0)
        self.take_back(which, 0, minutes % 400)
        self.correct(which, minutes, back)

    @having("returned")
    @rule(which=WHICH)
    def waive(self, which: int) -> None:
        name = self.any_booking(which, "returned")
        waived = {
            event.reservation_id
            for event in self.scenario.ledger.events
            if isinstance(event, e.UsageWaived)
        }
        broken = {"nothing_to_change"} if name in waived else set()
        if self.naive.bookings[name].status != "returned":
            broken = {"wrong_status"}
        self.give(WaiveUsage(by=STAFF, reservation_id=name, reason=SEALED), broken)

    @rule(company_id=st.sampled_from([MUDEUNG, HANBIT]), month=st.sampled_from(["10", "11"]))
    def issue(self, company_id: str, month: str) -> None:
        name = f"2026-{month}"
        months = self.stated(company_id)
        again = name in months and not self.changed(company_id, months)
        over = moment(self.naive.now) >= month_period(name).end
        broken = set() if over else {"month_unfinished"}
        if over and again:
            broken = {"statement_issued"}
        self.give(IssueStatement(by=STAFF, company_id=company_id, month=name), broken)
        if not broken:
            assert not self.changed(company_id, {*months, name}), "a statement left something out"

    def changed(self, company_id: str, months: set[str]) -> Amounts:
        """What statements still have to say of some months, by how much."""
        due, begun = self.due(company_id)
        billed = self.billed(company_id)
        return {
            name: amount
            for name, amount in due.items()
            if name in billed or begun[name] in months
            # A use that counts nothing is stated once all the same.
            if name not in billed or billed[name] != amount
        }

    def stated(self, company_id: str) -> set[str]:
        return {statement.month for statement in self.statements(company_id)}

    def statements(self, company_id: str) -> list[e.StatementIssued]:
        return [
            event
            for event in self.scenario.ledger.events
            if isinstance(event, e.StatementIssued) and event.company_id == company_id
        ]

    def billed(self, company_id: str) -> Amounts:
        minutes: Counter[str] = Counter()
        fee: Counter[str] = Counter()
        for statement in self.statements(company_id):
            assert statement.fee == sum(line.fee for line in statement.lines)
            for line in statement.lines:
                minutes[line.reservation_id] += line.minutes
                fee[line.reservation_id] += line.fee
        return {name: (minutes[name], fee[name]) for name in minutes}

    def due(self, company_id: str) -> tuple[Amounts, dict[str, str]]:
        """What every line costs as it stands, and the month in which its use began."""
        due: Amounts = {}
        begun: dict[str, str] = {}
        waived = set()
        for event in self.scenario.ledger.events:
            match event:
                case e.UsageLogged() | e.UsageCorrected() if event.company_id == company_id:
                    due[event.reservation_id] = event.billed_minutes, event.fee
                    begun[event.reservation_id] = month_of(event.used.start)
                case e.UsageWaived():
                    waived.add(event.reservation_id)
        free = {name: (minutes, 0) for name, (minutes, _) in due.items() if name in waived}
        return due | free, begun
