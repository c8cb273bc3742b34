"""A reservation's page, and the steps that its forms take: change, cancel, hand out, return …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.decisions import Command
from domain.period import SEOUL, Period
from domain.rejected import Rejected
from domain.reservation import Reservation
from projections import calendar, devices, statements, usage
from web.access import BOOKERS, SIGNED_IN, may, may_change, may_see_company
from web.book import Fields, key_of
from web.done import DONE, Seen, done_words
from web.entered_late import in_moments
from web.errors import field_errors
from web.forms import HIDDEN, HttpRequest, form_fields, query_of, read, require_id
from web.frame import go_to, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.next_up import next_after
from web.overriding import nested, override_in
from web.problem import Invalid, Problem
from web.reader import language_of
from web.refused import alternatives_for
from web.shown import in_full, overrides_of, replaced_by
from web.sign_in_page import own_path
from web.step_bodies import ExtendBody, RescheduleBody, ShortenBody
from web.steps import STEPS, Start, given
from web.use_card import only_changed, use_card
from web.when import When, fields_of, hours_of
from web.writes import give, recalled

NOT_IN_BODY = HIDDEN | {"back"}


class Trouble(NamedTuple):
    """What a step was refused with, to show again with what was typed."""

    step: str
    status: int
    fields: Fields
    refusals: Sequence[str] = ()
    errors: Mapping[str, str] = {}
    alternatives: Sequence[tuple[Period, Mapping[str, str]]] = ()


@get("/reservations/{reservation_id:str}", opt=may(SIGNED_IN))
async def reservation(
    request: HttpRequest, reservation_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, Seen)
    return await reservation_page(request, reservation_id, done=asked.done, as_of=as_of)


@post("/reservations/{reservation_id:str}/{step:str}", opt=may(BOOKERS))
async def take_step(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    reservation_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    fields, language = await form_fields(request), language_of(request)
    if step != "change" and step not in STEPS.keys() & DONE:
        raise Problem("not-found")
    name, values = step, {k: v for k, v in fields.items() if k not in NOT_IN_BODY and v != ""}
    rule = STEPS["reschedule" if step == "change" else step].rule
    start = await given(testbed, account, require_id(reservation_id), rule)
    try:
        if step == "change":
            override = override_in(values)
            name, body = _change(start, read(When, values, strict=False))
            body = msgspec.structs.replace(body, override=override)
        else:
            if step == "correct":
                values = await only_changed(testbed, reservation_id, values)
            body = read(STEPS[step].body, nested(in_moments(values)), strict=False)
        command = await STEPS[name].build(start, body)
        await give(request, testbed, command, body, key=key_of(fields))
    except Invalid as invalid:
        errors = {one["field"]: one["message"] for one in field_errors(invalid, language)}
        trouble = Trouble(step, 422, fields, errors=errors)
        return await reservation_page(request, reservation_id, trouble=trouble)
    except Rejected as rejected:
        trouble = await _trouble(testbed, language, step, fields, command, start, rejected)
        return await reservation_page(request, reservation_id, trouble=trouble)
    word = "changed" if step == "change" else step
    back = fields.get("back")
    path = own_path(back) if isinstance(back, str) else f"/reservations/{reservation_id}"
    return go_to(f"{path.partition('?')[0]}?done={word}")


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
    changeable = as_of is None and may_change(account, shown.company_id, shown.account.account_id)
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
        changeable=changeable and account.role != "auditor",
        waiting=await next_after(reader, entry, as_of=as_of) if entry.status == "in_use" else None,
        set_aside=await overrides_of(testbed, entry.entry_id, as_of=as_of),
        again=await replaced_by(testbed, entry, as_of=as_of),
        use=await use_card(testbed, entry, as_of),
        came_after_all=account.is_lab
        and entry.status == "cancelled"
        and await _withdrawn(testbed, reservation_id),
        trouble=trouble,
        fields={**fields_of(entry.period), **fields},
        hours=hours_of(device.terms.slot_minutes if device is not None else 30),
        now=await present(testbed, as_of),
    )


async def _withdrawn(testbed: Testbed, reservation_id: str) -> bool:
    """Whether it ended with a no-show that was taken back, so that a use may still be entered."""
    made = Reservation(reservation_id)
    await recalled(testbed, made)
    return isinstance(made.latest, e.NoShowWithdrawn)


def _change(start: Start, when: When) -> tuple[str, msgspec.Struct]:
    """The step that a new time is: more, less, or another time."""
    now, then = start.latest.period, when.period
    if then.start == now.start and then.end > now.end:
        return "extend", ExtendBody(end=then.end)
    if now.contains(then) or start.made.status == "in_use":
        return "shorten", ShortenBody(start=then.start, end=then.end)
    return "reschedule", RescheduleBody(start=then.start, end=then.end)


async def _trouble(  # noqa: PLR0917
    testbed: Testbed,
    language: str,
    step: str,
    fields: Fields,
    command: Command,
    start: Start,
    rejected: Rejected,
) -> Trouble:
    said = [violation.message(language) for violation in rejected.violations]
    if not rejected.is_conflict:
        return Trouble(step, 422, fields, refusals=said)
    latest: e.ReservationEvent = start.latest
    # Another device is another booking: here only other times of this one help.
    periods = [
        Period(one.start, one.end)
        for one in await alternatives_for(testbed, command, latest)
        if one.device_id == latest.device_id
    ]
    alternatives = [(period, fields_of(period)) for period in periods]
    return Trouble(step, 409, fields, refusals=said, alternatives=alternatives)


route_handlers = [reservation, take_step]
