"""`booking usage|statement|rate|quota`: the company's month, as a script at its end runs it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from booking.bearer import opaque_id
from booking.config import Settings
from booking.csv_text import WEEKDAYS
from booking.testbed import open_testbed
from domain.period import SEOUL, Period
from domain.rejected import Rejected
from domain.reservations import ReserveDevice
from tests.booking.cli_desk import KIM, STAFF, Command, booking, day, desk
from tests.booking.past_use import last_month, used_last_month
from tests.conftest import run

__all__ = ["booking", "desk"]


def test_a_month_is_shown_by_use_device_and_company(
    desk: Command, database_url: str, tmp_path: Path
) -> None:
    """The same hours and won everywhere, and a file that a spreadsheet opens."""
    month = last_month()
    of_month = ("--month", month)
    assert f"Uses in {month}: 0, 0.00 h, 0 KRW." in desk("usage", "show", *of_month).out
    run(used_last_month(database_url, "r-one"))
    run(used_last_month(database_url, "r-two", hour=13))
    shown = desk("usage", "show", "mudeung", *of_month)
    assert shown.code == 0, shown.err
    for part in ("r-one", "r-two", "1,000", f"Uses in {month}: 2, 4.00 h, 4,000 KRW."):
        assert part in shown.out
    assert ["all", "—", "4", "—"] in [line.split() for line in shown.out.splitlines()]
    for more, row in (
        ((), "mudeung"),
        (("--by", "device"), "ENE-001"),
        (("--by", "sector"), "energy"),
    ):
        sums = desk("usage", "show", *of_month, *more).out.splitlines()
        assert sums[1].split() == [row, "4", "4,000"], more
    file = tmp_path / "month.csv"
    written = desk("usage", "show", "mudeung", *of_month, "--csv", str(file))
    assert written.out == f"{file}: 2 lines.\n"
    heading, first, _ = file.read_text(encoding="utf-8-sig").splitlines()
    assert heading.startswith("예약,장비,시작,종료,이용 시간")
    assert first.startswith(f"r-one,ENE-001,{month}-01 09:00,{month}-01 11:00,2.0,1000,2000")
    by_sector = desk("usage", "show", *of_month, "--by", "sector", "--csv", "-").out
    assert by_sector.splitlines()[1] == "에너지,4.0,4000"
    english = desk("usage", "show", "mudeung", *of_month, "--csv", "-", "--language", "en")
    assert "Reservation,Device,From,To,Hours of use" in english.out
    assert (",직접," in first, ",direct," in english.out) == (True, True)


def test_what_no_month_can_be_shown_of(desk: Command) -> None:
    """An unknown company and what contradicts itself are refused, a month that is none misuse."""
    of_month = ("--month", last_month())
    assert (
        desk("usage", "show", "nobody", *of_month).err == "booking: there is no company nobody.\n"
    )
    assert desk("usage", "show", "mudeung", *of_month, "--by", "company").code == 1
    for month in ("2026-13", "2026", "1999-12", "2200-01", "２０２６-01"):
        misused = desk("usage", "show", "--month", month)
        assert misused.code == 2
        assert "argument --month" in misused.err


def test_the_use_log_is_written_in_the_national_form(
    desk: Command, database_url: str, tmp_path: Path
) -> None:
    """Names, registration number and notes, in Korean."""
    of_month = ("--month", last_month())
    run(used_last_month(database_url, "r-one"))
    file = tmp_path / "log.csv"
    assert desk("usage", "log", *of_month, "--csv", str(file)).code == 0
    heading, line = file.read_text(encoding="utf-8-sig").splitlines()
    assert heading.startswith("장비명,장비등록번호,장비책임자,작성자")
    for part in ("NFEC-2026-01-200000", "직원", "무등", "김하늘", "0.75", "2000", "케이블 교체"):
        assert part in line
    nowhere = desk("usage", "log", *of_month, "--csv", str(tmp_path / "none" / "x"))
    assert (nowhere.code, f"the folder {tmp_path}/none does not exist." in nowhere.err) == (1, True)
    full = desk("usage", "log", *of_month, "--csv", "/dev/full")
    assert (full.code, "/dev/full cannot be written: No space left" in full.err) == (1, True)


def test_statements_of_all_companies_are_issued_by_a_script(
    desk: Command, database_url: str, tmp_path: Path
) -> None:
    """Twice does no harm; what was entered since goes into a further one; a file for each."""
    month = last_month()
    of_month = ("--month", month)
    run(used_last_month(database_url, "r-one"))
    issued = desk("statement", "issue", "--all", *of_month, "--by", STAFF)
    assert issued.code == 0, issued.err
    assert f"mudeung-{month}  lines: 1, 2.00 h, 2,000 KRW" in issued.out
    assert f"hanbit-{month}  lines: 0" in issued.out
    again = desk("statement", "issue", "--all", *of_month)
    assert again.out.count("nothing new.") == 2
    assert f"Statements of {month} issued now: 0, 0 KRW." in again.out
    refused = desk("statement", "issue", "mudeung", *of_month)
    assert (refused.code, f"mudeung-{month}" in refused.err) == (1, True)
    run(used_last_month(database_url, "r-late", hour=13))
    assert f"mudeung-{month}-2  lines: 1" in desk("statement", "issue", "mudeung", *of_month).out
    listed = desk("statement", "list", "mudeung").out.splitlines()
    assert [line.split()[0] for line in listed[1:]] == [f"mudeung-{month}-2", f"mudeung-{month}"]
    several = desk("statement", "show", "mudeung", *of_month, "--csv", str(tmp_path / "x.csv"))
    assert (several.code, "give --csv a folder that is there" in several.err) == (1, True)
    assert desk("statement", "show", "--all", *of_month, "--csv", str(tmp_path)).code == 0
    assert len(list(tmp_path.glob(f"*-{month}*.csv"))) == 3
    made = tmp_path / "made"
    assert desk("statement", "show", "--all", *of_month, "--csv", str(made)).code == 0
    assert len(list(made.iterdir())) == 3
    far = desk("statement", "show", "--all", *of_month, "--csv", str(made / "a" / "b"))
    assert (far.code, far.err) == (1, f"booking: the folder {made}/a does not exist.\n")
    shown = desk("statement", "show", f"mudeung-{month}-2").out
    assert "no. 2 of the company" in shown
    assert "r-late" in shown
    assert "r-one" not in shown


def test_statements_that_cannot_be(desk: Command) -> None:
    """Of a month that is not over, of nobody, of none and all at once, or not issued as yet."""
    month = last_month()
    of_month = ("--month", month)
    this_month = f"{datetime.now(SEOUL):%Y-%m}"
    for arguments, said in (
        (("issue", "mudeung", "--month", this_month), "The month is not over"),
        (("issue", "nobody", *of_month), "No such company: nobody"),
        (("issue", *of_month), "name one company, or all"),
        (("issue", "mudeung", "--all", *of_month), "name one company, or all"),
        (("show", "--all"), "--month YYYY-MM"),
        (("show", "mudeung", *of_month), f"no statement of {month}"),
        (("show", "mudeung"), "there is no statement mudeung"),
        (("list", "nobody"), "there is no company nobody"),
    ):
        answer = desk("statement", *arguments)
        assert (answer.code, said in answer.err) == (1, True), answer
    assert desk("statement", "list").out == "No statement was issued.\n"


def test_a_price_is_set_for_a_kind_of_company_and_a_year(desk: Command) -> None:
    """It holds on its dates alone; the same again changes nothing."""
    dear = ("rate", "set", "ENE-001", "12,000", "--kind", "small")
    year = ("--from", "2027-01-01", "--until", "2028-01-01")
    assert desk(*dear, *year, "--by", STAFF).out == (
        "ENE-001: 12,000 KRW an hour for small from 2027-01-01 until 2028-01-01.\n"
    )
    assert desk(*dear, *year).out == "That price is set already.\n"
    for on, price in (("2026-12-31", "1,000"), ("2027-01-01", "12,000"), ("2028-01-01", "1,000")):
        lines = desk("rate", "list", "--on", on).out.splitlines()
        assert lines[1].split()[3] == "small"
        assert lines[2].split()[3] == price, on
    history = desk("rate", "list", "ENE-001", "--on", "2026-12-31").out
    assert "2027-01-01  2028-01-01  12,000  not that day" in history
    for arguments, code, said in (
        ((*dear, "--from", "2027-01-01", "--until", "2027-01-01"), 1, "must end"),
        (("rate", "set", "ENE-009", "1"), 1, "No such device: ENE-009"),
        (("rate", "list", "ENE-009"), 1, "there is no device ENE-009"),
        (("rate", "set", "ENE-001", "-1"), 2, "from 0 to 100,000,000"),
        (("rate", "set", "ENE-001", "1", "--kind", "giant"), 2, "invalid choice"),
        (("rate", "list", "--on", "2027-02-30"), 2, "a day such as"),
    ):
        answer = desk(*arguments)
        assert (answer.code, said in answer.err) == (code, True), answer


def test_a_quota_is_set_shown_and_lifted(desk: Command, database_url: str) -> None:
    """Of one sector and of all of them; what is used and left stands beside it."""
    of_month = ("--month", last_month())
    run(used_last_month(database_url, "r-one"))
    assert desk("quota", "set", "mudeung", "--hours", "10.5", "--ahead", "2").code == 0
    given = desk("quota", "set", "mudeung", "--hours", "1", "--sector", "energy", "--by", STAFF)
    assert given.out == "mudeung may use 1 hours a month of energy.\n"
    listed = desk("quota", "list", "mudeung", *of_month)
    rows = [line.split() for line in listed.out.splitlines()]
    assert ["mudeung", "all", "10.5", "2", "8.5"] in rows
    assert ["mudeung", "energy", "1", "2", "-1"] in rows
    assert "may have 2 reservations ahead" in listed.out
    lifted = desk("quota", "set", "mudeung", "--hours", "none", "--ahead", "none")
    assert "any number of hours" in lifted.out
    assert "10.5" not in desk("quota", "list").out
    of_one = desk("quota", "list", "--company", "hanbit").out
    assert ("hanbit" in of_one, "mudeung" in of_one) == (True, False)
    assert desk("quota", "list", "mudeung", "--company", "hanbit").code == 1


def test_quotas_that_cannot_be(desk: Command) -> None:
    """Refused in the user's words, or misuse that names the option."""
    for arguments, code, said in (
        (("nobody", "--hours", "1"), 1, "No such company: nobody"),
        (("mudeung",), 1, "--hours or --ahead"),
        (("mudeung", "--ahead", "1", "--sector", "energy"), 1, "--sector belongs"),
        (("mudeung", "--hours", "1", "--by", KIM), 1, "nobody of the laboratory"),
        (("mudeung", "--hours", "nan"), 2, "hours from 0 to"),
        (("mudeung", "--hours", "-1"), 2, "hours from 0 to"),
        (("mudeung", "--ahead", "1.5"), 2, "a whole number from 1"),
        (("mudeung", "--hours", "1", "--sector", "water"), 2, "invalid choice"),
    ):
        answer = desk("quota", "set", *arguments)
        assert (answer.code, said in answer.err) == (code, True), answer


def test_demand_is_counted_by_device_hour_and_rule(desk: Command, database_url: str) -> None:
    """A refused request is counted once; how numbers are counted stands beside them."""
    run(refused(database_url))
    run(refused(database_url))
    by_device = desk("demand")
    assert "Requests in vain: 1, of which 0 waited; 20.00 h." in by_device.out
    assert "counts once" in by_device.out
    assert by_device.out.splitlines()[2].split() == ["ENE-001", "1", "0", "1", "20"]
    assert desk("demand", "--by", "rule").out.splitlines()[2].split()[:2] == ["maximum", "1"]
    assert len(desk("demand", "--by", "hour", "--csv", "-").out.splitlines()) == 21
    for by, korean, english in (
        ("sector", "에너지", "energy"),
        ("rule", "최대 이용 시간", "maximum"),
        ("hour", WEEKDAYS[start_of(2).strftime("%a")], start_of(2).strftime("%a")),
    ):
        for language, word in (("ko", korean), ("en", english)):
            file = desk("demand", "--by", by, "--csv", "-", "--language", language).out
            assert file.splitlines()[1].startswith(f"{word},"), file
    assert "Requests in vain: 0" in desk("demand", "--waiting").out
    assert "Requests in vain: 0" in desk("demand", "--rule", "quota").out
    assert "Requests in vain: 0" in desk("demand", "--to", day(1, "").strip()).out
    assert "speaks for another device" in desk("demand", "--by", "ranking").out
    backwards = desk("demand", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (backwards.code, "not before --from" in backwards.err) == (1, True)
    assert desk("demand", "--from", "2026-01-01", "--to", "2027-06-01").code == 1


def start_of(number: int) -> datetime:
    """Midnight of Asia/Seoul, so many days from today."""
    return datetime.fromisoformat(day(number, "00:00")).replace(tzinfo=SEOUL)


async def refused(url: str) -> None:
    """Kim asks for ENE-001 from the day after tomorrow for twenty hours, which is too long."""
    async with open_testbed(url, Settings()) as testbed:
        kim = await testbed.accounts.by_email(KIM)
        assert kim is not None
        start = start_of(2)
        order = ReserveDevice(
            by=kim.actor,
            reservation_id=opaque_id("r"),
            device_id="ENE-001",
            company_id="mudeung",
            account_id=kim.account_id,
            period=Period(start, start + timedelta(hours=20)),
        )
        with pytest.raises(Rejected):
            await testbed.booking.do(order)


def test_utilisation_has_its_definition(desk: Command, database_url: str) -> None:
    """Hours in use and in operation of each device; a month to come has none."""
    of_month = ("--month", last_month())
    run(used_last_month(database_url, "r-one"))
    shown = desk("utilisation", *of_month)
    assert shown.code == 0, shown.err
    assert "hours in use ÷ hours in operation" in shown.out
    (line,) = [line.split() for line in shown.out.splitlines() if line.startswith("ENE-001")]
    assert line[1] == "2"
    assert "가동률(%)" in desk("utilisation", *of_month, "--csv", "-").out
    future = f"{datetime.now(SEOUL) + timedelta(days=40):%Y-%m}"
    assert desk("utilisation", "--month", future).code == 1


def test_each_command_of_the_month_and_of_upkeep_shows_examples(booking: Command) -> None:
    """`--help` says how it is typed, and the first line what it does."""
    for topic, actions in {
        "usage": ("show", "log"),
        "statement": ("issue", "show", "list"),
        "rate": ("list", "set"),
        "quota": ("list", "set"),
        "problem": ("report", "list", "triage", "resolve"),
        "maintenance": ("due", "log", "list"),
        "calibration": ("record", "list"),
        "account": ("role", "password"),
    }.items():
        for action in actions:
            answer = booking(topic, action, "--help")
            assert (answer.code, "examples:" in answer.out) == (0, True), (topic, action)
            assert f"  booking {topic} {action}" in answer.out
    for command in ("demand", "utilisation", "notices"):
        assert f"examples:\n  booking {command}" in booking(command, "--help").out
