"""Operations: what waits for an answer, what goes out and comes back today, what is broken."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL, day_period
from projections import calendar, devices, usage
from projections.query import Reader
from web.access import SEES_EVERYTHING, may
from web.api_backups import backup_state
from web.done import done_words
from web.forms import HttpRequest, query_of
from web.frame import page, present
from web.given import Given
from web.language import in_language
from web.mine import bookings
from web.next_up import next_of_each
from web.staff_lists import StaffQuery, staff_lists
from web.when import fields_of


@get("/staff", opt=may(SEES_EVERYTHING))
async def staff(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    as_of: Given[int | None],
) -> Response[str]:
    asked = query_of(request, StaffQuery)
    reader, now = testbed.database.app, await present(testbed, as_of)
    tonight = day_period(now.astimezone(SEOUL).date()).end
    lists = await staff_lists(reader, asked, now, as_of)
    confirmed = [one for one in lists["hand_outs"].entries if one.suspected_at != one.period.start]
    out = sorted(lists["out"].entries, key=lambda one: one.period.end)
    back_today = [one for one in out if one.period.end <= tonight]
    later = [one for one in out if one.period.end > tonight]
    firms = await usage.companies(reader, as_of=as_of)
    suspended = [one for one in firms if one.suspended]
    found = await devices.list_devices(reader, limit=1_000, as_of=as_of)
    await testbed.access_log.record(account.account_id, "read operations", "all companies")
    return await page(
        request,
        "staff.html",
        as_of=as_of,
        done=done_words(asked.done, in_language(language)),
        lists=lists,
        waiting=await bookings(testbed, language, lists["waiting"].entries, as_of),
        hand_outs=await bookings(testbed, language, confirmed, as_of),
        doubtful=await bookings(testbed, language, lists["doubtful"].entries, as_of),
        returns=await bookings(testbed, language, back_today, as_of),
        next_up=await next_of_each(reader, back_today, now, as_of=as_of),
        out_later=await bookings(testbed, language, later, as_of),
        day_of=lambda period: fields_of(period)["start_day"],
        broken=[one for one in found if one.breakdown_id is not None],
        companies={one.company_id: one.name for one in firms},
        suspended=suspended,
        taken_back={
            one.company_id: await _taken_back(reader, one.suspended_for, as_of) for one in suspended
        },
        now=now,
        acts=account.is_lab and as_of is None,
        stopped=[one for one in (await testbed.projector.positions()).values() if one.stopped_at],
        # Backups are of today, and say nothing about the past that somebody looks back to.
        backup=await backup_state(testbed) if as_of is None else None,
    )


async def _taken_back(reader: Reader, no_shows: Sequence[str], as_of: int | None) -> int:
    """Of the no-shows that suspended a company, those that were withdrawn or were a use after all.

    Nobody is reinstated by that alone: staff see it, and decide.
    """
    found = [await calendar.reservation(reader, one, as_of=as_of) for one in no_shows]
    return sum(1 for one in found if one is not None and one.status != "no_show")


route_handlers = [staff]
