"""The dates of a repeating booking, on the clock of its zone."""

from datetime import date, time
from typing import Any

import pytest

from domain.period import Period
from domain.rejected import Rejected
from domain.series import MOST_DATES, Occurrence, SeriesRule, Shift, occurrences, shifted
from tests.scenario import at

MONDAY = date(2026, 11, 2)


def dates(**fields: Any) -> list[Occurrence]:
    given: dict[str, Any] = {"first": MONDAY, "start": time(9), "minutes": 60}
    return occurrences(SeriesRule(**(given | fields)))


def locals_of(found: list[Occurrence]) -> list[str]:
    return [one.local for one in found]


def test_every_week_is_the_weekday_of_the_first() -> None:
    """A weekly series keeps its weekday and its hour."""
    found = dates(count=3)
    assert locals_of(found) == ["2026-11-02 09:00", "2026-11-09 09:00", "2026-11-16 09:00"]
    assert found[0].period == Period(at("2026-11-02 09:00"), at("2026-11-02 10:00"))


def test_weekdays_until_a_date_that_belongs_to_it() -> None:
    """Mondays and Thursdays until a Monday end with that Monday."""
    found = dates(weekdays=(0, 3), until=date(2026, 11, 9))
    assert locals_of(found) == ["2026-11-02 09:00", "2026-11-05 09:00", "2026-11-09 09:00"]


def test_daily_every_second_day() -> None:
    """An interval leaves days out."""
    assert locals_of(dates(every="day", interval=2, count=2))[-1] == "2026-11-04 09:00"


def test_the_first_day_counts_only_where_the_rule_hits_it() -> None:
    """A series of Tuesdays that is asked for on a Monday begins on Tuesday."""
    assert locals_of(dates(weekdays=(1,), count=1)) == ["2026-11-03 09:00"]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({}, "series_endless"),
        ({"until": date(2026, 11, 1)}, "series_empty"),
        (
            {"until": date(2026, 11, 8), "weekdays": (1,), "every": "day", "interval": 7},
            "series_empty",
        ),
        ({"count": MOST_DATES + 1}, "series_too_far"),
        ({"count": MOST_DATES + 1, "every": "day"}, "series_too_long"),
        ({"until": date(2027, 11, 1), "every": "day"}, "series_too_long"),
        ({"until": date(2036, 11, 2)}, "series_too_far"),
    ],
)
def test_a_series_has_an_end_and_a_few_dates(fields: dict[str, Any], rule: str) -> None:
    """No end, no date, too many dates and dates years ahead are refused in words."""
    with pytest.raises(Rejected) as refusal:
        dates(**fields)
    (violation,) = refusal.value.violations
    assert violation.rule == rule
    assert violation.message("ko")
    assert violation.message("en")


def test_two_hundred_dates_are_allowed() -> None:
    """The bound itself is inside."""
    assert len(dates(every="day", count=MOST_DATES)) == MOST_DATES
    assert len(dates(every="day", until=date(2027, 5, 20))) == MOST_DATES


def test_the_wall_clock_stays_across_daylight_saving() -> None:
    """Nine in Berlin is 07:00 UTC in summer and 08:00 UTC in winter (it ends 25 October 2026)."""
    found = dates(first=date(2026, 10, 19), zone="Europe/Berlin", count=2)
    assert [one.period.start.hour for one in found] == [7, 8]
    assert [one.period.minutes for one in found] == [60, 60]


def test_a_time_that_clocks_skip_does_not_exist() -> None:
    """New York has no 02:30 on 14 March 2027; the dates around it are as usual."""
    found = dates(first=date(2027, 3, 7), start=time(2, 30), zone="America/New_York", count=3)
    assert [one.exists for one in found] == [True, False, True]


def test_a_time_that_comes_twice_is_the_first() -> None:
    """01:30 on 1 November 2026 in New York is that of summer time, 05:30 UTC."""
    (found,) = dates(
        first=date(2026, 11, 1), start=time(1, 30), minutes=20, zone="America/New_York", count=1
    )
    assert (found.period.start.hour, found.period.start.minute, found.exists) == (5, 30, True)


@pytest.mark.parametrize("zone", ["Nowhere/City", "../../etc/passwd", "", "Europe"])
def test_an_unknown_zone_is_a_value_error(zone: str) -> None:
    """Only zones of the IANA database are known, whatever is asked for."""
    with pytest.raises(ValueError, match="zone"):
        dates(zone=zone, count=1)


def test_a_shift_keeps_the_wall_clock() -> None:
    """An hour later is an hour later on the clock of the zone, in summer and in winter."""
    summer, winter = dates(first=date(2026, 10, 19), zone="Europe/Berlin", count=2)
    later = Period(summer.period.start.replace(hour=8), summer.period.end.replace(hour=9))
    shift = Shift.between(summer.period, later, "Europe/Berlin")
    assert shifted(winter.period, shift).period.start.hour == 9
