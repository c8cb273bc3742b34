"""What notices say otherwise about the wish of a displaced booking, which keeps its claim."""

from __future__ import annotations

from web.entry_words import text

CLAIM_WORDS: dict[str, tuple[str, str]] = {
    "displaced": (
        text("Your booking lost its time"),
        text(
            "An outage took it. If the time becomes free again, it is offered to you first. You "
            "may also book another time once, without notice."
        ),
    ),
    "offer": (
        text("The time of your displaced booking is free again"),
        text(
            "It is held for you until %(deadline)s. Accept it before that, or the next is asked. "
            "If you let it go, you may still book another time once, without notice."
        ),
    ),
    "offer_expired": (
        text("The offer has expired"),
        text(
            "Your displaced booking no longer waits for its old time. You may still book another "
            "time once, without notice."
        ),
    ),
    "wish_removed": (
        text("Your displaced booking no longer waits in line"),
        text(
            "Somebody else left the line for you. You may still book another time once, without "
            "notice."
        ),
    ),
}
"""Title and sentence by the kind of notice; of other kinds, they are those of any wish.

`displaced` is here for a booking that waits for its time, which it does where that had not begun.
"""
