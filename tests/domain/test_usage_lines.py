"""Corrections and waivers of what was logged, and no-shows."""

from typing import Any

import pytest

from domain import events as e
from domain.decisions import Command
from domain.devices import SetTerms
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from domain.usage import CorrectUsage, WaiveUsage, WithdrawNoShow
from tests.scenario import (
    AUT,
    DAY,
    MINUTE,
    SEALED,
    STAFF,
    at,
    cancel,
    company,
    device,
    eleven,
    given,
    hand_out,
    nine,
    no_show,
    noon,
    rate,
    requested,
    reserve,
    take_back,
    taken,
    ten,
)
from tests.sentence import Scenario

WAIVE = WaiveUsage(by=STAFF, reservation_id="r-1", reason=SEALED)
WITHDRAW = WithdrawNoShow(by=STAFF, reservation_id="r-1")


def used_from_nine_to_eleven() -> Scenario:
    past = given(device(), company(), taken(nine, eleven)).at(nine).when(hand_out())
    return past.at(eleven).when(take_back(samples=3, staff_minutes=10, usage_type="operated"))


def correct(**fields: Any) -> Command:
    return CorrectUsage(by=STAFF, reservation_id="r-1", reason=SEALED, **fields)


async def test_a_corrected_time_is_counted_anew() -> None:
    """Minutes, billed minutes and fee follow from the corrected time; the rest stays."""
    past = used_from_nine_to_eleven().when(correct(used=Period(nine, at("10:10"))))
    await past.happened(
        e.UsageCorrected,
        used=Period(nine, at("10:10")),
        minutes=70,
        billed_minutes=90,
        krw_per_hour=10_000,
        fee=15_000,
        samples=3,
        staff_minutes=10,
        usage_type="operated",
        reason=SEALED,
    )


async def test_a_correction_keeps_the_price_of_the_day_of_use() -> None:
    """A price set since then changes no line of before."""
    past = used_from_nine_to_eleven().when(rate(99_000), correct(used=Period(nine, ten)))
    await past.happened(e.UsageCorrected, krw_per_hour=10_000, fee=10_000)


async def test_a_correction_keeps_the_slot_of_the_day_of_use() -> None:
    """Terms that came since let no longer use cost less, nor the same minutes something else."""
    past = given(device(slot_minutes=30), company(), taken(nine, eleven))
    past = past.at(nine).when(hand_out()).at(at("10:40")).when(take_back())
    await past.happened(e.DeviceReturned, e.UsageLogged, billed_minutes=120, fee=20_000)
    finer = TermsOfUse(slot_minutes=1, minimum_minutes=1)
    past = past.at(eleven).when(SetTerms(by=STAFF, device_id=AUT, terms=finer))
    past = past.when(correct(used=Period(nine, at("10:41"))))
    await past.happened(e.UsageCorrected, minutes=101, billed_minutes=120, fee=20_000)
    past = past.when(correct(used=Period(nine, at("10:31"))))
    await past.happened(e.UsageCorrected, minutes=91, billed_minutes=120, fee=20_000)


async def test_other_figures_alone() -> None:
    """Samples and staff minutes may be corrected to nothing, and the time then stays."""
    past = used_from_nine_to_eleven().when(correct(samples=0, staff_minutes=0))
    await past.happened(
        e.UsageCorrected, used=Period(nine, eleven), fee=20_000, samples=0, staff_minutes=0
    )


async def test_a_correction_of_a_correction() -> None:
    """The next correction starts from the last one, not from the first line."""
    past = used_from_nine_to_eleven().when(correct(used=Period(nine, ten)), correct(samples=7))
    await past.happened(e.UsageCorrected, used=Period(nine, ten), fee=10_000, samples=7)


async def test_a_use_to_come_is_not_logged() -> None:
    """Nobody can have used a device at a time that has not come."""
    past = used_from_nine_to_eleven().when(correct(used=Period(nine, noon)))
    await past.rejected("not_yet")


async def test_a_waived_fee() -> None:
    """A waiver names the line's time and its reason, and leaves the line as it is."""
    await (
        used_from_nine_to_eleven()
        .when(WAIVE)
        .happened(e.UsageWaived, reservation_id="r-1", occupied=Period(nine, eleven), reason=SEALED)
    )


@pytest.mark.parametrize("command", [correct(samples=1), WAIVE])
async def test_only_what_was_returned(command: Command) -> None:
    """Before the return there is no line to correct or to waive."""
    past = given(device(), company(), taken(nine, eleven))
    await past.when(command).rejected("wrong_status", limit="returned", actual="confirmed")
    await given(device(), company()).when(command).rejected("reservation_unknown")


async def test_a_no_show_frees_the_time() -> None:
    """From its start on, a booking that nobody came for can be given to somebody else."""
    past = given(device(), company(), taken(nine, eleven))
    await past.at(nine - MINUTE).when(no_show()).rejected("not_begun")
    await past.at(nine).when(no_show()).happened(e.NoShowRecorded)
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_a_no_show_long_after() -> None:
    """Staff may record it days later."""
    past = given(device(), company(), taken(nine, eleven)).at(nine + 9 * DAY)
    await past.when(no_show()).happened(e.NoShowRecorded)


async def test_only_the_confirmed_can_fail_to_come() -> None:
    """Neither a request nor a use nor a cancelled booking is a no-show."""
    waiting = given(device(), company(), requested(nine, eleven)).at(nine)
    await waiting.when(no_show()).rejected("wrong_status", actual="requested")
    past = given(device(), company(), taken(nine, eleven)).at(nine).when(hand_out())
    await past.when(no_show()).rejected("wrong_status", actual="in_use")


async def test_a_use_after_all() -> None:
    """Where the no-show was withdrawn, the hand-out and the return may still be entered."""
    past = given(device(), company(automotive=2), taken(nine, eleven)).at(ten).when(no_show())
    past = past.when(WITHDRAW).at(noon).when(hand_out(at=at("09:10")))
    await past.happened(e.DeviceHandedOut, at=at("09:10"), occupied=Period(nine, eleven))
    await past.when(reserve(nine + DAY, ten + DAY)).rejected("quota", actual=3.0)
    past = past.when(take_back(at=at("10:10")))
    await past.happened(e.DeviceReturned, e.UsageLogged, used=Period(at("09:10"), at("10:10")))
    await past.when(reserve(nine + DAY, ten + DAY)).happened(e.ReservationConfirmed)


async def test_a_use_after_all_needs_its_time() -> None:
    """Who was booked into the freed time had the device, and nobody is handed what is over."""
    past = given(device(), company(), taken(nine, eleven)).at(nine).when(no_show(), WITHDRAW)
    await past.at(noon).when(hand_out()).rejected("past")
    past = past.at(nine).when(reserve(ten, eleven))
    await past.at(noon).when(hand_out(at=at("09:10"))).rejected("slot_taken")
    given_up = given(device(), company(), taken(nine, eleven)).when(cancel())
    await given_up.at(nine).when(hand_out()).rejected("wrong_status", actual="cancelled")


async def test_a_withdrawn_no_show_costs_nothing() -> None:
    """A no-show recorded by mistake is taken back, and so are its hours."""
    past = given(device(), company(automotive=2), taken(nine, eleven)).at(nine).when(no_show())
    await past.when(WITHDRAW).happened(e.NoShowWithdrawn)
    await past.when(WITHDRAW).rejected("wrong_status", limit="no_show", actual="cancelled")
    await past.when(reserve(nine + DAY, eleven + DAY)).happened(e.ReservationConfirmed)
