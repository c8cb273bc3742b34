"""`booking reservation`: from a phone call to the use log, as staff type it."""

from __future__ import annotations

import os
import subprocess
import sys

from booking.config import Settings
from booking.testbed import open_testbed
from tests.booking.cli_desk import (
    KIM,
    LEE,
    PARK,
    STAFF,
    Command,
    begun_slot,
    booking,
    day,
    desk,
    ids,
    requested,
    times,
)
from tests.booking.test_cli import environment
from tests.conftest import run

__all__ = ["booking", "desk"]

MAKE = ("reservation", "make", "ENE-001", "--for", KIM)


def test_a_phone_call_is_booked_listed_shown_and_cancelled(desk: Command) -> None:
    """The id of each answer is what the next command takes; who asked and why is shown."""
    made = desk(*MAKE, *times(2, "09:00", "11:00"), "--purpose", "CAN FD 지연", "--people", PARK)
    assert made.code == 0, made.err
    (booked,) = ids(made)
    assert "reservation confirmed  ENE-001" in made.out
    listed = desk("reservation", "list", "--company", "mudeung")
    assert listed.out.split()[:3] == [booked, "confirmed", "ENE-001"]
    assert desk("reservation", "list", "--device", "ENE-002").out == "No such reservation.\n"
    assert desk("reservation", "list", "--days", "1").out == "No such reservation.\n"
    shown = desk("reservation", "show", booked).out
    for part in ("Kim <kim@mudeung.example>", "Park <", "CAN FD 지연", "by system"):
        assert part in shown
    assert desk("reservation", "cancel", booked, "--reason", "전화").code == 1
    cancelled = desk("reservation", "cancel", booked, "--by", STAFF, "--reason", "전화")
    assert "reservation cancelled" in cancelled.out
    again = desk("reservation", "cancel", booked)
    assert again.code == 1
    assert "Not possible while the reservation is cancelled" in again.err
    assert desk("reservation", "list").out == "No such reservation.\n"
    assert desk("reservation", "list", "--status", "any").out.split()[1] == "cancelled"
    ended = desk("reservation", "show", booked).out
    assert "전화" in ended
    assert "by Staff <staff@lab.example>" in ended
    assert desk("reservation", "show", "r-none").err == ("booking: No such reservation: r-none.\n")


def test_taken_time_is_said_by_whom_and_what_is_free_instead(desk: Command) -> None:
    """Exit code 1, one line of error; the id in the way is one that can be looked up."""
    (first,) = ids(desk(*MAKE, *times(2, "09:00", "11:00")))
    refused = desk("reservation", "make", "ENE-001", "--for", LEE, *times(2, "10:00", "12:00"))
    assert refused.code == 1
    assert refused.err == "booking: This time is already taken. Please choose another time.\n"
    in_the_way, free = refused.out.split("Free instead:")
    assert first in in_the_way
    assert "mudeung" in in_the_way
    assert f"ENE-001  {day(2, '11:00')}" in free
    assert f"ENE-002  {day(2, '10:00')}" in free
    assert "`booking waitlist join ENE-001`" in free
    assert len(ids(desk("reservation", "list"))) == 1


def test_a_bundle_is_booked_whole_or_not_at_all(desk: Command) -> None:
    """Where one of two devices is taken, neither is booked, and other times are listed."""
    both = ("reservation", "make", "ENE-001", "ENE-002", "--for", PARK)
    made = desk(*both, *times(2, "09:00", "11:00"))
    assert made.code == 0, made.err
    assert len(ids(made)) == 2
    (bundle,) = ids(made, "g-")
    assert sorted(ids(desk("series", "show", bundle))) == sorted(ids(made))
    refused = desk(*both, *times(2, "10:00", "12:00"))
    assert refused.code == 1
    assert refused.err == "booking: nothing is booked: some of these devices cannot be.\n"
    assert refused.out.count("  taken  by reservation") == 2
    assert refused.out.count("Free instead:") == 2
    assert len(ids(desk("reservation", "list"))) == 2
    for more, message in (
        (("ENE-002",), "named twice: ENE-002"),
        (("--replaces", "r-1"), "are for one device"),
    ):
        wrong = desk(*both[:4], *more, *both[4:], *times(3, "09:00", "10:00"))
        assert (wrong.code, message in wrong.err) == (1, True), wrong.err


def test_a_reservation_is_moved_shortened_extended_and_handed_on(desk: Command) -> None:
    """Under the rules of a new booking; what nobody may do is said in one line."""
    (booked,) = ids(desk(*MAKE, *times(2, "09:00", "11:00")))
    (other,) = ids(desk(*MAKE, *times(2, "15:00", "16:00")))

    def step(name: str, *more: str) -> str:
        answer = desk("reservation", name, booked, *more)
        assert answer.code == 0, answer.err
        return answer.out

    def refused(name: str, *more: str) -> str:
        answer = desk("reservation", name, booked, *more)
        assert answer.code == 1
        assert answer.err.count("\n") == 1
        return answer.out + answer.err

    assert day(2, "12:00") in step("move", *times(2, "12:00", "14:00"))
    assert other in refused("move", *times(2, "14:00", "16:00"))
    assert "nothing to change" in refused("move", *times(2, "12:00", "14:00"))
    assert "later than --from" in refused("move", *times(2, "14:00", "12:00"))
    assert day(2, "13:00") in step("shorten", "--to", day(2, "13:00"))
    assert "that is no time" in refused("shorten", "--to", day(2, "11:00"))
    assert "--to, --from or both" in refused("shorten")
    assert day(2, "15:00") in step("extend", "--to", day(2, "15:00"))
    assert other in refused("extend", "--to", day(2, "15:30"))
    assert "later than" in refused("extend", "--to", day(2, "14:00"))
    assert "ENE-002" in step("transfer", "--device", "ENE-002", "--to", PARK)
    assert f"nobody of mudeung: {LEE}" in refused("transfer", "--to", LEE)
    assert "--to EMAIL" in refused("transfer")
    history = desk("reservation", "show", booked).out
    assert "Park <" in history
    for line in ("rescheduled", "shortened", "extended", "transferred"):
        assert f"reservation {line}" in history


def test_a_displaced_reservation_is_booked_again(desk: Command) -> None:
    """Its successor names what it replaces, once."""
    (hit,) = ids(desk(*MAKE, *times(2, "09:00", "11:00")))
    desk("outage", "schedule", "ENE-001", *times(2, "08:00", "18:00"))
    other = ("reservation", "make", "ENE-002", "--for", KIM, "--replaces", hit)
    (again,) = ids(desk(*other, *times(2, "09:00", "11:00")))
    assert hit in desk("reservation", "show", again).out
    assert "replaced by" not in desk("reservation", "show", again).out
    shown = desk("reservation", "show", hit).out
    assert "reservation displaced" in shown
    assert ["replaced", "by", again] in [line.split() for line in shown.splitlines()]
    left = desk("waitlist", "list", "--status", "left").out
    assert f"rebooked as {again}" in left
    twice = desk(*other, *times(2, "13:00", "15:00"))
    assert (twice.code, again in twice.err) == (1, True)


def test_looking_at_bookings_is_kept(desk: Command, database_url: str) -> None:
    """As it is when staff look in the browser; the operator is the system."""
    (booked,) = ids(desk(*MAKE, *times(2, "09:00", "11:00")))
    desk("reservation", "show", booked)
    desk("reservation", "list", "--device", "ENE-001")
    for option in ("--device", "--company"):
        refused = desk("reservation", "list", option, "nothing")
        assert (refused.code, "there is no" in refused.err) == (1, True)

    async def newest() -> list[tuple[str, str, str]]:
        async with open_testbed(database_url, Settings()) as testbed:
            found = await testbed.access_log.newest(10)
            return [(one.account_id, one.what, one.subject) for one in found]

    assert run(newest()) == [
        ("system", "list reservations", "all companies, ENE-001"),
        ("system", "read reservation", booked),
    ]


def test_a_reader_that_has_enough_is_no_mistake(desk: Command, database_url: str) -> None:
    """Like other programs before `| head`: silently, with the code of a closed pipe."""
    assert desk("reservation", "list").code == 0
    reader, writer = os.pipe()
    os.close(reader)
    answer = subprocess.run(
        [sys.executable, "-m", "booking", "reservation", "list"],
        env=environment(database_url),
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (answer.returncode, answer.stderr) == (141, b"")


def test_a_rule_is_set_aside_with_a_reason(desk: Command) -> None:
    """Only by naming rule, reason and who; nobody sets aside that time is taken."""
    long = (*MAKE, *times(2, "09:00", "20:00"))
    refused = desk(*long)
    assert refused.code == 1
    assert "The longest booking is 8 h" in refused.err
    pardon = ("--override", "maximum", "--because", "고객 감사")
    assert "given together" in desk(*long, *pardon[:2]).err
    assert "say whose with --by EMAIL" in desk(*long, *pardon).err
    made = desk(*long, *pardon, "--by", STAFF)
    assert made.code == 0, made.err
    assert made.out.split()[-3:] == ["policy", "overridden", "maximum"]
    assert desk(*long, "--override", "slot_taken", "--because", "x").code == 2
    assert "maximum" in desk("overrides").out


def test_requests_are_approved_and_declined(desk: Command, database_url: str) -> None:
    """A request that waits is found by its status; declining takes a reason and its author."""
    wanted, unwanted = requested(database_url, 2, "r-a"), requested(database_url, 3, "r-b")
    waiting = desk("reservation", "list", "--status", "requested")
    assert ids(waiting) == [wanted, unwanted]
    approved = desk("reservation", "approve", wanted, "--by", STAFF)
    assert "reservation approved" in approved.out
    assert desk("reservation", "approve", wanted).code == 1
    pardon = ("--override", "quota", "--because", "사업 연장")
    assert "say whose with --by EMAIL" in desk("reservation", "approve", unwanted, *pardon).err
    assert desk("reservation", "decline", unwanted).code == 2
    assert "--by EMAIL" in desk("reservation", "decline", unwanted, "--reason", "휴무").err
    declined = desk("reservation", "decline", unwanted, "--by", STAFF, "--reason", "휴무")
    assert declined.code == 0, declined.err
    assert "휴무" in desk("reservation", "show", unwanted).out


def test_an_approval_sets_the_quota_aside(desk: Command, database_url: str) -> None:
    """Staff name the rule and say why, as for every other step of theirs."""
    wanted = requested(database_url, 2, "r-a")
    assert desk("quota", "set", "mudeung", "--hours", "1").code == 0
    refused = desk("reservation", "approve", wanted, "--by", STAFF)
    assert (refused.code, "quota of 1" in refused.err) == (1, True)
    pardon = ("--override", "quota", "--because", "사업 연장")
    approved = desk("reservation", "approve", wanted, "--by", STAFF, *pardon)
    assert approved.out.split()[-3:] == ["policy", "overridden", "quota"], approved.err


def test_a_device_goes_out_comes_back_and_is_billed(desk: Command) -> None:
    """With the fields of the use log; figures can be corrected, and the fee waived."""
    (booked,) = ids(desk(*MAKE, *times(1, "09:00", "11:00")))
    (after,) = ids(desk(*MAKE, *times(1, "13:00", "14:00")))
    assert desk("reservation", "return", booked).code == 1
    ahead = desk("reservation", "hand-out", booked, "--at", day(1, "09:00"))
    assert ahead.code == 1
    held = desk("reservation", "hand-out", after)
    assert (held.code, "held for others before that" in held.err) == (1, True)
    assert booked in held.out
    out = desk("reservation", "hand-out", booked, "--by", STAFF)
    assert out.code == 0, out.err
    assert f"Next: {after}" in out.out
    assert "out for reservation" in desk("reservation", "hand-out", after).err
    assert desk("reservation", "list", "--status", "in_use").out.split()[:2] == [booked, "in_use"]
    back = ("reservation", "return", booked, "--samples", "12", "--staff-minutes", "30")
    assert "--by EMAIL" in desk(*back, "--notes", "케이블 교체").err
    returned = desk(*back, "--usage-type", "operated", "--by", STAFF, "--notes", "케이블 교체")
    assert returned.code == 0, returned.err
    assert "usage logged" in returned.out
    assert "0.5 h × 1,000 = 500 KRW  12 samples, 30 min of staff" in returned.out
    right = ("--by", STAFF, "--reason", "잘못 읽음")
    corrected = desk("reservation", "correct", booked, "--samples", "21", *right)
    assert "21 samples, 30 min" in corrected.out
    assert desk("reservation", "correct", after, "--samples", "1", *right).code == 1
    assert "usage waived" in desk("reservation", "waive", booked, *right).out
    assert desk("reservation", "waive", booked, *right).code == 1
    assert desk(*back, "--samples", "some").code == 2


def test_a_no_show_is_recorded_and_withdrawn(desk: Command) -> None:
    """Never before the start; what was never suspected needs no dismissal."""
    (ahead,) = ids(desk(*MAKE, *times(2, "09:00", "11:00")))
    early = desk("reservation", "no-show", ahead)
    assert early.code == 1
    (begun,) = ids(desk("reservation", "make", "ENE-003", "--for", KIM, *begun_slot()))
    assert desk("reservation", "dismiss-no-show", begun).code == 1
    assert "no show recorded" in desk("reservation", "no-show", begun).out
    assert "no show withdrawn" in desk("reservation", "withdraw-no-show", begun).out
    assert desk("reservation", "withdraw-no-show", begun).code == 1
    (again,) = ids(desk("reservation", "make", "ENE-003", "--for", KIM, *begun_slot()))
    assert "late: its hours count in full" in desk("reservation", "cancel", again).out
    assert desk("reservation", "list", "--status", "suspected").out == "No such reservation.\n"


def test_what_cannot_be_asked_for(desk: Command) -> None:
    """What is refused exits with 1, what makes no sense with 2, and both say why."""
    for more, code, message in (
        (("--for", "nobody@x.example"), 1, "there is no account nobody@x.example"),
        (("--for", STAFF), 1, "nobody of a company"),
        (("--people", LEE), 1, f"nobody of mudeung: {LEE}"),
        (("--by", KIM), 1, "nobody of the laboratory"),
        (("--purpose", "a\x1bb"), 2, "one line of 1 to 2000 characters"),
        (("--purpose", " "), 2, "one line of 1 to 2000 characters"),
        (("--from", "soon"), 2, "a time such as"),
        (("--to", day(2, "08:00")), 1, "--to has to be later than --from"),
        (("--usage-type", "rent"), 2, "invalid choice"),
    ):
        answer = desk(*MAKE, *times(2, "09:00", "10:00"), *more)
        assert (answer.code, message in answer.err) == (code, True), answer.err
    assert desk("reservation", "list", "--status", "any").out == "No such reservation.\n"


def test_each_shows_examples(booking: Command) -> None:
    """`--help` says how it is typed."""
    for action in (
        *("list", "show", "make", "approve", "decline", "cancel", "move", "shorten", "extend"),
        *("transfer", "hand-out", "return", "correct", "waive"),
        *("no-show", "withdraw-no-show", "dismiss-no-show"),
    ):
        answer = booking("reservation", action, "--help")
        assert answer.code == 0
        assert f"examples:\n  booking reservation {action}" in answer.out
