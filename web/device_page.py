"""A device's page: its data sheet, terms, week and booking form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL, Period, days_touched
from projections import devices as catalogue
from projections import usage
from projections.calendar import entries_between
from projections.devices import Device
from projections.maintenance import stopped_devices
from projections.out_of_use import out_of_use
from web.access import SIGNED_IN, may
from web.bars import bars_by_day, numbered_bar, slot_of
from web.device_state import state_now
from web.done import Seen, done_words
from web.forms import HttpRequest, day_within, query_of, require_id
from web.frame import new_key, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.own_conflict import Own
from web.prices import own_price
from web.problem import Invalid, Problem
from web.reader import language_of
from web.terms_words import terms_in_words
from web.waiting_lists import line_of
from web.week import read_week
from web.when import DAYS_LOOKED_AHEAD, fields_of, hours_of, suggestion

LOOKED_AHEAD = timedelta(days=DAYS_LOOKED_AHEAD + 14)


class DeviceQuery(Seen, frozen=True, kw_only=True):
    week: date | None = None


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another time that was free a moment ago, with the fields that book it."""

    device_id: str
    period: Period
    kind: str
    fields: Sequence[tuple[str, str]]
    device: Device | None = None


class ToWait(msgspec.Struct, frozen=True, kw_only=True):
    """Waiting for the time that is taken: the fields that join, and the place that it would be.

    Without fields the company waits for some of it already, at that place.
    """

    period: Period
    fields: Sequence[tuple[str, str]]
    place: int


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A booking form as it was typed, with what is wrong with it."""

    fields: Mapping[str, Any]
    errors: Mapping[str, str] = {}
    refusals: Sequence[str] = ()
    own: Sequence[Own] = ()
    alternatives: Sequence[Alternative] = ()
    to_wait: ToWait | None = None
    conflict: bool = False


@get("/devices/{device_id:str}", opt=may(SIGNED_IN))
async def device(
    request: HttpRequest, device_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    asked = query_of(request, DeviceQuery)
    return await device_page(request, device_id, day=asked.week, done=asked.done, as_of=as_of)


async def device_page(
    request: HttpRequest,
    device_id: str,
    *,
    day: date | None = None,
    draft: Draft | None = None,
    refusals: Sequence[str] = (),
    done: str | None = None,
    status: int = 200,
    as_of: int | None = None,
) -> Response[str]:
    """The page, around a draft when there is one; raises Problem (404)."""
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    code = language_of(request)
    reader = testbed.database.app
    found = await catalogue.get_device(reader, require_id(device_id), as_of=as_of)
    if found is None:
        raise Problem("not-found")
    now = await present(testbed, as_of)
    closed = await closed_ahead(testbed, now)
    stopped = device_id in await stopped_devices(reader, as_of=as_of)
    held = await entries_between(
        reader, now, now + LOOKED_AHEAD, device_ids=[device_id], as_of=as_of
    )
    if draft is None:
        taken = [entry.occupied for entry in held]
        suggested = fields_of(suggestion(found, closed, taken, now))
        draft = Draft(fields=suggested, refusals=refusals)
    day = day or _day_of(draft)
    week = await read_week(testbed, account, code, day=day, devices=[found], as_of=as_of)
    viewer = msgspec.structs.replace(week.viewer, day_in_row=True)
    bars = bars_by_day(week.entries.get(device_id, ()), week.period, viewer)
    for number, other in enumerate(draft.alternatives, 1):
        if other.device_id == device_id:
            for shown_day in days_touched(other.period):
                bar = numbered_bar(number, other.period, shown_day)
                bars.setdefault(shown_day, []).append(bar)
    return await page(
        request,
        "device.html",
        status=status,
        as_of=as_of,
        home=f"/devices/{device_id}?week={week.first}",
        done=done_words(done, in_language(code)),
        device=found,
        state=state_now(found, held, closed, now, in_language(code), stopped=stopped),
        reason=out_of_use(found, stopped=stopped, now=now),
        terms=terms_in_words(found, in_language(code)),
        week=week,
        bars=bars,
        now_slot=None if week.now is None else slot_of(week.now),
        before=week.first - timedelta(days=7),
        after=week.first + timedelta(days=7),
        draft=await _with_devices(testbed, draft),
        stopped=stopped,
        key=new_key(),
        hours=hours_of(found.terms.slot_minutes),
        krw_per_hour=await own_price(
            testbed, account, device_id, now.astimezone(SEOUL).date(), as_of
        ),
        first_day=now.astimezone(SEOUL).date(),
        last_day=now.astimezone(SEOUL).date() + timedelta(days=found.terms.horizon_days),
        companies=await usage.companies(reader) if account.is_lab else [],
        colleagues=await colleagues_of(testbed, account, found),
        compatible=await _compatible(testbed, found),
        line=await line_of(testbed, account, code, found, as_of),
    )


def _day_of(draft: Draft) -> date | None:
    """The week to show is that of the draft; None where the form was sent without such a day."""
    try:
        return day_within("start_day", date.fromisoformat(draft.fields.get("start_day", "")))
    except (TypeError, ValueError, Invalid):
        return None


async def _with_devices(testbed: Testbed, draft: Draft) -> Draft:
    named = [
        msgspec.structs.replace(
            one, device=await catalogue.get_device(testbed.database.app, one.device_id)
        )
        for one in draft.alternatives
    ]
    return msgspec.structs.replace(draft, alternatives=named)


async def colleagues_of(testbed: Testbed, account: Account, device: Device) -> list[Account]:
    """Who may come along: asked where one of them has to be trained on the device."""
    if account.company_id is None or not device.terms.qualification_required:
        return []
    people = await testbed.accounts.list(account.company_id)
    others = [one for one in people if one.account_id != account.account_id]
    return [one for one in others if one.disabled_at is None]


async def _compatible(testbed: Testbed, device: Device) -> list[Device]:
    found = [await catalogue.get_device(testbed.database.app, other) for other in device.compatible]
    return [one for one in found if one is not None]


async def closed_ahead(testbed: Testbed, now: datetime) -> frozenset[date]:
    """The closed days that a suggestion has to step over."""
    today = now.astimezone(SEOUL).date()
    until = today + LOOKED_AHEAD
    days = await catalogue.closures_between(testbed.database.app, today, until)
    return frozenset(closure.day for closure in days)


route_handlers = [device]
