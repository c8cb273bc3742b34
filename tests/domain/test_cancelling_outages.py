"""Outages that were planned together are called off together: from one of them on, or all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain import events as e
from domain.cancelling_outages import CancelOutages, OutageScope
from domain.decisions import Command
from domain.outages import CancelOutage, RescheduleOutage
from domain.period import Period
from tests.domain.test_repeating_outages import WEEK, repeated
from tests.scenario import (
    AUT,
    HANBIT,
    HOUR,
    STAFF,
    company,
    device,
    given,
    nine,
    outage,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import join


def cancel(outage_id: str = "o-1", scope: OutageScope = "all") -> Command:
    return CancelOutages(by=STAFF, outage_id=outage_id, scope=scope)


async def cancelled(past: Scenario, command: Command) -> list[str]:
    happened = await past.when(command).accepted()
    assert all(isinstance(one, e.OutageCancelled) for one in happened)
    return [one.outage_id for one in happened]


async def test_one_and_those_after_it() -> None:
    """What came before stays planned."""
    past = given(device(), company()).when(repeated())
    assert await cancelled(past, cancel("o-1", "later")) == ["o-1", "o-2"]


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (nine - WEEK, ["o-0", "o-1", "o-2"]),
        (nine + timedelta(minutes=30), ["o-0", "o-1", "o-2"]),
        (ten, ["o-1", "o-2"]),
    ],
)
async def test_all_that_are_not_over(now: datetime, gone: list[str]) -> None:
    """Whichever is named; one that runs ends, one that is over stays in the history as it was."""
    past = given(device(), company()).when(repeated())
    assert await cancelled(past.at(now), cancel("o-2")) == gone


async def test_those_that_were_moved_or_cancelled_before() -> None:
    """A moved one counts at its new time and carries it; a cancelled one is not cancelled again."""
    later = Period(nine + 5 * WEEK, ten + 5 * WEEK)
    past = given(device()).when(repeated())
    past = past.when(RescheduleOutage(by=STAFF, outage_id="o-0", period=later))
    past = past.when(CancelOutage(by=STAFF, outage_id="o-1"))
    await past.when(cancel("o-1", "later")).rejected("outage_cancelled")
    happened = await past.when(cancel("o-1", "all")).accepted()
    assert [(one.outage_id, one.occupied.start) for one in happened] == [
        ("o-2", nine + 2 * WEEK),
        ("o-0", later.start),
    ]


async def test_what_is_freed_is_offered() -> None:
    """Who waits for the time of any of them gets an offer in the same append."""
    hanbit = company(HANBIT)
    past = given(device(), company(), hanbit).when(repeated(), join(nine + WEEK, ten + WEEK))
    await past.when(cancel("o-0")).happened(
        e.OutageCancelled, e.OutageCancelled, e.OutageCancelled, e.SlotOffered
    )


@pytest.mark.parametrize("scope", ["later", "all"])
async def test_one_that_was_planned_alone(scope: OutageScope) -> None:
    """It is a series of one, and others of the device stay."""
    past = given(device()).when(outage(nine, ten, "o-1", device_id=AUT))
    past = past.when(outage(nine + WEEK, ten + WEEK, "o-2", device_id=AUT))
    assert await cancelled(past, cancel("o-1", scope)) == ["o-1"]


async def test_what_is_unknown_gone_or_over() -> None:
    """An unknown id, a series without any outage left, and one that is all over are refused."""
    past = given(device()).when(repeated(count=2))
    await past.when(cancel("o-9")).rejected("outage_unknown")
    await past.when(cancel("o-0"), cancel("o-0")).rejected("outage_cancelled")
    over = given(device()).when(repeated(count=2)).at(ten + WEEK + HOUR)
    await over.when(cancel("o-0")).rejected("past")
