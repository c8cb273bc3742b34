"""`booking waitlist`: standing in line for taken time, and the offer that follows."""

from __future__ import annotations

from tests.booking.cli_desk import KIM, LEE, PARK, Command, booking, desk, ids, times

__all__ = ["booking", "desk"]

TIME = times(2, "09:00", "11:00")


def test_an_offer_follows_a_cancellation_and_is_accepted(desk: Command) -> None:
    """What frees the time says to whom it was offered; accepting it books it."""
    (taken,) = ids(desk("reservation", "make", "ENE-001", "--for", KIM, *TIME))
    assert desk("waitlist", "list").out == "Nobody waits.\n"
    joined = desk("waitlist", "join", "ENE-001", "--for", LEE, *TIME, "--purpose", "재시험")
    assert joined.code == 0, joined.err
    (wish,) = ids(joined, "w-")
    assert joined.out.split()[1:4] == ["waiting", "place", "1"]
    early = desk("waitlist", "accept", wish)
    assert (early.code, "Nothing has been offered" in early.err) == (1, True)
    cancelled = desk("reservation", "cancel", taken)
    assert ids(cancelled, "w-") == [wish]
    assert "slot offered           ENE-001" in cancelled.out
    assert "to be accepted until" in desk("waitlist", "list", "--company", "hanbit").out
    accepted = desk("waitlist", "accept", wish)
    assert accepted.code == 0, accepted.err
    (booked,) = ids(accepted)[-1:]
    assert "재시험" in desk("reservation", "show", booked).out
    assert desk("waitlist", "accept", wish).code == 1
    assert desk("waitlist", "list", "--status", "accepted").out.split()[-1] == booked


def test_who_leaves_passes_the_offer_on(desk: Command) -> None:
    """A line has places; time that is free, or one's own, is not waited for."""
    free = desk("waitlist", "join", "ENE-001", "--for", LEE, *TIME)
    assert (free.code, free.err.count("\n")) == (1, 1)
    (taken,) = ids(desk("reservation", "make", "ENE-001", "--for", KIM, *TIME))
    (first,) = ids(desk("waitlist", "join", "ENE-001", "--for", LEE, *TIME), "w-")
    second = desk("waitlist", "join", "ENE-001", "--for", PARK, *TIME)
    assert second.out.split()[1:4] == ["waiting", "place", "2"]
    again = desk("waitlist", "join", "ENE-001", "--for", LEE, *TIME)
    assert (again.code, "waits for overlapping time" in again.err) == (1, True)
    desk("reservation", "cancel", taken)
    left = desk("waitlist", "leave", first)
    assert left.code == 0, left.err
    assert ids(left, "w-") == [first, *ids(second, "w-")]
    assert desk("waitlist", "leave", first).code == 1
    assert "No such wish" in desk("waitlist", "leave", "w-none").err
    for action in ("list", "join", "accept", "leave"):
        answer = desk("waitlist", action, "--help")
        assert f"examples:\n  booking waitlist {action}" in answer.out
