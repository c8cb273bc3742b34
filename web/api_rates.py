"""The prices of a device, by kind of company and with dates of validity."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain.devices import SetRate
from projections import statements
from projections.statements import Rate
from web.access import LAB, SIGNED_IN, may
from web.as_of import position_of
from web.forms import HttpRequest, body_of, query_of
from web.given import FromPath, Given
from web.lists import LongPaged, Page, Rank, cut
from web.outage_shown import require_device
from web.writes import give, written

CompanyKind = Literal["startup", "small", "medium", "large", "university", "institute"]


class RateBody(msgspec.Struct, frozen=True, kw_only=True):
    """KRW an hour for uses from now on, of a kind of company or (null) of all.

    Dates are Asia/Seoul's; `valid_until` is the first day on which the price does not hold.
    """

    krw_per_hour: Annotated[int, Meta(ge=0, le=100_000_000)]
    company_kind: CompanyKind | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class RateShown(RateBody, frozen=True, kw_only=True):
    device_id: str
    position: int


@get("/api/devices/{device_id:str}/rates", opt=may(SIGNED_IN, query=LongPaged, answer=Page[Rate]))
async def rates(
    request: HttpRequest, testbed: Given[Testbed], device_id: FromPath[str]
) -> Page[Rate]:
    """Every price of a device, newest first; of those that hold on a date the first counts."""
    query = query_of(request, LongPaged)
    as_of = await position_of(testbed, query.as_of, "statements")
    await require_device(testbed, device_id)
    found = await statements.rates_of(testbed.database.app, device_id, as_of=as_of)
    page, further = cut(found, query, lambda rate: Rank(-rate.position))
    return Page(items=page, next=further)


@post(
    "/api/devices/{device_id:str}/rates",
    status_code=201,
    opt=may(LAB, body=RateBody, answer=RateShown),
)
async def set_rate(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], device_id: FromPath[str]
) -> Response[Any]:
    """Sets a price for uses that begin from now on."""
    await require_device(testbed, device_id)
    body = await body_of(request, RateBody)
    given = {name: getattr(body, name) for name in RateBody.__struct_fields__}
    done = await give(
        request, testbed, SetRate(by=account.actor, device_id=device_id, **given), body
    )
    answer = RateShown(**given, device_id=device_id, position=done.position)
    return written(answer, done, status=201)


route_handlers = [rates, set_rate]
