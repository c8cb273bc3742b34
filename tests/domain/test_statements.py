"""A month's statement: frozen for ever, and what changes later goes to the next."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from domain import events as e
from domain.decisions import Command
from domain.event import Event
from domain.period import Period, month_of
from domain.rejected import Rejected
from domain.statements import IssueStatement
from domain.text import Text
from domain.usage import CorrectUsage, WaiveUsage
from tests.scenario import AUT, HANBIT, HOUR, MUDEUNG, SEALED, STAFF, TEXT, at, company, device
from tests.scenario import given as past_of
from tests.sentence import Scenario

DECEMBER = at("2026-12-01 00:00")
JANUARY = at("2027-01-01 00:00")


def issue(month: str = "2026-11", company_id: str = MUDEUNG) -> Command:
    return IssueStatement(by=STAFF, company_id=company_id, month=month)


def used(reservation_id: str, start: str, hours: int = 1, company_id: str = MUDEUNG) -> list[Event]:
    """A reservation that was returned, with its line at 10,000 KRW an hour."""
    period = Period(at(start), at(start) + hours * HOUR)
    same = {
        "reservation_id": reservation_id,
        "device_id": AUT,
        "company_id": company_id,
        "sector": "automotive",
        "account_id": "kim",
        "occupied": period,
    }
    times = {"period": period, "handed_out_at": period.start, "at": period.end}
    return [
        e.ReservationConfirmed(**same, period=period),
        e.DeviceHandedOut(**same, period=period, at=period.start),
        e.DeviceReturned(**same, **times),
        e.UsageLogged(
            **same,
            used=period,
            minutes=60 * hours,
            billed_minutes=60 * hours,
            krw_per_hour=10_000,
            fee=10_000 * hours,
        ),
    ]


def correct(reservation_id: str, start: str, hours: int) -> Command:
    period = Period(at(start), at(start) + hours * HOUR)
    return CorrectUsage(by=STAFF, reservation_id=reservation_id, used=period, reason=SEALED)


def waive(reservation_id: str) -> Command:
    return WaiveUsage(by=STAFF, reservation_id=reservation_id, reason=SEALED)


async def issued(past: Scenario) -> e.StatementIssued:
    """The statement that the last command issued."""
    (statement,) = await past.accepted()
    assert isinstance(statement, e.StatementIssued)
    return statement


def summed_up(statement: e.StatementIssued) -> list[tuple[str, str, int]]:
    return [(line.kind, line.reservation_id, line.fee) for line in statement.lines]


async def test_a_statement_holds_the_uses_of_its_month() -> None:
    """In order of time, with names and sums, and through which position of the ledger."""
    past = past_of(
        *(device(), company(), company(HANBIT)),
        used("r-2", "2026-11-20 09:00", 2),
        used("r-1", "2026-11-02 09:00"),
        used("r-3", "2026-12-01 09:00"),
        used("r-4", "2026-11-03 09:00", company_id=HANBIT),
    )
    head = len(past.ledger.log)
    statement = await issued(past.at(DECEMBER).when(issue()))
    assert summed_up(statement) == [("use", "r-1", 10_000), ("use", "r-2", 20_000)]
    assert (statement.statement_id, statement.number) == ("mudeung-2026-11", 1)
    assert (statement.hours, statement.fee) == (3.0, 30_000)
    assert (statement.position, statement.company_kind) == (head, "startup")
    assert statement.company_name == statement.lines[0].device_name == TEXT
    assert statement.lines[1].minutes == 120


async def test_a_month_that_goes_on_has_no_statement() -> None:
    """It is over at midnight in Seoul, not a moment before; an unknown company has none."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00"))
    early = past.at(DECEMBER - timedelta(microseconds=1))
    await early.when(issue()).rejected("month_unfinished", limit="2026-12-01T00:00:00+09:00")
    await past.when(issue(company_id="nobody")).rejected("company_unknown")
    await past.at(DECEMBER).when(issue()).happened(e.StatementIssued, fee=10_000)


async def test_a_use_belongs_to_the_month_in_which_it_began() -> None:
    """A use over midnight is not split: it is billed once and whole."""
    past = past_of(device(), company(), used("r-1", "2026-10-31 23:00", 3)).at(DECEMBER)
    assert summed_up(await issued(past.when(issue("2026-10")))) == [("use", "r-1", 30_000)]
    assert summed_up(await issued(past.when(issue("2026-11")))) == []


async def test_a_month_is_stated_once() -> None:
    """The same again is refused as long as nothing has changed."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00")).at(DECEMBER)
    past = past.when(issue(), issue())
    await past.rejected("statement_issued", limit="2026-11", actual="mudeung-2026-11")


async def test_a_correction_goes_to_the_next_statement() -> None:
    """By how much hours and fee changed; the statement of before is not touched."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00", 2)).at(DECEMBER)
    past = past.when(issue(), correct("r-1", "2026-11-02 09:00", 1))
    past.ledger.append(used("r-2", "2026-12-02 09:00"))
    statement = await issued(past.at(JANUARY).when(issue("2026-12")))
    assert summed_up(statement) == [("adjustment", "r-1", -10_000), ("use", "r-2", 10_000)]
    assert [line.minutes for line in statement.lines] == [-60, 60]
    assert (statement.hours, statement.fee, statement.number) == (0.0, 0, 2)
    february = at("2027-02-01 00:00")
    assert summed_up(await issued(past.at(february).when(issue("2027-01")))) == []


async def test_a_further_statement_of_a_month_holds_what_came_since() -> None:
    """Corrections may be stated at once, without waiting for the month after."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00", 2)).at(DECEMBER)
    statement = await issued(past.when(issue(), waive("r-1"), issue()))
    assert (statement.statement_id, statement.number) == ("mudeung-2026-11-2", 2)
    assert summed_up(statement) == [("adjustment", "r-1", -20_000)]
    assert (statement.lines[0].minutes, statement.lines[0].waived) == (0, True)
    await past.when(issue()).rejected("statement_issued", actual="mudeung-2026-11-2")


async def test_what_was_waived_before_is_stated_at_nothing() -> None:
    """Its hours are shown, and nothing is asked for them."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00", 2)).at(DECEMBER)
    statement = await issued(past.when(waive("r-1"), issue()))
    assert summed_up(statement) == [("use", "r-1", 0)]
    assert (statement.hours, statement.fee, statement.lines[0].waived) == (2.0, 0, True)


async def test_a_correction_of_other_figures_adjusts_nothing() -> None:
    """Samples do not cost, so that the month stays stated."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00")).at(DECEMBER)
    samples = CorrectUsage(by=STAFF, reservation_id="r-1", samples=4, reason=SEALED)
    await past.when(issue(), samples, issue()).rejected("statement_issued")


async def test_a_use_that_was_entered_late_is_not_lost() -> None:
    """Its month is stated already: it goes to the next statement, or to a further one."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00")).at(DECEMBER)
    await past.when(issue()).happened(e.StatementIssued)
    past.ledger.append(used("r-2", "2026-11-05 09:00"))
    statement = await issued(past.at(JANUARY).when(issue("2026-12")))
    assert summed_up(statement) == [("late", "r-2", 10_000)]
    past.ledger.append(used("r-3", "2026-11-06 09:00"))
    assert summed_up(await issued(past.when(issue()))) == [("late", "r-3", 10_000)]


async def test_a_month_without_a_statement_waits_for_its_own() -> None:
    """December's statement does not take what November has not stated yet."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00")).at(JANUARY)
    assert summed_up(await issued(past.when(issue("2026-12")))) == []
    assert summed_up(await issued(past.when(issue("2026-11")))) == [("use", "r-1", 10_000)]


async def test_names_are_those_of_the_day_of_issue() -> None:
    """A company that is renamed since is billed under the name it had."""
    past = past_of(device(), company(), used("r-1", "2026-11-02 09:00")).at(DECEMBER)
    past.ledger.append([e.CompanyRenamed(company_id=MUDEUNG, name=Text("새 이름", "New name"))])
    statement = await issued(past.when(issue()))
    assert statement.company_name == Text("새 이름", "New name")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("correct"), st.integers(0, 4), st.integers(0, 7), st.integers(1, 9)),
        st.tuples(st.just("waive"), st.integers(0, 4)),
        st.tuples(st.just("issue"), st.sampled_from(["2026-10", "2026-11", "2026-12"])),
        st.tuples(st.just("use"), st.integers(1, 60), st.integers(1, 9)),
    ),
    max_size=14,
)


def _day(number: int) -> str:
    """A morning, so many days after 1 October 2026."""
    return (at("2026-10-01 09:00") + timedelta(days=number)).strftime("%Y-%m-%d %H:%M")


@settings(max_examples=60, deadline=None)
@drawn(steps=STEPS)
async def test_statements_add_up_to_what_the_lines_cost(steps: list[tuple[str, ...]]) -> None:
    """Whatever was corrected, waived, entered late and stated, in whatever order.

    Every statement is the sum of its lines; and once every month has been stated last of all, the
    statements together ask for exactly what the use log says, hours and fee.
    """
    past = past_of(device(), company(), *(used(f"r-{n}", _day(15 * n)) for n in range(5)))
    past.at(at("2027-01-05 09:00"))
    final = [("issue", month) for month in ("2026-10", "2026-11", "2026-12")]
    statements = []
    for number, step in enumerate([*steps, *final]):
        match step:
            case "correct", line, later, hours:
                # Another use may have been entered at that time.
                day = _day(15 * int(line) + int(later))
                with suppress(Rejected):
                    await past.when(correct(f"r-{line}", day, int(hours))).accepted()
            case "waive", line:
                # What was waived already has nothing left to waive.
                with suppress(Rejected):
                    await past.when(waive(f"r-{line}")).accepted()
            case "use", day, hours:
                past.ledger.append(used(f"late-{number}", _day(int(day)), int(hours)))
            case "issue", month:
                # Nothing may have changed since the month was stated.
                with suppress(Rejected):
                    statements.append(await issued(past.when(issue(month))))
    for statement in statements:
        assert statement.fee == sum(line.fee for line in statement.lines)
        assert statement.hours == sum(line.minutes for line in statement.lines) / 60
    hours, fee = _as_logged(past)
    assert sum(statement.fee for statement in statements) == fee
    assert sum(statement.hours for statement in statements) == pytest.approx(hours)


def _as_logged(past: Scenario) -> tuple[float, int]:
    """Hours and fee of all lines, folded without a tag."""
    lines: dict[str, e.UsageLogged | e.UsageCorrected] = {}
    waived = set()
    for event in past.ledger.events:
        match event:
            case e.UsageLogged() | e.UsageCorrected():
                lines[event.reservation_id] = event
            case e.UsageWaived():
                waived.add(event.reservation_id)
    assert all(month_of(line.used.start) <= "2026-12" for line in lines.values())
    hours = sum(line.billed_minutes for line in lines.values()) / 60
    return hours, sum(line.fee for key, line in lines.items() if key not in waived)
