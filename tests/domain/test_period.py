"""Periods, and the months and days of Asia/Seoul."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from domain.period import (
    Period,
    at_clock,
    day_period,
    days_touched,
    exists,
    hours_by_month,
    month_of,
    month_period,
    months_touched,
)
from tests.scenario import HOUR, MINUTE, at, eleven, nine, noon, ten, thirteen


@pytest.mark.parametrize(
    ("start", "end"),
    [(ten, nine), (nine, nine), (nine.replace(tzinfo=None), ten), (nine, ten.replace(tzinfo=None))],
)
def test_a_period_is_aware_and_has_length(start: datetime, end: datetime) -> None:
    """Naive times, an end before the start and no length at all are refused."""
    with pytest.raises(ValueError, match="period"):
        Period(start, end)


def test_equal_periods_are_equal_bytes() -> None:
    """The same moments on two clocks are one period, in UTC."""
    paris = ZoneInfo("Europe/Paris")
    there = Period(nine.astimezone(paris), ten.astimezone(paris))
    assert there == Period(nine, ten)
    assert msgspec.json.encode(there) == msgspec.json.encode(Period(nine, ten))
    assert there.start.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_the_edges_of_time_are_a_bad_period_and_no_crash(text: str) -> None:
    """A time that UTC cannot hold is refused like any other bad period."""
    body = msgspec.json.encode({"start": text, "end": "9999-12-31T23:59:59Z"})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Period)


def test_touching_periods_do_not_overlap() -> None:
    """The end does not belong to a period, so one begins where another ends."""
    hour = Period(nine, ten)
    assert not hour.overlaps(Period(ten, eleven))
    assert not Period(ten, eleven).overlaps(hour)
    assert hour.overlaps(Period(ten - MINUTE, eleven))
    assert hour.overlaps(hour)


def test_parts_and_lengths() -> None:
    """The common part, what contains what, and how long it is."""
    long, hour = Period(nine, noon), Period(eleven, thirteen)
    assert long.part_in(hour) == Period(eleven, noon)
    assert long.part_in(Period(noon, thirteen)) is None
    assert long.contains(Period(nine, noon))
    assert not long.contains(hour)
    assert (long.minutes, long.hours, long.length) == (180, 3.0, timedelta(hours=3))
    assert hour.padded(HOUR, MINUTE) == Period(ten, thirteen + MINUTE)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-10-31 23:00", "2026-11-01 00:00", ["2026-10"]),
        ("2026-11-01 00:00", "2026-11-01 01:00", ["2026-11"]),
        ("2026-10-31 23:00", "2026-11-01 00:01", ["2026-10", "2026-11"]),
        ("2026-12-31 23:00", "2027-01-01 01:00", ["2026-12", "2027-01"]),
        ("2026-11-15 00:00", "2027-02-01 00:00", ["2026-11", "2026-12", "2027-01"]),
    ],
)
def test_months_are_seouls(start: str, end: str, months: list[str]) -> None:
    """Months begin at Seoul's midnight, and an end at midnight touches none."""
    assert months_touched(Period(at(start), at(end))) == months


def test_the_month_begins_in_seoul_and_not_in_utc() -> None:
    """15:00 in UTC on the last of October is November in Seoul."""
    moment = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
    assert month_of(moment) == "2026-11"
    assert month_of(moment - timedelta(microseconds=1)) == "2026-10"
    assert month_period("2026-11").start == moment
    assert month_period("2026-12").end == at("2027-01-01 00:00")


def test_hours_are_split_by_month() -> None:
    """The parts of a period in its months add up to the whole."""
    period = Period(at("2026-10-31 21:00"), at("2026-11-01 02:30"))
    assert hours_by_month(period) == {"2026-10": 3.0, "2026-11": 2.5}


def test_days_and_clocks() -> None:
    """A day runs from midnight to midnight, which is also 24:00."""
    monday = date(2026, 11, 2)
    assert day_period(monday) == Period(at("00:00"), at("2026-11-03 00:00"))
    assert at_clock(monday, "24:00") == at("2026-11-03 00:00")
    assert list(days_touched(Period(at("23:00"), at("2026-11-03 00:00")))) == [monday]
    assert list(days_touched(Period(at("23:00"), at("2026-11-03 00:01")))) == [
        monday,
        date(2026, 11, 3),
    ]


def test_local_times_that_clocks_skip() -> None:
    """The hour that Paris loses in March does not exist; Seoul has all of its hours."""
    paris = ZoneInfo("Europe/Paris")
    assert not exists(datetime(2026, 3, 29, 2, 30, tzinfo=paris))
    assert exists(datetime(2026, 3, 29, 3, 30, tzinfo=paris))
    assert exists(nine)
    assert not exists(nine.replace(tzinfo=None))
