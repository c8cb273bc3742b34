"""What fixtures order: the commands that bring devices, companies and people into a ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import holidays

from booking.fixture_files import CalibrationFixture, Fixtures
from domain.actor import SYSTEM
from domain.companies import RegisterCompany, SetClosure, SetMostAhead, SetQuota
from domain.decisions import Command
from domain.devices import CommissionDevice, SetRate, SetTerms
from domain.maintenance import RecordCalibration
from domain.people import GrantQualification
from domain.period import SEOUL, at_clock
from domain.text import Text

Ordered = Iterator[tuple[str, Command]]
"""Commands with the id of the entry that each comes from."""


def closures(now: datetime) -> Ordered:
    """Korea's public holidays from last year to the year after next."""
    year = now.astimezone(SEOUL).year
    years = range(year - 1, year + 3)
    korean = holidays.country_holidays("KR", years=years, language="ko")
    english = holidays.country_holidays("KR", years=years, language="en_US")
    for day, name in sorted(korean.items()):
        yield f"{day}", SetClosure(by=SYSTEM, day=day, name=Text(ko=name, en=english[day]))


def introductions(fixtures: Fixtures, accounts: Mapping[str, str]) -> Ordered:
    """Commands that bring in companies and devices. `accounts` are ids by e-mail."""
    for company in fixtures.companies:
        yield (
            company.company_id,
            RegisterCompany(
                by=SYSTEM,
                company_id=company.company_id,
                name=company.name,
                sector=company.sector,
                kind=company.kind,
            ),
        )
    for device in fixtures.devices:
        sheet = {name: getattr(device, name) for name in _SHEET}
        yield (
            device.device_id,
            CommissionDevice(by=SYSTEM, keeper=accounts[device.keeper], **sheet),
        )


def conditions(fixtures: Fixtures, accounts: Mapping[str, str]) -> Ordered:
    """Commands about what the introductions brought in: terms, prices, quotas, qualifications."""
    for device in fixtures.devices:
        key = device.device_id
        yield key, SetTerms(by=SYSTEM, device_id=key, terms=fixtures.terms[key])
        yield key, SetRate(by=SYSTEM, device_id=key, krw_per_hour=device.rate)
        for kind, percent in fixtures.company_rates.items():
            # Parts of a won are dropped, in the company's favour.
            own = device.rate * percent // 100
            yield key, SetRate(by=SYSTEM, device_id=key, krw_per_hour=own, company_kind=kind)
    for company in fixtures.companies:
        key = company.company_id
        for quota in company.quota:
            sector = None if quota.sector == "all" else quota.sector
            yield (
                key,
                SetQuota(by=SYSTEM, company_id=key, sector=sector, hours=quota.hours_per_month),
            )
        if company.most_ahead is not None:
            yield key, SetMostAhead(by=SYSTEM, company_id=key, reservations=company.most_ahead)
    for person in fixtures.people:
        account_id = accounts[person.email]
        for key in person.qualifications:
            yield person.email, GrantQualification(by=SYSTEM, account_id=account_id, device_id=key)


def first_calibration(device_id: str, given: CalibrationFixture, day: date) -> RecordCalibration:
    """The certificate of a calibration on a day (Asia/Seoul)."""
    return RecordCalibration(
        by=SYSTEM,
        device_id=device_id,
        certificate=given.certificate or f"KC-{day:%Y}-{device_id}",
        valid_until=at_clock(months_later(day, given.valid_until), "00:00"),
        at=at_clock(day, "00:00"),
    )


def months_later(day: date, months: int) -> date:
    """The same day of the month some months on, or the last day of that month."""
    first = _first_of_month(day, months)
    last = _first_of_month(day, months + 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _first_of_month(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


_SHEET = tuple(
    field for field in CommissionDevice.__struct_fields__ if field not in {"by", "keeper"}
)
