"""The prices of a device: what holds for which kind of company since when, and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from litestar import Response, get, post

from booking.account import Account
from booking.testbed import Testbed
from domain.devices import SetRate
from domain.period import SEOUL
from domain.rate import holds, price_of
from domain.rejected import Rejected
from projections import devices, statements
from web.access import LAB, SIGNED_IN, may
from web.api_rates import CompanyKind, RateBody
from web.book import Fields, key_of
from web.done import Seen, done_words
from web.form_errors import words_by_field
from web.forms import HttpRequest, form_fields, form_of, query_of, require_id
from web.frame import go_to, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.problem import Invalid, Problem
from web.reader import language_of
from web.writes import give

KINDS: Sequence[str] = get_args(CompanyKind)


@get("/devices/{device_id:str}/rates", opt=may(SIGNED_IN))
async def rates_page(
    request: HttpRequest, device_id: FromPath[str], as_of: Given[int | None]
) -> Response[str]:
    return await _page(request, device_id, done=query_of(request, Seen).done, as_of=as_of)


@post("/devices/{device_id:str}/rates", opt=may(LAB))
async def set_rate(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    device_id: FromPath[str],
) -> Response[Any]:
    """Sets a price for uses that begin from now on, within its dates."""
    if await devices.get_device(testbed.database.app, require_id(device_id)) is None:
        raise Problem("not-found")
    fields = await form_fields(request)
    try:
        body = await form_of(request, RateBody)
        given = {name: getattr(body, name) for name in RateBody.__struct_fields__}
        command = SetRate(by=account.actor, device_id=device_id, **given)
        await give(request, testbed, command, body, key=key_of(fields))
    except Invalid as invalid:
        errors = words_by_field(invalid, language)
        return await _page(request, device_id, fields=fields, errors=errors)
    except Rejected as rejected:
        said = [violation.message(language) for violation in rejected.violations]
        return await _page(request, device_id, fields=fields, refusals=said)
    return go_to(f"/devices/{device_id}/rates?done=rate")


async def _page(
    request: HttpRequest,
    device_id: str,
    *,
    done: str | None = None,
    fields: Fields | None = None,
    errors: Mapping[str, str] | None = None,
    refusals: Sequence[str] = (),
    as_of: int | None = None,
) -> Response[str]:
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    reader = testbed.database.app
    device = await devices.get_device(reader, require_id(device_id), as_of=as_of)
    if device is None:
        raise Problem("not-found")
    found = await statements.rates_of(reader, device_id, as_of=as_of)
    today = (await present(testbed, as_of)).astimezone(SEOUL).date()
    by_kind = [(kind, price_of(found[::-1], kind, today) or 0) for kind in KINDS]
    return await page(
        request,
        "rates.html",
        status=422 if errors or refusals else 200,
        as_of=as_of,
        done=done_words(done, in_language(language_of(request))),
        refusals=refusals,
        device=device,
        rates=[(one, holds(one, today)) for one in found],
        today=today,
        by_kind=by_kind,
        kinds=KINDS,
        fields=fields or {},
        errors=errors or {},
        sets=account.is_lab and as_of is None,
    )


route_handlers = [rates_page, set_rate]
