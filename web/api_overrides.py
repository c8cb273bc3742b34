"""`GET /api/overrides`: which rules the laboratory set aside, how often, where, and who did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from litestar import get

from booking.account import Account
from booking.testbed import Testbed
from projections import overrides
from projections.overrides import Overridden
from web.access import SEES_EVERYTHING, may
from web.as_of import AsOf, position_of
from web.forms import HttpRequest, Moment, query_of
from web.frame import present
from web.given import Given
from web.problem import wrong
from web.shown import Person

LOOKED_BACK = timedelta(days=90)
MOST_LISTED = 1000


class OverridesQuery(AsOf, frozen=True, kw_only=True):
    """Recorded in [from, to); without them, in the last 90 days, or in those before `as_of`."""

    from_: Moment | None = msgspec.field(name="from", default=None)
    to: Moment | None = None


class OverrideShown(msgspec.Struct, frozen=True, kw_only=True):
    """An override. `reason` is null when its author was erased."""

    at: datetime
    by: Person
    reservation_id: str
    device_id: str
    company_id: str
    rules: Sequence[str]
    reason: str | None
    position: int


class CountOf(msgspec.Struct, frozen=True, kw_only=True):
    """So many overrides by one person."""

    account: Person
    count: int


class OverridesReport(msgspec.Struct, frozen=True, kw_only=True):
    """Counts, most first; an override of two rules counts for both. `items` are the newest."""

    start: datetime = msgspec.field(name="from")
    end: datetime = msgspec.field(name="to")
    count: int
    by_rule: dict[str, int]
    by_device: dict[str, int]
    by_account: Sequence[CountOf]
    items: Sequence[OverrideShown]


@get("/api/overrides", opt=may(SEES_EVERYTHING, query=OverridesQuery, answer=OverridesReport))
async def list_overrides(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> OverridesReport:
    query = query_of(request, OverridesQuery)
    as_of = await position_of(testbed, query.as_of, "overrides")
    # What was recorded at the position itself counts, though `to` is not included.
    end = query.to or await present(testbed, as_of) + timedelta.resolution
    start = query.from_ or end - LOOKED_BACK
    if end <= start:
        raise wrong("to", "after_start")
    await testbed.access_log.record(account.account_id, "read overrides", "all companies")
    return await report(testbed, language, start, end, as_of)


async def report(
    testbed: Testbed, language: str, start: datetime, end: datetime, as_of: int | None
) -> OverridesReport:
    """What was set aside in [start, end), for a reader who may see everything."""
    found = await overrides.list_overrides(testbed.database.app, start, end, as_of=as_of)
    counted = overrides.counts(found)
    people = await persons(testbed, language, counted.by_account)
    return OverridesReport(
        start=start,
        end=end,
        count=len(found),
        by_rule=counted.by_rule,
        by_device=counted.by_device,
        by_account=[
            CountOf(account=people[name], count=number)
            for name, number in counted.by_account.items()
        ],
        items=await shown(testbed, language, found[:MOST_LISTED]),
    )


async def shown(
    testbed: Testbed, language: str, found: Sequence[Overridden]
) -> list[OverrideShown]:
    """Overrides with names and opened reasons, for a reader who may see them."""
    people = await persons(testbed, language, [one.by for one in found])
    reasons = await testbed.seals.open_many([one.reason for one in found])
    return [
        OverrideShown(
            at=one.at,
            by=people[one.by],
            reservation_id=one.reservation_id,
            device_id=one.device_id,
            company_id=one.company_id,
            rules=one.rules,
            reason=reason,
            position=one.position,
        )
        for one, reason in zip(found, reasons, strict=True)
    ]


async def persons(
    testbed: Testbed, language: str, account_ids: Sequence[str] | dict[str, int]
) -> dict[str, Person]:
    """Accounts by id with their names as of today; an erased one has none."""
    accounts = await testbed.accounts.many(set(account_ids))
    return {
        name: Person(
            account_id=name, name=accounts[name].name(language) if name in accounts else ""
        )
        for name in account_ids
    }


route_handlers = [list_overrides]
