"""What is offered as free is what the rules would allow, and nothing else."""

from __future__ import annotations

from typing import Any

from domain.agenda import EntryKind
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from projections.availability import Busy, availability
from projections.calendar import Entry, EntryStatus
from tests.projections.open_days import OFFICE, REFORMATION_DAY, TODAY, entry
from tests.scenario import HOUR, MINUTE, at, eight, eleven, nine, noon, ten


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
