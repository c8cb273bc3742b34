"""What was booked together as it stands: the dates of a series, the devices of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from booking.account import Account
from booking.testbed import Testbed
from domain.series import MOST_DATES
from projections import calendar
from projections.calendar import Entry
from web.access import may_see_company
from web.forms import require_id
from web.problem import Problem
from web.shown import Reservation

Kind = Literal["series", "group"]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A series or a bundle with all its reservations, whatever became of them, by start."""

    group_id: str | None
    series_id: str | None
    members: Sequence[Reservation]


async def members_kept(
    testbed: Testbed, account: Account, kind: Kind, together_id: str, *, as_of: int | None = None
) -> list[Entry]:
    """The reservations, by start; raises Problem (404) for a stranger's or an unknown one.

    That the laboratory looked at them is recorded.
    """
    named = require_id(together_id)
    found = await calendar.list_reservations(
        testbed.database.app,
        series_id=named if kind == "series" else None,
        group_id=named if kind == "group" else None,
        limit=MOST_DATES,
        as_of=as_of,
    )
    if not found or not all(may_see_company(account, one.company_id) for one in found):
        raise Problem("not-found")
    if account.sees_everything:
        what = "read series" if kind == "series" else "read bundle"
        await testbed.access_log.record(account.account_id, what, together_id)
    return found
