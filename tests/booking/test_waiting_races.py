"""The waiting line on a real ledger: nobody slips in between freed time and its offer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from booking.app import Booking
from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.companies import ReinstateCompany, SuspendCompany
from domain.decisions import Command
from domain.event import Event
from domain.outages import ScheduleOutage
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import CancelReservation, ReserveDevice
from domain.stored import decode_body
from domain.waiting import AcceptOffer, JoinWaitlist, LeaveWaitlist
from projections.projector import Projector
from tests.booking.small_world import furnish, slot

KIM = Actor(account_id="a-kim", role="member", company_id="mudeung")
TIMES = 20
WAITING = ("hanbit", "choa")
OTHERS = tuple(f"o-{number}" for number in range(6))


@pytest.fixture
async def both(deciding: Booking, other: Booking) -> tuple[Booking, Booking]:
    """Two processes' decisions, with companies that wait and companies that do not."""
    await furnish(deciding, devices=["D-0"], companies=["mudeung", *WAITING, *OTHERS])
    return deciding, other


def member(company_id: str) -> Actor:
    return Actor(account_id=f"a-{company_id}", role="member", company_id=company_id)


def reserve(company_id: str, number: int, period: Period) -> ReserveDevice:
    by = KIM if company_id == "mudeung" else member(company_id)
    return ReserveDevice(
        by=by,
        reservation_id=f"{company_id}-{number}",
        device_id="D-0",
        company_id=company_id,
        account_id=by.account_id,
        period=period,
    )


def join(company_id: str, number: int, period: Period) -> JoinWaitlist:
    return JoinWaitlist(
        by=member(company_id),
        wish_id=f"w-{company_id}-{number}",
        device_id="D-0",
        company_id=company_id,
        account_id=f"a-{company_id}",
        period=period,
    )


def cancel(number: int) -> CancelReservation:
    return CancelReservation(by=KIM, reservation_id=f"mudeung-{number}")


async def at_once(both: tuple[Booking, Booking], *commands: Command) -> list[Any]:
    """What becomes of commands that two processes get at the same moment, in any order."""
    return await asyncio.gather(
        *(both[number % 2].do(command) for number, command in enumerate(commands)),
        return_exceptions=True,
    )


async def happened(booking: Booking, *types: type[Event]) -> list[Any]:
    names = [kind.__name__ for kind in types]
    stored = await booking._ledger.stored(types=names, limit=1000)
    return [decode_body(one.body).event for one in stored]


async def test_nobody_slips_in_between(
    both: tuple[Booking, Booking],
    database: Any,
) -> None:
    """Whoever asks at the moment of a cancellation: the first in line gets the offer."""
    first, random = both[0], Random(7)  # noqa: S311 - any order will do
    for number in range(TIMES):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        for company_id in WAITING:
            await first.do(join(company_id, number, period))
        wanted = [reserve(company_id, number, period) for company_id in OTHERS]
        commands = [cancel(number), *wanted]
        random.shuffle(commands)
        answers = await at_once(both, *commands)
        refused = [answer for answer in answers if isinstance(answer, Rejected)]
        assert len(refused) == len(OTHERS)
        assert all(answer.is_conflict for answer in refused)
    offers = await happened(first, e.SlotOffered)
    assert [one.wish_id for one in offers] == [f"w-hanbit-{number}" for number in range(TIMES)]
    projector = Projector(database.views)
    await projector.install()
    head = (await first._ledger.head()).position
    assert (await projector.catch_up("calendar"))["calendar"] == head


async def test_nobody_waits_for_free_time(both: tuple[Booking, Booking]) -> None:
    """Joining at the moment of a cancellation: either an offer follows, or the time is free."""
    first = both[0]
    for number in range(TIMES):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        commands = [join("hanbit", number, period), cancel(number)]
        joined, cancelled = await at_once(both, *commands)
        assert not isinstance(cancelled, BaseException)
        offers = [one.wish_id for one in await happened(first, e.SlotOffered)]
        if isinstance(joined, Rejected):
            assert [one.rule for one in joined.violations] == ["slot_free"]
        assert (f"w-hanbit-{number}" in offers) == (not isinstance(joined, Rejected))


async def test_an_offer_has_one_end(both: tuple[Booking, Booking]) -> None:
    """Accepted twice, given up, and hit by an outage at once: the time is held once at the end."""
    first = both[0]
    for number in range(TIMES):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        await first.do(join("hanbit", number, period))
        await first.do(cancel(number))
        wish_id = f"w-hanbit-{number}"
        by = member("hanbit")
        outage = ScheduleOutage(
            by=SYSTEM,
            device_id="D-0",
            outage_id=f"out-{number}",
            kind="maintenance",
            period=Period(period.start, period.start + timedelta(minutes=10)),
        )
        await at_once(
            both,
            *(
                AcceptOffer(by=by, wish_id=wish_id, reservation_id=f"h-{number}-{n}")
                for n in (1, 2)
            ),
            LeaveWaitlist(by=by, wish_id=wish_id),
            *([outage] if number % 2 else []),
        )
    made = await happened(first, e.ReservationConfirmed)
    ends = await happened(first, e.OfferAccepted, e.OfferWithdrawn, e.WaitlistLeft)
    for number in range(TIMES):
        own = [one for one in ends if one.wish_id == f"w-hanbit-{number}"]
        accepted = [one for one in own if isinstance(one, e.OfferAccepted)]
        left = [one for one in own if isinstance(one, e.WaitlistLeft)]
        assert len(accepted) + len(left) <= 1
        booked = [one for one in made if one.reservation_id.startswith(f"h-{number}-")]
        assert [one.reservation_id for one in booked] == [one.reservation_id for one in accepted]


async def test_a_suspended_company_holds_no_time(both: tuple[Booking, Booking]) -> None:
    """Accepting, or being offered a time, at the moment of a suspension: it is booked, or nobody
    holds it for who may not book, and the next in line is asked.
    """
    first = both[0]
    for number in range(TIMES):
        period = slot(number)
        await first.do(reserve("mudeung", number, period))
        for company_id in WAITING:
            await first.do(join(company_id, number, period))
        by, wish_id = member("hanbit"), f"w-hanbit-{number}"
        suspend = SuspendCompany(by=SYSTEM, company_id="hanbit")
        if number % 2:
            await at_once(both, cancel(number), suspend)
        else:
            await first.do(cancel(number))
            accept = AcceptOffer(by=by, wish_id=wish_id, reservation_id=f"h-{number}")
            accepted, suspended = await at_once(both, accept, suspend)
            assert not isinstance(suspended, BaseException)
            if isinstance(accepted, Rejected):
                assert [one.rule for one in accepted.violations] == ["company_suspended"]
        booked = [one.reservation_id for one in await happened(first, e.ReservationConfirmed)]
        offers = [one.wish_id for one in await happened(first, e.SlotOffered)]
        ends = [one.wish_id for one in await happened(first, e.OfferAccepted, e.OfferWithdrawn)]
        assert offers.count(wish_id) == ends.count(wish_id)
        assert (f"h-{number}" in booked) != (f"w-choa-{number}" in offers)
        # Neither may wait on, or its wish would be offered its time after the suspension.
        wishes = [wish_id] * (f"h-{number}" not in booked)
        for one in wishes:
            await first.do(LeaveWaitlist(by=by, wish_id=one))
        await first.do(ReinstateCompany(by=SYSTEM, company_id="hanbit"))
