"""`booking problem|maintenance|calibration`: what staff record of a device in the workshop."""

from __future__ import annotations

from pathlib import Path

from tests.booking.cli_desk import KIM, STAFF, Command, booking, date_of, day, desk, ids, times

__all__ = ["booking", "desk"]

BY = ("--by", STAFF)


def test_a_problem_is_reported_triaged_and_resolved(desk: Command) -> None:
    """A safety stop keeps bookings away until it is lifted; the text stays readable."""
    assert desk("problem", "list").out == "No problem is open.\n"
    report = ("problem", "report", "ENE-001", "--text", "팬 소음", "--safety-stop")
    assert "--by EMAIL" in desk(*report).err
    reported = desk(*report, *BY)
    assert reported.code == 0, reported.err
    (problem_id,) = ids(reported, "p-")
    asked = ("reservation", "make", "ENE-001", "--for", KIM, *times(2, "09:00", "10:00"))
    assert desk(*asked).code == 1
    listed = desk("problem", "list", "--device", "ENE-001").out
    for part in (problem_id, "SAFETY STOP", "팬 소음", "by Staff", "not looked at yet"):
        assert part in listed
    triage = ("problem", "triage", problem_id, "--urgency", "low")
    assert desk(*triage, *BY).code == 0
    assert "nothing to change" in desk(*triage).err
    assert desk(*asked).code == 0
    resolve = ("problem", "resolve", problem_id, "--text", "팬 교체")
    assert "--by EMAIL" in desk(*resolve).err
    assert desk(*resolve, *BY).out == f"{problem_id}  ENE-001  resolved\n"
    again = desk("problem", "resolve", problem_id)
    assert (again.code, "has been resolved already" in again.err) == (1, True)
    assert desk("problem", "list").out == "No problem is open.\n"
    assert "팬 교체" in desk("problem", "list", "--all").out


def test_problems_of_what_there_is_not(desk: Command) -> None:
    """An unknown device, problem or urgency, and a text that nobody could read."""
    for arguments, code, said in (
        (("report", "ENE-009", "--text", "x", *BY), 1, "No such device: ENE-009"),
        (("report", "ENE-001", "--text", "x", "--by", KIM), 1, "nobody of the laboratory"),
        (("report", "ENE-001", "--text", "a\nb", *BY), 2, "one line of 1 to"),
        (("report", "ENE-001", "--text", "\udcff", *BY), 2, "no text in UTF-8"),
        (("report", "ENE-001", *BY), 2, "required: --text"),
        (("list", "--device", "ENE-009"), 1, "there is no device ENE-009"),
        (("triage", "p-none", "--urgency", "low"), 1, "p-none"),
        (("triage", "p-none", "--urgency", "soon"), 2, "invalid choice"),
        (("resolve", "p-none"), 1, "No such open problem: p-none"),
    ):
        answer = desk("problem", *arguments)
        assert (answer.code, said in answer.err) == (code, True), answer


def test_what_was_done_is_logged_and_listed(desk: Command, tmp_path: Path) -> None:
    """With the fields of the 유지보수일지, and as a file; the repair of a breakdown is a line."""
    today = date_of(0)
    assert desk("maintenance", "list").out == "Nothing was logged.\n"
    log = ("maintenance", "log", "ENE-001", "--work", "팬 교체")
    done = desk(*log, "--repairer", "무등 서비스", "--parts", "팬", "--cost", "85,000", *BY)
    assert done.out.endswith("logged, 85,000 KRW\n"), done.err
    assert desk("breakdown", "report", "ENE-002", "--until", day(1, "09:00")).code == 0
    assert desk("breakdown", "repaired", "ENE-002").code == 0
    listed = desk("maintenance", "list", "--from", today, "--to", today).out
    for part in ("ENE-001", "팬 교체", "무등 서비스", "85,000", "Staff", "repaired; broken since"):
        assert part in listed
    assert desk("maintenance", "list", "--to", date_of(-1)).out == "Nothing was logged.\n"
    file = tmp_path / "log.csv"
    assert desk("maintenance", "list", "--device", "ENE-001", "--csv", str(file)).code == 0
    assert desk("maintenance", "list", "--device", "NOPE").code == 1
    heading, line = file.read_text(encoding="utf-8-sig").splitlines()
    assert heading == "일시,장비번호,작업 내용,수리자,부품,비용(원),작성자"
    assert line.endswith(",ENE-001,팬 교체,무등 서비스,팬,85000,직원")
    for arguments, code, said in (
        (log, 1, "--by EMAIL"),
        ((*log, *BY, "--at", day(2, "09:00")), 1, "time to come"),
        ((*log, *BY, "--cost", "-1"), 2, "from 0 to"),
        (("maintenance", "log", "ENE-009", "--work", "x", *BY), 1, "No such device: ENE-009"),
        (("maintenance", "list", "ENE-009"), 1, "there is no device ENE-009"),
        (("maintenance", "list", "--from", "today"), 2, "a day such as"),
    ):
        answer = desk(*arguments)
        assert (answer.code, said in answer.err) == (code, True), answer


def test_a_certificate_is_recorded_and_listed(desk: Command) -> None:
    """Good through the day that was typed, wherever it is shown; what is over is refused."""
    today, in_a_year = date_of(0), date_of(365)
    assert desk("calibration", "list").out == "No certificate was recorded.\n"
    record = ("calibration", "record", "ENE-001", "--certificate", "KC-1")
    good = ("--valid-through", in_a_year)
    recorded = desk(*record, *good, "--laboratory", "한국계측", *BY)
    assert recorded.out == f"ENE-001  KC-1  valid through {in_a_year}\n", recorded.err
    line = desk("calibration", "list", "--device", "ENE-001").out.splitlines()[1]
    assert line.split() == ["ENE-001", "KC-1", "한국계측", today, in_a_year]
    assert f"valid until {in_a_year}" in desk("maintenance", "due", "--days", "366").out
    assert desk("calibration", "list", "--device", "ENE-002").out.startswith("No certificate")
    for arguments, code, said in (
        ((*record, "--valid-through", "2020-01-01"), 1, "--at"),
        ((*record, "--valid-through", today, "--at", day(2, "09:00")), 1, "time to come"),
        ((*record, *good, "--by", KIM), 1, "nobody of the laboratory"),
        ((*record[:3], *good), 2, "required: --certificate"),
        ((*record, *good, "--laboratory", ""), 2, "one line of 1 to 200"),
        (("calibration", "record", "X", "--certificate", "K", *good), 1, "No such device: X"),
        (("calibration", "list", "--device", "X"), 1, "there is no device X"),
    ):
        answer = desk(*arguments)
        assert (answer.code, said in answer.err) == (code, True), answer
