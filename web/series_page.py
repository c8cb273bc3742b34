"""Repeating a booking with forms: every date is listed as free or taken before any is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.events import UsageType
from domain.period import SEOUL, Period
from domain.rejected import Rejected
from domain.together_changes import CancelTogether
from projections import devices, usage
from projections.devices import Device
from web.access import BOOKERS, may
from web.book import Fields, key_of
from web.device_page import colleagues_of
from web.form_errors import words_by_field
from web.forms import HttpRequest, Id, Line, RequiredProse, form_fields, form_of, require_id
from web.frame import go_to, new_key, page
from web.given import FromPath, Given
from web.problem import Invalid, Problem, wrong
from web.reserving import MOST_PEOPLE
from web.sign_in_page import own_path
from web.together_bodies import Interval, Repeat, SeriesBody, Times, Weekday, series_command
from web.together_changed import require_together
from web.together_shown import Together, done_together, tried
from web.when import ClockText, hours_of
from web.writes import give


class SeriesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the form; `do` is what its button says."""

    first: date
    start_time: ClockText
    end_time: ClockText
    every: Literal["day", "week"] = "week"
    interval: Interval = 1
    weekdays: list[Weekday] = []
    until: date | None = None
    count: Times | None = None
    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None
    do: Literal["preview", "all", "free"] = "preview"

    def body(self, device_id: str) -> SeriesBody:
        """The same request as the JSON API takes it."""
        return SeriesBody(
            device_id=device_id,
            first=self.first,
            start_time=self.start_time,
            end_time=self.end_time,
            repeat=Repeat(
                every=self.every,
                interval=self.interval,
                weekdays=self.weekdays,
                until=self.until,
                count=self.count,
            ),
            purpose=self.purpose,
            usage_type=self.usage_type,
            people=self.people,
            irb_number=self.irb_number,
            company_id=self.company_id,
            only_free=self.do == "free",
        )


@post("/devices/{device_id:str}/series", opt=may(BOOKERS))
async def repeat(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    """Lists the dates, and books them when the list was seen and its button pressed."""
    device = await devices.get_device(testbed.database.app, require_id(device_id))
    if device is None:
        raise Problem("not-found")
    fields = await form_fields(request)
    try:
        form = await form_of(request, SeriesForm)
        if account.is_lab and form.company_id is None:
            raise wrong("company_id", "required")
        body = form.body(device_id)
        command = await series_command(testbed, account, body)
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        return await _shown(request, device, fields, 422, errors=errors)
    except Rejected as rejected:
        return await _shown(request, device, fields, 422, refusals=_said(rejected, language))
    if form.do == "preview":
        preview = await tried(testbed, command, language)
        return await _shown(request, device, fields, 200, preview=preview)
    try:
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Rejected as rejected:
        # What is in the way now, of which the first list may not have known.
        preview = await tried(testbed, command, language)
        status, said = 409 if rejected.is_conflict else 422, _said(rejected, language)
        return await _shown(request, device, fields, status, refusals=said, preview=preview)
    made = done_together(command, [one.event for one in done.events], language)
    if account.company_id is not None:
        return go_to("/mine?done=series")
    first = next(one for one in made.members if one.reservation_id is not None)
    return go_to(f"/reservations/{first.reservation_id}?done=series")


class CancelForm(msgspec.Struct, frozen=True, kw_only=True):
    scope: Literal["all", "later"] = "all"
    from_: Id | None = msgspec.field(name="from", default=None)
    back: Line = "/mine"


@post("/series/{together_id:str}/cancel", opt=may(BOOKERS))
async def cancel_series(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    together_id: FromPath[str],
) -> Response[Any]:
    return await _cancelled(request, testbed, account, "series", together_id)


@post("/bundles/{together_id:str}/cancel", opt=may(BOOKERS))
async def cancel_bundle(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    together_id: FromPath[str],
) -> Response[Any]:
    return await _cancelled(request, testbed, account, "group", together_id)


async def _cancelled(
    request: HttpRequest, testbed: Testbed, account: Account, kind: str, together_id: str
) -> Response[Any]:
    fields, form = await form_fields(request), await form_of(request, CancelForm)
    if form.scope == "later" and form.from_ is None:
        raise wrong("from", "required")
    tag = await require_together(testbed, account, kind, together_id, form.scope, form.from_)
    command = CancelTogether(
        by=account.actor, together=tag, scope=form.scope, reservation_id=form.from_
    )
    done = await give(request, testbed, command, form, key=key_of(fields))
    late = any(event.late for event in done.of(e.ReservationCancelled))
    word = "cancel-together-late" if late else "cancel-together"
    return go_to(f"{own_path(form.back).partition('?')[0]}?done={word}")


async def _shown(
    request: HttpRequest,
    device: Device,
    fields: Fields,
    status: int,
    *,
    errors: Mapping[str, str] | None = None,
    refusals: Sequence[str] = (),
    preview: Together | None = None,
) -> Response[str]:
    """The dates with their buttons, and the form as it was typed to change it."""
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    today = datetime.now(UTC).astimezone(SEOUL).date()
    return await page(
        request,
        "series.html",
        status=status,
        device=device,
        fields=fields,
        errors=errors or {},
        refusals=refusals,
        preview=preview,
        periods=[Period(one.start, one.end) for one in preview.members] if preview else [],
        kept=_pairs(fields),
        key=new_key(),
        hours=hours_of(device.terms.slot_minutes),
        first_day=today,
        last_day=today + timedelta(days=device.terms.horizon_days),
        companies=await usage.companies(testbed.database.app) if account.is_lab else [],
        colleagues=await colleagues_of(testbed, account, device),
    )


def _pairs(fields: Fields) -> list[tuple[str, str]]:
    """What was typed, for the buttons of the list to send once more."""
    kept: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name not in {"csrf_token", "idempotency_key", "do"}:
            kept += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return kept


def _said(rejected: Rejected, language: str) -> list[str]:
    """Each sentence once, however many dates it is about."""
    return list(dict.fromkeys(one.message(language) for one in rejected.violations))


route_handlers = [repeat, cancel_series, cancel_bundle]
