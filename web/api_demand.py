"""Reports for planning: `GET /api/demand`, `/api/demand/ranking` and `/api/utilisation`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from litestar import get
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain.bookable import LONGEST
from domain.period import SEOUL, Period, month_period
from projections import buying, demand, utilisation
from projections.buying import Candidate
from projections.demand import Unmet, Wish
from web.access import SEES_EVERYTHING, may
from web.as_of import WAIT_SECONDS, AsOf, position_of
from web.demand_words import counted_once, covered_by_others, utilisation_defined
from web.forms import HttpRequest, Moment, period_of, query_of
from web.frame import present
from web.given import Given
from web.language import in_language
from web.problem import wrong

Rule = Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")]
By = Literal["device", "hour", "rule", "month", "sector"]
VIEWS = ("demand", "calendar", "usage", "devices")
"""The views that the reports are read from."""


class DemandSpan(AsOf, frozen=True, kw_only=True):
    """Wishes for time that begins from when up to when, at most 366 days."""

    from_: Moment = msgspec.field(name="from")
    to: Moment

    @property
    def period(self) -> Period:
        span = period_of(self.from_, self.to)
        if span.length > LONGEST:
            raise wrong("to", "time_range", f"{LONGEST.days} d")
        return span


class DemandQuery(DemandSpan, frozen=True, kw_only=True):
    """`by` says what the wishes are counted by; `sector` is that of the company that asked.

    With `rule` only the wishes that this rule refused are counted, with `waiting=true` only those
    that joined the waiting list.
    """

    by: By = "device"
    rule: Rule | None = None
    waiting: bool = False


class DemandLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Unmet hours, with `key`, `requests` and `companies`, of one device, rule, month or sector.

    `waited` of the requests joined the waiting list. Counted by hour, of an hour of the week
    instead: `weekday` 1 is Monday, `hour` 0 to 23 (Asia/Seoul).
    """

    hours: float
    key: str | None = None
    requests: int | None = None
    companies: int | None = None
    waited: int | None = None
    weekday: int | None = None
    hour: int | None = None


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that were refused and the hours that they asked for; `counted` says how.

    `waited` of the requests joined the waiting list.
    """

    start: datetime
    end: datetime
    by: By
    requests: int
    waited: int
    hours: float
    counted: str
    items: Sequence[DemandLine]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Which device to buy next, the strongest case first; `counted` says how."""

    start: datetime
    end: datetime
    counted: str
    items: Sequence[Candidate]


class MonthQuery(AsOf, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul."""

    month: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}\Z")]


class DeviceUtilisation(msgspec.Struct, frozen=True, kw_only=True):
    """`percent` is null where the device was not in operation."""

    device_id: str
    used_hours: float
    operating_hours: float
    percent: float | None


class UtilisationMonth(msgspec.Struct, frozen=True, kw_only=True):
    """가동률 of each device up to `until`: the end of the month, or now."""

    month: str
    until: datetime
    definition: str
    items: Sequence[DeviceUtilisation]


@get("/api/demand", opt=may(SEES_EVERYTHING, query=DemandQuery, answer=Demand))
async def get_demand(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Demand:
    """Refused requests and waiting by device, hour of the week, rule, month or sector."""
    query = query_of(request, DemandQuery)
    every = await wishes_of(testbed, query.period, query.as_of)
    found = counted(every, rule=query.rule, waiting=query.waiting)
    await testbed.access_log.record(account.account_id, "read demand", "all companies")
    return Demand(
        start=query.from_,
        end=query.to,
        by=query.by,
        requests=len(found),
        waited=sum(wish.waited for wish in found),
        hours=round(sum(wish.period.hours for wish in found), 2),
        counted=counted_once(in_language(language)),
        items=_COUNTED[query.by](found),
    )


@get("/api/demand/ranking", opt=may(SEES_EVERYTHING, query=DemandSpan, answer=Ranking))
async def get_ranking(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Ranking:
    """Which device to buy next: taken time that no compatible device could have lent."""
    query = query_of(request, DemandSpan)
    found = await wishes_of(testbed, query.period, query.as_of)
    as_of = await position_of(testbed, query.as_of, *VIEWS)
    await testbed.access_log.record(account.account_id, "read demand", "all companies")
    return Ranking(
        start=query.from_,
        end=query.to,
        counted=covered_by_others(in_language(language)),
        items=await buying.ranking(testbed.database.app, found, as_of=as_of),
    )


@get("/api/utilisation", opt=may(SEES_EVERYTHING, query=MonthQuery, answer=UtilisationMonth))
async def get_utilisation(
    request: HttpRequest, testbed: Given[Testbed], language: Given[str]
) -> UtilisationMonth:
    """가동률 of every device in a month, with its definition."""
    query = query_of(request, MonthQuery)
    as_of = await position_of(testbed, query.as_of, *VIEWS)
    span = month_upto(query.month, await present(testbed, as_of))
    found = await utilisation.utilisation(testbed.database.app, span, as_of=as_of)
    return UtilisationMonth(
        month=query.month,
        until=span.end,
        definition=utilisation_defined(in_language(language)),
        items=[
            DeviceUtilisation(
                device_id=one.device_id,
                used_hours=one.used_hours,
                operating_hours=one.operating_hours,
                percent=one.percent,
            )
            for one in found
        ],
    )


async def wishes_of(testbed: Testbed, span: Period, as_of: str | None) -> list[Wish]:
    """The unmet wishes of a span, as of a position or (None) as of the ledger's newest event."""
    position = await position_of(testbed, as_of, *VIEWS)
    if position is None:
        head = await testbed.ledger.head()
        await testbed.projector.wait_for(VIEWS, head.position, WAIT_SECONDS)
    return await demand.unmet_wishes(testbed.database.app, span.start, span.end, as_of=position)


def counted(found: list[Wish], *, rule: str | None, waiting: bool) -> list[Wish]:
    """The wishes that a rule refused, perhaps beside others (all of them for None).

    With `waiting` only those that joined the waiting list.
    """
    refused = [wish for wish in found if rule is None or rule in wish.rules]
    return demand.waiting_only(refused) if waiting else refused


def month_upto(month: str, now: datetime) -> Period:
    """A month that has begun, up to now while it lasts. Raises Invalid for any other."""
    try:
        span = month_period(month)
    except (ValueError, OverflowError) as error:
        raise wrong("month", "month") from error
    if span.start >= now:
        raise wrong("month", "time_range", f"2000-01 ~ {now.astimezone(SEOUL):%Y-%m}")
    return span.until(min(span.end, now.astimezone(UTC)))


def _lines(
    count: Callable[[Iterable[Wish]], Sequence[Unmet]], found: list[Wish]
) -> list[DemandLine]:
    return [DemandLine(**msgspec.structs.asdict(unmet)) for unmet in count(found)]


def _by_hour(found: Iterable[Wish]) -> list[DemandLine]:
    return [
        DemandLine(weekday=weekday, hour=hour, hours=hours)
        for weekday, day in enumerate(demand.by_hour(found), start=1)
        for hour, hours in enumerate(day)
        if hours
    ]


_COUNTED: dict[By, Callable[[list[Wish]], Sequence[DemandLine]]] = {
    "device": partial(_lines, demand.by_device),
    "hour": _by_hour,
    "rule": partial(_lines, demand.by_rule),
    "month": partial(_lines, demand.by_month),
    "sector": partial(_lines, demand.by_sector),
}

route_handlers = [get_demand, get_ranking, get_utilisation]
