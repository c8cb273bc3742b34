"""What clients did and were told, held against what the ledger says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from booking.ledger import Request
from domain.agenda import Agenda
from domain.event import Event
from domain.period import Period
from domain.stored import decode_body


class Told(msgspec.Struct, frozen=True):
    """One order of a client and its answer: `ok`, `refused` or `unknown`."""

    account_id: str
    key: str
    device_id: str
    period: Period
    answer: str
    reservation_id: str | None = None


async def faults_in(url: str, told: Sequence[Told]) -> list[str]:
    """Everything in which the ledger and the clients' history disagree; empty when all is well.

    Acknowledged means recorded once, refused means no booking, unknown means at most one; positions
    are dense; and no two bookings of a device overlap after any event.
    """
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT position, body FROM ledger.events ORDER BY position")
    tags = await connection.fetch(
        "SELECT tag, type, position FROM ledger.event_tags WHERE tag LIKE 'request:%'"
    )
    await connection.close()
    made = Counter(row["tag"] for row in tags if row["type"] == "ReservationConfirmed")
    ids = {row["position"]: json.loads(row["body"])["data"].get("reservation_id") for row in rows}
    of_request = {row["tag"]: ids[row["position"]] for row in tags}
    faults = [fault for one in told if (fault := _fault(one, made, of_request))]
    if [row["position"] for row in rows] != list(range(1, len(rows) + 1)):
        faults.append("positions are not dense")
    faults.extend(overlaps([decode_body(row["body"]).event for row in rows]))
    return faults


def overlaps(events: Sequence[Event]) -> list[str]:
    """Where two bookings of a device overlapped, event by event."""
    always = Period(
        datetime.fromisoformat("2000-01-01T00:00Z"), datetime.fromisoformat("2001-01-01T00:00Z")
    )
    agendas: dict[str, Agenda] = {}
    faults = []
    for number, event in enumerate(events, start=1):
        device_id = getattr(event, "device_id", None)
        occupied = getattr(event, "occupied", None)
        if device_id is None or occupied is None or not _folded(event):
            continue
        agenda = agendas.setdefault(device_id, Agenda(device_id, always))
        agenda.when(event, number)
        held = agenda.overlapping(occupied)
        if len(held) > 1:
            faults.append(f"{device_id} is held twice at position {number}: {sorted(held)}")
    return faults


def _folded(event: Event) -> bool:
    always = Period(
        datetime.fromisoformat("2000-01-01T00:00Z"), datetime.fromisoformat("2000-01-02T00:00Z")
    )
    return isinstance(event, Agenda("", always).queries[0].types)


def _fault(one: Told, made: Counter[str], of_request: dict[str, str]) -> str | None:
    tag = Request.of(one.account_id, one.key, b"").tag
    count = made[tag]
    if one.answer == "ok" and count != 1:
        return f"acknowledged and recorded {count} times: {one}"
    if one.answer == "ok" and of_request[tag] != one.reservation_id:
        return f"acknowledged as another reservation: {one}"
    if one.answer == "refused" and count:
        return f"refused and recorded: {one}"
    if count > 1:
        return f"recorded {count} times: {one}"
    return None
