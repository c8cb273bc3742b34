"""What is offered as free is what the rules would allow, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.agenda import EntryKind
from domain.period import Period
from domain.rejected import Rejected
from domain.terms import Terms
from domain.terms_of_use import ALWAYS_OPEN, OpeningHours, TermsOfUse
from domain.text import Text
from projections.alternatives import Alternative, alternatives
from projections.availability import Busy, availability, closed_days
from projections.calendar import Entry, EntryStatus
from projections.devices import Closure, Device
from projections.free_search import DeviceTime
from tests.scenario import AUT, DAY, HEA, HOUR, MINUTE, NOW, at, eight, eleven, nine, noon, ten

NAME = Text(ko="이름", en="Name")
TODAY = Period(at("00:00"), at("2026-11-03 00:00"))
OFFICE = OpeningHours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "20:00"),)))
REFORMATION_DAY = Closure(day=date(2026, 11, 3), name=NAME)


def entry(
    start: datetime,
    end: datetime,
    *,
    before: timedelta = timedelta(0),
    after: timedelta = timedelta(0),
    kind: EntryKind = "reservation",
    status: EntryStatus = "confirmed",
    **fields: Any,
) -> Entry:
    """An entry of AUT-018 with its buffers."""
    return Entry(
        entry_id=f"{kind}-{start}",
        kind=kind,
        device_id=AUT,
        sector="automotive",
        company_id=None,
        account_id=None,
        status=status,
        period=Period(start, end),
        occupied=Period(start - before, end + after),
        sequence=0,
        created_at=NOW,
        changed_at=NOW,
        made_position=1,
        changed_position=1,
        **fields,
    )


def device(terms: TermsOfUse, device_id: str = AUT, **fields: Any) -> Device:
    fields = {"state": "in_service", "calibration_valid_until": None} | fields
    return Device(
        device_id=device_id,
        name=NAME,
        sector="automotive",
        site=NAME,
        location=NAME,
        registration_number="NFEC-1",
        keeper=None,
        specification=(),
        keywords=(),
        compatible=(),
        terms=terms,
        terms_version=1,
        krw_per_hour=0,
        breakdown_id=None,
        broken_until=None,
        in_hand=None,
        open_problems=0,
        **fields,
    )


def test_a_reservation_with_buffers_is_three_kinds_of_time() -> None:
    """The buffer is busy under its own name, and a booking's own buffers need room as well."""
    terms = TermsOfUse(buffer_after=15)
    busy, free = availability(terms, [], [entry(nine, ten, after=15 * MINUTE)], TODAY)
    assert busy == [
        Busy(start=nine, end=ten, kind="reservation"),
        Busy(start=ten, end=ten + 15 * MINUTE, kind="buffer"),
    ]
    # A booking until 09:00 would need the device until 09:15.
    assert free == [
        Period(TODAY.start, nine - 30 * MINUTE),
        Period(ten + 30 * MINUTE, TODAY.end),
    ]


def test_touching_periods_are_free() -> None:
    """Without buffers 09:00-10:00 leaves everything up to 09:00 and from 10:00 on."""
    _, free = availability(TermsOfUse(), [], [entry(nine, ten)], TODAY)
    assert free == [Period(TODAY.start, nine), Period(ten, TODAY.end)]


def test_every_kind_of_entry_is_busy_under_its_name() -> None:
    """Outages and breakdowns are shown as what they are; what was given back is not shown."""
    kinds: list[tuple[EntryKind, EntryStatus]] = [
        ("maintenance", "scheduled"),
        ("calibration", "scheduled"),
        ("breakdown", "broken"),
    ]
    entries = [
        entry(nine + n * HOUR, ten + n * HOUR, kind=kind, status=status)
        for n, (kind, status) in enumerate(kinds)
    ]
    given_back: list[EntryStatus] = ["cancelled", "displaced", "declined", "expired", "no_show"]
    entries += [entry(at("20:00"), at("21:00"), status=status) for status in given_back]
    busy, _ = availability(TermsOfUse(), [], entries, TODAY)
    assert [one.kind for one in busy] == [kind for kind, _ in kinds]


def test_a_return_ends_the_use_and_begins_the_buffer() -> None:
    """After an early return only the buffer is left; after a late one the use reaches further."""
    returned = entry(
        nine,
        noon,
        status="returned",
        handed_out_at=nine,
        returned_at=ten,
    )
    early = entry_with(returned, occupied=Period(nine, ten + 15 * MINUTE))
    busy, _ = availability(TermsOfUse(), [], [early], TODAY)
    assert [(one.start, one.end, one.kind) for one in busy] == [
        (nine, ten, "reservation"),
        (ten, ten + 15 * MINUTE, "buffer"),
    ]


def test_closed_time_is_busy_and_not_free() -> None:
    """Nights, weekends and closed days are closed; the laboratory opens on the wall clock."""
    terms = TermsOfUse(opening_hours=OFFICE)
    window = Period(at("00:00"), at("2026-11-04 00:00"))
    busy, free = availability(terms, [REFORMATION_DAY], [], window)
    assert [(one.start, one.end) for one in busy] == [
        (window.start, eight),
        (at("20:00"), window.end),
    ]
    assert {one.kind for one in busy} == {"closed"}
    assert free == [Period(eight, at("20:00"))]


def test_what_runs_unattended_is_free_across_the_night() -> None:
    """Closed time is shown, and a free span begins and ends in opening hours."""
    terms = TermsOfUse(opening_hours=OFFICE, runs_unattended=True)
    window = Period(at("00:00"), at("2026-11-04 00:00"))
    busy, free = availability(terms, [], [], window)
    assert [one.kind for one in busy] == ["closed"] * 3
    assert free == [Period(eight, at("2026-11-03 20:00"))]


def test_notice_and_horizon_bound_what_is_free() -> None:
    """With a time, only what can still be booked, and can be booked already, is free."""
    terms = TermsOfUse(notice_minutes=120, horizon_days=1)
    _, free = availability(terms, [], [], TODAY, now=nine + MINUTE)
    assert free == [Period(eleven + 30 * MINUTE, TODAY.end)]
    _, free = availability(terms, [], [], TODAY, now=at("2026-10-26 09:00"))
    assert free == []


def entry_with(one: Entry, **changes: Any) -> Entry:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Entry(**fields | changes)


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
