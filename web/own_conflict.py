"""A time that is taken by one's own company: what it is, and where to go on."""

from __future__ import annotations

from typing import NamedTuple

from booking.testbed import Testbed
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from projections.calendar import entries_between
from web.shown import in_full


class Own(NamedTuple):
    """A booking or an offer of one's own company in the way of a booking.

    `person` is whose booking it is, None for one's own; of an offer it says nothing.
    """

    path: str
    period: Period
    is_offer: bool
    person: str | None = None


async def own_in_the_way(
    testbed: Testbed, language: str, command: ReserveDevice, rejected: Rejected
) -> list[Own]:
    """What of the company that books stands in its own way, in order of time."""
    found = {}
    for conflict in rejected.conflicts:
        for entry in await entries_between(
            testbed.database.app,
            conflict.period.start,
            conflict.period.end,
            device_ids=[conflict.device_id],
            company_id=command.company_id,
        ):
            found[entry.entry_id] = entry
    booked = [one for one in found.values() if one.kind == "reservation"]
    names = {
        one.reservation_id: one.account.name for one in await in_full(testbed, language, booked)
    }
    offered = "/mine" if command.by.of_company else f"/devices/{command.device_id}#line"
    return [
        Own(offered, entry.period, is_offer=True)
        if entry.kind == "offer"
        else Own(
            path=f"/reservations/{entry.entry_id}",
            period=entry.period,
            is_offer=False,
            person=None if entry.account_id == command.by.account_id else names[entry.entry_id],
        )
        for entry in sorted(found.values(), key=lambda one: one.period)
    ]
