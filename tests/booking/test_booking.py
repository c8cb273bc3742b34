"""Commands against a real ledger: decided once, whoever else decides at the same moment."""

from __future__ import annotations

import asyncio

import pytest

from booking.app import Booking
from booking.ledger import Request
from booking.writer import RequestMismatch
from domain.actor import SYSTEM, Actor
from domain.companies import SetQuota
from domain.devices import SetTerms
from domain.events import RequestRefused, ReservationConfirmed
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import CancelReservation, ReserveDevice
from domain.terms_of_use import TermsOfUse
from tests.booking.small_world import furnish, slot

KIM = Actor(account_id="a-kim", role="member", company_id="mudeung")


@pytest.fixture
async def booking(deciding: Booking) -> Booking:
    """Ten bench devices and a company without a quota."""
    devices = [f"D-{number}" for number in range(10)]
    await furnish(deciding, devices=devices, companies=["mudeung"])
    return deciding


def reserve(number: int, period: Period, device_id: str = "D-0") -> ReserveDevice:
    return ReserveDevice(
        by=KIM,
        reservation_id=f"r-{number}",
        device_id=device_id,
        company_id="mudeung",
        account_id=KIM.account_id,
        period=period,
    )


async def test_of_many_callers_for_one_slot_one_wins(booking: Booking, other: Booking) -> None:
    """Sixty callers in two processes: one booking, and a recorded refusal for each other."""
    answers = await asyncio.gather(
        *((booking, other)[n % 2].do(reserve(n, slot())) for n in range(60)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    assert len(refused) == 59
    assert all(answer.is_conflict and answer.conflicts for answer in refused)
    stored = await booking._ledger.stored(types=["RequestRefused"], limit=100)
    assert len(stored) == 59


async def test_callers_for_different_slots_all_win(booking: Booking, other: Booking) -> None:
    """Eighty callers want eighty free slots of one device: nobody starves."""
    await asyncio.gather(*((booking, other)[n % 2].do(reserve(n, slot(n))) for n in range(80)))
    stored = await booking._ledger.stored(types=["ReservationConfirmed"], limit=100)
    assert len(stored) == 80


async def test_the_last_hour_of_a_quota_goes_to_one(booking: Booking, other: Booking) -> None:
    """A company with room for half an hour asks for ten devices at once, and gets one."""
    await booking.do(SetQuota(by=SYSTEM, company_id="mudeung", hours=0.5))
    answers = await asyncio.gather(
        *(
            (booking, other)[n % 2].do(reserve(n, slot(), device_id=f"D-{n % 10}"))
            for n in range(40)
        ),
        return_exceptions=True,
    )
    won = [answer for answer in answers if not isinstance(answer, Rejected)]
    assert len(won) == 1


async def test_the_same_request_is_decided_once(booking: Booking, other: Booking) -> None:
    """Twenty repetitions of one request in two processes: one booking, one answer for all."""
    request = Request.of(KIM.account_id, "key", b"body")
    answers = await asyncio.gather(
        *((booking, other)[n % 2].do(reserve(n, slot()), request=request) for n in range(20))
    )
    (made,) = {done.of(ReservationConfirmed)[0].reservation_id for done in answers}
    assert sum(not done.repeated for done in answers) == 1
    assert made.startswith("r-")


async def test_a_refused_request_is_refused_again(booking: Booking) -> None:
    """A repeated request gets its first answer, even when the slot has become free meanwhile."""
    await booking.do(reserve(1, slot()))
    request = Request.of(KIM.account_id, "key", b"body")
    with pytest.raises(Rejected) as first:
        await booking.do(reserve(2, slot()), request=request)
    await booking.do(CancelReservation(by=KIM, reservation_id="r-1"))
    with pytest.raises(Rejected) as again:
        await booking.do(reserve(2, slot()), request=request)
    assert again.value.violations == first.value.violations
    assert again.value.conflicts == first.value.conflicts


async def test_a_key_stands_for_one_body(booking: Booking) -> None:
    """The same key with another body is an error of the caller's, and books nothing."""
    await booking.do(reserve(1, slot()), request=Request.of("a-kim", "key", b"one"))
    with pytest.raises(RequestMismatch):
        await booking.do(reserve(2, slot(4)), request=Request.of("a-kim", "key", b"two"))


async def test_the_laboratorys_refusals_are_not_demand(booking: Booking) -> None:
    """What staff are refused says nothing about what companies wanted."""
    with pytest.raises(Rejected):
        await booking.do(CancelReservation(by=SYSTEM, reservation_id="r-none"))
    assert not await booking._ledger.stored(types=["RequestRefused"], limit=10)


async def test_a_refusal_says_which_rule_and_values(booking: Booking) -> None:
    """The recorded refusal holds rule, limit and actual value, for the report on demand."""
    with pytest.raises(Rejected):
        await booking.do(reserve(1, slot(length=40)))
    (stored,) = await booking._ledger.stored(types=["RequestRefused"], limit=10)
    (recorded,) = await booking._ledger.of_request(
        Request(tag=await _request_tag(booking, stored.position), digest="")
    )
    assert isinstance(recorded.event, RequestRefused)
    (refusal,) = recorded.event.refusals
    assert (refusal.rule, refusal.limit, refusal.actual) == ("maximum", 480, 1200)


async def test_trying_out_records_nothing(booking: Booking) -> None:
    """A dry run says what would happen and leaves the ledger as it was."""
    before = (await booking._ledger.head()).position
    (event,) = await booking.try_out(reserve(1, slot()))
    assert isinstance(event, ReservationConfirmed)
    assert (await booking._ledger.head()).position == before


async def test_a_repeated_loading_command_changes_nothing(booking: Booking) -> None:
    """A command that finds everything as it wants it appends no event."""
    before = (await booking._ledger.head()).position
    done = await booking.do(SetTerms(by=SYSTEM, device_id="D-0", terms=TermsOfUse()))
    assert not done.events
    assert (await booking._ledger.head()).position == before


async def _request_tag(booking: Booking, position: int) -> str:
    tag: str = await booking._pool.fetchval(
        "SELECT tag FROM ledger.event_tags WHERE position = $1 AND tag LIKE 'request:%'", position
    )
    return tag
