"""`POST /api/reservations/{id}/…`: every step of a reservation after it was made."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from booking.account import Account
from booking.app import Done
from booking.testbed import Testbed
from domain import events as e
from web.access import may, require_company
from web.forms import HttpRequest, body_of
from web.given import FromPath, Given
from web.next_up import next_after, shown_next
from web.refused import taken_with_alternatives
from web.shown import Reservation, in_full
from web.steps import STEPS, Step, given
from web.writes import entry_after, give, idempotency_key, request_by, written

TELLS_WHO_IS_NEXT = frozenset({"hand-out", "return"})


def _handler(name: str, step: Step) -> HTTPRouteHandler:
    async def take_step(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        language: Given[str],
        reservation_id: FromPath[str],
    ) -> Response[Any]:
        done = await _done_before(request, testbed, account, step)
        if done is None:
            start = await given(testbed, account, reservation_id, step.rule)
            body = await body_of(request, step.body)
            command = await step.build(start, body)
            async with taken_with_alternatives(testbed, language, command, start.latest):
                done = await give(request, testbed, command, body)
        entry = await entry_after(testbed, reservation_id, done)
        require_company(account, entry.company_id or "")
        (shown,) = await in_full(testbed, language, [entry])
        if name in TELLS_WHO_IS_NEXT:
            waiting = await next_after(testbed.database.app, entry)
            shown = msgspec.structs.replace(shown, next=shown_next(account, waiting))
        for declined in done.of(e.ReservationDeclined):
            shown = msgspec.structs.replace(shown, bundle_kept=declined.bundle_kept)
        return written(shown, done)

    path = f"/api/reservations/{{reservation_id:str}}/{name}"
    opt = may(step.rule, body=step.body, answer=Reservation)
    return post(path, status_code=200, opt=opt)(take_step)


async def _done_before(
    request: HttpRequest, testbed: Testbed, account: Account, step: Step
) -> Done | None:
    """What the request did already, if it is repeated.

    It is answered before anybody asks whose the booking is now, and what its time: a booking that
    was given away is another's since.
    """
    if idempotency_key(request) is None:
        return None
    body = await body_of(request, step.body)
    return await testbed.booking.done_before(request_by(request, account.account_id, body))


route_handlers = [_handler(name, step) for name, step in STEPS.items()]
