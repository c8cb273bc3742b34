"""Forms of the waiting list: join it where a booking was refused, accept an offer, leave the line.

Whoever acts for a company comes back to the list under my bookings, the laboratory to the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, post

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain import events as e
from domain.rejected import Rejected
from domain.waiting import AcceptOffer, LeaveWaitlist
from web.access import BOOKERS, may
from web.api_waitlist import join_command
from web.book import body_in, book_again, key_of, typed
from web.device_page import device_page
from web.form_errors import words_by_field
from web.forms import HttpRequest, form_fields
from web.frame import go_to
from web.given import FromPath, Given
from web.mine import mine_page
from web.problem import Invalid, Problem
from web.reader import language_of
from web.step_bodies import NoBody
from web.waiting_shown import given_wish
from web.writes import give


@post("/devices/{device_id:str}/wait", opt=may(BOOKERS))
async def wait(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    fields = await typed(request, testbed, device_id)
    try:
        # Rules are set aside for a booking; nobody waits by setting them aside.
        asked = await body_in(request, account, device_id)
        body = msgspec.structs.replace(asked, override=None)
        command = await join_command(testbed, account, body)
        await give(request, testbed, command, body, key=key_of(fields))
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        return await book_again(request, device_id, fields, 422, errors=errors)
    except Rejected as rejected:
        said = _said(rejected, language)
        return await book_again(request, device_id, fields, 422, refusals=said)
    back = f"/devices/{device_id}" if account.is_lab else "/mine"
    return go_to(f"{back}?done=waiting")


@post("/waitlist/{wish_id:str}/{step:str}", opt=may(BOOKERS))
async def answer(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    wish_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    if step not in {"accept", "leave"}:
        raise Problem("not-found")
    joined = await given_wish(testbed, account, wish_id, ends=step == "leave")
    fields, by = await form_fields(request), account.actor
    command: AcceptOffer | LeaveWaitlist = LeaveWaitlist(by=by, wish_id=joined.wish_id)
    if step == "accept":
        made_as = opaque_id("r")
        command = AcceptOffer(by=by, wish_id=joined.wish_id, reservation_id=made_as)
    to_device = account.is_lab or fields.get("back") == f"/devices/{joined.device_id}"
    try:
        done = await give(request, testbed, command, NoBody(), key=key_of(fields))
    except Rejected as rejected:
        said = _said(rejected, language_of(request))
        if to_device:
            return await device_page(request, joined.device_id, refusals=said, status=422)
        return await mine_page(request, refusals=said)
    if step == "accept":
        (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
        word = "requested" if isinstance(made, e.ReservationRequested) else "booked"
        return go_to(f"/reservations/{made.reservation_id}?done={word}")
    back = f"/devices/{joined.device_id}" if to_device else "/mine"
    return go_to(f"{back}?done=left")


def _said(rejected: Rejected, language: str) -> Sequence[str]:
    return [violation.message(language) for violation in rejected.violations]


route_handlers = [wait, answer]
