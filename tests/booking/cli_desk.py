"""The command line at the desk of a small laboratory: three devices and two companies."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from booking.config import Settings
from booking.testbed import open_testbed
from domain.period import SEOUL, Period
from domain.reservations import ReserveDevice
from tests.booking.test_cli import Answer, Command, booking
from tests.conftest import run

__all__ = ["Answer", "Command", "begun_slot", "booking", "day", "desk", "ids", "requested", "times"]

STAFF, KIM, PARK, LEE = (
    *("staff@lab.example", "kim@mudeung.example"),
    *("park@mudeung.example", "lee@hanbit.example"),
)
DEVICE = """
  - device_id: {device_id}
    name: {{ko: 시험기, en: Rig}}
    sector: energy
    site: {{ko: 광주, en: Gwangju}}
    location: {{ko: 1층, en: 1F}}
    registration_number: NFEC-2026-01-20000{number}
    keeper: staff@lab.example
    rate: 1000
    terms: {terms}
    compatible: {compatible}"""
WORLD = f"""
profiles:
  X: {{slot_minutes: 30, closed_on_holidays: false, cancel_notice_minutes: 60}}
  Y: {{slot_minutes: 120, minimum_minutes: 120, closed_on_holidays: false, approval_required: true,
      cancel_notice_minutes: 60}}
people:
  - {{email: {STAFF}, name: {{ko: 직원, en: Staff}}, role: staff}}
  - {{email: {KIM}, name: {{ko: 김하늘, en: Kim}}, role: member, company_id: mudeung}}
  - {{email: {PARK}, name: {{ko: 박도윤, en: Park}}, role: manager, company_id: mudeung}}
  - {{email: {LEE}, name: {{ko: 이수민, en: Lee}}, role: manager, company_id: hanbit}}
companies:
  - {{company_id: mudeung, name: {{ko: 무등, en: Mudeung}}, sector: energy, kind: small}}
  - {{company_id: hanbit, name: {{ko: 한빛, en: Hanbit}}, sector: energy, kind: small}}
devices:
""" + "".join(
    DEVICE.format(device_id=device_id, number=number, terms=terms, compatible=compatible)
    for number, (device_id, terms, compatible) in enumerate(
        [("ENE-001", "X", "[ENE-002]"), ("ENE-002", "X", "[]"), ("ENE-003", "Y", "[]")]
    )
)


@pytest.fixture
def desk(booking: Command, tmp_path: Path) -> Command:
    """The command on a real ledger with that laboratory."""
    path = tmp_path / "desk.yaml"
    path.write_text(WORLD, encoding="utf-8")
    loaded = booking("load", str(path))
    assert loaded.code == 0, loaded.err
    return booking


def date_of(number: int) -> str:
    """The date in Asia/Seoul so many days from today, as it is typed."""
    return f"{datetime.now(SEOUL) + timedelta(days=number):%Y-%m-%d}"


def day(number: int, clock: str) -> str:
    """A time of Asia/Seoul so many days from today, as it is typed."""
    return f"{date_of(number)} {clock}"


def times(number: int, start: str, end: str) -> tuple[str, ...]:
    """--from and --to on that day."""
    return "--from", day(number, start), "--to", day(number, end)


def ids(answer: Answer, prefix: str = "r-") -> list[str]:
    """The ids that the lines of an answer begin with."""
    words = [line.split()[0] for line in answer.out.splitlines() if line.strip()]
    return [word for word in words if word.startswith(prefix)]


def begun_slot() -> tuple[str, ...]:
    """--from and --to of the two hours that have begun, which can still be booked."""
    now = datetime.now(SEOUL)
    start = now.replace(hour=now.hour // 2 * 2, minute=0, second=0, microsecond=0)
    return (
        *("--from", f"{start:%Y-%m-%d %H:%M}"),
        *("--to", f"{start + timedelta(hours=2):%Y-%m-%d %H:%M}"),
    )


def requested(url: str, number: int, name: str) -> str:
    """Kim's own request for ENE-003 at ten of that day, which waits for approval; its id."""

    async def ask() -> None:
        async with open_testbed(url, Settings()) as testbed:
            kim = await testbed.accounts.by_email(KIM)
            assert kim is not None
            start = datetime.fromisoformat(day(number, "10:00")).replace(tzinfo=SEOUL)
            await testbed.booking.do(
                ReserveDevice(
                    by=kim.actor,
                    reservation_id=name,
                    device_id="ENE-003",
                    company_id="mudeung",
                    account_id=kim.account_id,
                    period=Period(start, start + timedelta(hours=2)),
                )
            )

    run(ask())
    return name
