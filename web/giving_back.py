"""What giving a booking back costs now, and how one that is over without a use came to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from booking.testbed import Testbed
from domain.actor import SYSTEM_ACCOUNT
from domain.reservation import Reservation
from domain.terms import Terms
from projections import calendar
from projections.calendar import Entry
from web.access import COMPANY_ROLES
from web.language import Language
from web.writes import recalled

GIVEN_BACK = ("requested", "confirmed")
ENDED = ("cancelled", "declined", "displaced")


class GivingBack(NamedTuple):
    """Whether cancelling now is `late`, so that all hours count; and until when it is free.

    `free_until` is None where there is no such time any more, or the terms ask for no notice. A
    request that nobody has agreed to is never late.
    """

    late: bool
    promised: bool
    free_until: datetime | None


class Ended(NamedTuple):
    """When a booking was cancelled, declined or displaced, by whom, and for which outage."""

    at: datetime
    by: str
    outage: Entry | None


async def giving_back(testbed: Testbed, entry: Entry, now: datetime) -> GivingBack | None:
    """As the rules decide it when the button is pressed; None where nothing can be cancelled."""
    if entry.status not in GIVEN_BACK:
        return None
    made, terms = Reservation(entry.entry_id), Terms(entry.device_id)
    await recalled(testbed, made, terms)
    notice = timedelta(minutes=terms.now.cancel_notice_minutes)
    free_until = entry.period.start - notice
    late = made.promised and terms.is_late(entry.period, now)
    return GivingBack(late, made.promised, free_until if notice and free_until > now else None)


async def how_it_ended(
    testbed: Testbed, entry: Entry, language: Language, *, as_of: int | None = None
) -> Ended | None:
    """None for a booking that stands, or that ended in another way."""
    if entry.status not in ENDED:
        return None
    outage = None
    if entry.displaced_by is not None:
        outage = await calendar.entry(testbed.database.app, entry.displaced_by, as_of=as_of)
    return Ended(entry.changed_at, await _by(testbed, entry.ended_by, language), outage)


async def _by(testbed: Testbed, account_id: str | None, language: Language) -> str:
    """A person of the company by name; of the laboratory, only that it was the laboratory."""
    if account_id is None or account_id == SYSTEM_ACCOUNT:
        return language.text("automatically")
    known = (await testbed.accounts.many({account_id})).get(account_id)
    if known is not None and known.role in COMPANY_ROLES:
        return known.name(language.code)
    return language.text("the laboratory")
