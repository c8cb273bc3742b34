"""What a company used, what it pays, and how much of its quota is gone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.database import Database
from domain import events as e
from domain.period import Period, month_period
from domain.quota import BESIDE, COUNTED, Quota
from domain.reservation import carried
from domain.sealed import Sealed
from projections.projector import Projector
from projections.usage import Company, QuotaUse, companies, month
from projections.usage import company as company_of
from tests.projections.drawing import COMPANIES
from tests.projections.history import History
from tests.projections.written import WrittenLedger
from tests.scenario import AUT, HOUR, MUDEUNG, TEXT, at, company, device, nine, taken, ten

NOTES = Sealed(key="staff-1", box="bm90ZXM=")
SAME = ("reservation_id", "device_id", "company_id", "sector", "occupied", "krw_per_hour")


def logged(start: Any, hours: int, reservation_id: str, **fields: Any) -> e.UsageLogged:
    """A line of the use log: so many hours at 10,000 KRW."""
    used = Period(start, start + hours * HOUR)
    return e.UsageLogged(
        **{
            "reservation_id": reservation_id,
            "device_id": AUT,
            "company_id": MUDEUNG,
            "sector": "automotive",
            "account_id": "kim",
            "occupied": used,
            "used": used,
            "minutes": hours * 60,
            "billed_minutes": hours * 60,
            "krw_per_hour": 10_000,
            "fee": hours * 10_000,
        }
        | fields
    )


async def test_a_line_belongs_to_the_month_in_which_its_use_began(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Months are those of Asia/Seoul; hours and fee are summed from the lines."""
    await ledger.append(
        *device(),
        *company(),
        logged(at("2026-10-31 23:00"), 2, "r-1"),
        logged(at("2026-11-01 00:00"), 3, "r-2", notes=NOTES, samples=4, staff_minutes=30),
        logged(at("2026-11-30 23:30"), 1, "r-3", company_id="hanbit"),
    )
    await projector.catch_up()
    october = await month(database.app, MUDEUNG, "2026-10")
    november = await month(database.app, MUDEUNG, "2026-11")
    assert [line.reservation_id for line in october.lines] == ["r-1"]
    assert (october.hours, october.fee) == (2.0, 20_000)
    (line,) = november.lines
    assert (line.samples, line.staff_minutes, line.notes, line.hours) == (4, 30, NOTES, 3.0)
    assert (november.hours, november.fee) == (3.0, 30_000)
    with pytest.raises(ValueError, match="month"):
        await month(database.app, MUDEUNG, "2026-13")


async def test_a_correction_replaces_the_figures_and_a_waiver_only_the_fee(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The hours of a waived line still count."""
    first, second = logged(nine, 1, "r-1", notes=NOTES), logged(ten, 2, "r-2")
    await ledger.append(*device(), *company(), taken(nine, ten), first, second)
    used = Period(nine, nine + 3 * HOUR)
    await ledger.append(
        e.UsageCorrected(
            **{name: getattr(first, name) for name in SAME},
            used=used,
            minutes=180,
            billed_minutes=180,
            fee=30_000,
        )
    )
    await ledger.append(
        e.UsageWaived(
            reservation_id="r-2", device_id=AUT, company_id=MUDEUNG, occupied=second.occupied
        )
    )
    await projector.catch_up()
    found = await month(database.app, MUDEUNG, "2026-11")
    corrected, waived = found.lines
    assert (corrected.used, corrected.fee, corrected.corrected) == (used, 30_000, 1)
    assert (corrected.notes, corrected.waived) == (NOTES, False)
    assert (waived.fee, waived.waived, waived.corrected) == (20_000, True, 0)
    assert (found.hours, found.fee) == (5.0, 30_000)


async def test_hours_of_a_booking_over_midnight_are_split_by_month(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Two hours before the turn of the month and one after it, against two limits."""
    start = at("2026-10-31 22:00")
    await ledger.append(
        *device(), *company(automotive=40, every=100), taken(start, start + 3 * HOUR)
    )
    await projector.catch_up()
    october = await month(database.app, MUDEUNG, "2026-10")
    november = await month(database.app, MUDEUNG, "2026-11")
    assert october.quota == {
        "all": QuotaUse(limit=100, used=2.0),
        "automotive": QuotaUse(limit=40, used=2.0),
    }
    assert november.quota["automotive"] == QuotaUse(limit=40, used=1.0)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_what_counts_is_what_the_rules_count(
    ledger: WrittenLedger, projector: Projector, database: Database, seed: int
) -> None:
    """After any history the view shows the hours that the next booking is decided with."""
    history = await History.of(seed, steps=120)
    await ledger.begin_anew()
    await projector.install()
    await ledger.write(history.appends)
    await projector.catch_up()
    for company_id in COMPANIES:
        for name in ("2026-10", "2026-11"):
            rules = Quota(company_id, "automotive", month_period(name))
            for recorded in history.log:
                of_company = getattr(recorded.event, "company_id", None) == company_id
                if of_company and isinstance(recorded.event, (*COUNTED, *BESIDE, e.QuotaSet)):
                    rules.when(recorded.event, recorded.position)
            shown = (await month(database.app, company_id, name)).quota
            for sector, key in ((None, "all"), ("automotive", "automotive")):
                use = shown.get(key, QuotaUse(limit=None, used=0.0))
                assert use.used == pytest.approx(rules.used(name, sector), abs=0.001)
                assert use.limit == rules.limits.get(sector)


async def test_a_correction_moves_the_hours_of_the_quota(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Hours that were logged in the wrong month count in the right one, and only there."""
    start = at("2026-10-31 22:00")
    booked = taken(start, start + HOUR)
    await ledger.append(*device(), *company(every=40), booked)
    line = logged(start, 1, "r-1")
    held = carried(booked)
    returned = e.DeviceReturned(**held, handed_out_at=start, at=start + HOUR)
    await ledger.append(e.DeviceHandedOut(**held, at=start), returned, line)
    figures = {name: getattr(line, name) for name in (*SAME, "minutes", "billed_minutes", "fee")}
    used = Period(nine, nine + 3 * HOUR)
    before = await ledger.append(e.UsageCorrected(**figures, used=used, was=line.used))
    await projector.catch_up()
    october, november = [
        (await month(database.app, MUDEUNG, name)).quota["all"].used
        for name in ("2026-10", "2026-11")
    ]
    assert (october, november) == (0.0, 3.0)
    then = await month(database.app, MUDEUNG, "2026-10", as_of=before - 1)
    assert then.quota["all"].used == 1.0


async def test_companies_as_they_stand(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Names, standing and the limit of reservations ahead are the newest."""
    await ledger.append(*company(most_ahead=30), *company("hanbit"))
    await ledger.append(e.CompanySuspended(company_id="hanbit"))
    renamed = TEXT.__class__(ko="한빛", en="Hanbit")
    await ledger.append(e.CompanyRenamed(company_id="hanbit", name=renamed))
    await projector.catch_up()
    mudeung = Company(
        company_id=MUDEUNG,
        name=TEXT,
        sector="automotive",
        kind="startup",
        suspended=False,
        most_ahead=30,
    )
    assert await company_of(database.app, MUDEUNG) == mudeung
    assert await company_of(database.app, "nobody") is None
    hanbit = (await companies(database.app))[0]
    assert (hanbit.company_id, hanbit.name, hanbit.suspended) == ("hanbit", renamed, True)
    await ledger.append(e.CompanyReinstated(company_id="hanbit"))
    await projector.catch_up()
    assert not (await companies(database.app))[0].suspended
