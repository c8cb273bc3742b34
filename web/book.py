"""Booking from a device's page: the form, what the rules say to it, and other times on a conflict.

A refused form comes back with everything that was typed. The alternatives of a conflict are buttons
that book at once, numbered, with the same purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain import events as e
from domain.events import UsageType
from domain.overriding import OVERRIDABLE
from domain.period import Period
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from projections.devices import get_device
from web.access import BOOKERS, may
from web.device_page import Alternative, Draft, ToWait, device_page
from web.form_errors import words_by_field
from web.forms import (
    HttpRequest,
    Id,
    Line,
    Prose,
    RequiredProse,
    form_fields,
    form_of,
    require_id,
)
from web.frame import go_to
from web.given import FromPath, Given
from web.overriding import OverrideBody, override_in
from web.own_conflict import Own, own_in_the_way
from web.problem import Invalid, Problem, wrong
from web.refused import alternatives_for, way_to_wait
from web.reserving import MOST_PEOPLE, ReserveBody, reserve_command
from web.when import When, fields_of
from web.writes import give

Fields = Mapping[str, str | list[str]]


class BookingForm(When, frozen=True, kw_only=True):
    """The fields of the form. `company_id` is for the laboratory, who book for companies."""

    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []  # noqa: RUF012
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None
    override_rules: Annotated[list[Line], Meta(max_length=len(OVERRIDABLE))] = []  # noqa: RUF012
    override_reason: Prose = ""

    def body(self, device_id: str) -> ReserveBody:
        """The same request as the JSON API takes it; raises Invalid."""
        period = self.period
        return ReserveBody(
            device_id=device_id,
            start=period.start,
            end=period.end,
            purpose=self.purpose,
            usage_type=self.usage_type,
            people=self.people,
            irb_number=self.irb_number,
            company_id=self.company_id,
            override=self._override,
        )

    @property
    def _override(self) -> OverrideBody | None:
        named = {"override_rules": self.override_rules, "override_reason": self.override_reason}
        return override_in(named)


@post("/devices/{device_id:str}/book", opt=may(BOOKERS))
async def book(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    fields = await typed(request, testbed, device_id)
    try:
        body = await body_in(request, account, device_id)
        command = await reserve_command(testbed, account, body)
    except Invalid as invalid:
        return await book_again(
            request, device_id, fields, 422, errors=words_by_field(invalid, language)
        )
    try:
        done = await give(request, testbed, command, body, key=key_of(fields))
    except Rejected as rejected:
        said = [violation.message(language) for violation in rejected.violations]
        if not rejected.is_conflict:
            return await book_again(request, device_id, fields, 422, refusals=said)
        found = [
            Alternative(
                device_id=one.device_id,
                period=Period(one.start, one.end),
                kind=one.kind,
                fields=fields_for(fields, Period(one.start, one.end)),
            )
            for one in await alternatives_for(testbed, command)
        ]
        own = await own_in_the_way(testbed, language, command, rejected)
        return await book_again(
            request,
            device_id,
            fields,
            409,
            # That somebody else was first is not so, where it was oneself.
            refusals=() if own else said,
            own=own,
            alternatives=found,
            to_wait=await _to_wait(testbed, fields, command) if account.is_lab or not own else None,
            conflict=True,
        )
    (made,) = done.of(e.ReservationRequested, e.ReservationConfirmed)
    word = "requested" if isinstance(made, e.ReservationRequested) else "booked"
    return go_to(f"/reservations/{made.reservation_id}?done={word}")


async def typed(request: HttpRequest, testbed: Testbed, device_id: str) -> Fields:
    """What somebody typed into the form of a device; raises Problem where there is no such one."""
    if await get_device(testbed.database.app, require_id(device_id)) is None:
        raise Problem("not-found")
    return await form_fields(request)


async def body_in(request: HttpRequest, account: Account, device_id: str) -> ReserveBody:
    """The request that the form makes; raises Invalid."""
    body = (await form_of(request, BookingForm)).body(device_id)
    if account.is_lab and body.company_id is None:
        raise wrong("company_id", "required")
    return body


def key_of(fields: Fields) -> str | None:
    """The form's idempotency key, together with what was typed.

    The same form sent twice is one order; sent again with something changed it is another.
    """
    key = fields.get("idempotency_key")
    if not isinstance(key, str) or not key:
        return None
    typed = {name: value for name, value in fields.items() if name != "csrf_token"}
    return hashlib.sha256(msgspec.json.encode(typed, order="deterministic")).hexdigest()


async def book_again(
    request: HttpRequest,
    device_id: str,
    fields: Fields,
    status: int,
    *,
    errors: Mapping[str, str] | None = None,
    refusals: Sequence[str] = (),
    own: Sequence[Own] = (),
    alternatives: Sequence[Alternative] = (),
    to_wait: ToWait | None = None,
    conflict: bool = False,
) -> Response[str]:
    """The device's page with the form as it was typed, and what is wrong with it."""
    draft = Draft(
        fields=fields,
        errors=errors or {},
        refusals=refusals,
        own=own,
        alternatives=alternatives,
        to_wait=to_wait,
        conflict=conflict,
    )
    return await device_page(request, device_id, draft=draft, status=status)


async def _to_wait(testbed: Testbed, fields: Fields, command: ReserveDevice) -> ToWait | None:
    way = await way_to_wait(testbed, command)
    if way is None:
        return None
    joining = () if way.wish_id else fields_for(fields, command.period)
    return ToWait(period=command.period, fields=joining, place=way.place)


def fields_for(fields: Fields, period: Period) -> list[tuple[str, str]]:
    """All that was typed, with another time; a new form, so without the old one's key."""
    left_out = {"csrf_token", "idempotency_key", *fields_of(period)}
    kept: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name not in left_out:
            kept += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return [*kept, *fields_of(period).items()]


route_handlers = [book]
