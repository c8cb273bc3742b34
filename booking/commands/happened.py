"""What an event says on a command line: one line, without people's names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from booking.commands.columns import aligned
from booking.commands.common import say
from booking.commands.displacing import span
from domain import events as e
from domain.event import Event
from domain.events import name_of
from domain.period import shown

ASKED_AGAIN = "waits for approval again"
LATE = "late: its hours count in full"


def told(event: Event) -> tuple[str, str]:
    """`reservation rescheduled`, and `AUT-001  2026-12-07 09:00 – 2026-12-07 11:00`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name_of(event)).lower()
    return words, "  ".join(_details(event))


def rebooked(reservation_id: str) -> str:
    """Why the wish of a displaced booking ended: other time was booked in its place."""
    return f"rebooked as {reservation_id}"


def say_happened(events: Iterable[Event]) -> None:
    """A line for each; the id first, as further commands take it."""
    lines = list(aligned((_id(event), *told(event)) for event in events))
    if lines:
        say("\n".join(lines))


def say_offers(events: Iterable[Event]) -> None:
    """A line for each offer that freed time became: wish, device, time, company, until when."""
    say_happened(one for one in events if isinstance(one, e.SlotOffered))


def _id(event: Event) -> str:
    return getattr(event, "reservation_id", None) or getattr(event, "wish_id", None) or ""


def _details(event: Event) -> Iterator[str]:
    match event:
        case e.DeviceHandedOut():
            yield from (event.device_id, f"at {shown(event.at)}")
        case e.DeviceReturned():
            yield from (event.device_id, f"at {shown(event.at)}")
        case e.UsageLogged() | e.UsageCorrected():
            fee = f"{event.billed_minutes / 60:g} h × {event.krw_per_hour:,} = {event.fee:,} KRW"
            yield from (f"{shown(event.used.start)} – {shown(event.used.end)}", fee)
            yield f"{event.samples} samples, {event.staff_minutes} min of staff"
        case e.PolicyOverridden():
            yield ", ".join(event.rules)
        case e.RequestRefused():
            yield ", ".join(dict.fromkeys(one.rule for one in event.refusals))
        case e.CompanySuspended():
            yield f"{event.company_id} may not book until it is reinstated"
        case e.WaitlistEvent():
            yield from (event.device_id, span(event.period), event.company_id)
            yield from _of_wish(event)
        case e.ReservationEvent():
            yield from (event.device_id, span(event.period), *_of_reservation(event))


def _of_wish(event: e.WaitlistEvent) -> Iterator[str]:
    match event:
        case e.SlotOffered() | e.OfferExtended():
            yield f"to be accepted until {shown(event.expires_at)}"
        case e.WaitlistLeft(rebooked_as=again) if again is not None:
            yield rebooked(again)
        case e.OfferWithdrawn(suspended=True):
            yield "its company is suspended"


def _of_reservation(event: e.ReservationEvent) -> Iterator[str]:
    match event:
        case e.ReservationRequested():
            yield "waits for approval"
        case e.ReservationDisplaced():
            yield f"by {event.outage_id or event.breakdown_id}"
        case e.NoShowSuspected():
            yield event.doubt.replace("_", " ")
        case e.ReservationDeclined(bundle_kept=kept) if kept:
            yield f"of its bundle stay booked: {', '.join(kept)}"
        case e.ReservationCancelled(late=True) | e.ReservationShortened(late=True):
            yield LATE
    if not isinstance(event, e.ReservationRequested) and _asks(event):
        yield ASKED_AGAIN


def _asks(event: e.ReservationEvent) -> bool:
    return getattr(event, "status", None) == "requested"
