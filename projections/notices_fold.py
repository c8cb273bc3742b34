"""The view `notices`: what each person should hear, folded from what happened.

A row is addressed to an account, or to a group (`staff`, `managers:<company>`) that whoever shows
or sends it resolves to the people of that day. Nobody hears of what they did themselves; of a
group, that too is looked at when it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from projections.operations import Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned

STAFF = "staff"
"""The laboratory's people who act: staff and administrators."""
NEWS = timedelta(days=14)
"""That a wish's time has passed is told this long after its start. What is recorded later, when a
ledger has wishes from before these events, or the system was down so long, is no news to anybody.
"""


def managers_of(company_id: str) -> str:
    """The group of a company's managers."""
    return f"managers:{company_id}"


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.ReservationEvent():
            yield from _about_reservation(recorded, event)
        case e.WaitlistEvent():
            yield from _about_wish(recorded, event)
        case e.CompanySuspended():
            yield from _about_suspension(recorded, event)
        case e.CompanyReinstated():
            whom = managers_of(event.company_id)
            yield _notice(recorded, "reinstated", whom, {"company_id": event.company_id})
        case e.ProblemReported() if event.safety_stop or event.urgency == "urgent":
            kind = "safety_stop" if event.safety_stop else "urgent_problem"
            about = {"company_id": event.company_id, "reason": as_json(event.text)}
            yield _notice(recorded, kind, STAFF, {"device_id": event.device_id, **about})
        case e.CalibrationDueNoticed():
            due = {"device_id": event.device_id, "deadline": event.valid_until}
            yield _notice(recorded, "calibration_due", STAFF, due)


def _about_suspension(recorded: Recorded, event: e.CompanySuspended) -> Iterator[Operation]:
    """The laboratory hears of what nobody there decided; the last no-show stands for them all."""
    about: dict[str, Any] = {"company_id": event.company_id}
    managers = managers_of(event.company_id)
    if not event.no_shows:
        yield _notice(recorded, "suspended", managers, about | {"reason": as_json(event.reason)})
        return
    last = {"reservation_id": event.no_shows[-1]}
    yield _notice(recorded, "suspended_for_no_shows", managers, about | last)
    yield _notice(recorded, "company_suspended", STAFF, about, number=1)


def _about_reservation(recorded: Recorded, event: e.ReservationEvent) -> Iterator[Operation]:
    about = {**_of(event), "reservation_id": event.reservation_id}
    waits = isinstance(event, e.ReservationRequested) or (
        getattr(event, "status", None) == "requested"
    )
    if waits:
        answer_by = getattr(event, "answer_by", None) or event.period.start
        yield _notice(recorded, "request", STAFF, about | {"deadline": answer_by})
    if isinstance(event, e.NoShowSuspected):
        yield _notice(recorded, "no_show_suspected", STAFF, about)
    kind = _heard_by_holder(event)
    if kind is not None and recorded.by != event.account_id:
        said = about | {"reason": as_json(getattr(event, "reason", None))}
        said["wish_id"] = getattr(event, "waits_as", None)
        yield _notice(recorded, kind, event.account_id, said, number=1)
    if isinstance(event, e.ReservationTransferred):
        former = event.former_account_id
        if former is not None and former != recorded.by:
            yield _notice(recorded, "given_away", former, about, number=3)
    if isinstance(event, e.ReturnOverdue) and event.next_account_id and event.next_period:
        # Whose the late one is stays between that company and the laboratory.
        follows = {
            "device_id": event.device_id,
            "company_id": event.next_company_id,
            "reservation_id": event.next_reservation_id,
            "starts_at": event.next_period.start,
            "ends_at": event.next_period.end,
            "deadline": event.period.end,
        }
        yield _notice(recorded, "late_predecessor", event.next_account_id, follows, number=2)


_SAID_BY_TYPE: dict[type[e.ReservationEvent], str] = {
    e.ReservationRequested: "requested",
    e.ReservationConfirmed: "booked",
    e.ReservationApproved: "approved",
    e.ReservationDeclined: "declined",
    e.RequestExpired: "expired",
    e.ReservationRescheduled: "moved",
    e.ReservationShortened: "shortened",
    e.ReservationExtended: "extended",
    e.ReservationCancelled: "cancelled",
    e.ReservationDisplaced: "displaced",
    e.NoShowRecorded: "no_show",
    e.NoShowWithdrawn: "no_show_withdrawn",
    e.ReturnOverdue: "return_overdue",
}


def _heard_by_holder(event: e.ReservationEvent) -> str | None:
    """What whoever holds the reservation hears; None of hand-out and return, where they stand by.

    A transfer says `transferred` to the colleague who has it now, else that the device is another.
    Of a suspicion the holder never heard, nor of its end.
    """
    if isinstance(event, e.ReservationTransferred):
        kept = event.former_account_id is None
        moved = event.left is not None and event.left.device_id != event.device_id
        return "other_device" if kept and moved else "transferred"
    if isinstance(event, e.NoShowWithdrawn) and event.suspected:
        return None
    if isinstance(event, e.ReservationDeclined) and event.bundle_kept:
        return "declined_of_bundle"
    return _SAID_BY_TYPE.get(type(event))


def _about_wish(recorded: Recorded, event: e.WaitlistEvent) -> Iterator[Operation]:
    """Also what follows from one's own step is news: time that one gave back may come back."""
    about = {**_of(event), "wish_id": event.wish_id}
    until = {"deadline": getattr(event, "expires_at", None)}
    kind = _SAID_OF_WISHES.get(type(event))
    if isinstance(event, e.WaitlistLeft) and recorded.by != event.account_id:
        # Who is booked another time hears of that.
        kind = "wish_removed" if event.rebooked_as is None else None
    if isinstance(event, e.WaitlistPassed) and recorded.recorded_at <= event.period.start + NEWS:
        kind = "wish_passed" if event.replaces is None else "claim_passed"
        about |= {"reservation_id": event.replaces}
    if isinstance(event, e.OfferWithdrawn) and event.suspended:
        kind = "offer_suspended"
    if kind is not None:
        yield _notice(recorded, kind, event.account_id, about | until)


_SAID_OF_WISHES: dict[type[e.WaitlistEvent], str] = {
    e.SlotOffered: "offer",
    e.OfferExtended: "offer_extended",
    e.OfferExpired: "offer_expired",
    e.OfferWithdrawn: "offer_withdrawn",
}


def _of(event: e.ReservationEvent | e.WaitlistEvent) -> dict[str, Any]:
    return {
        "device_id": event.device_id,
        "company_id": event.company_id,
        "starts_at": event.period.start,
        "ends_at": event.period.end,
    }


def _notice(
    recorded: Recorded, kind: str, recipient: str, about: dict[str, Any], *, number: int = 0
) -> Put:
    values = {
        **_NOTHING,
        "kind": kind,
        "recipient": recipient,
        "by": recorded.by,
        "recorded_at": recorded.recorded_at,
        **about,
    }
    return Put("notices", {"position": recorded.position, "number": number}, values)


_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "device_id",
        "company_id",
        "reservation_id",
        "wish_id",
        "starts_at",
        "ends_at",
        "deadline",
        "reason",
    )
)
VERSION = 3
_metadata = MetaData(schema=schema_of("notices", VERSION))
notices = versioned(
    "notices",
    _metadata,
    Column("position", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),  # of several notices of one event
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("device_id", Text),
    Column("company_id", Text),
    Column("reservation_id", Text),
    Column("wish_id", Text),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("deadline", Moment),  # by when to answer, to accept, to calibrate; when it was due back
    Column("reason", JSONB),
    key=("position", "number"),
)
Index("notices_by_recipient", notices.c.recipient, notices.c.position)
VIEW = View("notices", VERSION, _metadata, project)
