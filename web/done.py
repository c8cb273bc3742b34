"""What a page says after a form was accepted, by the word in `?done=`."""

from __future__ import annotations

from typing import Literal, get_args

from web.as_of import AsOf
from web.entry_words import text
from web.language import Language

Done = Literal[
    "booked",
    "requested",
    "changed",
    "shortened-late",
    "asked-again",
    "transfer",
    "cancel",
    "cancel-late",
    "approve",
    "decline",
    "decline-one",
    "hand-out",
    "return",
    "correct",
    "waive",
    "no-show",
    "withdraw-no-show",
    "dismiss-no-show",
    "reinstated",
    "series",
    "bundle",
    "cancel-together",
    "cancel-together-late",
    "moved-together",
    "waiting",
    "left",
    "rate",
    "recorded",
    "broken-down",
    "repaired",
    "outage-moved",
    "outage-cancelled",
    "revoked",
    "signed-out",
    "again",
]
DONE: frozenset[str] = frozenset(get_args(Done))


class Seen(AsOf, frozen=True, kw_only=True):
    """The parameters of a page that a form may lead back to."""

    done: Done | None = None


_WORDS = {
    "booked": text("Booked. It is on the timeline and in your calendar feed."),
    "requested": text("Requested. The time is held for you until the laboratory answers."),
    "changed": text("The booking has been changed."),
    "shortened-late": text(
        "Changed. It was within the notice, so the hours given back count in full."
    ),
    "asked-again": text(
        "Changed. It needs approval again; its time is held until the laboratory answers."
    ),
    "transfer": text("The booking has been handed on."),
    "cancel": text("The booking has been cancelled."),
    "cancel-late": text(
        "The booking has been cancelled. It was within the notice, so its hours count in full."
    ),
    "approve": text("The booking has been approved."),
    "decline": text("The request has been declined."),
    "decline-one": text(
        "The request has been declined. The other devices of its bundle stay booked; its holder is "
        "told, and can cancel them on the page of the bundle."
    ),
    "hand-out": text("The device has been handed out."),
    "return": text("The device has been returned and its use logged."),
    "correct": text("The use log has been corrected. The next statement takes the difference."),
    "waive": text("The fee has been waived. The hours still count."),
    "no-show": text("Recorded as a no-show."),
    "withdraw-no-show": text("The no-show has been withdrawn."),
    "dismiss-no-show": text("Dismissed. It counts for nothing."),
    "reinstated": text("The company may book again."),
    "series": text("Booked. Every date is listed under my bookings."),
    "bundle": text("Booked: every device of the bundle."),
    "cancel-together": text("The bookings have been cancelled."),
    "cancel-together-late": text(
        "The bookings have been cancelled. Of those within the notice the hours count in full."
    ),
    "moved-together": text("The bookings have been moved."),
    "waiting": text("You are in line. When the time becomes free, it is offered to you."),
    "left": text("You have left the line."),
    "rate": text("The price has been set."),
    "recorded": text("Recorded."),
    "broken-down": text("Recorded. Whoever lost a booking to the breakdown hears of it."),
    "repaired": text("Repaired: it can be booked from now on. Lost times are offered back first."),
    "outage-moved": text("The outage has been moved."),
    "outage-cancelled": text("The outage is cancelled. Lost times are offered back first."),
    "revoked": text("The calendar address has been revoked."),
    "signed-out": text("You have signed out."),
    "again": text("Please type your e-mail address and your password again."),
}


def done_words(done: str | None, language: Language) -> str | None:
    return None if done is None else language.text(_WORDS[done])
