"""Too many no-shows suspend a company's new bookings, until staff reinstate it."""

from __future__ import annotations

from domain import events as e
from domain.actor import SYSTEM
from domain.companies import ReinstateCompany
from domain.deadlines import RecordMissedStart
from domain.decisions import Command
from domain.no_shows import SetNoShowPolicy
from domain.usage import WithdrawNoShow
from tests.scenario import (
    DAY,
    HANBIT,
    HOUR,
    MUDEUNG,
    STAFF,
    company,
    device,
    given,
    hand_out,
    nine,
    no_show,
    reserve,
    taken,
    ten,
)
from tests.sentence import Scenario

DAYS = (0, 30, 60, 95, 100)


def world(*more: e.Event, days: tuple[int, ...] = DAYS) -> Scenario:
    """Reservations `r-0`, `r-30` … of mudeung, so many days after the first."""
    booked = [taken(nine + day * DAY, ten + day * DAY, reservation_id=f"r-{day}") for day in days]
    return given(device(), company(), *booked, *more)


def missed(past: Scenario, *days: int) -> Scenario:
    """Nobody came on these days, and the worker said so an hour after."""
    for day in days:
        order = RecordMissedStart(by=SYSTEM, reservation_id=f"r-{day}")
        past = past.at(nine + HOUR + day * DAY).when(order)
    return past


def policy(most: int, window_days: int = 90, company_id: str | None = None) -> Command:
    return SetNoShowPolicy(by=STAFF, company_id=company_id, most=most, window_days=window_days)


async def test_the_third_within_ninety_days_suspends() -> None:
    """The append that records it suspends the company, and names the no-shows that led to it."""
    await missed(world(), 0, 30).happened(e.NoShowRecorded)
    past = missed(world(), 0, 30, 60)
    await past.happened(e.NoShowRecorded, e.CompanySuspended)
    await past.when(reserve(nine + 70 * DAY, ten + 70 * DAY)).rejected("company_suspended")


async def test_the_suspension_names_its_cause() -> None:
    """The company can see which reservations it was suspended for."""
    past = missed(world(), 0, 30, 60)
    _, suspended = await past.accepted()
    assert suspended == e.CompanySuspended(company_id=MUDEUNG, no_shows=("r-0", "r-30", "r-60"))


async def test_those_before_the_window_do_not_count() -> None:
    """The one of day 0 is forgotten on day 95."""
    await missed(world(), 0, 30, 95).happened(e.NoShowRecorded)


async def test_staff_record_the_third() -> None:
    """It makes no difference who records a no-show."""
    past = missed(world(), 0, 30).at(nine + 60 * DAY).when(no_show("r-60"))
    await past.happened(e.NoShowRecorded, e.CompanySuspended)


async def test_a_withdrawn_one_does_not_count() -> None:
    """Nor one for which the hand-out was entered late."""
    withdraw = WithdrawNoShow(by=STAFF, reservation_id="r-30")
    await missed(missed(world(), 0, 30).when(withdraw), 60).happened(e.NoShowRecorded)
    late = hand_out("r-30", at=nine + 30 * DAY)
    booked = taken(nine + 60 * DAY, ten + 60 * DAY, reservation_id="r-60", device_id="ENE-013")
    past = given(
        device(),
        device("ENE-013", "energy"),
        company(),
        booked,
        *(
            taken(nine + d * DAY, ten + 30 * HOUR + d * DAY, reservation_id=f"r-{d}")
            for d in (0, 30)
        ),
    )
    await missed(missed(past, 0, 30).when(late), 60).happened(e.NoShowRecorded)


async def test_after_reinstatement_only_later_ones_count() -> None:
    """A company that was reinstated starts from nothing."""
    reinstate = ReinstateCompany(by=STAFF, company_id=MUDEUNG)
    past = missed(world(), 0, 30, 60).when(reinstate)
    await missed(past, 95).happened(e.NoShowRecorded)
    await missed(past, 100).happened(e.NoShowRecorded)


async def test_a_suspended_company_is_not_suspended_again() -> None:
    """Its reservations of before can still be missed."""
    past = missed(world(), 0, 30, 60)
    await missed(past, 95).happened(e.NoShowRecorded)


async def test_the_policy_is_the_laboratorys() -> None:
    """One for all, and one of its own for a company; 0 never suspends."""
    await missed(world().when(policy(2)), 0, 30).happened(e.NoShowRecorded, e.CompanySuspended)
    await missed(world().when(policy(2, 20)), 0, 30).happened(e.NoShowRecorded)
    await missed(world().when(policy(0)), 0, 30, 60).happened(e.NoShowRecorded)
    own = world().when(policy(1), policy(0, company_id=MUDEUNG))
    await missed(own, 0, 30, 60).happened(e.NoShowRecorded)
    others = world(*company(HANBIT)).when(policy(1, company_id=HANBIT))
    await missed(others, 0, 30).happened(e.NoShowRecorded)


async def test_the_same_policy_again_changes_nothing() -> None:
    """Setting it twice records it once."""
    past = given(company()).when(policy(2))
    await past.happened(e.NoShowPolicySet, most=2, window_days=90, company_id=None)
    await past.when(policy(2)).nothing_happened()
    await past.when(policy(2, company_id=MUDEUNG)).happened(e.NoShowPolicySet)
