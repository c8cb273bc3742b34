"""Queries of the view `demand`: unmet wishes by device, weekday and hour, rule and month.

A wish is a company's request that the rules refused, or its joining of the waiting list. The same
company's repeated wish for the same device and period on one day (Asia/Seoul) counts once, however
often the button was pressed, so that being refused and then joining the line is one wish, which
waited. A wish counts whether or not the company found another time, or was offered its own, later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

import asyncpg
import msgspec
from sqlalchemy import and_, func, or_, select

from domain.period import SEOUL, Period, hours_by_month
from domain.text import Text
from projections.calendar_tables import entries
from projections.demand_fold import JOINING, wishes
from projections.query import Reader, fetch
from projections.usage_fold import companies
from projections.view import valid

COUNTED_ONCE = Text(
    "규칙에 맞지 않아 거절된 요청이에요. 같은 기업이 같은 날 같은 장비와 시간을 다시 "
    "요청하거나 대기를 신청하면 한 건으로 집계하고, 나중에 다른 시간을 예약했어도 "
    "집계해요.",
    "Requests that the rules refused. The same company's repeated request for the same "
    "device and time on one day counts once, whether or not it then joined the waiting "
    "list; it counts whether or not the company found another time.",
)
"""How wishes are counted, said beside their numbers."""
HOUR = timedelta(hours=1)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a device that a company asked for and did not get.

    For an extension `period` is the time beyond what was booked already. `rules` are all that said
    no, `held_by` the kinds of what was in the way, `times` how often it was asked that day,
    `waited` whether the company then joined the waiting list, too.
    """

    position: int
    asked_at: datetime
    asked_on: date
    company_id: str | None
    sector: str | None
    device_id: str
    period: Period
    rules: tuple[str, ...]
    held_by: tuple[str, ...]
    times: int = 1
    waited: bool = False


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """Unmet wishes and the hours that they asked for, of one device, rule, month or sector.

    `waited` of the `requests` joined the waiting list.
    """

    key: str
    requests: int
    hours: float
    companies: int
    waited: int = 0


async def unmet_wishes(
    reader: Reader, start: datetime, end: datetime, *, as_of: int | None = None
) -> list[Wish]:
    """The wishes for time that begins in [start, end), each once, in the order of asking."""
    position = wishes.c.position
    # An edit names its reservation only, whose device and end are those of the time of asking.
    booked = and_(
        entries.c.entry_id == wishes.c.reservation_id,
        entries.c.since <= position,
        or_(entries.c.until.is_(None), entries.c.until > position),
    )
    company = and_(companies.c.company_id == wishes.c.company_id, valid(companies, as_of))
    joined = wishes.outerjoin(entries, booked).outerjoin(companies, company)
    device_id = func.coalesce(wishes.c.device_id, entries.c.device_id).label("of_device")
    query = (
        select(wishes, device_id, companies.c.sector, entries.c.ends_at.label("booked_until"))
        .select_from(joined)
        .where(valid(wishes, as_of), wishes.c.starts_at < end, wishes.c.ends_at > start)
        .order_by(position, wishes.c.member)
    )
    rows = await fetch(reader, query)
    found = (_wish(row) for row in rows if row["of_device"] is not None)
    return each_once(wish for wish in found if start <= wish.period.start < end)


def each_once(found: Iterable[Wish]) -> list[Wish]:
    """Repeated wishes of a day as one, the first, with how often it was repeated."""
    first: dict[tuple[object, ...], Wish] = {}
    for wish in found:
        key = (wish.company_id, wish.device_id, wish.period, wish.asked_on)
        known = first.get(key)
        first[key] = wish if known is None else _together(known, wish)
    return list(first.values())


def waiting_only(found: Iterable[Wish]) -> list[Wish]:
    """The wishes that joined the waiting list."""
    return [wish for wish in found if wish.waited]


def by_device(found: Iterable[Wish]) -> list[Unmet]:
    """Most hours first."""
    return _grouped(found, lambda wish: {wish.device_id: wish.period.hours})


def by_rule(found: Iterable[Wish]) -> list[Unmet]:
    """A wish that broke two rules counts for both, so the sum may exceed the total."""
    return _grouped(found, lambda wish: dict.fromkeys(wish.rules, wish.period.hours))


def by_sector(found: Iterable[Wish]) -> list[Unmet]:
    """By the sector of the company that asked."""
    return _grouped(found, lambda wish: {wish.sector or "": wish.period.hours})


def by_month(found: Iterable[Wish]) -> list[Unmet]:
    """By the month of Asia/Seoul that was asked for, in order; hours over its turn are split."""
    months = _grouped(found, lambda wish: hours_by_month(wish.period))
    return sorted(months, key=lambda unmet: unmet.key)


def by_hour(found: Iterable[Wish]) -> list[list[float]]:
    """Unmet hours of each weekday (Monday first) and hour of the day in Asia/Seoul."""
    week = [[0.0] * 24 for _ in range(7)]
    for wish in found:
        for weekday, hour, hours in _hours_of(wish.period):
            week[weekday][hour] += hours
    return [[round(hours, 2) for hours in day] for day in week]


def heat_class(value: float, most: float, classes: int = 9) -> int:
    """Which of so many equal classes a value lies in, the largest in the last; 0 for none."""
    if value <= 0 or most <= 0:
        return 0
    return min(classes, int(value / most * classes - 1e-9) + 1)


def _grouped(found: Iterable[Wish], shares: Callable[[Wish], Mapping[str, float]]) -> list[Unmet]:
    requests: defaultdict[str, int] = defaultdict(int)
    hours: defaultdict[str, float] = defaultdict(float)
    asking: defaultdict[str, set[str | None]] = defaultdict(set)
    waited: defaultdict[str, int] = defaultdict(int)
    for wish in found:
        for key, share in shares(wish).items():
            requests[key] += 1
            hours[key] += share
            asking[key].add(wish.company_id)
            waited[key] += wish.waited
    groups = [
        Unmet(
            key=key,
            requests=requests[key],
            hours=round(hours[key], 2),
            companies=len(asking[key]),
            waited=waited[key],
        )
        for key in requests
    ]
    return sorted(groups, key=lambda unmet: (-unmet.hours, unmet.key))


def _together(known: Wish, again: Wish) -> Wish:
    waited = known.waited or again.waited
    return msgspec.structs.replace(known, times=known.times + 1, waited=waited)


def _hours_of(period: Period) -> Iterator[tuple[int, int, float]]:
    start = period.start.astimezone(SEOUL)
    end = period.end.astimezone(SEOUL)
    while start < end:
        following = min(end, start.replace(minute=0, second=0, microsecond=0) + HOUR)
        yield start.weekday(), start.hour, (following - start) / HOUR
        start = following


def _wish(row: asyncpg.Record) -> Wish:
    start, end, booked = row["starts_at"], row["ends_at"], row["booked_until"]
    if row["command"] == "ExtendReservation" and booked is not None and start < booked < end:
        start = booked
    return Wish(
        position=row["position"],
        asked_at=row["asked_at"],
        asked_on=row["asked_on"],
        company_id=row["company_id"],
        sector=row["sector"],
        device_id=row["of_device"],
        period=Period(start, end),
        rules=tuple(row["rules"]),
        held_by=tuple(row["held_by"]),
        waited=row["command"] == JOINING,
    )
