"""The report of overrides: which rules, for which devices, by whom."""

from __future__ import annotations

from booking.database import Database
from domain import events as e
from projections.overrides import counts, list_overrides, of_reservation
from projections.projector import Projector
from tests.projections.written import BEGIN, WrittenLedger
from tests.scenario import AUT, DAY, ENE, MUDEUNG, SEALED


def override(*rules: str, device_id: str = AUT, reservation_id: str = "r-1") -> e.PolicyOverridden:
    return e.PolicyOverridden(
        reservation_id=reservation_id,
        device_id=device_id,
        company_id=MUDEUNG,
        rules=rules,
        reason=SEALED,
    )


async def test_overrides_are_listed_and_counted(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Newest first in a span of time; an override of two rules counts for both."""
    await ledger.append(override("notice", "quota"))
    await ledger.append(override("notice", device_id=ENE, reservation_id="r-2"))
    await projector.catch_up()
    found = await list_overrides(database.app, BEGIN, BEGIN + DAY)
    assert [one.reservation_id for one in found] == ["r-2", "r-1"]
    assert (found[1].rules, found[1].reason, found[1].by) == (
        ("notice", "quota"),
        SEALED,
        "staff-1",
    )
    counted = counts(found)
    assert counted.by_rule == {"notice": 2, "quota": 1}
    assert (counted.by_device, counted.by_account) == ({AUT: 1, ENE: 1}, {"staff-1": 2})
    assert await list_overrides(database.app, BEGIN + DAY, BEGIN + 2 * DAY) == []
    (one,) = await of_reservation(database.app, "r-1")
    assert one == found[1]
    assert await of_reservation(database.app, "r-1", as_of=0) == []
