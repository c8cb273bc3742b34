"""The line of the use log on a reservation's page: its figures, and how they came to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

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


class Change(NamedTuple):
    """A correction or a waiver: when, why (None once its author was erased), and what it made."""

    kind: Literal["corrected", "waived"]
    at: datetime
    reason: str | None
    figures: e.UsageCorrected | None


class UseCard(NamedTuple):
    """The line as it stands, with the fields of the form that corrects it."""

    line: Line
    changes: Sequence[Change]
    fields: dict[str, str]


async def use_card(testbed: Testbed, entry: Entry, as_of: int | None) -> UseCard | None:
    """What a reservation's page says of its use; None before the return."""
    if entry.status != "returned":
        return None
    line = await usage.line(testbed.database.app, entry.entry_id, as_of=as_of)
    if line is None:
        return None
    return UseCard(line, await _changes(testbed, entry.entry_id, as_of), form_fields_of(line))


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


async def _changes(testbed: Testbed, reservation_id: str, as_of: int | None) -> list[Change]:
    """What became of the line since it was logged, from the ledger's own events."""
    types = [name_of(e.UsageCorrected), name_of(e.UsageWaived)]
    tag = f"reservation:{reservation_id}"
    stored = await testbed.ledger.stored(types=types, tags=[tag], limit=MOST_CHANGES)
    found = [decode_body(one.body) for one in stored if as_of is None or one.position <= as_of]
    reasons = await testbed.seals.open_many([_reason(one) for one in found])
    return [_change(one, reason) for one, reason in zip(found, reasons, strict=True)]


def _change(recorded: Recorded, reason: str | None) -> Change:
    event = recorded.event
    if isinstance(event, e.UsageCorrected):
        return Change("corrected", recorded.recorded_at, reason, event)
    return Change("waived", recorded.recorded_at, reason, None)


def _reason(recorded: Recorded) -> Any:
    return getattr(recorded.event, "reason", None)
