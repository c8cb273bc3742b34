"""Two lists: what the laboratory has to see to, and what displaced bookings could be moved to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from litestar import Response, get, post

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.period import Period
from domain.rejected import Rejected
from projections import devices, maintenance, usage
from projections.calibrations import due_calibrations
from projections.maintenance import Claim
from projections.waiting import Wish
from web.access import BOOKERS, SEES_EVERYTHING, SIGNED_IN, may
from web.api_calibrations import WARNED_DAYS
from web.api_claims import (
    RebookBody,
    alternatives_of,
    claims,
    rebook_command,
    wishes_of_claims,
)
from web.api_overrides import LOOKED_BACK, report
from web.api_upkeep import problems_shown
from web.book import key_of
from web.done import Seen, done_words
from web.form_errors import with_labels, words_by_field
from web.forms import HIDDEN, HttpRequest, form_fields, query_of, read
from web.frame import go_to, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.problem import Invalid
from web.reader import language_of
from web.refused import Alternative
from web.steps import given
from web.writes import give


class Claimed(NamedTuple):
    """A displaced booking, times that were free a moment ago, and its wish for the old time."""

    claim: Claim
    alternatives: list[Alternative]
    wish: Wish | None


@get("/staff/maintenance", opt=may(SEES_EVERYTHING))
async def staff_maintenance(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    as_of: Given[int | None],
) -> Response[str]:
    asked = query_of(request, Seen)
    reader, now = testbed.database.app, await present(testbed, as_of)
    found = await maintenance.list_problems(reader, as_of=as_of)
    due = await due_calibrations(reader, now, timedelta(days=WARNED_DAYS), as_of=as_of)
    await testbed.access_log.record(account.account_id, "read maintenance", "all companies")
    return await page(
        request,
        "staff_maintenance.html",
        as_of=as_of,
        done=done_words(asked.done, in_language(language)),
        problems=await problems_shown(testbed, language, found),
        due=due,
        overrides=await report(testbed, language, now - LOOKED_BACK, now, as_of),
        named=await _names(testbed, as_of),
        now=now,
        acts=account.is_lab and as_of is None,
    )


@get("/claims", opt=may(SIGNED_IN))
async def list_claims(request: HttpRequest, as_of: Given[int | None]) -> Response[str]:
    asked = query_of(request, Seen)
    return await claims_page(request, done=asked.done, as_of=as_of)


@post("/claims/{reservation_id:str}", opt=may(BOOKERS))
async def rebook(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    reservation_id: FromPath[str],
) -> Response[Any]:
    fields = await form_fields(request)
    typed = {name: one for name, one in fields.items() if name not in HIDDEN}
    start = await given(testbed, account, reservation_id, BOOKERS)
    try:
        body = read(RebookBody, typed, strict=False)
        command = await rebook_command(start, body)
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Invalid as invalid:
        said = with_labels(words_by_field(invalid, language), language)
        return await claims_page(request, refusals=said)
    except Rejected as rejected:
        said = [violation.message(language) for violation in rejected.violations]
        return await claims_page(request, refusals=said)
    (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
    word = "requested" if isinstance(made, e.ReservationRequested) else "booked"
    return go_to(f"/reservations/{made.reservation_id}?done={word}")


async def claims_page(
    request: HttpRequest,
    *,
    done: str | None = None,
    refusals: list[str] | None = None,
    as_of: int | None = None,
) -> Response[str]:
    """A company's displaced bookings, or (laboratory) all of them."""
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    company_id = None if account.sees_everything else account.company_id or ""
    if account.sees_everything:
        await testbed.access_log.record(account.account_id, "list claims", "all companies")
    found = await claims(testbed, company_id, as_of)
    wishes = await wishes_of_claims(testbed, company_id, as_of)
    firms = await usage.companies(testbed.database.app, as_of=as_of)
    return await page(
        request,
        "claims.html",
        as_of=as_of,
        status=422 if refusals else 200,
        done=done_words(done, in_language(language_of(request))),
        refusals=refusals or [],
        claims=[
            Claimed(one, await alternatives_of(testbed, one, as_of), wishes.get(one.reservation_id))
            for one in found
        ],
        named=await _names(testbed, as_of),
        companies={one.company_id: one.name for one in firms},
        period_of=lambda one: Period(one.start, one.end),
        now=await present(testbed, as_of),
    )


async def _names(testbed: Testbed, as_of: int | None) -> dict[str, Any]:
    found = await devices.list_devices(testbed.database.app, limit=1_000, as_of=as_of)
    return {one.device_id: one.name for one in found}


route_handlers = [staff_maintenance, list_claims, rebook]
