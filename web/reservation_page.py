"""A reservation's page: what is known of it, and the forms of the steps that may be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.period import SEOUL, Period
from domain.reservation import Reservation
from projections import calendar, devices, statements, usage
from projections.devices import Device
from web.access import SIGNED_IN, may, may_change, may_see_company
from web.book import Fields
from web.done import Seen, done_words
from web.forms import HttpRequest, query_of, require_id
from web.frame import page, present
from web.given import FromPath, Given
from web.giving_back import giving_back, how_it_ended
from web.handing_on import choices_for
from web.language import in_language
from web.next_up import next_after
from web.problem import Problem
from web.reader import language_of
from web.shown import in_full, overrides_of, replaced_by
from web.use_card import use_card
from web.when import fields_of, hours_of
from web.writes import recalled


class Trouble(NamedTuple):
    """What a step was refused with, to show again with what was typed.

    `alternatives` are other times of the device, `devices` other devices for its time.
    """

    step: str
    status: int
    fields: Fields
    refusals: Sequence[str] = ()
    errors: Mapping[str, str] = {}
    alternatives: Sequence[tuple[Period, Mapping[str, str]]] = ()
    devices: Sequence[Device] = ()


@get("/reservations/{reservation_id:str}", opt=may(SIGNED_IN))
async def reservation(
    request: HttpRequest, reservation_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, Seen)
    return await reservation_page(request, reservation_id, done=asked.done, as_of=as_of)


async def reservation_page(
    request: HttpRequest,
    reservation_id: str,
    *,
    done: str | None = None,
    trouble: Trouble | None = None,
    as_of: int | None = None,
) -> Response[str]:
    """The page; 404 for a stranger's reservation as for one that does not exist."""
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    reader, code = testbed.database.app, language_of(request)
    entry = await calendar.reservation(reader, require_id(reservation_id), as_of=as_of)
    if entry is None or not may_see_company(account, entry.company_id):
        raise Problem("not-found")
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "read reservation", entry.entry_id)
    (shown,) = await in_full(testbed, code, [entry])
    device = await devices.get_device(reader, entry.device_id, as_of=as_of)
    holder = await usage.company(reader, shown.company_id, as_of=as_of)
    changeable = (
        as_of is None
        and account.role != "auditor"
        and may_change(account, shown.company_id, shown.account.account_id)
    )
    now = await present(testbed, as_of)
    fields = trouble.fields if trouble is not None else {}
    return await page(
        request,
        "reservation.html",
        status=trouble.status if trouble is not None else 200,
        as_of=as_of,
        done=done_words(done, in_language(code)),
        entry=entry,
        shown=shown,
        device=device,
        holder=holder,
        krw_per_hour=await statements.krw_per_hour(
            reader,
            entry.device_id,
            holder.kind if holder is not None else None,
            entry.period.start.astimezone(SEOUL).date(),
            as_of=as_of,
        ),
        changeable=changeable,
        giving_back=await giving_back(testbed, entry, now) if changeable else None,
        choices=await choices_for(testbed, entry, device) if changeable else None,
        ended=await how_it_ended(testbed, entry, in_language(code), as_of=as_of),
        waiting=await next_after(reader, entry, as_of=as_of) if entry.status == "in_use" else None,
        set_aside=await overrides_of(testbed, entry.entry_id, as_of=as_of),
        again=await replaced_by(testbed, entry, as_of=as_of),
        use=await use_card(testbed, entry, as_of, account, code),
        came_after_all=account.is_lab
        and entry.status == "cancelled"
        and await _withdrawn(testbed, reservation_id),
        trouble=trouble,
        fields={**fields_of(entry.period), **fields},
        hours=hours_of(device.terms.slot_minutes if device is not None else 30),
        now=now,
    )


async def _withdrawn(testbed: Testbed, reservation_id: str) -> bool:
    """Whether it ended with a no-show that was taken back, so that a use may still be entered."""
    made = Reservation(reservation_id)
    await recalled(testbed, made)
    return isinstance(made.latest, e.NoShowWithdrawn)


route_handlers = [reservation]
