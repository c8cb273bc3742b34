"""A device's maintenance page: problems for everybody, log, certificates and outages for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL, Period, at_clock
from domain.rejected import Rejected
from projections import devices, maintenance, usage
from web.access import BOOKERS, SIGNED_IN, may
from web.api_outages_listed import breakdown_of, outages_ahead
from web.api_upkeep import log_shown, problems_shown
from web.book import Fields, key_of
from web.done import Seen, done_words
from web.entered_late import in_moments
from web.form_errors import words_by_field
from web.forms import HIDDEN, HttpRequest, form_fields, query_of, read
from web.forms import require_id as named
from web.frame import go_to, page
from web.given import FromPath, Given
from web.language import in_language
from web.outage_forms import PREVIEWED
from web.outage_shown import Displaced, displaced_by
from web.problem import Invalid, Problem
from web.reader import language_of
from web.upkeep_forms import FOR_EVERYBODY, FORMS, upkeep_command
from web.when import fields_of, hours_of
from web.writes import give

MOST_LINES = 100
DONE_AFTER = {
    "breakdown": "broken-down",
    "longer": "broken-down",
    "repaired": "repaired",
    "move-outage": "outage-moved",
    "cancel-outage": "outage-cancelled",
}
"""What the page says after a form, where there is more to say than that it is recorded."""


class Typing(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it was sent, to be shown again: with the refusal, or what it would displace."""

    what: str = ""
    fields: Fields = {}
    refusals: Sequence[str] = ()
    errors: Mapping[str, str] = {}
    tried: Sequence[Displaced] | None = None

    def typed(self, what: str) -> Fields:
        """What a form of the page starts with; nothing but for the one that was sent."""
        return self.fields if self.what == what else {}

    def wrong(self, what: str) -> Mapping[str, str]:
        """What is wrong with its fields."""
        return self.errors if self.what == what else {}


@get("/devices/{device_id:str}/maintenance", opt=may(SIGNED_IN))
async def upkeep(
    request: HttpRequest, device_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, Seen)
    return await upkeep_page(request, device_id, done=asked.done, as_of=as_of)


@post("/devices/{device_id:str}/maintenance/{what:str}", opt=may(BOOKERS))
async def record(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    device_id: FromPath[str],
    what: FromPath[str],
) -> Response[Any]:
    if (
        what not in FORMS
        or await devices.get_device(testbed.database.app, named(device_id)) is None
    ):
        raise Problem("not-found")
    if what != FOR_EVERYBODY and not account.is_lab:
        raise Problem("forbidden")
    fields, language = await form_fields(request), language_of(request)
    typing = Typing(what=what, fields=fields)
    typed = {name: one for name, one in fields.items() if name not in HIDDEN and one != ""}
    try:
        # Only a repair is typed to the minute; the other forms have hours to choose from.
        typed = in_moments(typed) if what == "repaired" else typed
        form = read(FORMS[what], typed, strict=False)
        command = await upkeep_command(testbed, account, device_id, form)
        if isinstance(form, PREVIEWED) and form.preview:
            happened = await testbed.booking.try_out(command)
            typing = msgspec.structs.replace(
                typing, tried=await displaced_by(testbed, language, happened)
            )
            return await upkeep_page(request, device_id, typing)
        await give(request, testbed, command, form, key=key_of(fields))
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        if what == "resolve" and "text" in errors:
            # The text of a report, which has the same name, is what is wrong.
            errors["what_was_done"] = errors.pop("text")
        return await upkeep_page(request, device_id, msgspec.structs.replace(typing, errors=errors))
    except Rejected as rejected:
        said = [violation.message(language) for violation in rejected.violations]
        return await upkeep_page(request, device_id, msgspec.structs.replace(typing, refusals=said))
    back = fields.get("back")
    path = "/staff/maintenance" if back == "all" else f"/devices/{device_id}/maintenance"
    return go_to(f"{path}?done={DONE_AFTER.get(what, 'recorded')}")


async def upkeep_page(
    request: HttpRequest,
    device_id: str,
    typing: Typing | None = None,
    *,
    done: str | None = None,
    as_of: int | None = None,
) -> Response[str]:
    """The page, with what was typed and why it was refused where that was so."""
    typing = typing or Typing()
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    reader, code = testbed.database.app, language_of(request)
    device = await devices.get_device(reader, named(device_id), as_of=as_of)
    if device is None:
        raise Problem("not-found")
    sees = account.sees_everything
    company_id = None if sees else account.company_id or ""
    if sees:
        await testbed.access_log.record(account.account_id, "read maintenance", device_id)
    found = await maintenance.list_problems(
        reader, device_id=device_id, company_id=company_id, as_of=as_of
    )
    lines = await maintenance.maintenance_log(
        reader, device_id=device_id, limit=MOST_LINES, as_of=as_of
    )
    stopped = await maintenance.stopped_devices(reader, as_of=as_of)
    return await page(
        request,
        "maintenance.html",
        status=422 if typing.refusals or typing.errors else 200,
        as_of=as_of,
        done=done_words(done, in_language(code)),
        device=device,
        stopped=device_id in stopped,
        problems=await problems_shown(testbed, code, found),
        lines=await log_shown(testbed, code, lines) if sees else [],
        typing=typing,
        tomorrow=_tomorrow(),
        outages=await outages_ahead(testbed, device_id, limit=MOST_LINES, as_of=as_of)
        if sees
        else [],
        breakdown=await breakdown_of(testbed, device, as_of=as_of) if sees else None,
        companies={one.company_id: one.name for one in await usage.companies(reader, as_of=as_of)},
        fields_of=fields_of,
        span_of=lambda one: Period(one.start, one.end),
        hours=hours_of(30),
        acts=account.is_lab and as_of is None,
    )


def _tomorrow() -> dict[str, str]:
    """What an empty outage form starts with."""
    day = datetime.now(SEOUL).date() + timedelta(days=1)
    morning = at_clock(day, "09:00")
    return fields_of(Period(morning, morning + timedelta(hours=2)))


route_handlers = [upkeep, record]
