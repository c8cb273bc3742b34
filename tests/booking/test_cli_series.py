"""`booking series`: the dates of a rule previewed, booked, moved and cancelled from the desk."""

from __future__ import annotations

from tests.booking.cli_desk import KIM, LEE, STAFF, Command, booking, day, desk, ids, times

__all__ = ["booking", "desk"]

RIG = ("ENE-001", "--for", KIM)
THREE = ("--count", "3")


def test_dates_are_previewed_and_booked(desk: Command) -> None:
    """Each date is free, taken or against a rule; all are booked or, where asked, the free ones."""
    made = desk("reservation", "make", "ENE-001", "--for", LEE, *times(9, "09:00", "10:00"))
    (taken,) = ids(made)
    rule = (*RIG, *times(2, "09:00", "10:00"), "--every", "week", "--count", "3")
    preview = desk("series", "preview", *rule)
    assert preview.code == 0, preview.err
    lines = preview.out.splitlines()
    assert [line.split("  ")[2] for line in lines[:3]] == ["free", "taken", "free"]
    assert taken in lines[1]
    assert lines[3] == "3 dates: 2 free, 1 taken. Nothing was booked."
    assert ids(desk("reservation", "list")) == [taken]
    refused = desk("series", "make", *rule)
    assert refused.code == 1
    assert "1 of 3 dates cannot be; --only-free would book the other 2." in refused.err
    assert refused.out.splitlines() == lines[:3]
    made = desk("series", "make", *rule, "--only-free")
    assert made.code == 0, made.err
    assert len(ids(made)) == 2
    assert ids(made, "s-")
    assert "2 booked, 1 left out." in made.out
    shown = desk("series", "show", ids(made)[0])
    assert ids(shown) == ids(made)


def test_every_kind_of_rule(desk: Command) -> None:
    """Days, weekdays and named days of the week; the end is a date or a number."""
    asked = ("series", "preview", *RIG, *times(2, "09:00", "10:00"))
    for rule, expected in (
        (("--every", "day", "--count", "4"), "4 dates: 4 free."),
        (("--every", "day", "--interval", "2", "--until", day(8, "")), "4 dates: 4 free."),
        (("--every", "weekday", "--until", day(15, "")), "10 dates: 10 free."),
        (("--every", "week", "--on", "mon,thu", "--until", day(15, "")), "4 dates: 4 free."),
        (("--every", "week", "--count", "40"), "14 against a rule"),
    ):
        answer = desk(*asked, *(part.strip() for part in rule))
        assert answer.code == 0, answer.err
        assert expected in answer.out
    for rule, code, message in (
        (("--every", "day"), 2, "--until --count is required"),
        (("--every", "day", "--count", "0"), 2, "a whole number from 1 to 200"),
        (("--every", "week", "--on", "sol", "--count", "2"), 2, "some of mon,tue"),
        (("--every", "weekday", "--on", "mon", "--count", "2"), 1, "say --every week"),
        (("--every", "day", "--until", "2001-01-01"), 1, "no date"),
        (("--every", "day", "--count", "2", "--zone", "Mars/North"), 2, "a zone such as"),
    ):
        answer = desk(*asked, *rule)
        assert (answer.code, message in answer.err) == (code, True), answer


def test_a_clock_elsewhere_keeps_its_time(desk: Command) -> None:
    """A zone's daylight saving moves the time in Seoul, never on that zone's own clock."""
    start, end = "2027-03-05T09:00-05:00", "2027-03-05T10:00-05:00"
    rule = ("--from", start, "--to", end, "--every", "week", "--count", "3")
    preview = desk("series", "preview", *RIG, *rule, "--zone", "America/New_York")
    assert preview.code == 0, preview.err
    assert [line.split()[2] for line in preview.out.splitlines()[:3]] == ["23:00", "23:00", "22:00"]


def test_a_series_is_moved_and_cancelled_in_part_and_as_a_whole(desk: Command) -> None:
    """One date, it and later, or all; moved all or none, and what is in the way is said."""
    rule = (*times(2, "09:00", "10:00"), "--every", "day", "--count", "4")
    made = desk("series", "make", *RIG, *rule)
    first, second, third, last = ids(made)
    (series,) = ids(made, "s-")
    later = desk("series", "move", third, "--scope", "later", *times(4, "13:00", "14:00"))
    assert later.code == 0, later.err
    assert [day(4, "13:00") in later.out, day(5, "13:00") in later.out] == [True, True]
    one = desk("series", "move", first, *times(2, "07:00", "08:00"))
    assert ids(one) == [first]
    desk("reservation", "make", "ENE-001", "--for", LEE, *times(4, "15:00", "16:00"))
    refused = desk("series", "move", third, "--scope", "later", *times(4, "15:00", "16:00"))
    assert refused.code == 1
    assert "nothing was moved: 1 of 2 cannot be." in refused.err
    assert "taken" in refused.out
    assert "`booking series show" in desk("series", "move", series, *times(3, "09:00", "10:00")).err
    cancelled = desk("series", "cancel", last, "--by", STAFF, "--reason", "휴무")
    assert ids(cancelled) == [last]
    assert ids(desk("series", "cancel", second, "--scope", "later")) == [second, third]
    assert ids(desk("series", "cancel", series)) == [first]  # the only one left
    over = desk("series", "cancel", series)
    assert (over.code, "nothing to change" in over.err) == (1, True)
    statuses = [line.split()[1] for line in desk("series", "show", series).out.splitlines()]
    assert statuses == ["cancelled"] * 4


def test_a_whole_series_is_cancelled_only_by_saying_so(desk: Command) -> None:
    """Its id alone cancels nothing as long as several are left; how many is said."""
    made = desk("series", "make", *RIG, *times(2, "09:00", "10:00"), "--every", "day", *THREE)
    (series,) = ids(made, "s-")
    refused = desk("series", "cancel", series)
    assert (refused.code, "--scope all would cancel 3 reservations" in refused.err) == (1, True)
    shown = desk("series", "show", series).out.splitlines()
    assert [line.split()[1] for line in shown] == ["confirmed"] * 3
    assert ids(desk("series", "cancel", series, "--scope", "all")) == ids(made)


def test_a_bundle_is_cancelled_by_any_of_its_reservations(desk: Command) -> None:
    """What was booked alone has no series, and an unknown id is refused."""
    both = ("reservation", "make", "ENE-001", "ENE-002", "--for", KIM)
    one, other = ids(desk(*both, *times(2, "09:00", "10:00")))
    (alone,) = ids(desk("reservation", "make", *RIG, *times(3, "09:00", "10:00")))
    moved = desk("series", "move", one, "--scope", "all", *times(4, "09:00", "10:00"))
    assert sorted(ids(moved)) == sorted((one, other))
    cancelled = desk("series", "cancel", other, "--scope", "all")
    assert sorted(ids(cancelled)) == sorted((one, other))
    for arguments, message in (
        (("cancel", alone, "--scope", "all"), "was booked alone"),
        (("show", alone), "was booked alone"),
        (("show", "s-none"), "No such series or bundle: s-none."),
        (("cancel", "s-none"), "No such series or bundle: s-none."),
        (("cancel", "r-none"), "No such reservation: r-none."),
    ):
        refused = desk("series", *arguments)
        assert (refused.code, message in refused.err) == (1, True), refused
    assert ids(desk("series", "cancel", alone)) == [alone]


def test_each_shows_examples(booking: Command) -> None:
    """`--help` says how it is typed."""
    for action in ("preview", "make", "show", "cancel", "move"):
        answer = booking("series", action, "--help")
        assert answer.code == 0
        assert f"examples:\n  booking series {action}" in answer.out
