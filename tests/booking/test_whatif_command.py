"""`booking whatif`: on a real ledger, what it prints, and what it exits with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from booking.config import Settings
from booking.testbed import open_testbed
from domain.actor import Actor
from domain.period import SEOUL, Period, at_clock
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from tests.booking.test_cli import Answer, Command, booking, loaded
from tests.conftest import run

__all__ = ["booking", "loaded"]

TODAY = datetime.now(SEOUL).date()
KIM = Actor(account_id="kim", role="manager", company_id="mudeung")


@pytest.fixture
def asked(loaded: Command, database_url: str) -> Command:
    """Twelve hours were refused as too long; an hour of them was booked later."""
    run(_ask(database_url, ((8, 20, "r-1"), (9, 10, "r-2"))))
    return loaded


def test_it_says_what_would_have_been_decided_otherwise(asked: Command, tmp_path: Path) -> None:
    """A refusal becomes a booking that takes the time of a later one; the ledger stays as it is."""
    before = asked("audit", "replay", "--check").out
    answer = _whatif(asked, tmp_path, "devices: {ENE-001: {maximum_minutes: 720}}")
    assert answer.code == 0, answer.err
    assert "Requests decided once more: 2, of which otherwise: 2." in answer.out
    assert re.search(r"mudeung ReserveDevice ENE-001 .*: refused → booked \[maximum\]", answer.out)
    assert re.search(r": booked → refused \[slot_taken\]", answer.out)
    assert "Assumed:" in answer.out
    assert asked("audit", "replay", "--check").out == before
    assert _whatif(asked, tmp_path, "devices: {ENE-001: {maximum_minutes: 720}}").out == answer.out
    short = _whatif(asked, tmp_path, "devices: {ENE-001: {maximum_minutes: 720}}", "--most", "1")
    assert "… and 1 more" in short.out


def test_profiles_concern_the_devices_that_name_them(asked: Command, tmp_path: Path) -> None:
    """By `profile`, or by a list of devices as it is loaded."""
    for text in (
        "profiles: {Y: {maximum_minutes: 720}}\ndevices: {ENE-001: {profile: Y}}",
        "profiles: {Y: {maximum_minutes: 720}}\ndevices: [{device_id: ENE-001, terms: Y}]",
    ):
        answer = _whatif(asked, tmp_path, text)
        assert answer.code == 0, answer.err
        assert "of which otherwise: 2." in answer.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("devices: {ENE-001: {maximum_minutes: 480}}", "nothing would change"),
        ("devices: {ENE-404: {maximum_minutes: 480}}", "ENE-404: there is no such device"),
        ("devices: {ENE-001: {maximum: 480}}", "unknown field `maximum`"),
        ("devices: {ENE-001: {profile: Z}}", "no profile 'Z'"),
        ("devices: {ENE-001: 480}", "should be a mapping of terms"),
        ("devices: 480", "should be a mapping of ids"),
        ("devices: [480]", "needs device_id and terms"),
        ("profiles: {Y: {maximum_minutes: 720}}", "no device has any of these profiles"),
        ("people: []", "unknown key 'people'"),
    ],
)
def test_a_proposal_that_means_nothing_is_refused(
    asked: Command, tmp_path: Path, text: str, message: str
) -> None:
    """Exit code 1, with file, entry and key."""
    answer = _whatif(asked, tmp_path, text)
    assert answer.code == 1
    assert message in answer.err


def test_misuse_and_days_to_come(asked: Command, tmp_path: Path) -> None:
    """No date is a misuse; a day after the last event has nothing to replay."""
    path = tmp_path / "terms.yaml"
    path.write_text("devices: {ENE-001: {maximum_minutes: 720}}", encoding="utf-8")
    assert asked("whatif", str(path)).code == 2
    assert asked("whatif", str(path), "--since", "soon").code == 2
    late = asked("whatif", str(path), "--since", str(TODAY + timedelta(days=2)))
    assert late.code == 1
    assert "nothing was recorded since" in late.err
    help_text = asked("whatif", "--help")
    assert help_text.code == 0
    assert "examples:" in help_text.out


def _whatif(command: Command, folder: Path, text: str, *more: str) -> Answer:
    path = folder / "proposed.yaml"
    path.write_text(text, encoding="utf-8")
    return command("whatif", str(path), "--since", str(TODAY - timedelta(days=1)), *more)


async def _ask(url: str, asked: Sequence[tuple[int, int, str]]) -> None:
    tomorrow = TODAY + timedelta(days=2)
    async with open_testbed(url, Settings.from_environment({})) as testbed:
        for start, end, reservation_id in asked:
            period = Period(*(at_clock(tomorrow, f"{hour:02d}:00") for hour in (start, end)))
            order: dict[str, Any] = {"device_id": "ENE-001", "company_id": "mudeung"}
            try:
                await testbed.booking.do(
                    ReserveDevice(
                        by=KIM,
                        reservation_id=reservation_id,
                        account_id="kim",
                        period=period,
                        **order,
                    )
                )
            except Rejected:
                assert reservation_id == "r-1"
