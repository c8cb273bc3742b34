"""What may lie over what in the calendar: outages, breakdowns, buffers and late use."""

from __future__ import annotations

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.calendar import entries_between, entry, reservation
from projections.projector import Projector
from tests.projections.next_events import after, outage
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    HEA,
    HOUR,
    MINUTE,
    SEALED,
    at,
    device,
    eleven,
    nine,
    noon,
    taken,
    ten,
)


async def test_outages_and_breakdowns_are_entries(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """They move, end and are cancelled; a repair ends a breakdown when it was done."""
    await ledger.append(*device())
    moved = Period(at("2026-11-09 09:00"), at("2026-11-09 12:00"))
    await ledger.append(outage(nine, noon))
    await ledger.append(
        e.OutageRescheduled(
            outage_id="o-1",
            device_id=AUT,
            kind="maintenance",
            occupied=moved,
            was=Period(nine, noon),
        )
    )
    broken = Period(nine, noon)
    await ledger.append(
        e.BreakdownReported(
            breakdown_id="b-1", device_id=AUT, occupied=broken, expected_until=noon, reason=SEALED
        )
    )
    await ledger.append(
        e.DeviceRepaired(
            breakdown_id="b-1",
            device_id=AUT,
            occupied=Period(nine, ten),
            at=ten,
            was=broken,
        )
    )
    await projector.catch_up()
    planned, repaired = await entry(database.app, "o-1"), await entry(database.app, "b-1")
    assert planned is not None
    assert repaired is not None
    assert (planned.kind, planned.status, planned.period) == ("maintenance", "scheduled", moved)
    assert (repaired.kind, repaired.status) == ("breakdown", "repaired")
    assert (repaired.period, repaired.sequence) == (Period(nine, ten), 1)
    assert (planned.sector, repaired.reason) == ("automotive", SEALED)
    assert await reservation(database.app, "o-1") is None


async def test_an_outage_may_cover_a_reservation_that_has_gone_by(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """It was entered after it began; what nobody came for, and its buffer, are no conflict."""
    await ledger.append(*device())
    # Test time runs a minute an event from BEGIN on, and the outage is the sixth event.
    gone = Period(BEGIN - HOUR, BEGIN + 5 * MINUTE)
    buffered = Period(gone.start, gone.end + 15 * MINUTE)
    await ledger.append(taken(gone.start, gone.end, occupied=buffered))
    await ledger.append(
        *device(HEA),
        outage(BEGIN - HOUR, BEGIN + DAY),
    )
    reached = await projector.catch_up("calendar")
    assert reached["calendar"] == ledger.head


async def test_an_outage_over_a_reservation_ahead_stops_the_view(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """The rules displace what an outage hits; if they once don't, the second lock says so."""
    good = await ledger.append(*device(), taken(nine, ten))
    await ledger.append(outage(nine - HOUR, nine + MINUTE))
    assert (await projector.catch_up("calendar"))["calendar"] == good


async def test_buffers_of_two_reservations_keep_apart(
    ledger: WrittenLedger, projector: Projector
) -> None:
    """Reservations are compared with their buffers, not only as they were booked."""
    with_buffer = taken(nine, ten, occupied=Period(nine, ten + 15 * MINUTE))
    good = await ledger.append(*device(), with_buffer)
    await ledger.append(taken(ten, eleven, reservation_id="r-2"))
    assert (await projector.catch_up("calendar"))["calendar"] == good


async def test_late_use_is_shown_and_not_constrained(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """A device that came back late overlaps the next reservation; both are shown."""
    first = taken(nine, ten)
    await ledger.append(*device(), first, taken(ten, eleven, reservation_id="r-2"))
    out = after(first, e.DeviceHandedOut, at=nine)
    late = Period(nine, ten + 30 * MINUTE)
    back = after(out, e.DeviceReturned, occupied=late, handed_out_at=nine, at=late.end)
    await ledger.append(out)
    await ledger.append(back)
    assert (await projector.catch_up("calendar"))["calendar"] == ledger.head
    shown = await entries_between(database.app, ten, ten + 15 * MINUTE)
    assert [one.entry_id for one in shown] == ["r-1", "r-2"]
