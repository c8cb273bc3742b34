"""A displaced booking has the first claim on another time: once, and without notice."""

from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.overriding import Override
from domain.period import Period
from tests.scenario import (
    ENE,
    HANBIT,
    LEE,
    MUDEUNG,
    SEALED,
    STAFF,
    cancel,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    outage,
    reserve,
    taken,
    ten,
    thirteen,
)

BOOKED = taken(nine, ten)
DISPLACE = outage(nine, ten)


def rebook(start: Any = ten, end: Any = eleven, **fields: Any) -> Command:
    """Kim books AUT-018 again in place of `r-1`, as `r-2` unless `fields` say otherwise."""
    return reserve(start, end, **({"replaces": "r-1"} | fields))


async def test_a_displaced_booking_is_made_again() -> None:
    """The new reservation names the one whose place it takes, which keeps its history."""
    past = given(device(), company(), BOOKED).when(DISPLACE)
    await past.when(rebook()).happened(e.WaitlistLeft, e.ReservationConfirmed)
    made = past.ledger.events[-1]
    assert isinstance(made, e.ReservationConfirmed)
    assert (made.reservation_id, made.replaces) == ("r-2", "r-1")
    assert made.period == Period(ten, eleven)


async def test_it_needs_no_notice() -> None:
    """The laboratory took the time away, so it cannot ask for notice; others must keep it."""
    terms = {"notice_minutes": 20160}
    past = given(device(**terms), device(ENE, **terms), company(), BOOKED).when(DISPLACE)
    await past.when(reserve(ten, eleven)).rejected("notice")
    await past.when(rebook(device_id=ENE)).happened(e.WaitlistLeft, e.ReservationConfirmed)


@pytest.mark.parametrize(
    ("terms", "more", "rule"),
    [
        ({"horizon_days": 2}, [], "horizon"),
        ({"calibration_required": True}, [], "calibration"),
        ({}, [taken(ten, noon, reservation_id="r-9")], "slot_taken"),
        ({}, [e.CompanySuspended(company_id=MUDEUNG)], "company_suspended"),
        ({}, [e.QuotaSet(company_id=MUDEUNG, sector=None, hours=0.5)], "quota"),
    ],
)
async def test_every_other_rule_holds(
    terms: dict[str, Any], more: list[e.Event], rule: str
) -> None:
    """The claim waives notice and nothing else."""
    past = given(device(**terms), company(), BOOKED, *more).when(DISPLACE)
    await past.when(rebook()).rejected(rule)


async def test_a_claim_is_used_once() -> None:
    """After the first use there is none left, even where the new booking was cancelled."""
    past = given(device(), company(), BOOKED).when(DISPLACE, rebook())
    again = rebook(eleven, noon, reservation_id="r-3")
    await past.when(again).rejected("rebooked_already", actual="r-2")
    await past.when(cancel("r-2"), again).rejected("rebooked_already", actual="r-2")


async def test_what_was_rebooked_and_displaced_again() -> None:
    """Each displacement gives a claim of its own."""
    past = given(device(), company(), BOOKED).when(DISPLACE, rebook())
    past = past.when(outage(ten, eleven, "o-2"))
    third = rebook(eleven, noon, reservation_id="r-3", replaces="r-2")
    await past.when(third).happened(e.WaitlistLeft, e.ReservationConfirmed, replaces="r-2")


async def test_no_more_time_than_was_lost() -> None:
    """A claim is for the time that was taken away, and not for a longer one without notice."""
    past = given(device(), company(), BOOKED).when(DISPLACE)
    await past.when(rebook(ten, noon)).rejected("claim_length", limit=60, actual=120)


async def test_only_what_was_displaced() -> None:
    """A booking that still stands, was cancelled or never was gives no claim."""
    past = given(device(), company(), BOOKED)
    await past.when(rebook()).rejected("wrong_status", actual="confirmed")
    await past.when(cancel(), rebook()).rejected("wrong_status", actual="cancelled")
    await past.when(rebook(replaces="r-7")).rejected("reservation_unknown", actual="r-7")


async def test_another_company_has_no_claim() -> None:
    """Nobody uses a stranger's claim, and nobody learns that there is one."""
    past = given(device(), company(), company(HANBIT), BOOKED).when(DISPLACE)
    foreign = rebook(by=LEE, company_id=HANBIT, account_id="lee")
    await past.when(foreign).rejected("reservation_unknown")


async def test_a_request_for_approval_is_a_use_of_the_claim() -> None:
    """Where the terms ask for approval, the new booking waits for it as any other."""
    past = given(device(approval_required=True), company(), BOOKED).when(DISPLACE)
    await past.when(rebook()).happened(e.WaitlistLeft, e.ReservationRequested, replaces="r-1")
    await past.when(rebook(eleven, noon, reservation_id="r-3")).rejected("rebooked_already")


async def test_a_waived_notice_is_no_override() -> None:
    """What the claim waives is not counted among the laboratory's overrides."""
    past = given(device(notice_minutes=20160, minimum_minutes=60), company(), BOOKED)
    past = past.when(DISPLACE)
    short = {"by": STAFF, "override": Override(rules=("minimum",), reason=SEALED)}
    await past.when(rebook(thirteen, thirteen + (eleven - ten) / 2, **short)).happened(
        e.WaitlistLeft, e.ReservationConfirmed, e.PolicyOverridden, rules=("minimum",)
    )
