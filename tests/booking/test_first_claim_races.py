"""The first claim on a real ledger: whoever asks meanwhile, the displaced booking comes first."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from booking.app import Booking
from domain import events as e
from domain.actor import SYSTEM
from domain.claims import claim_wish
from domain.outages import CancelOutage, RepairDevice, ReportBreakdown, ScheduleOutage
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from domain.waiting import AcceptOffer, LeaveWaitlist
from tests.booking.small_world import furnish, slot
from tests.booking.test_waiting_races import KIM, OTHERS, at_once, happened, join, reserve

TIMES = 20
LATER = 500
"""Slots from this one on are free."""


@pytest.fixture
async def both(deciding: Booking, other: Booking) -> tuple[Booking, Booking]:
    """Two processes' decisions, about one device, for many companies."""
    await furnish(deciding, devices=["D-0"], companies=["mudeung", "hanbit", *OTHERS])
    return deciding, other


def outage(number: int) -> ScheduleOutage:
    """Maintenance in the time of a booking."""
    return ScheduleOutage(
        by=SYSTEM,
        device_id="D-0",
        outage_id=f"out-{number}",
        kind="maintenance",
        period=slot(number),
    )


def again(number: int, start: int) -> ReserveDevice:
    """Another time in place of a displaced booking."""
    return ReserveDevice(
        by=KIM,
        reservation_id=f"again-{number}",
        device_id="D-0",
        company_id="mudeung",
        account_id=KIM.account_id,
        period=slot(start),
        replaces=f"mudeung-{number}",
    )


async def test_nobody_gets_in_front_of_the_displaced(both: tuple[Booking, Booking]) -> None:
    """Others join the line and book at the very moment at which the outage is called off."""
    first, random = both[0], Random(5)  # noqa: S311 - any order will do
    for number in range(TIMES):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        await first.do(join("hanbit", number, period))
        await first.do(outage(number))
        commands = [
            CancelOutage(by=SYSTEM, outage_id=f"out-{number}"),
            *(join(company_id, number, period) for company_id in OTHERS[:3]),
            *(reserve(company_id, number, period) for company_id in OTHERS[3:]),
        ]
        random.shuffle(commands)
        answers = await at_once(both, *commands)
        refused = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(one, Rejected) and one.is_conflict for one in refused), refused
        assert len(refused) == len(OTHERS[3:])
    offers = await happened(first, e.SlotOffered)
    assert [one.wish_id for one in offers] == [
        claim_wish(f"mudeung-{number}") for number in range(TIMES)
    ]


async def test_a_repaired_device_goes_to_the_displaced(both: tuple[Booking, Booking]) -> None:
    """A repair at the moment at which another company joins the line."""
    first = both[0]
    for number in range(TIMES // 2):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        broken = ReportBreakdown(
            by=SYSTEM,
            device_id="D-0",
            breakdown_id=f"b-{number}",
            expected_until=period.end + timedelta(hours=1),
        )
        await first.do(broken)
        repaired = RepairDevice(by=SYSTEM, device_id="D-0")
        answers = await at_once(both, join("hanbit", number, period), repaired)
        assert not [answer for answer in answers if isinstance(answer, BaseException)]
        offers = await happened(first, e.SlotOffered)
        assert offers[-1].wish_id == claim_wish(f"mudeung-{number}")
        await first.do(LeaveWaitlist(by=KIM, wish_id=offers[-1].wish_id))
        hanbit = f"w-hanbit-{number}"
        assert (await happened(first, e.SlotOffered))[-1].wish_id == hanbit
        await first.do(LeaveWaitlist(by=SYSTEM, wish_id=hanbit))


async def test_a_claim_is_used_once(both: tuple[Booking, Booking]) -> None:
    """Accepted and taken to another time at once: one of the two, and nothing is left over."""
    first = both[0]
    for number in range(TIMES):
        await first.do(reserve("mudeung", number, slot(number)))
        await first.do(outage(number))
        await first.do(CancelOutage(by=SYSTEM, outage_id=f"out-{number}"))
        wish_id = claim_wish(f"mudeung-{number}")
        accept = AcceptOffer(by=KIM, wish_id=wish_id, reservation_id=f"accepted-{number}")
        answers = await at_once(both, accept, again(number, LATER + number))
        refused = [answer for answer in answers if isinstance(answer, BaseException)]
        assert len(refused) == 1
        assert isinstance(refused[0], Rejected)
        rules = {one.rule for one in refused[0].violations}
        assert rules == {"rebooked_already"}
    made = [one.replaces for one in await happened(first, e.ReservationConfirmed)]
    assert sorted(filter(None, made)) == sorted(f"mudeung-{number}" for number in range(TIMES))
    ends = await happened(first, e.OfferAccepted, e.WaitlistLeft)
    assert len({one.wish_id for one in ends}) == len(ends) == TIMES
