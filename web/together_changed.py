"""Who may change what was booked together, and what a change of it did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from booking.account import Account
from booking.app import Done
from booking.testbed import Testbed
from domain import events as e
from domain.members import Members
from domain.reservation import Reservation
from domain.together_changes import Scope
from web.access import may_change, may_see_company
from web.forms import require_id
from web.problem import Problem
from web.writes import recalled


class ChangedMember(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation that was changed, with its time as it is now."""

    reservation_id: str
    device_id: str
    start: datetime
    end: datetime
    status: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The reservations that a change of a series or a bundle changed; the others stayed."""

    members: Sequence[ChangedMember]


async def require_together(  # noqa: PLR0917
    testbed: Testbed,
    account: Account,
    kind: str,
    together_id: str,
    scope: Scope,
    first: str | None,
) -> str:
    """The tag of a bundle or a series that this account may change.

    Raises Problem: 404 for a stranger's or unknown one, 403 where one of its reservations that
    would change is a colleague's.
    """
    tag = f"{kind}:{require_id(together_id)}"
    members = Members(tag)
    await recalled(testbed, members)
    known = [Reservation(one.reservation_id) for one in members.made]
    if not known:
        raise Problem("not-found")
    await recalled(testbed, *known)
    latest = {one.reservation_id: one.latest for one in known if one.latest is not None}
    if not all(may_see_company(account, one.company_id) for one in latest.values()):
        raise Problem("not-found")
    start = latest[first].period.start if scope == "later" and first in latest else None
    for one in known:
        now = one.latest
        if now is None or one.status not in {"requested", "confirmed"}:
            continue
        concerned = start is None or now.period.start >= start
        if concerned and not may_change(account, now.company_id, now.account_id):
            raise Problem("colleagues-booking")
    return tag


def changed(done: Done) -> Changed:
    """What was changed, by start."""
    events = done.of(e.ReservationRescheduled, e.ReservationCancelled)
    members = [
        ChangedMember(
            reservation_id=event.reservation_id,
            device_id=event.device_id,
            start=event.period.start,
            end=event.period.end,
            status=getattr(event, "status", "cancelled"),
        )
        for event in events
    ]
    return Changed(members=sorted(members, key=lambda member: member.start))
