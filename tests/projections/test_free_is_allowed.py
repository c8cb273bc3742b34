"""What is told to be free, and the alternatives, are just what the rules allow."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.period import Period
from domain.rejected import Rejected
from domain.terms import Terms
from domain.terms_of_use import ALWAYS_OPEN, TermsOfUse
from projections.alternatives import Alternative, alternatives
from projections.availability import availability, closed_days
from projections.calendar import Entry
from projections.devices import Closure
from projections.free_search import DeviceTime, FreeSearch
from tests.projections.open_days import OFFICE, REFORMATION_DAY, TODAY, device, entry
from tests.scenario import AUT, DAY, HEA, HOUR, MINUTE, NOW, eight, eleven, nine, ten

terms_of_use = st.builds(
    TermsOfUse,
    slot_minutes=st.sampled_from([15, 30, 60]),
    minimum_minutes=st.sampled_from([30, 60, 120]),
    maximum_minutes=st.sampled_from([240, 2880]),
    notice_minutes=st.sampled_from([0, 60, 1440]),
    horizon_days=st.sampled_from([1, 3, 30]),
    buffer_before=st.sampled_from([0, 30]),
    buffer_after=st.sampled_from([0, 15]),
    opening_hours=st.sampled_from([ALWAYS_OPEN, OFFICE]),
    runs_unattended=st.booleans(),
)


@st.composite
def held(draw: st.DrawFn) -> Entry:
    """Some entry of the three days, with buffers of its own."""
    start = TODAY.start + 15 * MINUTE * draw(st.integers(0, 280))
    length = 15 * MINUTE * draw(st.integers(1, 40))
    buffers = {"before": 15 * MINUTE * draw(st.integers(0, 2)), "after": 15 * MINUTE}
    return entry(start, start + length, **buffers)


def allowed(
    terms: TermsOfUse, entries: list[Entry], closures: list[Closure], period: Period, now: datetime
) -> bool:
    """What the rules themselves say of a period."""
    rules = Terms(AUT)
    rules.now = terms
    try:
        rules.require_allowed(period, now=now, closures=closed_days(closures, period))
    except Rejected:
        return False
    return not any(one.occupied.overlaps(rules.occupied(period)) for one in entries)


@given(
    terms=terms_of_use,
    entries=st.lists(held(), max_size=6),
    closures=st.sampled_from([[], [REFORMATION_DAY]]),
    start=st.integers(0, 95),
    slots=st.integers(1, 12),
)
def test_free_is_what_the_rules_allow(
    terms: TermsOfUse,
    entries: list[Entry],
    closures: list[Closure],
    start: int,
    slots: int,
) -> None:
    """An aligned period of a fitting length lies in a free span exactly when the rules allow it."""
    window = Period(TODAY.start, TODAY.end + DAY)
    slot = timedelta(minutes=terms.slot_minutes)
    begin = window.start + slot * start
    period = Period(begin, begin + slot * slots)
    now = TODAY.start + 7 * HOUR
    if not terms.minimum_minutes <= period.minutes <= terms.maximum_minutes:
        return
    if not window.contains(period):
        return
    _, free = availability(terms, closures, entries, window, now=now)
    offered = any(span.contains(period) for span in free)
    rules = allowed(terms, entries, closures, period, now)
    if terms.runs_unattended:
        # A free span begins and ends in opening hours, the periods within it need not.
        assert offered or not rules
    else:
        # The horizon bounds starts, and a span that begins before it may end after it.
        beyond = period.start > now + timedelta(days=terms.horizon_days)
        assert offered == rules or (offered and beyond)


@given(
    terms=terms_of_use,
    entries=st.lists(held(), max_size=8),
    closures=st.sampled_from([[], [REFORMATION_DAY]]),
    start=st.integers(16, 40),
    slots=st.integers(1, 6),
)
def test_alternatives_are_the_nearest_that_the_rules_allow(
    terms: TermsOfUse,
    entries: list[Entry],
    closures: list[Closure],
    start: int,
    slots: int,
) -> None:
    """As a search through every slot finds them, one by one."""
    slot = timedelta(minutes=terms.slot_minutes)
    begin = TODAY.start + HOUR * (start // 2)
    wanted = Period(begin, begin + slot * slots)
    now, until = TODAY.start + 7 * HOUR, TODAY.start + 4 * DAY
    found = alternatives(
        wanted, DeviceTime(device=device(terms), entries=entries), closures, now, until=until
    )

    def first(starts: list[datetime]) -> datetime | None:
        periods = (Period(one, one + wanted.length) for one in starts)
        return next(
            (one.start for one in periods if allowed(terms, entries, closures, one, now)), None
        )

    later = [begin + slot * n for n in range(1, 400) if begin + slot * n + wanted.length <= until]
    sooner = [begin - slot * n for n in range(1, 97) if begin - slot * n >= TODAY.start]
    starts = {one.kind: one.start for one in found}
    assert starts.get("next_free") == first(later)
    assert starts.get("earlier") == first(sooner)


@given(
    terms=terms_of_use,
    entries=st.lists(held(), max_size=8),
    closures=st.sampled_from([[], [REFORMATION_DAY]]),
    slots=st.integers(1, 40),
)
def test_the_last_free_time_of_the_days_before(
    terms: TermsOfUse, entries: list[Entry], closures: list[Closure], slots: int
) -> None:
    """As a search back through every slot of the span finds it, one by one."""
    slot = timedelta(minutes=terms.slot_minutes)
    span = Period(TODAY.start, TODAY.start + 4 * DAY)
    wanted = Period(span.end, span.end + slot * slots)
    now = TODAY.start + 7 * HOUR
    search = FreeSearch(DeviceTime(device=device(terms), entries=entries), closures, now, span)
    sooner = (
        Period(wanted.start - slot * n, wanted.end - slot * n)
        for n in range(slots, 400)
        if wanted.start - slot * n >= span.start
    )
    last = (one for one in sooner if allowed(terms, entries, closures, one, now))
    assert search.earlier(wanted) == next(last, None)


def test_the_same_time_on_a_compatible_device() -> None:
    """Only where that device is in service, free, and allows the period."""
    wanted, now = Period(nine, ten), NOW
    busy = [entry(nine, ten)]
    others = [
        DeviceTime(device=device(TermsOfUse(), HEA), entries=[]),
        DeviceTime(device=device(TermsOfUse(), "AUT-002"), entries=busy),
        DeviceTime(device=device(TermsOfUse(), "AUT-003", state="suspended"), entries=[]),
        DeviceTime(device=device(TermsOfUse(minimum_minutes=120), "AUT-004"), entries=[]),
        DeviceTime(device=device(TermsOfUse(calibration_required=True), "AUT-005"), entries=[]),
    ]
    own = DeviceTime(device=device(TermsOfUse()), entries=busy)
    found = alternatives(wanted, own, [], now, others, until=ten + DAY)
    assert found == [
        Alternative(device_id=AUT, start=ten, end=eleven, kind="next_free"),
        Alternative(device_id=HEA, start=nine, end=ten, kind="compatible"),
        Alternative(device_id=AUT, start=eight, end=nine, kind="earlier"),
    ]


def test_a_length_that_no_term_allows_is_not_searched_for() -> None:
    """Neither on a device that is out of service."""
    wanted = Period(nine, nine + 20 * HOUR)
    own = DeviceTime(device=device(TermsOfUse()), entries=[])
    assert alternatives(wanted, own, [], NOW, until=nine + 180 * DAY) == []
    own = DeviceTime(device=device(TermsOfUse(), state="retired"), entries=[])
    assert alternatives(Period(nine, ten), own, [], NOW, until=ten + 180 * DAY) == []
