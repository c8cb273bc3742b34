"""Series and bundles as they are answered: what became, or would become, of every member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from booking.testbed import Testbed
from domain import events as e
from domain.event import Event
from domain.refusing import rejected_of
from domain.rejected import Rejected, Violation
from domain.together import ReserveTogether
from web.errors import conflict_shown

MemberState = Literal["free", "requested", "confirmed", "taken", "refused"]


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """One device at one time. In a preview `free` is what would be booked.

    `refused` is against a rule, which `violations` name with the reader's words; `taken` is time
    that somebody holds, which `conflicts` say when and what kind of.
    """

    device_id: str
    start: datetime
    end: datetime
    state: MemberState
    reservation_id: str | None = None
    violations: Sequence[dict[str, Any]] = ()
    conflicts: Sequence[dict[str, Any]] = ()


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """A series or a bundle. `booked` counts its reservations; in a preview, the free ones."""

    group_id: str | None
    series_id: str | None
    booked: int
    members: Sequence[MemberShown]
    dry_run: bool = False


async def tried(testbed: Testbed, command: ReserveTogether, language: str) -> Together:
    """What would become of each member now. Nothing is recorded."""
    asked = msgspec.structs.replace(command, only_free=True)
    try:
        happened: Sequence[Event] = await testbed.booking.try_out(asked)
    except Rejected as rejected:
        happened, refused = (), rejected
    else:
        refused = _refusal_in(happened)
    members = _members(command, happened, refused, language, preview=True)
    booked = sum(member.state == "free" for member in members)
    return Together(group_id=None, series_id=None, booked=booked, members=members, dry_run=True)


def done_together(command: ReserveTogether, happened: Sequence[Event], language: str) -> Together:
    """What became of each member, by the events of this request or of its first try."""
    members = _members(command, happened, _refusal_in(happened), language)
    made = [event for event in happened if isinstance(event, _MADE)]
    return Together(
        group_id=made[0].group_id if made else None,
        series_id=made[0].series_id if made else None,
        booked=len(made),
        members=members,
    )


def members_of(command: ReserveTogether, rejected: Rejected, language: str) -> list[MemberShown]:
    """What is in the way of each member of a bundle or series that was refused."""
    return _members(command, (), rejected, language)


_MADE = (e.ReservationRequested, e.ReservationConfirmed)


def _refusal_in(happened: Sequence[Event]) -> Rejected:
    refusals = [event for event in happened if isinstance(event, e.RequestRefused)]
    return rejected_of(refusals[0]) if refusals else Rejected()


def _members(
    command: ReserveTogether,
    happened: Sequence[Event],
    refused: Rejected,
    language: str,
    *,
    preview: bool = False,
) -> list[MemberShown]:
    # The ids of a repeated request are new ones; device and time are those of the first.
    made = {
        (event.device_id, event.period): event for event in happened if isinstance(event, _MADE)
    }
    shown = []
    for number, member in enumerate(command.members):
        violations = [one for one in refused.violations if one.member == number]
        event = None if violations else made.get((member.device_id, member.period))
        shown.append(
            MemberShown(
                device_id=member.device_id,
                start=member.period.start,
                end=member.period.end,
                state=_state(event, violations, preview=preview),
                reservation_id=event.reservation_id if event and not preview else None,
                violations=[_violation(one, language) for one in violations],
                conflicts=[
                    conflict_shown(one) for one in refused.conflicts if one.member == number
                ],
            )
        )
    return shown


def _state(event: Any, violations: Sequence[Violation], *, preview: bool) -> MemberState:
    if violations:
        return "taken" if {one.rule for one in violations} == {"slot_taken"} else "refused"
    if event is None or preview:
        return "free"
    return "requested" if isinstance(event, e.ReservationRequested) else "confirmed"


def members_refused(rejected: Rejected, language: str) -> list[MemberShown]:
    """What a change of several asked for, each with what is in its way; empty if it names none."""
    shown = []
    for number, (device_id, period) in enumerate(rejected.asked):
        violations = [one for one in rejected.violations if one.member == number]
        shown.append(
            MemberShown(
                device_id=device_id,
                start=period.start,
                end=period.end,
                state=_state(None, violations, preview=True),
                violations=[_violation(one, language) for one in violations],
                conflicts=[
                    conflict_shown(one) for one in rejected.conflicts if one.member == number
                ],
            )
        )
    return sorted(shown, key=lambda one: one.start)


def _violation(violation: Violation, language: str) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "limit": violation.limit,
        "actual": violation.actual,
        "message": violation.message(language),
    }
