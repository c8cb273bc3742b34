"""What the calendar says of reservations, outages and breakdowns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from booking.database import Database
from domain import events as e
from domain.period import Period
from projections.calendar import (
    Entry,
    changed_between,
    entries_between,
    list_reservations,
    reservation,
)
from projections.projector import Projector
from tests.projections.next_events import after, outage
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import (
    AUT,
    DAY,
    HANBIT,
    HEA,
    HOUR,
    MINUTE,
    SEALED,
    device,
    eleven,
    nine,
    noon,
    requested,
    taken,
    ten,
)


async def test_a_reservation_is_told_in_full(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Sealed text stays sealed; times, people and the sector of the device are there."""
    await ledger.append(*device(HEA, "healthcare"))
    booked = requested(
        nine,
        ten,
        device_id=HEA,
        sector="healthcare",
        occupied=Period(nine, ten + 15 * MINUTE),
        purpose=SEALED,
        people=("kim", "lee"),
        irb_number=SEALED,
        usage_type="operated",
        series_id="s-1",
    )
    position = await ledger.append(booked)
    await projector.catch_up()
    made = BEGIN + position * MINUTE
    assert await reservation(database.app, "r-1") == Entry(
        entry_id="r-1",
        kind="reservation",
        device_id=HEA,
        sector="healthcare",
        company_id="mudeung",
        account_id="kim",
        status="requested",
        period=Period(nine, ten),
        occupied=Period(nine, ten + 15 * MINUTE),
        sequence=0,
        created_at=made,
        changed_at=made,
        made_position=position,
        changed_position=position,
        purpose=SEALED,
        usage_type="operated",
        people=("kim", "lee"),
        irb_number=SEALED,
        series_id="s-1",
    )


async def test_sequence_counts_changes_of_time_device_and_status(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """A colleague's taking over changes the entry without a new sequence number."""
    await ledger.append(*device(), *device(HEA, "healthcare"))
    event: e.ReservationEvent = requested(nine, ten)
    steps: list[tuple[type[e.ReservationEvent], dict[str, Any], int, str]] = [
        (e.ReservationApproved, {}, 1, "confirmed"),
        (e.ReservationTransferred, {"account_id": "lee", "status": "confirmed"}, 1, "confirmed"),
        (e.ReservationTransferred, {"device_id": HEA, "status": "requested"}, 2, "requested"),
        (
            e.ReservationRescheduled,
            {"period": Period(ten, noon), "occupied": Period(ten, noon), "status": "confirmed"},
            3,
            "confirmed",
        ),
        (e.ReservationShortened, {"period": Period(ten, eleven)}, 4, "confirmed"),
        (e.DeviceHandedOut, {"at": ten}, 5, "in_use"),
        (e.DeviceReturned, {"handed_out_at": ten, "at": eleven}, 6, "returned"),
    ]
    made = await ledger.append(event)
    for kind, fields, sequence, status in steps:
        event = after(event, kind, **fields)
        position = await ledger.append(event)
        await projector.catch_up()
        found = await reservation(database.app, "r-1")
        assert found is not None
        assert (found.sequence, found.status) == (sequence, status), kind
        assert found.changed_at == BEGIN + position * MINUTE
        assert (found.changed_position, found.made_position) == (position, made)
        assert found.account_id == event.account_id


@pytest.mark.parametrize(
    ("given_back", "status"),
    [
        ((e.ReservationDeclined, {"reason": SEALED}), "declined"),
        ((e.RequestExpired, {}), "expired"),
        ((e.ReservationCancelled, {"reason": SEALED}), "cancelled"),
        ((e.ReservationDisplaced, {"outage_id": "o-1"}), "displaced"),
        ((e.NoShowRecorded, {}), "no_show"),
    ],
)
async def test_what_gives_its_time_back_leaves_the_calendar_and_stays_known(
    ledger: WrittenLedger,
    projector: Projector,
    database: Database,
    given_back: tuple[type[e.ReservationEvent], dict[str, Any]],
    status: str,
) -> None:
    """It is not shown any more, its time can be booked, and it can be looked up."""
    kind, fields = given_back
    first = taken(nine, ten)
    await ledger.append(*device(), first)
    await ledger.append(after(first, kind, **fields))
    await ledger.append(taken(nine, ten, reservation_id="r-2"))
    await projector.catch_up()
    shown = await entries_between(database.app, nine, ten)
    assert [one.entry_id for one in shown] == ["r-2"]
    every = await entries_between(database.app, nine, ten, statuses=None)
    assert [one.entry_id for one in every] == ["r-1", "r-2"]
    gone = await reservation(database.app, "r-1")
    assert gone is not None
    assert (gone.status, gone.sequence) == (status, 1)
    assert gone.reason == fields.get("reason")
    assert gone.displaced_by == fields.get("outage_id")


async def test_entries_are_filtered_and_paged(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """By time (half-open, buffers included), device, sector, kind, company, account and status."""
    await ledger.append(*device(), *device(HEA, "healthcare"))
    await ledger.append(taken(nine, ten, occupied=Period(nine, ten + 15 * MINUTE)))
    await ledger.append(
        taken(ten, eleven, reservation_id="r-2", device_id=HEA, company_id=HANBIT, account_id="lee")
    )
    await ledger.append(requested(eleven, noon, reservation_id="r-3", group_id="g-1"))
    await ledger.append(outage(noon, noon + HOUR))
    await projector.catch_up()

    async def ids(start: Any = nine, end: Any = noon + DAY, **filters: Any) -> list[str]:
        found = await entries_between(database.app, start, end, **filters)
        return [one.entry_id for one in found]

    assert await ids() == ["r-1", "r-2", "r-3", "o-1"]
    assert await ids(ten, eleven) == ["r-1", "r-2"]
    assert await ids(ten + 15 * MINUTE, eleven) == ["r-2"]
    assert await ids(device_ids=[HEA]) == ["r-2"]
    assert await ids(device_ids=[]) == []
    assert await ids(sector="automotive") == ["r-1", "r-3", "o-1"]
    assert await ids(kinds=["maintenance"]) == ["o-1"]
    assert await ids(company_id=HANBIT) == ["r-2"]
    assert await ids(account_id="kim") == ["r-1", "r-3"]
    assert await ids(statuses=["requested"]) == ["r-3"]
    (first, second) = await entries_between(database.app, nine, noon, limit=2)
    assert await ids(after=first.cursor, limit=2) == ["r-2", "r-3"]
    assert await ids(after=second.cursor, limit=2) == ["r-3", "o-1"]

    async def booked(**filters: Any) -> list[str]:
        return [one.entry_id for one in await list_reservations(database.app, **filters)]

    assert await booked() == ["r-1", "r-2", "r-3"]
    assert await booked(start=ten) == ["r-2", "r-3"]
    assert await booked(end=ten) == ["r-1"]
    assert await booked(device_id=AUT, statuses=["confirmed"]) == ["r-1"]
    assert await booked(group_id="g-1") == ["r-3"]
    assert await booked(company_id="nobody") == []
    assert await booked(sector="healthcare") == ["r-2"]


async def test_changes_name_the_device_left_and_the_device_entered(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """What a page that shows either device has to draw again."""
    first = taken(nine, ten)
    before = await ledger.append(*device(), *device(HEA), first)
    await ledger.append(taken(nine, ten, reservation_id="r-2", device_id="ENE-001"))
    moved = after(first, e.ReservationTransferred, device_id=HEA, status="confirmed")
    position = await ledger.append(moved)
    await projector.catch_up()
    changed = await changed_between(database.app, position - 1, position)
    assert sorted(changed) == [("r-1", AUT), ("r-1", HEA)]
    assert ("r-2", "ENE-001") in await changed_between(database.app, before, position)
    assert await changed_between(database.app, position, position + timedelta.max.days) == []


async def test_a_late_cancellation_says_that_it_was_late_and_who_it_was(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Only cancelling within the notice is late; before it, nobody has ended the booking."""
    late = requested(nine, ten, reservation_id="r-1")
    early = requested(eleven, noon, reservation_id="r-2")
    await ledger.append(late, early)
    before = await ledger.append(after(early, e.ReservationCancelled))
    await ledger.append(after(late, e.ReservationCancelled, late=True))
    await projector.catch_up()
    found = [await reservation(database.app, name) for name in ("r-1", "r-2")]
    assert [(one.late, one.ended_by is not None) for one in found if one] == [
        (True, True),
        (False, True),
    ]
    was = await reservation(database.app, "r-1", as_of=before)
    assert was is not None
    assert (was.late, was.ended_by) == (False, None)
