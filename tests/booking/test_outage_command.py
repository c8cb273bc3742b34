"""`booking outage`, `booking maintenance due` and `booking overrides`, as operators run them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking.config import Settings
from booking.testbed import open_testbed
from domain.actor import SYSTEM
from domain.devices import SetTerms
from domain.maintenance import RecordCalibration
from domain.overriding import Override
from domain.period import SEOUL, Period
from domain.reservations import ReserveDevice
from domain.terms_of_use import TermsOfUse
from tests.booking.test_cli import Command, booking, loaded
from tests.conftest import run

__all__ = ["booking", "loaded"]

STAFF = "staff@lab.example"


def day(number: int, clock: str) -> str:
    """A time of Asia/Seoul so many days from today, as it is typed."""
    return f"{datetime.now(SEOUL) + timedelta(days=number):%Y-%m-%d} {clock}"


async def reserved(url: str, number: int) -> None:
    """Mudeung has the rig from ten to eleven, so many days from today, and overrode a rule."""
    async with open_testbed(url, Settings()) as testbed:
        terms = TermsOfUse(closed_on_holidays=False, calibration_hours=10, notice_minutes=99_999)
        await testbed.booking.do(SetTerms(by=SYSTEM, device_id="ENE-001", terms=terms))
        start = datetime.fromisoformat(day(number, "10:00")).replace(tzinfo=SEOUL)
        staff = await testbed.accounts.by_email(STAFF)
        assert staff is not None
        reason = await testbed.seals.seal(staff.account_id, "급한 시험")
        await testbed.booking.do(
            ReserveDevice(
                by=staff.actor,
                reservation_id=f"r-{number}",
                device_id="ENE-001",
                company_id="mudeung",
                account_id=staff.account_id,
                period=Period(start, start + timedelta(hours=1)),
                override=Override(rules=("notice",), reason=reason),
            )
        )


def test_an_outage_is_tried_planned_listed_and_cancelled(
    loaded: Command, database_url: str
) -> None:
    """The dry run names the booking that would lose its time, and records nothing."""
    run(reserved(database_url, 2))
    asked = ("outage", "schedule", "ENE-001", "--from", day(2, "09:00"), "--to", day(2, "18:00"))
    tried = loaded(*asked, "--dry-run")
    assert tried.code == 0, tried.err
    assert "Bookings would be displaced: 1." in tried.out
    assert "r-2  mudeung" in tried.out
    assert f"could move to: ENE-001 {day(2, '18:00')}" in tried.out
    assert "No outage is planned" in loaded("outage", "list").out
    done = loaded(*asked, "--by", STAFF, "--reason", "필터 교체")
    assert "Bookings displaced: 1." in done.out
    listed = loaded("outage", "list", "--device", "ENE-001")
    assert "maintenance" in listed.out
    outage_id = listed.out.split()[-1]
    assert outage_id in done.out
    again = loaded(*asked)
    assert again.code == 1
    assert "already taken" in again.err
    cancelled = loaded("outage", "cancel", outage_id)
    offer = cancelled.out.splitlines()[1]
    for part in ("slot offered", "ENE-001", "mudeung", "to be accepted until"):
        assert part in offer
    assert loaded("outage", "cancel", outage_id).code == 1
    unknown = loaded("outage", "list", "--device", "NOPE")
    assert (unknown.code, unknown.err) == (1, "booking: there is no device NOPE.\n")
    assert "(default: this, the outage ID alone)" in loaded("outage", "cancel", "--help").out
    assert "No outage is planned" in loaded("outage", "list").out


def test_an_outage_is_moved(loaded: Command, database_url: str) -> None:
    """To where a booking is, after a dry run; one that ends before it begins is not."""
    run(reserved(database_url, 2))
    planned = ("outage", "schedule", "ENE-001", "--from", day(4, "09:00"), "--to", day(4, "12:00"))
    outage_id = loaded(*planned).out.splitlines()[0].split()[-1]
    moved = ("outage", "move", outage_id, "--from", day(2, "09:00"), "--to", day(2, "12:00"))
    tried = loaded(*moved, "--dry-run")
    assert tried.code == 0, tried.err
    assert "would be moved" in tried.out
    assert "r-2  mudeung" in tried.out
    assert day(4, "09:00") in loaded("outage", "list").out
    done = loaded(*moved)
    assert "Bookings displaced: 1." in done.out
    alternatives = [line for line in done.out.splitlines() if "could move to" in line]
    assert alternatives == [line for line in tried.out.splitlines() if "could move to" in line]
    assert day(2, "09:00") in loaded("outage", "list").out
    backwards = loaded(*moved[:-1], day(1, "09:00"))
    assert backwards.code == 1
    assert "--to has to be later than --from." in backwards.err


def test_a_series_is_cancelled_as_a_whole(loaded: Command) -> None:
    """From one on, or all of it; what is left is listed."""
    asked = ("outage", "schedule", "ENE-001", "--from", day(2, "09:00"), "--to", day(2, "10:00"))
    made = loaded(*asked, "--every-weeks", "1", "--times", "4")
    ids = [line.split()[-1] for line in made.out.splitlines() if line.startswith("ENE-001")]
    later = loaded("outage", "cancel", ids[2], "--scope", "later")
    assert later.code == 0, later.err
    assert later.out.count("is cancelled") == 2
    rest = loaded("outage", "cancel", ids[0], "--scope", "all")
    assert rest.out.count("is cancelled") == 2
    assert "No outage is planned" in loaded("outage", "list").out
    assert loaded("outage", "cancel", ids[0], "--scope", "some").code == 2


def test_a_breakdown_is_reported_prolonged_and_repaired(loaded: Command, database_url: str) -> None:
    """The dry runs record nothing; who lost time is listed; a second repair is refused."""
    run(reserved(database_url, 2))
    report = ("breakdown", "report", "ENE-001", "--until", day(1, "18:00"))
    assert "would be recorded" in loaded(*report, "--dry-run").out
    assert loaded(*report, "--reason", "전원부").code == 1
    reported = loaded(*report, "--by", STAFF, "--reason", "전원부")
    assert reported.code == 0, reported.err
    assert "Bookings displaced: 0." in reported.out
    assert "breakdown" in loaded("outage", "list").out
    assert loaded(*report).code == 1
    longer = ("breakdown", "extend", "ENE-001", "--until", day(3, "18:00"))
    tried = loaded(*longer, "--dry-run")
    assert "Bookings would be displaced: 1." in tried.out
    done = loaded(*longer)
    assert "Bookings displaced: 1." in done.out
    assert "r-2  mudeung" in done.out
    assert f"could move to: ENE-001 {day(3, '18:00')}" in done.out
    ahead = loaded("breakdown", "repaired", "ENE-001", "--at", day(1, "09:00"))
    assert ahead.code == 1
    assert loaded("breakdown", "repaired", "ENE-001", "--repairer", "김기사").code == 1
    mended = loaded("breakdown", "repaired", "ENE-001", "--by", STAFF, "--repairer", "김기사")
    assert mended.code == 0, mended.err
    assert "repaired" in mended.out
    assert loaded("breakdown", "repaired", "ENE-001").code == 1
    assert loaded("breakdown", "extend", "ENE-001", "--until", "2026-12-27").code == 2


def test_an_outage_repeats(loaded: Command) -> None:
    """Three times, a week apart; both options or neither."""
    asked = ("outage", "schedule", "ENE-001", "--from", day(2, "09:00"), "--to", day(2, "10:00"))
    half = loaded(*asked, "--every-weeks", "1")
    assert half.code == 1
    assert "given together" in half.err
    made = loaded(*asked, "--kind", "calibration", "--every-weeks", "1", "--times", "3")
    assert made.out.count("calibration") == 3
    assert loaded("outage", "list").out.count("calibration") == 3


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (("--reason", "x"), 1, "--by EMAIL"),
        (("--by", "kim@mudeung.example"), 1, "nobody of the laboratory"),
        (("--to", "2001-01-01 09:00"), 1, "later than --from"),
        (("--to", "soon"), 2, "a time such as"),
        (("--to", "2026-12-27"), 2, "a day and a time, such as 2026-12-27 09:00"),
        (("--to", "1001-01-01 09:00"), 2, "a time from 2000"),
        (("--kind", "rest"), 2, "invalid choice"),
        (("--times", "0"), 2, "from 1 to 52"),
    ],
)
def test_what_cannot_be_planned(
    loaded: Command, more: tuple[str, ...], code: int, message: str
) -> None:
    """What is refused exits with 1, what makes no sense with 2, and both say why."""
    times = ("--from", day(2, "09:00"), "--to", day(2, "10:00"))
    answer = loaded("outage", "schedule", "ENE-001", *times, *more)
    assert answer.code == code
    assert message in answer.err


def test_what_is_due_for_calibration(loaded: Command, database_url: str) -> None:
    """A certificate that ends within the days asked for; without one nothing is due."""
    assert "No calibration is due within 30 days." in loaded("maintenance", "due").out

    async def certify() -> None:
        async with open_testbed(database_url, Settings()) as testbed:
            await testbed.booking.do(
                RecordCalibration(
                    by=SYSTEM,
                    device_id="ENE-001",
                    certificate="KC-1",
                    valid_until=datetime.now(UTC) + timedelta(days=20),
                )
            )

    run(certify())
    due = loaded("maintenance", "due")
    assert "ENE-001" in due.out
    assert "valid until" in due.out
    assert "No calibration" in loaded("maintenance", "due", "--days", "10").out
    assert loaded("maintenance", "due", "--days", "soon").code == 2


def test_overrides_are_counted(loaded: Command, database_url: str) -> None:
    """By rule, device and person; listed when asked for."""
    assert "Overrides of the last 90 days: 0." in loaded("overrides").out
    run(reserved(database_url, 2))
    answer = loaded("overrides")
    assert "Overrides of the last 90 days: 1." in answer.out
    for named in ("notice", "ENE-001", "Staff"):
        assert named in answer.out
    assert "r-2" not in answer.out
    assert "r-2" in loaded("overrides", "--list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("outage", "schedule"),
        ("outage", "move"),
        ("outage", "cancel"),
        ("outage", "list"),
        ("breakdown", "report"),
        ("breakdown", "extend"),
        ("breakdown", "repaired"),
        ("maintenance", "due"),
        ("overrides",),
    ],
)
def test_each_shows_examples(booking: Command, arguments: tuple[str, ...]) -> None:
    """`--help` says how it is typed."""
    answer = booking(*arguments, "--help")
    assert answer.code == 0
    assert "examples:" in answer.out
