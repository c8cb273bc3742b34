"""Booking several devices for one time with a form: all of them, or none and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain.events import UsageType
from domain.period import SEOUL, Period
from domain.rejected import Rejected
from projections import devices, usage
from projections.devices import Device
from web.access import BOOKERS, may
from web.book import Fields, key_of
from web.entry_words import SECTORS
from web.form_errors import words_by_field
from web.forms import HttpRequest, Id, Line, RequiredProse, form_fields, form_of, query_of
from web.frame import go_to, new_key, page
from web.given import Given
from web.problem import Invalid, wrong
from web.reserving import MOST_PEOPLE
from web.together_bodies import MOST_DEVICES, BundleBody, bundle_command
from web.together_refused import Other, times_to_book, to_choose
from web.together_shown import MemberShown, done_together, members_of
from web.when import When, fields_of, hours_of
from web.writes import give

SLOT_MINUTES = 30
"""Hours to choose from; devices with other slots say so when the form is sent."""


class BundleQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`device` is the one whose page led here."""

    device: Id | None = None


class BundleForm(When, frozen=True, kw_only=True):
    device_ids: Annotated[list[Id], Meta(min_length=2, max_length=MOST_DEVICES)]
    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []  # noqa: RUF012
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None

    def body(self) -> BundleBody:
        """The same request as the JSON API takes it; raises Invalid."""
        period = self.period
        return BundleBody(
            device_ids=self.device_ids,
            start=period.start,
            end=period.end,
            purpose=self.purpose,
            usage_type=self.usage_type,
            people=self.people,
            irb_number=self.irb_number,
            company_id=self.company_id,
        )


@get("/bundles", opt=may(BOOKERS))
async def new_bundle(request: HttpRequest) -> Response[str]:
    asked = query_of(request, BundleQuery)
    chosen = [asked.device] if asked.device is not None else []
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    suggested = fields_of(Period(start, start + timedelta(hours=1)))
    return await _page(request, {**suggested, "device_ids": chosen})


@post("/bundles", opt=may(BOOKERS))
async def book_bundle(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Response[Any]:
    """Books all of them in one go; otherwise the form comes back with what each would have said."""
    fields = await form_fields(request)
    try:
        form = await form_of(request, BundleForm)
        if account.is_lab and form.company_id is None:
            raise wrong("company_id", "required")
        body = form.body()
        command = await bundle_command(testbed, account, body)
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        return await _page(request, fields, 422, errors=errors)
    try:
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Rejected as rejected:
        members = members_of(command, rejected, language)
        if not rejected.is_conflict:
            return await _page(request, fields, 422, members=members)
        others = to_choose(fields, await times_to_book(testbed, command))
        return await _page(request, fields, 409, members=members, others=others)
    made = done_together(command, [one.event for one in done.events], language)
    return go_to(f"/bundles/{made.group_id}?done=bundle")


async def _page(
    request: HttpRequest,
    fields: Fields,
    status: int = 200,
    *,
    errors: Mapping[str, str] | None = None,
    members: Sequence[MemberShown] = (),
    others: Sequence[Other] = (),
) -> Response[str]:
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    reader = testbed.database.app
    known = await devices.list_devices(reader, limit=10_000)
    today = datetime.now(UTC).astimezone(SEOUL).date()
    return await page(
        request,
        "bundle.html",
        status=status,
        fields=fields,
        chosen=_listed(fields.get("device_ids", [])),
        along=_listed(fields.get("people", [])),
        errors=errors or {},
        members=members,
        others=others,
        by_sector=_by_sector(known),
        devices={one.device_id: one for one in known},
        key=new_key(),
        hours=hours_of(SLOT_MINUTES),
        first_day=today,
        last_day=today + timedelta(days=max((one.terms.horizon_days for one in known), default=0)),
        companies=await usage.companies(reader) if account.is_lab else [],
        colleagues=await _colleagues(testbed, account),
    )


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _by_sector(known: Sequence[Device]) -> list[tuple[str, list[Device]]]:
    return [(sector, [one for one in known if one.sector == sector]) for sector in SECTORS]


async def _colleagues(testbed: Testbed, account: Account) -> list[Account]:
    """Who of the company may come along."""
    if account.company_id is None:
        return []
    people = await testbed.accounts.list(account.company_id)
    return [
        one for one in people if one.account_id != account.account_id and one.disabled_at is None
    ]


route_handlers = [new_bundle, book_bundle]
