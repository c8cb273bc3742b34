"""The steps that the forms of a reservation's page take: change, hand on, cancel, hand out …"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post

from booking.account import Account
from booking.app import Done
from booking.testbed import Testbed
from domain import events as e
from domain.changes import ShortenReservation
from domain.decisions import Command
from domain.period import Period
from domain.rejected import Rejected
from projections import devices
from web.access import BOOKERS, may
from web.book import Fields, key_of
from web.done import DONE
from web.entered_late import in_moments
from web.form_errors import words_by_field
from web.forms import HIDDEN, HttpRequest, form_fields, read, require_id
from web.frame import go_to
from web.given import FromPath, Given
from web.in_the_way import in_the_way
from web.language import in_language
from web.overriding import nested, override_in
from web.problem import Invalid, Problem
from web.reader import language_of
from web.refused import alternatives_for
from web.reservation_page import Trouble, reservation_page
from web.sign_in_page import own_path
from web.step_bodies import ExtendBody, RescheduleBody, ShortenBody
from web.steps import STEPS, Start, given
from web.use_card import only_changed
from web.when import When, fields_of
from web.writes import give

NOT_IN_BODY = HIDDEN | {"back"}


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
    command: Command | None = None
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
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        trouble = Trouble(step, 422, fields, errors=errors)
        return await reservation_page(request, reservation_id, trouble=trouble)
    except Rejected as rejected:
        trouble = await _trouble(testbed, language, step, fields, command, start, rejected)
        return await reservation_page(request, reservation_id, trouble=trouble)
    back = fields.get("back")
    path = own_path(back) if isinstance(back, str) else f"/reservations/{reservation_id}"
    return go_to(f"{path.partition('?')[0]}?done={_word(step, start, done)}")


def _word(step: str, start: Start, done: Done) -> str:
    """What the page says that was done; with what follows from it where somebody might not expect.

    A confirmed booking may have to be approved again, and time given back late still counts.
    """
    for event in done.of(e.ReservationCancelled, e.ReservationShortened):
        if event.late:
            return "cancel-late" if isinstance(event, e.ReservationCancelled) else "shortened-late"
    if any(event.bundle_kept for event in done.of(e.ReservationDeclined)):
        return "decline-one"
    asks = (e.ReservationRescheduled, e.ReservationExtended, e.ReservationTransferred)
    if start.made.status == "confirmed" and any(
        event.status == "requested" for event in done.of(*asks)
    ):
        return "asked-again"
    return "changed" if step == "change" else step


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
    command: Command | None,
    start: Start,
    rejected: Rejected,
) -> Trouble:
    rejected = _unchanged(command, start, rejected)
    said = [violation.message(language) for violation in rejected.violations]
    status = 409 if rejected.is_conflict else 422
    latest: e.ReservationEvent = start.latest
    if step == "hand-out":
        # Whoever stands at the counter came for this device, and wants to know who has it.
        said = await in_the_way(testbed, in_language(language), rejected, latest.reservation_id)
        return Trouble(step, status, fields, refusals=said)
    if command is None or not rejected.is_conflict:
        return Trouble(step, status, fields, refusals=said)
    found = await alternatives_for(testbed, command, latest)
    if step == "transfer":
        # The person and the time stay, so that only other devices help.
        free = [
            one.device_id
            for one in found
            if one.device_id != latest.device_id and Period(one.start, one.end) == latest.period
        ]
        read_devices = [await devices.get_device(testbed.database.app, one) for one in free]
        others = [one for one in read_devices if one is not None]
        return Trouble(step, 409, fields, refusals=said, devices=others)
    # Another device is another booking: here only other times of this one help.
    periods = [Period(one.start, one.end) for one in found if one.device_id == latest.device_id]
    alternatives = [(period, fields_of(period)) for period in periods]
    return Trouble(step, 409, fields, refusals=said, alternatives=alternatives)


def _unchanged(command: Command | None, start: Start, rejected: Rejected) -> Rejected:
    """The refusal of a form that was sent as it stood: who sent it meant no shorter time.

    That is known only now, since a repeated form finds the time that it asked for, and is answered.
    """
    rules = [violation.rule for violation in rejected.violations]
    same = isinstance(command, ShortenReservation) and command.period == start.latest.period
    return Rejected("nothing_to_change") if same and rules == ["not_shorter"] else rejected


route_handlers = [take_step]
