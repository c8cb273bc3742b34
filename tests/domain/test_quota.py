"""Monthly quotas: by sector, of all sectors, split at the month's end, and whose hours count."""

from datetime import datetime

import pytest

from domain import events as e
from domain.decisions import Command
from domain.event import Event
from domain.period import Period
from domain.refusing import rejected_of, request_refused
from domain.rejected import Rejected, Violation
from domain.usage import CorrectUsage, WaiveUsage
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HOUR,
    LEE,
    MUDEUNG,
    SEALED,
    STAFF,
    at,
    cancel,
    company,
    decline,
    device,
    eight,
    eleven,
    given,
    hand_out,
    nine,
    no_show,
    noon,
    outage,
    requested,
    reserve,
    shorten,
    take_back,
    taken,
    ten,
    thirteen,
    transfer,
)

SOLAR = device(ENE, "energy")
LATER = DAY + nine, DAY + ten


def corrected(start: datetime, end: datetime) -> Command:
    used = Period(start, end)
    return CorrectUsage(by=STAFF, reservation_id="r-1", used=used, reason=SEALED)


def waived() -> Command:
    return WaiveUsage(by=STAFF, reservation_id="r-1", reason=SEALED)


async def test_the_last_hour_of_a_quota() -> None:
    """A quota may be filled to its last minute, and no further."""
    past = given(device(), company(automotive=3), taken(nine, eleven))
    await past.when(reserve(eleven, noon + HOUR / 2)).rejected("quota", limit=3, actual=3.5)
    await past.when(reserve(eleven, noon)).happened(e.ReservationConfirmed)
    await past.when(reserve(noon, thirteen, reservation_id="r-3")).rejected("quota")


async def test_a_quota_is_of_one_sector() -> None:
    """Hours of another sector do not count against it."""
    past = given(device(), SOLAR, company(automotive=1), taken(nine, ten))
    await past.when(reserve(ten, eleven)).rejected("quota")
    await past.when(reserve(ten, eleven, device_id=ENE)).happened(e.ReservationConfirmed)


async def test_a_quota_of_all_sectors() -> None:
    """A quota without a sector counts the hours of all devices together."""
    past = given(device(), SOLAR, company(every=2), taken(nine, ten))
    await past.when(reserve(ten, noon, device_id=ENE)).rejected("quota", limit=2, actual=3.0)
    await past.when(reserve(ten, eleven, device_id=ENE)).happened(e.ReservationConfirmed)


async def test_both_quotas_are_named_when_both_are_broken() -> None:
    """A booking beyond the sector's quota and beyond that of all breaks two rules."""
    past = given(device(), company(automotive=1, every=2), taken(nine, ten))
    await past.when(reserve(ten, noon)).rejected("quota", "quota", limit=1)


async def test_a_quota_is_of_one_company() -> None:
    """What others use takes nothing from a company's quota."""
    past = given(device(), company(), company(HANBIT, automotive=1), taken(nine, noon))
    await past.when(reserve(noon, thirteen, by=LEE, company_id=HANBIT)).happened(
        e.ReservationConfirmed
    )


async def test_every_month_has_its_own_quota() -> None:
    """Hours of October leave November's quota alone."""
    october = taken(at("2026-10-31 09:00"), at("2026-10-31 11:00"))
    past = given(device(), company(automotive=2), october)
    await past.when(reserve(nine, eleven)).happened(e.ReservationConfirmed)


NIGHT = Period(at("2026-10-31 21:00"), at("2026-11-01 02:00"))


async def test_a_period_is_split_at_the_months_end() -> None:
    """Five hours over Seoul's midnight are three in October and two in November."""
    for quota, allowed in ((3, True), (2.5, False)):
        past = given(device(), company(automotive=quota)).when(reserve(NIGHT.start, NIGHT.end))
        await (past.happened(e.ReservationConfirmed) if allowed else past.rejected("quota"))


async def test_each_month_of_a_period_has_to_have_room() -> None:
    """A night over the month's end is refused when only the second month is full."""
    november = taken(nine, noon)
    past = given(device(), company(automotive=4), november)
    await past.when(reserve(NIGHT.start, NIGHT.end)).rejected("quota", limit=4, actual=5.0)


async def test_buffers_are_the_laboratorys_own_time() -> None:
    """Only booked hours count, and not the buffers around them."""
    past = given(device(buffer_before=60, buffer_after=60), company(automotive=1))
    await past.when(reserve(nine, ten)).happened(e.ReservationConfirmed)


async def test_a_lifted_quota_is_none() -> None:
    """A quota set to nothing limits nothing, and a new one counts from the next booking on."""
    lifted = e.QuotaSet(company_id=MUDEUNG, sector="automotive", hours=None)
    lowered = e.QuotaSet(company_id=MUDEUNG, sector="automotive", hours=0)
    past = (device(), company(automotive=1), taken(nine, ten))
    await given(*past, lifted).when(reserve(ten, noon)).happened(e.ReservationConfirmed)
    await given(*past, lifted, lowered).when(reserve(ten, noon)).rejected("quota", limit=0)


async def test_odd_minutes_add_up() -> None:
    """Ten times six minutes are an hour, though a tenth has no end in binary."""
    tenths = device(slot_minutes=6, minimum_minutes=6)
    short = [
        taken(start, start + HOUR / 10, reservation_id=f"t-{start:%H%M}")
        for start in (nine + number * HOUR / 10 for number in range(9))
    ]
    past = given(tenths, company(automotive=1), *short)
    await past.when(reserve(ten, ten + HOUR / 10)).happened(e.ReservationConfirmed)
    await past.when(reserve(eleven, eleven + HOUR / 10, reservation_id="r-3")).rejected("quota")


@pytest.mark.parametrize("made", [requested(nine, ten), taken(nine, ten)])
async def test_requested_and_confirmed_hours_count(made: Event) -> None:
    """An open request holds its hours as a confirmed booking does."""
    past = given(device(), company(automotive=1), made)
    await past.when(reserve(*LATER)).rejected("quota")


async def test_hours_given_back_in_time_are_free_again() -> None:
    """Declined, cancelled in time, shortened in time: the hours can be booked again."""
    early = device(cancel_notice_minutes=1440)
    for ending, made in (
        (decline(), requested(nine, eleven)),
        (cancel(), taken(nine, eleven)),
        (shorten(nine, ten), taken(nine, eleven)),
    ):
        past = given(early, company(automotive=2), made).when(ending)
        await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_displaced_hours_are_free_again() -> None:
    """What the laboratory takes away costs the company nothing."""
    past = given(device(), company(automotive=1), taken(nine, ten)).when(outage(eight, noon))
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)


async def test_missed_and_late_cancelled_hours_count_in_full() -> None:
    """Whoever does not come, or says so too late, has used the hours."""
    for ending in (no_show(), cancel()):
        past = given(device(), company(automotive=1), taken(nine, ten)).at(at("09:10"))
        await past.when(ending).when(reserve(*LATER)).rejected("quota", actual=2.0)


async def test_returned_hours_count_as_used() -> None:
    """Half an hour in hand is half an hour of quota, and two hours are two."""
    for back, used in (("09:30", 0.5), ("11:00", 2.0)):
        past = given(device(), company(automotive=1), taken(nine, ten))
        past = past.at(nine).when(hand_out()).at(at(back)).when(take_back())
        await past.when(reserve(*LATER)).rejected("quota", limit=1, actual=used + 1)


async def test_corrected_hours_count_instead_of_the_first() -> None:
    """What the use log says last is what was used; a waived fee leaves the hours."""
    past = given(device(), company(automotive=2), taken(nine, eleven))
    past = past.at(nine).when(hand_out()).at(eleven).when(take_back())
    await past.when(reserve(*LATER)).rejected("quota", actual=3.0)
    past = past.when(corrected(nine, ten), waived())
    await past.when(reserve(*LATER)).happened(e.ReservationConfirmed)
    await past.when(reserve(*LATER, reservation_id="r-3", device_id=AUT)).rejected("quota")


async def test_a_correction_moves_hours_to_another_month() -> None:
    """The month that the use leaves hears of it as well as the one that it enters."""
    october = at("2026-10-30 09:00"), at("2026-10-30 11:00")
    past = given(device(horizon_days=400), company(automotive=2), taken(*october))
    past = past.at(october[0]).when(hand_out()).at(october[1]).when(take_back())
    past = past.at(noon).when(corrected(nine, eleven))
    await past.when(reserve(thirteen, thirteen + HOUR)).rejected("quota", actual=3.0)
    past = past.when(corrected(*october))
    await past.when(reserve(thirteen, thirteen + HOUR)).happened(e.ReservationConfirmed)
    past = past.at(at("2026-11-01 02:00"))
    over_midnight = at("2026-10-31 23:00"), at("2026-11-01 01:00")
    (event,) = await past.when(corrected(*over_midnight)).accepted()
    months = {tag for tag in event.tags() if tag.startswith("company:mudeung/")}
    assert months == {f"company:mudeung/2026-{month}" for month in ("10", "11")}


async def test_a_use_over_the_months_end_counts_where_it_was() -> None:
    """What was in hand before midnight is October's, what was after it November's."""
    past = given(device(), company(automotive=3), taken(NIGHT.start, NIGHT.end))
    past = past.at(NIGHT.start).when(hand_out()).at(at("2026-11-01 00:30")).when(take_back())
    half = at("2026-11-02 09:00"), at("2026-11-02 11:30")
    await past.when(reserve(*half)).happened(e.ReservationConfirmed)
    await past.when(reserve(noon, noon + HOUR / 2, reservation_id="r-3")).rejected("quota")


async def test_hours_move_with_a_device_of_another_sector() -> None:
    """A transfer to another sector's device takes the hours along."""
    past = given(device(), SOLAR, company(energy=1, automotive=1), taken(nine, ten))
    past = past.when(transfer(to_device_id=ENE))
    await past.when(reserve(*LATER, device_id=ENE)).rejected("quota")
    await past.when(reserve(*LATER, device_id=AUT)).happened(e.ReservationConfirmed)


@pytest.mark.parametrize(
    ("hours", "korean", "english"),
    [
        (
            {"every": 1},
            "2026년 11월 이용 한도 1.0시간을 넘어요 (이 예약 포함 2.0시간).",
            "This exceeds the quota of 1.0 hours in November 2026 (2.0 with this booking).",
        ),
        (
            {"automotive": 1},
            "2026년 11월 자동차 장비 이용 한도 1.0시간을 넘어요 (이 예약 포함 2.0시간).",
            (
                "This exceeds the quota of 1.0 hours of automotive devices in November 2026 "
                "(2.0 with this booking)."
            ),
        ),
    ],
)
async def test_the_month_and_the_sector_that_lack_room_are_named(
    hours: dict[str, float], korean: str, english: str
) -> None:
    """Of a booking over a month's end the month that is full, whichever month it is now."""
    october = given(device(), company(**hours))
    night = reserve(at("2026-10-31 23:30"), at("2026-11-01 02:00"))
    with pytest.raises(Rejected) as refusal:
        await october.when(night).accepted()
    (violation,) = refusal.value.violations
    assert violation.message("ko") == korean
    assert violation.message("en") == english
    again = rejected_of(request_refused(night, refusal.value))
    assert again.violations == refusal.value.violations


def test_a_quota_that_was_refused_before_months_were_named() -> None:
    """A refusal of an earlier version still has its sentence."""
    assert "20.0시간" in Violation(rule="quota", limit=20.0, actual=23.5).message("ko")
