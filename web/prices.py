"""What an hour of a device costs whoever reads the page."""

from __future__ import annotations

from datetime import date

from booking.account import Account
from booking.testbed import Testbed
from projections import statements, usage


async def own_price(
    testbed: Testbed, account: Account, device_id: str, day: date, as_of: int | None = None
) -> int:
    """KRW an hour on a date: for a company's people by its kind, for the laboratory everybody's."""
    reader, kind = testbed.database.app, None
    if account.company_id is not None:
        company = await usage.company(reader, account.company_id)
        kind = company.kind if company is not None else None
    return await statements.krw_per_hour(reader, device_id, kind, day, as_of=as_of)
