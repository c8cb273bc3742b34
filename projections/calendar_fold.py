"""How the view `calendar` is folded from events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain import events as e
from domain.event import Recorded
from domain.period import Period
from domain.reservation import status_after
from projections.calendar_tables import HOLDING, VERSION, metadata
from projections.operations import Change, Operation, Put, as_json
from projections.view import View


def project(recorded: Recorded) -> Iterator[Operation]:  # noqa: C901, PLR0912 - one case an event
    match event := recorded.event:
        case e.DeviceCommissioned():
            yield Put("sectors", {"device_id": event.device_id}, {"sector": event.sector})
        case e.TermsSet():
            grace = {"no_show_minutes": event.terms.no_show_minutes}
            yield Put("graces", {"device_id": event.device_id}, grace)
        case e.ReservationRequested() | e.ReservationConfirmed():
            yield _reservation_made(recorded, event)
        case e.ReservationTransferred():
            # A colleague's taking over changes neither time, device nor status.
            moved = event.left is not None and event.left.device_id != event.device_id
            yield _reservation(recorded, event, bump=moved, account_id=event.account_id)
        case e.DeviceHandedOut():
            yield _reservation(recorded, event, handed_out_at=event.at)
        case e.DeviceReturned():
            yield _reservation(recorded, event, returned_at=event.at)
        case e.ReservationDeclined() | e.ReservationCancelled():
            yield _given_up(recorded, event)
        case e.NoShowWithdrawn():
            yield _ended(recorded, event)
        case e.ReservationDisplaced():
            by = event.outage_id or event.breakdown_id
            yield _ended(recorded, event, displaced_by=by)
        case e.NoShowSuspected():
            yield _noted(recorded, event, suspected_at=event.period.start, doubt=event.doubt)
        case e.ReturnOverdue():
            yield _noted(recorded, event, overdue_at=event.period.end)
        case e.ReservationEvent():
            yield _reservation(recorded, event)
        case e.OutageScheduled():
            yield _outage_made(recorded, event)
        case e.OutageRescheduled():
            yield _entry(recorded, event.outage_id, **_held(recorded, event.occupied))
        case e.OutageCancelled():
            yield _entry(recorded, event.outage_id, status="cancelled", holds=False)
        case e.BreakdownReported():
            yield _breakdown_made(recorded, event)
        case e.BreakdownExtended():
            yield _entry(recorded, event.breakdown_id, **_held(recorded, event.occupied))
        case e.DeviceRepaired():
            held = _held(recorded, event.occupied)
            yield _entry(recorded, event.breakdown_id, status="repaired", **held)

        case e.SlotOffered():
            yield _offer_made(recorded, event)
        case e.OfferExtended():
            # Its time, device and status stay as they were.
            yield _entry(recorded, event.wish_id, bump=False, answer_by=event.expires_at)
        case e.OfferAccepted() | e.OfferExpired() | e.OfferWithdrawn():
            yield _entry(recorded, event.wish_id, status=_ENDED[type(event)], holds=False)
        case e.WaitlistLeft(offered=True):
            yield _entry(recorded, event.wish_id, status="left", holds=False)


VIEW = View("calendar", VERSION, metadata, project)

_ENDED: dict[type[e.WaitlistEvent], str] = {
    e.OfferAccepted: "accepted",
    e.OfferExpired: "expired",
    e.OfferWithdrawn: "withdrawn",
}

_NEVER_USED: dict[str, Any] = {
    **dict.fromkeys(("handed_out_at", "returned_at", "displaced_by", "ended_by")),
    **dict.fromkeys(("suspected_at", "doubt", "overdue_at")),
    "late": False,
}
_NOBODYS: dict[str, Any] = {
    **_NEVER_USED,
    "company_id": None,
    "account_id": None,
    "purpose": None,
    "usage_type": None,
    "people": [],
    "irb_number": None,
    "group_id": None,
    "series_id": None,
    "replaces": None,
    "answer_by": None,
    "promised_at": None,
}


def _reservation_made(
    recorded: Recorded, event: e.ReservationRequested | e.ReservationConfirmed
) -> Put:
    booked = {
        "answer_by": None,
        "promised_at": None,
        **_of_reservation(event),
        "purpose": as_json(event.purpose),
        "usage_type": event.usage_type,
        "people": list(event.people),
        "irb_number": as_json(event.irb_number),
        "group_id": event.group_id,
        "series_id": event.series_id,
        "replaces": event.replaces,
        "reason": None,
    }
    return _made(recorded, event.reservation_id, "reservation", _NEVER_USED | booked)


def _outage_made(recorded: Recorded, event: e.OutageScheduled) -> Put:
    values = {
        **_held(recorded, event.occupied),
        "device_id": event.device_id,
        "status": "scheduled",
        "holds": True,
        "reason": as_json(event.reason),
        "series_id": event.series_id,
    }
    return _made(recorded, event.outage_id, event.kind, _NOBODYS | values)


def _breakdown_made(recorded: Recorded, event: e.BreakdownReported) -> Put:
    # A breakdown asks nobody: it may hit a device in use, so it is not held against anything.
    values = {
        **_held(recorded, event.occupied),
        "device_id": event.device_id,
        "status": "broken",
        "holds": False,
        "reason": as_json(event.reason),
    }
    return _made(recorded, event.breakdown_id, "breakdown", _NOBODYS | values)


def _offer_made(recorded: Recorded, event: e.SlotOffered) -> Put:
    """Time held for somebody who waits.

    A wish whose offer was withdrawn may be offered its time again. Calendars know both as one
    entry, whose sequence must not fall back: each offer before changed its status twice.
    """
    values = {
        "device_id": event.device_id,
        "company_id": event.company_id,
        "account_id": event.account_id,
        "status": "offered",
        "holds": True,
        "held_from": event.period.start,
        "starts_at": event.period.start,
        "ends_at": event.period.end,
        "occupied_from": event.occupied.start,
        "occupied_until": event.occupied.end,
        "reason": None,
        "answer_by": event.expires_at,
        "sequence": 2 * (event.number - 1),
    }
    return _made(recorded, event.wish_id, "offer", _NOBODYS | values)


def _made(recorded: Recorded, entry_id: str, kind: str, values: dict[str, Any]) -> Put:
    stamps = {
        "kind": kind,
        "sequence": 0,
        "created_at": recorded.recorded_at,
        "made_position": recorded.position,
        **_changed(recorded),
    }
    return Put("entries", {"entry_id": entry_id}, stamps | values)


def _reservation(
    recorded: Recorded, event: e.ReservationEvent, *, bump: bool = True, **more: Any
) -> Change:
    values = _of_reservation(event) | more
    return _entry(recorded, event.reservation_id, bump=bump, **values)


def _given_up(recorded: Recorded, event: e.ReservationDeclined | e.ReservationCancelled) -> Change:
    more = {"late": event.late} if isinstance(event, e.ReservationCancelled) else {}
    return _ended(recorded, event, reason=as_json(event.reason), **more)


def _ended(recorded: Recorded, event: e.ReservationEvent, **more: Any) -> Change:
    return _reservation(recorded, event, ended_by=recorded.by, **more)


def _noted(recorded: Recorded, event: e.ReservationEvent, **noted: datetime | str) -> Change:
    """What a deadline noted about a reservation changes nothing that calendars show."""
    return Change("entries", {"entry_id": event.reservation_id}, noted | _changed(recorded))


def _entry(recorded: Recorded, entry_id: str, *, bump: bool = True, **values: Any) -> Change:
    add = {"sequence": 1} if bump else {}
    return Change("entries", {"entry_id": entry_id}, values | _changed(recorded), add)


def _of_reservation(event: e.ReservationEvent) -> dict[str, Any]:
    values = {
        "device_id": event.device_id,
        "company_id": event.company_id,
        "account_id": event.account_id,
        "held_from": event.period.start,
        "starts_at": event.period.start,
        "ends_at": event.period.end,
        "occupied_from": event.occupied.start,
        "occupied_until": event.occupied.end,
    }
    status = status_after(event)
    if status is not None:
        values |= {"status": status, "holds": status in HOLDING}
    deadlines = {name: getattr(event, name, None) for name in ("answer_by", "promised_at")}
    # What an event does not say stays as it was.
    return values | {name: moment for name, moment in deadlines.items() if moment is not None}


def _held(recorded: Recorded, occupied: Period) -> dict[str, Any]:
    """The time of an outage or a breakdown, which has no buffers."""
    return {
        "held_from": min(max(occupied.start, recorded.recorded_at), occupied.end),
        "starts_at": occupied.start,
        "ends_at": occupied.end,
        "occupied_from": occupied.start,
        "occupied_until": occupied.end,
    }


def _changed(recorded: Recorded) -> dict[str, Any]:
    return {"changed_at": recorded.recorded_at, "changed_position": recorded.position}
