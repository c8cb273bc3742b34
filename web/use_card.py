"""The line of the use log on a reservation's page: its figures, and how they came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.event import Recorded
from domain.events import name_of
from domain.stored import decode_body
from projections import usage
from projections.calendar import Entry
from projections.usage import Line
from web.when import fields_of

MOST_CHANGES = 200
ENTERED_LATE = timedelta(minutes=1)
"""Who types the present minute is no later than that."""


class Figure(NamedTuple):
    """A figure of the line before and after a correction."""

    name: Literal["used", "hours", "fee", "samples", "staff_minutes"]
    old: Any
    new: Any


class Change(NamedTuple):
    """A correction or a waiver: when, by whom, why, and the figures that it changed.

    `by` is None for readers who may not know, and `reason` once its author was erased.
    """

    kind: Literal["corrected", "waived"]
    at: datetime
    by: str | None
    reason: str | None
    figures: Sequence[Figure] = ()


class Late(NamedTuple):
    """A hand-out or a return that was entered some time after it took place."""

    what: Literal["handed_out", "returned"]
    at: datetime
    entered_at: datetime
    by: str | None


class UseCard(NamedTuple):
    """The line as it stands, with the fields of the form that corrects it.

    `notes` are those of the return, for the company and the laboratory; None without any.
    """

    line: Line
    changes: Sequence[Change]
    fields: dict[str, str]
    notes: str | None = None
    late: Sequence[Late] = ()


async def use_card(
    testbed: Testbed, entry: Entry, as_of: int | None, reader: Account, language: str
) -> UseCard | None:
    """What a reservation's page says of its use; None before the return."""
    if entry.status != "returned":
        return None
    line = await usage.line(testbed.database.app, entry.entry_id, as_of=as_of)
    if line is None:
        return None
    (notes,) = await testbed.seals.open_many([line.notes])
    happened = await _happened(testbed, entry.entry_id, as_of)
    names = await _names(testbed, happened, language) if reader.sees_everything else {}
    return UseCard(
        line=line,
        changes=await _changes(testbed, happened, names),
        fields=form_fields_of(line),
        notes=notes,
        late=_late(happened, names),
    )


def form_fields_of(line: Line) -> dict[str, str]:
    figures = {"samples": str(line.samples), "staff_minutes": str(line.staff_minutes)}
    return {**fields_of(line.used), **figures}


async def only_changed(
    testbed: Testbed, reservation_id: str, fields: dict[str, Any]
) -> dict[str, Any]:
    """What was typed over in the form. A use lasts to the second and the form shows minutes, so
    what was left as it stood must not count as a correction.
    """
    line = await usage.line(testbed.database.app, reservation_id)
    before = {} if line is None else form_fields_of(line)
    same = {name for name, value in fields.items() if before.get(name) == value}
    for names in (("start_day", "start_time"), ("end_day", "end_time")):
        if not same.issuperset(names):
            same.difference_update(names)
    return {name: value for name, value in fields.items() if name not in same}


async def _happened(testbed: Testbed, reservation_id: str, as_of: int | None) -> list[Recorded]:
    """What became of the use, from the ledger's own events, in their order."""
    tag = f"reservation:{reservation_id}"
    stored = await testbed.ledger.stored(
        types=[name_of(kind) for kind in _TOLD], tags=[tag], limit=MOST_CHANGES
    )
    return [decode_body(one.body) for one in stored if as_of is None or one.position <= as_of]


async def _names(
    testbed: Testbed, happened: Sequence[Recorded], language: str
) -> Mapping[str, str]:
    accounts = await testbed.accounts.many({one.by for one in happened})
    return {account_id: account.name(language) for account_id, account in accounts.items()}


async def _changes(
    testbed: Testbed, happened: Sequence[Recorded], names: Mapping[str, str]
) -> list[Change]:
    """Corrections and waivers, each with the figures that stood before it."""
    told = [one for one in happened if isinstance(one.event, e.UsageCorrected | e.UsageWaived)]
    reasons = await testbed.seals.open_many([getattr(one.event, "reason", None) for one in told])
    because = {one.position: reason for one, reason in zip(told, reasons, strict=True)}
    changes: list[Change] = []
    before: e.UsageLogged | e.UsageCorrected | None = None
    for one in happened:
        event, by = one.event, names.get(one.by)
        if isinstance(event, e.UsageWaived):
            changes.append(Change("waived", one.recorded_at, by, because[one.position]))
        elif isinstance(event, e.UsageCorrected):
            figures = [] if before is None else _figures(before, event)
            because_of = because[one.position]
            changes.append(Change("corrected", one.recorded_at, by, because_of, figures))
        if isinstance(event, e.UsageLogged | e.UsageCorrected):
            before = event
    return changes


def _figures(before: e.UsageLogged | e.UsageCorrected, after: e.UsageCorrected) -> list[Figure]:
    """What a correction changed. Hours are those that are paid for."""
    pairs = (
        Figure("used", before.used, after.used),
        Figure("hours", before.billed_minutes / 60, after.billed_minutes / 60),
        Figure("fee", before.fee, after.fee),
        Figure("samples", before.samples, after.samples),
        Figure("staff_minutes", before.staff_minutes, after.staff_minutes),
    )
    return [one for one in pairs if one.old != one.new]


def _late(happened: Sequence[Recorded], names: Mapping[str, str]) -> list[Late]:
    """What was entered after the fact, of the hand-out and the return that count."""
    found: dict[str, Late] = {}
    for one in happened:
        event = one.event
        if not isinstance(event, e.DeviceHandedOut | e.DeviceReturned):
            continue
        what: Literal["handed_out", "returned"] = (
            "handed_out" if isinstance(event, e.DeviceHandedOut) else "returned"
        )
        found.pop(what, None)
        if one.recorded_at - event.at >= ENTERED_LATE:
            found[what] = Late(what, event.at, one.recorded_at, names.get(one.by))
    return list(found.values())


_TOLD = (
    *(e.DeviceHandedOut, e.DeviceReturned),
    *(e.UsageLogged, e.UsageCorrected, e.UsageWaived),
)
