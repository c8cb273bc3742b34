"""Demand: what companies asked for in vain, which device to buy next, and how busy devices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Response, get
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain.bookable import LONGEST
from domain.period import SEOUL, Period, at_clock, month_of
from domain.rule_names import rule_name
from projections import buying, demand, devices, utilisation
from projections.demand import heat_class
from web.access import SEES_EVERYTHING, may
from web.api_demand import Rule, counted, month_upto, wishes_of
from web.as_of import AsOf
from web.demand_words import counted_once, covered_by_others, utilisation_defined
from web.form_errors import words_by_field
from web.forms import HttpRequest, query_fields, query_of
from web.frame import page, present
from web.given import Given
from web.language import in_language
from web.problem import Invalid, wrong

LOOKED_BACK, LOOKED_AHEAD = timedelta(days=180), timedelta(days=30)
"""What the page begins with: requests are for time to come, too."""
FORM = frozenset({"from", "to", "month"})
"""The fields of the page's form."""
MOST_DEVICES = 10_000
MOST_LISTED = 50
"""Devices listed by their unmet hours; the API counts them all."""


class DemandAsked(AsOf, frozen=True, kw_only=True):
    """Dates of Asia/Seoul, both of which belong to the span; `month` is that of the utilisation.

    With `rule` the heat map, the devices and the months show the wishes that this rule refused,
    with `waiting` those that joined the waiting list.
    """

    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None
    month: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}\Z")] | None = None
    rule: Rule | None = None
    waiting: bool = False


class Cell(msgspec.Struct, frozen=True):
    """An hour of the week: its unmet hours, and their class of nine (0 for none)."""

    hours: float
    heat: int


@get("/demand", opt=may(SEES_EVERYTHING))
async def demand_page(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    as_of: Given[int | None],
) -> Response[str]:
    reader, now = testbed.database.app, await present(testbed, as_of)
    try:
        asked = query_of(request, DemandAsked)
        first, last = _days(asked, now)
        month = asked.month or month_of(now)
        in_month = month_upto(month, now)
    except Invalid as invalid:
        return await _refused(request, invalid, language, as_of)
    span = Period(at_clock(first, "00:00"), at_clock(last, "24:00"))
    found = await wishes_of(testbed, span, asked.as_of)
    shown = counted(found, rule=asked.rule, waiting=asked.waiting)
    catalogue = await devices.list_devices(reader, limit=MOST_DEVICES, as_of=as_of)
    used = await utilisation.utilisation(reader, in_month, as_of=as_of)
    await testbed.access_log.record(account.account_id, "read demand", "all companies")
    words = in_language(language)
    return await page(
        request,
        "demand.html",
        as_of=as_of,
        errors={},
        first=first,
        last=last,
        month=month,
        this_month=month_of(now),
        rule=asked.rule,
        waiting=asked.waiting,
        requests=len(shown),
        waited=len(demand.waiting_only(shown)),
        hours=sum(wish.period.hours for wish in shown),
        week=_heat(demand.by_hour(shown)),
        ranking=await buying.ranking(reader, found, as_of=as_of),
        by_rule=[(rule_name(unmet.key), unmet) for unmet in demand.by_rule(found)],
        by_device=demand.by_device(shown)[:MOST_LISTED],
        by_month=demand.by_month(shown),
        used=sorted(used, key=lambda one: (-(one.percent or 0), one.device_id)),
        devices={device.device_id: device for device in catalogue},
        counted=counted_once(words),
        covered=covered_by_others(words),
        defined=utilisation_defined(words),
    )


async def _refused(
    request: HttpRequest, invalid: Invalid, language: str, as_of: int | None
) -> Response[str]:
    """The form alone, as it was filled in, with what is wrong; Invalid for what it does not ask."""
    if not {error.field for error in invalid.errors} <= FORM:
        raise invalid
    fields = query_fields(request)
    return await page(
        request,
        "demand.html",
        status=422,
        as_of=as_of,
        errors=words_by_field(invalid, language),
        first=fields.get("from", ""),
        last=fields.get("to", ""),
        month=fields.get("month", ""),
        rule=fields.get("rule"),
        waiting=fields.get("waiting"),
    )


def _days(asked: DemandAsked, now: datetime) -> tuple[date, date]:
    """First and last day of the span, the last half year and the next month unless asked."""
    first = asked.from_ or (now - LOOKED_BACK).astimezone(SEOUL).date()
    last = asked.to or (now + LOOKED_AHEAD).astimezone(SEOUL).date()
    if last < first:
        raise wrong("to", "before_first")
    if last - first >= LONGEST:
        raise wrong("to", "too_many_days", LONGEST.days)
    return first, last


def _heat(week: Sequence[Sequence[float]]) -> list[list[Cell]]:
    most = max(max(day) for day in week)
    return [[Cell(hours, heat_class(hours, most)) for hours in day] for day in week]


route_handlers = [demand_page]
