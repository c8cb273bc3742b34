"""The view `demand`: what companies asked for in vain, and since when which terms held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Index, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

from domain import events as e
from domain.event import Recorded
from domain.period import SEOUL, Period
from projections.operations import Operation, Put, as_json
from projections.view import Moment, View, schema_of, versioned

TIME_WANTED = frozenset(
    {
        "ReserveDevice",
        "ReserveTogether",
        "RescheduleReservation",
        "RescheduleTogether",
        "ExtendReservation",
    }
)
"""The commands whose refusal leaves a wish for time unmet; a refused cancellation does not."""
JOINING = "JoinWaitlist"
"""The command of a wish that waits in line; a refusal to wait is no wish beside the refused one."""


def project(recorded: Recorded) -> Iterator[Operation]:
    match event := recorded.event:
        case e.RequestRefused():
            if event.command in TIME_WANTED:
                yield from _wishes(recorded, event)
        case e.WaitlistJoined() if event.replaces is None:
            # What was displaced had its time: that is no wish for more than there is.
            yield _waiting(recorded, event)
        case e.TermsSet():
            terms = {"set_at": recorded.recorded_at, "terms": as_json(event.terms)}
            yield Put("terms", _at(recorded, event.device_id), terms)
        case e.DeviceSuspended() | e.DeviceRetired():
            yield _service(recorded, event.device_id, in_service=False)
        case e.DeviceResumed():
            yield _service(recorded, event.device_id, in_service=True)


VERSION = 3
_metadata = MetaData(schema=schema_of("demand", VERSION))
wishes = versioned(
    "wishes",
    _metadata,
    Column("position", BigInteger, nullable=False),
    Column("member", Integer, nullable=False),  # the place in what was asked for at once
    Column("asked_at", Moment, nullable=False),
    Column("asked_on", Date, nullable=False),  # the day in Asia/Seoul
    Column("command", Text, nullable=False),
    Column("company_id", Text),
    Column("device_id", Text),  # NULL where only the reservation tells which device it is
    Column("reservation_id", Text),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("rules", ARRAY(Text), nullable=False),
    Column("held_by", ARRAY(Text), nullable=False),  # the kinds of what was in the way
    key=("position", "member"),
)
# Terms and service are kept with their times and never closed: a month may have had several.
terms = versioned(
    "terms",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("terms", JSONB, nullable=False),
    key=("device_id", "position"),
)
services = versioned(
    "services",
    _metadata,
    Column("device_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("in_service", Boolean, nullable=False),
    key=("device_id", "position"),
)
Index("wishes_by_start", wishes.c.starts_at)
VIEW = View("demand", VERSION, _metadata, project)


def _wishes(recorded: Recorded, event: e.RequestRefused) -> Iterator[Put]:
    """A wish for what was asked for or, where that were several at once, for each that was refused.

    What would have been free by itself is no unmet demand of that device.
    """
    if not event.asked and event.period is not None:
        # Where the command names no device, what was in the way may.
        in_the_way = next((device_id for device_id, _, _ in event.conflicts), None)
        kinds = [kind for _, _, kind in event.conflicts]
        rules = [refusal.rule for refusal in event.refusals]
        wanted = event.device_id or in_the_way
        yield _wish(recorded, event, 0, _Wanted(wanted, event.period, rules, kinds))
    for member, (device_id, period) in enumerate(event.asked):
        rules = [one.rule for one in event.refusals if one.member in (None, member)]
        of_member = zip(event.conflicts, event.conflict_members, strict=False)
        kinds = [kind for (_, _, kind), number in of_member if number == member]
        if rules:
            yield _wish(recorded, event, member, _Wanted(device_id, period, rules, kinds))


def _waiting(recorded: Recorded, event: e.WaitlistJoined) -> Put:
    """Whoever waits was told that the time is taken, and wants it all the same."""
    values: dict[str, Any] = {
        "asked_at": recorded.recorded_at,
        "asked_on": recorded.recorded_at.astimezone(SEOUL).date(),
        "command": JOINING,
        "company_id": event.company_id,
        "device_id": event.device_id,
        "reservation_id": None,
        "starts_at": event.period.start,
        "ends_at": event.period.end,
        "rules": ["slot_taken"],
        "held_by": [],
    }
    return Put("wishes", {"position": recorded.position, "member": 0}, values)


class _Wanted(NamedTuple):
    device_id: str | None
    period: Period
    rules: Iterable[str]
    kinds: Iterable[str]


def _wish(recorded: Recorded, event: e.RequestRefused, member: int, wanted: _Wanted) -> Put:
    values: dict[str, Any] = {
        "asked_at": recorded.recorded_at,
        "asked_on": recorded.recorded_at.astimezone(SEOUL).date(),
        "command": event.command,
        "company_id": event.company_id,
        "device_id": wanted.device_id,
        "reservation_id": event.reservation_id,
        "starts_at": wanted.period.start,
        "ends_at": wanted.period.end,
        "rules": list(dict.fromkeys(wanted.rules)),
        "held_by": list(dict.fromkeys(wanted.kinds)),
    }
    return Put("wishes", {"position": recorded.position, "member": member}, values)


def _service(recorded: Recorded, device_id: str, *, in_service: bool) -> Put:
    values = {"changed_at": recorded.recorded_at, "in_service": in_service}
    return Put("services", _at(recorded, device_id), values)


def _at(recorded: Recorded, device_id: str) -> dict[str, Any]:
    return {"device_id": device_id, "position": recorded.position}
