"""What commands that displace bookings share: doing or trying them, and what they print."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from booking.commands.common import say
from booking.testbed import Testbed
from domain import events as e
from domain.decisions import Command
from domain.event import Event
from domain.period import Period, shown
from projections.alternatives import Alternative, find_alternatives
from projections.supposing import supposed_after

MOST_WITH_ALTERNATIVES = 50
"""Displaced bookings for which other times are looked for; the rest are listed without."""


class Outcome(NamedTuple):
    """What happened or (`tried`) would, and other times for the displaced, by reservation."""

    happened: Sequence[Event]
    alternatives: Mapping[str, Sequence[Alternative]]
    tried: bool


def add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="EMAIL", help="who of the laboratory orders it")


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    about = "list what it would displace, and where that could go; record nothing"
    parser.add_argument("--dry-run", action="store_true", help=about)


async def tried_or_done(testbed: Testbed, order: Command, *, dry_run: bool) -> Outcome:
    """Do something that may displace bookings, or only try it. Raises Rejected."""
    if dry_run:
        happened: Sequence[Event] = await testbed.booking.try_out(order)
    else:
        done = await testbed.booking.do(order)
        happened = [recorded.event for recorded in done.events]
    await testbed.projector.catch_up()
    found, now, supposed = {}, datetime.now(UTC), supposed_after(happened)
    for one in _displaced(happened)[:MOST_WITH_ALTERNATIVES]:
        found[one.reservation_id] = await find_alternatives(
            testbed.database.app, one.device_id, one.period, now, supposed=supposed
        )
    return Outcome(happened, found, dry_run)


def say_displaced(outcome: Outcome) -> None:
    """One line a booking that lost its time, with times that its company could choose."""
    displaced = _displaced(outcome.happened)
    verb = "would be displaced" if outcome.tried else "displaced"
    say(f"Bookings {verb}: {len(displaced)}.")
    taken = [
        event.occupied
        for event in outcome.happened
        if isinstance(event, (e.OutageScheduled, e.OutageRescheduled, e.BreakdownEvent))
    ]
    for one in displaced:
        hit = any(period.overlaps(one.period) for period in taken)
        buffer = "" if hit else "  (only its buffer is hit)"
        say(f"  {one.reservation_id}  {one.company_id}  {span(one.period)}{buffer}")
        if one.reservation_id in outcome.alternatives:
            could = outcome.alternatives[one.reservation_id]
            times = ", ".join(f"{at.device_id} {span(Period(at.start, at.end))}" for at in could)
            say(f"    could move to: {times or 'no free time near it'}")


def span(period: Period) -> str:
    return f"{shown(period.start)} – {shown(period.end)}"


def _displaced(happened: Sequence[Event]) -> list[e.ReservationDisplaced]:
    return [one for one in happened if isinstance(one, e.ReservationDisplaced)]
