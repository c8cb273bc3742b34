"""What was billed and the prices that were set, as of now and as of any position."""

from __future__ import annotations

from datetime import date

import msgspec

from booking.database import Database
from domain import events as e
from domain.text import Text
from projections.devices_fold import VIEW as DEVICES
from projections.projector import Projector
from projections.statements import rates_of, statement, statements_of
from tests.projections.test_usage import logged
from tests.projections.written import WrittenLedger
from tests.scenario import AUT, MUDEUNG, TEXT, company, device, nine


def issued(number: int, month: str, *lines: e.StatementLine) -> e.StatementIssued:
    return e.StatementIssued(
        statement_id=f"{MUDEUNG}-{month}",
        company_id=MUDEUNG,
        company_name=TEXT,
        company_kind="startup",
        month=month,
        position=4,
        number=number,
        lines=lines,
        hours=sum(line.minutes for line in lines) / 60,
        fee=sum(line.fee for line in lines),
    )


def line_of(use: e.UsageLogged, fee: int) -> e.StatementLine:
    return e.StatementLine(
        kind="use",
        reservation_id=use.reservation_id,
        device_id=use.device_id,
        device_name=TEXT,
        sector=use.sector,
        used=use.used,
        usage_type=use.usage_type,
        krw_per_hour=use.krw_per_hour,
        minutes=use.billed_minutes,
        fee=fee,
    )


async def test_a_statement_is_shown_as_it_was_issued(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Every line to the won, whatever is corrected or renamed afterwards."""
    use = logged(nine, 2, "r-1")
    await ledger.append(*device(), *company(), use)
    event = issued(1, "2026-11", line_of(use, 20_000), line_of(use, -3))
    at = await ledger.append(event)
    await ledger.append(e.CompanyRenamed(company_id=MUDEUNG, name=Text("새", "New")))
    await ledger.append(
        e.UsageWaived(
            reservation_id="r-1", device_id=AUT, company_id=MUDEUNG, occupied=use.occupied
        )
    )
    await projector.catch_up()
    found = await statement(database.app, "mudeung-2026-11")
    assert found is not None
    assert (found.lines, found.fee, found.hours) == (event.lines, 19_997, 4.0)
    assert (found.company_name, found.through_position) == (TEXT, 4)
    assert found.issued_by == "staff-1"
    assert await statement(database.app, "mudeung-2026-11", as_of=at - 1) is None
    assert await statement(database.app, "mudeung-2026-10") is None


async def test_statements_come_newest_first(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """In pages by their number; another company's are not among them."""
    other = msgspec.structs.replace(
        issued(1, "2026-08"), statement_id="hanbit-2026-08", company_id="hanbit"
    )
    await ledger.append(issued(1, "2026-08"), issued(2, "2026-09"), issued(3, "2026-10"), other)
    await projector.catch_up()
    newest = await statements_of(database.app, MUDEUNG, limit=2)
    assert [one.month for one in newest] == ["2026-10", "2026-09"]
    (rest,) = await statements_of(database.app, MUDEUNG, before=newest[-1].number)
    assert rest.month == "2026-08"


async def test_prices_come_newest_first(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """With kind and dates; the catalogue shows the one that is for everybody at any time."""
    await ledger.append(*device(rate=10_000))
    until = date(2026, 12, 1)
    at = await ledger.append(
        e.RateSet(device_id=AUT, krw_per_hour=5_000, company_kind="startup", valid_until=until)
    )
    await projector.catch_up()
    kind, general = await rates_of(database.app, AUT)
    assert (kind.krw_per_hour, kind.company_kind, kind.valid_until) == (5_000, "startup", until)
    assert (general.krw_per_hour, general.company_kind) == (10_000, None)
    assert kind.position == at
    assert await rates_of(database.app, AUT, as_of=at - 1) == [general]
    shown = await database.app.fetchval(
        f"SELECT krw_per_hour FROM {DEVICES.schema}.rates WHERE device_id = $1 AND until IS NULL",
        AUT,
    )
    assert shown == 10_000
