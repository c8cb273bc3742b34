"""Fixture files become commands: what is wrong in them is named, and twice changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import yaml

from booking.app import LedgerSource
from booking.config import Settings
from booking.demonstration import demonstration_fixtures
from booking.fixture_commands import closures, months_later
from booking.fixture_files import FixtureError, packaged_fixtures, read_fixtures
from booking.identity_error import IdentityError
from booking.loading import DEMONSTRATION_EMAILS, load, open_ledger
from booking.passwords import DEMONSTRATION_PASSWORD
from booking.testbed import Testbed as Process
from booking.testbed import open_testbed
from domain.decisions import Recall
from domain.device import Calibration
from domain.devices import DataSheet

TERMS = packaged_fixtures() / "terms.yaml"
PERSON = {"email": "jo@lab.example", "name": {"ko": "조영호", "en": "Jo"}, "role": "staff"}
DEVICE = {
    "device_id": "AUT-900",
    "name": {"ko": "시험기", "en": "Rig"},
    "sector": "automotive",
    "site": {"ko": "광주", "en": "Gwangju"},
    "location": {"ko": "1층", "en": "1F"},
    "registration_number": "NFEC-2026-01-200001",
    "keeper": "jo@lab.example",
    "rate": 1000,
    "terms": "A",
}


@pytest.fixture
async def testbed(database_url: str) -> AsyncIterator[Process]:
    """A testbed with an empty ledger."""
    async with open_testbed(database_url, Settings()) as opened:
        yield opened


async def test_the_demonstration_is_loaded_once(testbed: Process) -> None:
    """Fifty devices, twelve companies and forty people come in, and a second time nothing does."""
    fixtures = demonstration_fixtures()
    assert await open_ledger(testbed, demonstration=True) == 1
    assert await load(testbed, fixtures) > 300
    counts = await counts_by_type(testbed)
    assert counts["DeviceCommissioned"] == counts["TermsSet"] == 50
    # One price for everybody, and one for each kind of company with a reduction.
    assert counts["RateSet"] == 50 * (1 + len(fixtures.company_rates)) == 200
    assert (counts["CompanyRegistered"], counts["AccountAdded"]) == (12, 40)
    assert counts["CalibrationRecorded"] == sum(1 for one in fixtures.devices if one.calibration)
    assert await open_ledger(testbed, demonstration=True) == 0
    assert await load(testbed, fixtures) == 0
    assert await counts_by_type(testbed) == counts


async def test_only_what_changed_is_recorded(testbed: Process) -> None:
    """A new price is one event for everybody, and one for each kind that pays a part of it."""
    await open_ledger(testbed, demonstration=False)
    fixtures = demonstration_fixtures()
    await load(testbed, fixtures)
    dearer = msgspec.structs.replace(fixtures.devices[3], rate=99_900)
    devices = [*fixtures.devices[:3], dearer, *fixtures.devices[4:]]
    assert await load(testbed, msgspec.structs.replace(fixtures, devices=devices)) == 4


async def test_six_people_of_a_demonstration_may_sign_in(testbed: Process) -> None:
    """The accounts of the contract have the demonstration's password, the others have none."""
    await open_ledger(testbed, demonstration=True)
    await load(testbed, demonstration_fixtures())
    for email in DEMONSTRATION_EMAILS:
        account = await testbed.sign_in.verify(email, DEMONSTRATION_PASSWORD, "127.0.0.1")
        assert account.demonstration
    with pytest.raises(IdentityError):
        await testbed.sign_in.verify("seo@hanbit.example", DEMONSTRATION_PASSWORD, "127.0.0.1")


async def test_nothing_is_made_up_in_a_real_ledger(testbed: Process) -> None:
    """People loaded into a real ledger get no password, and devices no certificate."""
    await open_ledger(testbed, demonstration=False)
    await load(testbed, demonstration_fixtures())
    for email in DEMONSTRATION_EMAILS:
        with pytest.raises(IdentityError):
            await testbed.sign_in.verify(email, DEMONSTRATION_PASSWORD, "127.0.0.1")
    assert "CalibrationRecorded" not in await counts_by_type(testbed)


async def test_a_file_may_date_a_calibration(testbed: Process, tmp_path: Path) -> None:
    """A calibration with its day is recorded in a real ledger, valid for as long as it says."""
    calibration = {"valid_until": 12, "calibrated": "2026-03-31", "certificate": "K-1"}
    path = write(tmp_path, devices=[{**DEVICE, "calibration": calibration}], people=[PERSON])
    await open_ledger(testbed, demonstration=False)
    await load(testbed, read_fixtures([TERMS, path]))
    (known,) = await Recall(LedgerSource(testbed.ledger, None))(Calibration("AUT-900"))
    assert known.valid_until == datetime.fromisoformat("2027-03-31T00:00+09:00")


async def test_a_demonstration_may_be_loaded_in_the_past(testbed: Process) -> None:
    """`at` is the time that every event is recorded at."""
    at = datetime.now(UTC) - timedelta(days=366)
    await open_ledger(testbed, demonstration=True, at=at)
    await load(testbed, demonstration_fixtures(), at=at)
    assert (await testbed.ledger.head()).recorded_at == at


async def test_the_ledger_names_keepers_by_account(testbed: Process) -> None:
    """No e-mail address of a keeper gets into an event."""
    await open_ledger(testbed, demonstration=True)
    await load(testbed, demonstration_fixtures())
    (sheet,) = await Recall(LedgerSource(testbed.ledger, None))(DataSheet("AUT-001"))
    keeper = await testbed.accounts.by_email("jo.drive@testbed.example")
    assert sheet.sheet is not None
    assert keeper is not None
    assert sheet.sheet.keeper == keeper.account_id
    bodies = await testbed.database.app.fetch(
        "SELECT convert_from(body, 'UTF8') FROM ledger.events"
    )
    assert not any("@testbed.example" in body[0] for body in bodies)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": "much"}, "devices: AUT-900: rate: Expected `int`, got `str`"),
        ({"colour": "red"}, "devices: AUT-900: Object contains unknown field `colour`"),
        ({"name": {"ko": "시험기"}}, "devices: AUT-900: name: Object missing required field `en`"),
        ({"terms": "Z"}, "devices: AUT-900: terms: no profile 'Z' in these files"),
        ({"sector": "naval"}, "devices: AUT-900: sector: Invalid enum value 'naval'"),
        ({"terms_override": {"slot_minute": 5}}, "terms_override: Object contains unknown field"),
        (
            {"terms_override": {"opening_hours": {"mon": [["18:00", "09:00"]]}}},
            "opening_hours.mon: should be spans like 09:00, 18:00",
        ),
        (
            {"terms_override": {"opening_hours": {"monday": []}}},
            "opening_hours: Object contains unknown field `monday`",
        ),
    ],
)
def test_a_mistake_names_file_entry_and_key(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    """Whoever mistypes hears where."""
    path = write(tmp_path, devices=[{**DEVICE, **changes}], people=[PERSON])
    with pytest.raises(FixtureError) as error:
        read_fixtures([TERMS, path])
    assert str(error.value).startswith(f"{path}: devices: AUT-900: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("devices: [", "is not YAML"),
        ("- AUT-900", "holds no lists"),
        ("cars: []", "unknown key 'cars'"),
        ("devices: {}", "devices: should be a list"),
        ("devices: [17]", "devices: 1: Expected `object`, got `int`"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The file is named, and what is wrong with it."""
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FixtureError) as error:
        read_fixtures([path])
    assert f"{path}: " in str(error.value)
    assert message in str(error.value)


def test_nobody_is_there_twice(tmp_path: Path) -> None:
    """The same id in two entries is a mistake, not an update."""
    path = write(tmp_path, people=[PERSON, PERSON])
    with pytest.raises(FixtureError, match=r"jo@lab.example: is there twice"):
        read_fixtures([path])


async def test_a_keeper_must_have_an_account(testbed: Process, tmp_path: Path) -> None:
    """A device whose keeper is neither in the files nor known is refused before anything is."""
    path = write(tmp_path, devices=[DEVICE])
    await open_ledger(testbed, demonstration=False)
    with pytest.raises(FixtureError, match=r"AUT-900: keeper: no account 'jo@lab.example'"):
        await load(testbed, read_fixtures([TERMS, path]))
    assert (await testbed.ledger.head()).position == 1


async def test_people_belong_to_companies_that_exist(testbed: Process, tmp_path: Path) -> None:
    """A member of an unknown company is refused."""
    member = {**PERSON, "role": "member", "company_id": "nobody"}
    path = write(tmp_path, people=[member])
    await open_ledger(testbed, demonstration=False)
    with pytest.raises(FixtureError, match=r"jo@lab.example: company_id: no company 'nobody'"):
        await load(testbed, read_fixtures([path]))


async def test_what_the_rules_refuse_names_its_entry(testbed: Process, tmp_path: Path) -> None:
    """A device that changes its sector is refused by the rules, and the file is named."""
    await open_ledger(testbed, demonstration=False)
    before = write(tmp_path, devices=[DEVICE], people=[PERSON])
    await load(testbed, read_fixtures([TERMS, before]))
    after = write(tmp_path, devices=[{**DEVICE, "sector": "energy"}], people=[PERSON])
    with pytest.raises(FixtureError, match=r"AUT-900: .*automotive"):
        await load(testbed, read_fixtures([TERMS, after]))


def test_holidays_have_names_in_both_languages() -> None:
    """Four years of holidays, among them the New Year by the moon."""
    ordered = dict(closures(datetime(2026, 5, 1, tzinfo=UTC)))
    assert {day[:4] for day in ordered} == {"2025", "2026", "2027", "2028"}
    seollal = ordered["2026-02-17"]
    assert vars_of(seollal)["name"] == {"ko": "설날", "en": "Korean New Year"}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_end_where_the_calendar_ends_them(day: str, months: int, later: str) -> None:
    """A certificate of the 31st runs out on the last day of a shorter month."""
    start = datetime.fromisoformat(day).date()
    assert months_later(start, months).isoformat() == later


def write(folder: Path, **lists: object) -> Path:
    path = folder / "fixtures.yaml"
    path.write_text(yaml.safe_dump(lists, allow_unicode=True), encoding="utf-8")
    return path


def vars_of(command: object) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(command)
    return plain


async def counts_by_type(testbed: Process) -> dict[str, int]:
    rows = await testbed.database.app.fetch(
        "SELECT type, count(*) FROM ledger.events GROUP BY type"
    )
    return {row["type"]: row["count"] for row in rows}
