"""Runs a what-if over the recorded ledger and holds utilisation as it was against the proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec

from booking.app import LedgerSource
from booking.ledger import Ledger
from booking.testbed import Testbed
from booking.whatif import WhatIf
from booking.whatif_ledger import SupposedLedger
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from projections.devices import list_devices
from projections.reading import decoded, read_appends
from projections.utilisation import Operation, Utilisation, operation_in, used_in

EVENTS_AT_ONCE = 1_000
MOST_DEVICES = 10_000
Progress = Callable[[int, int], None]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A device's utilisation as it was and as it would have been."""

    then: Utilisation
    proposed: Utilisation


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a what-if over a span; `changed` are the devices whose terms are other ones."""

    span: Period
    whatif: WhatIf
    changed: Sequence[str]
    utilisation: Sequence[Compared]


async def start_of(ledger: Ledger, since: datetime) -> int:
    """The position of the last event recorded before a moment."""
    return await ledger.position_at(since - timedelta.resolution)


async def terms_at(testbed: Testbed, position: int) -> dict[str, TermsOfUse]:
    """The terms of every device as of a position."""
    found = await list_devices(testbed.database.app, limit=MOST_DEVICES, as_of=position)
    return {device.device_id: device.terms for device in found if device.terms_version is not None}


async def run_whatif(
    testbed: Testbed,
    start: int,
    since: datetime,
    proposed: Mapping[str, TermsOfUse],
    progress: Progress,
) -> Answer:
    """Hears everything recorded after `start`, with other terms for some devices."""
    head = await testbed.ledger.head()
    source = LedgerSource(testbed.ledger, None)
    whatif = WhatIf(SupposedLedger(source.read, start, since), proposed)
    await whatif.begin()
    async with testbed.database.app.acquire() as connection:
        await _hear_all(connection, whatif, start, head.position, progress)
    span = Period(since, max(head.recorded_at, since + timedelta.resolution))
    reader = testbed.database.app
    operation = await operation_in(reader, span, as_of=head.position)
    used = await used_in(reader, span, as_of=head.position)
    supposed = whatif.uses.by_device()
    under = _under(operation, proposed)
    found = await list_devices(reader, limit=MOST_DEVICES, as_of=head.position)
    return Answer(
        span=span,
        whatif=whatif,
        changed=sorted(proposed),
        utilisation=[
            Compared(
                then=operation.of(one.device_id, used.get(one.device_id, ())),
                proposed=under.of(one.device_id, supposed.get(one.device_id, ())),
            )
            for one in found
        ],
    )


async def _hear_all(
    connection: asyncpg.Connection, whatif: WhatIf, start: int, head: int, progress: Progress
) -> None:
    position, more = start, True
    progress(0, head - start)
    while more and position < head:
        page = await read_appends(connection, position, head, EVENTS_AT_ONCE)
        if not page.appends:
            break
        for append in page.appends:
            await whatif.hear(decoded(append))
        position, more = page.last, page.more
        progress(position - start, head - start)


def _under(operation: Operation, proposed: Mapping[str, TermsOfUse]) -> Operation:
    """The same time in operation, had the proposed terms been in force all along."""
    terms = {
        device_id: [
            one
            if one.terms is None or device_id not in proposed
            else msgspec.structs.replace(one, terms=proposed[device_id])
            for one in in_force
        ]
        for device_id, in_force in operation.terms.items()
    }
    return msgspec.structs.replace(operation, terms=terms)
