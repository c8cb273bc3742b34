"""Reservations as they are answered: in full for who may see them, as taken time for others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from booking.account import Account
from booking.testbed import Testbed
from domain.agenda import EntryKind
from domain.events import Doubt, UsageType
from projections import maintenance, overrides
from projections.calendar import Entry, EntryStatus
from web.access import may_see_company
from web.next_up import Next


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody by opaque id, with the name as of today in the reader's language."""

    account_id: str
    name: str


class OverrideOf(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that the laboratory set aside for a booking, when, and why."""

    at: datetime
    rules: Sequence[str]
    reason: str | None


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation in full. `start` and `end` are what was booked, without buffers (RFC 3339).

    `sequence` counts changes of time, device and status; `position` is the ledger's of the last
    change. `purpose`, `irb_number` and `reason` are null also when their author was erased.
    A request expires at `answer_by`; `suspected_at` is the start that was perhaps missed, until
    staff look at it, `doubt` why that may not be the company's fault, and `overdue_at` the end
    after which the device was still out.
    `replaces` is the displaced reservation whose place it took; `late` is true of one that was
    cancelled within the notice of the terms, so that its hours count in full. Where one reservation
    is asked for, `overrides` are the rules that were set aside for it, and of a displaced one
    `replaced_by` is what it was booked again as (null while that claim is open). The answer to
    declining one of a bundle has in `bundle_kept` the others of the bundle that stay booked.
    """

    reservation_id: str
    kind: EntryKind
    status: EntryStatus
    device_id: str
    company_id: str
    account: Person
    start: datetime
    end: datetime
    sequence: int
    position: int
    created_at: datetime
    changed_at: datetime
    purpose: str | None
    usage_type: UsageType
    people: Sequence[Person]
    irb_number: str | None
    reason: str | None
    displaced_by: str | None
    group_id: str | None
    series_id: str | None
    replaces: str | None
    handed_out_at: datetime | None
    returned_at: datetime | None
    answer_by: datetime | None
    suspected_at: datetime | None
    doubt: Doubt | None
    overdue_at: datetime | None
    late: bool = False
    overrides: Sequence[OverrideOf] | msgspec.UnsetType = msgspec.UNSET
    replaced_by: str | msgspec.UnsetType | None = msgspec.UNSET
    next: Next | msgspec.UnsetType | None = msgspec.UNSET
    bundle_kept: Sequence[str] | msgspec.UnsetType = msgspec.UNSET


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Time that somebody else holds; it says neither who nor for what."""

    device_id: str
    start: datetime
    end: datetime
    kind: EntryKind


async def show(
    testbed: Testbed, account: Account, language: str, entries: Sequence[Entry]
) -> list[Reservation | Taken]:
    """Reservations as this reader may see them, in the same order."""
    open_to = [may_see_company(account, entry.company_id) for entry in entries]
    full = [entry for entry, is_open in zip(entries, open_to, strict=True) if is_open]
    shown = iter(await in_full(testbed, language, full))
    return [
        next(shown) if is_open else taken(entry)
        for entry, is_open in zip(entries, open_to, strict=True)
    ]


async def in_full(testbed: Testbed, language: str, entries: Sequence[Entry]) -> list[Reservation]:
    """Reservations with names and texts, for a reader who may see them."""
    texts = [text for entry in entries for text in (entry.purpose, entry.irb_number, entry.reason)]
    opened = iter(await testbed.seals.open_many(texts))
    ids = {one for entry in entries for one in (entry.account_id, *entry.people) if one}
    accounts = await testbed.accounts.many(ids)

    def person(account_id: str | None) -> Person:
        known = accounts.get(account_id or "")
        name = known.name(language) if known is not None else ""
        return Person(account_id=account_id or "", name=name)

    return [
        Reservation(
            reservation_id=entry.entry_id,
            kind=entry.told_kind,
            status=entry.status,
            device_id=entry.device_id,
            company_id=entry.company_id or "",
            account=person(entry.account_id),
            start=entry.period.start,
            end=entry.period.end,
            sequence=entry.sequence,
            position=entry.changed_position,
            created_at=entry.created_at,
            changed_at=entry.changed_at,
            purpose=next(opened),
            irb_number=next(opened),
            reason=next(opened),
            usage_type=entry.usage_type or "direct",
            people=[person(one) for one in entry.people],
            displaced_by=entry.displaced_by,
            group_id=entry.group_id,
            series_id=entry.series_id,
            replaces=entry.replaces,
            handed_out_at=entry.handed_out_at,
            returned_at=entry.returned_at,
            answer_by=entry.answer_by,
            suspected_at=entry.suspected_at,
            doubt=entry.doubt,
            overdue_at=entry.overdue_at,
            late=entry.late,
        )
        for entry in entries
    ]


async def overrides_of(
    testbed: Testbed, reservation_id: str, *, as_of: int | None = None
) -> list[OverrideOf]:
    """What was set aside for a booking, for a reader who may see it."""
    found = await overrides.of_reservation(testbed.database.app, reservation_id, as_of=as_of)
    reasons = await testbed.seals.open_many([one.reason for one in found])
    return [
        OverrideOf(at=one.at, rules=one.rules, reason=reason)
        for one, reason in zip(found, reasons, strict=True)
    ]


async def replaced_by(
    testbed: Testbed, entry: Entry, *, as_of: int | None = None
) -> str | msgspec.UnsetType | None:
    """What a displaced reservation was booked again as; unset for one that kept its time."""
    if entry.status != "displaced":
        return msgspec.UNSET
    claim = await maintenance.claim(testbed.database.app, entry.entry_id, as_of=as_of)
    return claim.replaced_by if claim is not None else None


def taken(entry: Entry) -> Taken:
    return Taken(
        device_id=entry.device_id,
        start=entry.period.start,
        end=entry.period.end,
        kind=entry.told_kind,
    )
