"""Queries of the view `calendar`: what holds the devices' time, now and as of any position."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.sql import Select

from domain.agenda import EntryKind, HolderKind, told
from domain.events import Doubt, UsageType
from domain.period import Period
from domain.reservation import Status
from domain.sealed import Sealed
from projections.calendar_tables import HOLDING, entries, sectors
from projections.query import Reader, among, fetch, fetch_one, from_json
from projections.view import Moment, valid

OfferStatus = Literal["offered", "accepted", "expired", "withdrawn", "left"]
EntryStatus = Status | Literal["scheduled", "broken", "repaired"] | OfferStatus
"""Outages are scheduled or cancelled, breakdowns broken or repaired; offers stand (`offered`) or
are accepted, expired, withdrawn by an outage, or left by those who waited.
"""

SHOWN: tuple[EntryStatus, ...] = (
    "requested",
    "confirmed",
    "in_use",
    "returned",
    "offered",
    "scheduled",
    "broken",
    "repaired",
)
"""What a calendar shows: all that holds or held time. The other statuses gave their time back."""

MOMENT = timedelta(seconds=1)
"""What came back at once was held so long: a period is never empty."""

Noted = Literal["suspected", "overdue"]
_NOTED = {"suspected": ("suspected_at", "starts_at"), "overdue": ("overdue_at", "ends_at")}

After = tuple[datetime, str]
"""Where a list goes on: start and id of the last entry of the page before."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation, an offer, an outage or a breakdown. Whose an offer is, only its company reads.

    `period` is what was booked, `occupied` that with the device's buffers. `sequence` counts
    changes of time, device and status (RFC 5545 SEQUENCE); `changed_at` is the recorded time of the
    last event that changed the entry, `changed_position` its position. `displaced_by` is the outage
    or breakdown that took its time, `ended_by` the account that cancelled or declined it or planned
    that outage, `late` whether it was cancelled within the notice; `replaces` is the displaced
    reservation whose place it took.
    `answer_by` is when a request or an offer expires; `suspected_at` the start that was perhaps
    missed, `doubt` why that may be nobody's fault, `overdue_at` the end after which the device was
    still out.
    """

    entry_id: str
    kind: HolderKind
    device_id: str
    sector: str
    company_id: str | None
    account_id: str | None
    status: EntryStatus
    period: Period
    occupied: Period
    sequence: int
    created_at: datetime
    changed_at: datetime
    made_position: int
    changed_position: int
    purpose: Sealed | None = None
    usage_type: UsageType | None = None
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None
    group_id: str | None = None
    series_id: str | None = None
    replaces: str | None = None
    reason: Sealed | None = None
    handed_out_at: datetime | None = None
    returned_at: datetime | None = None
    displaced_by: str | None = None
    ended_by: str | None = None
    late: bool = False
    answer_by: datetime | None = None
    suspected_at: datetime | None = None
    doubt: Doubt | None = None
    overdue_at: datetime | None = None

    @property
    def told_kind(self) -> EntryKind:
        """What others hear of it: an offer is as good as booked."""
        return told(self.kind)

    @property
    def held(self) -> Period:
        """The time that it has or had, whatever was booked: from an early hand-out, to its return.

        How long a device that is overdue stays out is known when it comes back.
        """
        out, back = self.handed_out_at, self.returned_at
        start = self.period.start if out is None else min(out, self.period.start)
        end = self.period.end if back is None else back
        return Period(start, max(end, start + MOMENT))

    @property
    def buffers(self) -> tuple[Period | None, Period | None]:
        """The set-up time before what it holds and the clearing time after; an outage has none."""
        if self.told_kind != "reservation":
            return None, None
        held, occupied = self.held, self.occupied
        before = after = None
        if occupied.start < held.start:
            before = Period(occupied.start, held.start)
        if held.end < occupied.end:
            after = Period(held.end, occupied.end)
        return before, after

    @property
    def cursor(self) -> After:
        """Where a list that ends with this entry goes on."""
        return self.period.start, self.entry_id


async def entries_between(
    reader: Reader,
    start: datetime,
    end: datetime,
    *,
    device_ids: Collection[str] | None = None,
    sector: str | None = None,
    kinds: Collection[EntryKind] | None = None,
    company_id: str | None = None,
    account_id: str | None = None,
    statuses: Collection[EntryStatus] | None = SHOWN,
    limit: int = 10_000,
    after: After | None = None,
    as_of: int | None = None,
) -> list[Entry]:
    """Entries whose occupied time, buffers included, overlaps [start, end), by start and id.

    `statuses` None means every status, cancelled and displaced ones included.
    """
    query = _entries(as_of).where(_occupied_in(start, end))
    query = _filtered(query, sector, company_id, account_id, statuses)
    if device_ids is not None:
        query = query.where(among(entries.c.device_id, device_ids))
    if kinds is not None:
        query = query.where(among(entries.c.kind, kinds))
    return await _page(reader, query, limit, after)


async def list_reservations(
    reader: Reader,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    device_id: str | None = None,
    sector: str | None = None,
    company_id: str | None = None,
    account_id: str | None = None,
    group_id: str | None = None,
    series_id: str | None = None,
    statuses: Collection[EntryStatus] | None = None,
    noted: Noted | None = None,
    limit: int = 100,
    after: After | None = None,
    as_of: int | None = None,
) -> list[Entry]:
    """Reservations whose booked period overlaps [start, end), by start and id.

    `noted` are those of which a missed start is suspected, or that are overdue, at the time that
    they have now. One that was returned early is not found after its return, when it held the
    device no more.
    """
    query = _entries(as_of).where(entries.c.kind == "reservation")
    query = _filtered(query, sector, company_id, account_id, statuses)
    named = (("device_id", device_id), ("group_id", group_id), ("series_id", series_id))
    for name, value in named:
        if value is not None:
            query = query.where(entries.c[name] == value)
    if noted is not None:
        noted_at, now = _NOTED[noted]
        query = query.where(entries.c[noted_at] == entries.c[now], entries.c.holds)
    if start is not None or end is not None:
        query = query.where(_occupied_in(start, end))
    if start is not None:
        query = query.where(entries.c.ends_at > start)
    if end is not None:
        query = query.where(entries.c.starts_at < end)
    return await _page(reader, query, limit, after)


async def reservation(
    reader: Reader, reservation_id: str, *, as_of: int | None = None
) -> Entry | None:
    found = await entry(reader, reservation_id, as_of=as_of)
    return found if found is not None and found.kind == "reservation" else None


async def entry(reader: Reader, entry_id: str, *, as_of: int | None = None) -> Entry | None:
    """A reservation, offer, outage or breakdown by its id, in whatever status."""
    row = await fetch_one(reader, _entries(as_of).where(entries.c.entry_id == entry_id))
    return None if row is None else entry_of(row)


async def changed_between(reader: Reader, after: int, upto: int) -> list[tuple[str, str]]:
    """Entry and device of every row opened or closed after one position and up to another.

    An entry that moved is named with the device that it left and with the one that it is on now.
    """
    query = (
        select(entries.c.entry_id, entries.c.device_id)
        .where(
            or_(
                and_(entries.c.since > after, entries.c.since <= upto),
                and_(entries.c.until > after, entries.c.until <= upto),
            )
        )
        .distinct()
    )
    return [(row["entry_id"], row["device_id"]) for row in await fetch(reader, query)]


def _entries(as_of: int | None) -> Select[Any]:
    # A device never changes its sector, so every version of its row says the same.
    own = entries.outerjoin(sectors, sectors.c.device_id == entries.c.device_id)
    return select(entries, sectors.c.sector).select_from(own).where(valid(entries, as_of))


def _occupied_in(start: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    """As the indexes by time are made; a bound that is None is open."""
    window = func.tstzrange(literal(start, Moment), literal(end, Moment))
    occupied = func.tstzrange(entries.c.occupied_from, entries.c.occupied_until)
    return occupied.op("&&", is_comparison=True)(window)


def _filtered(
    query: Select[Any],
    sector: str | None,
    company_id: str | None,
    account_id: str | None,
    statuses: Collection[EntryStatus] | None,
) -> Select[Any]:
    if sector is not None:
        query = query.where(sectors.c.sector == sector)
    if company_id is not None:
        query = query.where(entries.c.company_id == company_id)
    if account_id is not None:
        query = query.where(entries.c.account_id == account_id)
    if statuses is not None:
        query = query.where(among(entries.c.status, statuses))
        if HOLDING.issuperset(statuses):
            # Says nothing new, and lets the small index of what is open be used.
            query = query.where(entries.c.holds)
    return query


async def _page(reader: Reader, query: Select[Any], limit: int, after: After | None) -> list[Entry]:
    order = (entries.c.starts_at, entries.c.entry_id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    rows = await fetch(reader, query.order_by(*order).limit(limit))
    return [entry_of(row) for row in rows]


def entry_of(row: asyncpg.Record) -> Entry:
    return Entry(
        entry_id=row["entry_id"],
        kind=row["kind"],
        device_id=row["device_id"],
        sector=row["sector"] or "",
        company_id=row["company_id"],
        account_id=row["account_id"],
        status=row["status"],
        period=Period(row["starts_at"], row["ends_at"]),
        occupied=Period(row["occupied_from"], row["occupied_until"]),
        sequence=row["sequence"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        made_position=row["made_position"],
        changed_position=row["changed_position"],
        purpose=from_json(row["purpose"], Sealed),
        usage_type=row["usage_type"],
        people=tuple(row["people"]),
        irb_number=from_json(row["irb_number"], Sealed),
        group_id=row["group_id"],
        series_id=row["series_id"],
        replaces=row["replaces"],
        reason=from_json(row["reason"], Sealed),
        handed_out_at=row["handed_out_at"],
        returned_at=row["returned_at"],
        displaced_by=row["displaced_by"],
        ended_by=row["ended_by"],
        late=row["late"],
        answer_by=row["answer_by"],
        suspected_at=row["suspected_at"],
        doubt=row["doubt"],
        overdue_at=row["overdue_at"],
    )
