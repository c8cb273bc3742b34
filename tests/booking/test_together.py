"""Bundles and series on a real ledger: one append, whoever else asks at the same moment."""

from __future__ import annotations

import asyncio

import pytest

from booking.app import Booking
from booking.ledger import Request
from domain.actor import Actor
from domain.events import RequestRefused, ReservationConfirmed
from domain.period import Period
from domain.rejected import Rejected
from domain.together import Member, ReserveTogether
from tests.booking.small_world import furnish, slot

COMPANIES = ("mudeung", "hanbit")
RACES = 50


@pytest.fixture
async def booking(deciding: Booking) -> Booking:
    """A rig, its cabin, a meter, and two companies."""
    await furnish(deciding, devices=["rig", "cabin", "meter"], companies=COMPANIES)
    return deciding


def bundle(company_id: str, period: Period, *devices: str) -> ReserveTogether:
    by = Actor(account_id=f"of-{company_id}", role="member", company_id=company_id)
    name = f"{company_id}-{period.start:%d%H%M}"
    return ReserveTogether(
        by=by,
        members=tuple(
            Member(reservation_id=f"{name}-{one}", device_id=one, period=period) for one in devices
        ),
        company_id=company_id,
        account_id=by.account_id,
        group_id=name,
    )


@pytest.mark.parametrize("processes", [1, 2])
async def test_bundles_in_opposite_order_one_wins_whole(
    booking: Booking, other: Booking, processes: int
) -> None:
    """Fifty times two companies name a rig and its cabin in opposite order: nothing is partial."""
    mine, theirs = booking, booking if processes == 1 else other

    async def race(number: int) -> None:
        answers = await asyncio.gather(
            mine.do(bundle("mudeung", slot(number), "rig", "cabin")),
            theirs.do(bundle("hanbit", slot(number), "cabin", "rig")),
            return_exceptions=True,
        )
        lost = [answer for answer in answers if isinstance(answer, Rejected)]
        won = [answer for answer in answers if not isinstance(answer, BaseException)]
        assert (len(won), len(lost)) == (1, 1), answers
        assert lost[0].is_conflict
        assert [conflict.member for conflict in lost[0].conflicts] == [0, 1]
        made = won[0].of(ReservationConfirmed)
        assert {one.device_id for one in made} == {"rig", "cabin"}
        assert len({one.company_id for one in made}) == 1

    await asyncio.wait_for(asyncio.gather(*(race(number) for number in range(RACES))), 60)
    stored = await booking._ledger.stored(types=["ReservationConfirmed"], limit=1000)
    assert len(stored) == 2 * RACES


async def test_a_ring_of_bundles_never_stands_still(booking: Booking, other: Booking) -> None:
    """Three bundles that each want two of three devices: one is booked, and all are answered."""
    rings = [("rig", "cabin"), ("cabin", "meter"), ("meter", "rig")]
    for number in range(10):
        answers = await asyncio.wait_for(
            asyncio.gather(
                *(
                    (booking, other)[n % 2].do(bundle(COMPANIES[n % 2], slot(number), *devices))
                    for n, devices in enumerate(rings)
                ),
                return_exceptions=True,
            ),
            30,
        )
        assert sum(not isinstance(answer, Rejected) for answer in answers) == 1


async def test_a_series_of_two_hundred_is_one_append(booking: Booking) -> None:
    """Its events stand one behind the other, and the same request is answered the same again."""
    days = [Period(slot(48 * n).start, slot(48 * n).end) for n in range(178)]
    members = [
        Member(reservation_id=f"r-{n}", device_id="rig", period=period)
        for n, period in enumerate(days)
    ]
    twice = Member(reservation_id="r-again", device_id="rig", period=days[7])
    by = Actor(account_id="kim", role="member", company_id="mudeung")
    command = ReserveTogether(
        by=by,
        members=(*members, twice),
        company_id="mudeung",
        account_id="kim",
        series_id="s-1",
        only_free=True,
    )
    request = Request.of("kim", "key", b"body")
    done = await booking.do(command, request=request)
    assert len(done.of(ReservationConfirmed)) == 178
    (refused,) = done.of(RequestRefused)
    assert [one.member for one in refused.refusals] == [178]
    positions = [one.position for one in done.events]
    assert positions == list(range(positions[0], positions[0] + 179))
    again = await booking.do(command, request=request)
    assert again.repeated
    assert [one.event for one in again.events] == [one.event for one in done.events]


async def test_a_refused_bundle_is_refused_the_same_again(booking: Booking) -> None:
    """The recorded refusal says which device was taken, as the first answer did."""
    await booking.do(bundle("mudeung", slot(0), "cabin"))
    request = Request.of("of-hanbit", "key", b"body")
    for _ in range(2):
        with pytest.raises(Rejected) as refusal:
            await booking.do(bundle("hanbit", slot(0), "rig", "cabin"), request=request)
        assert [one.member for one in refusal.value.violations] == [1]
        assert [one.member for one in refusal.value.conflicts] == [1]
