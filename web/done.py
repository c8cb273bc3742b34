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
    "cancel",
    "approve",
    "decline",
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
    "moved-together",
    "waiting",
    "left",
    "rate",
    "recorded",
    "revoked",
    "signed-out",
]
DONE: frozenset[str] = frozenset(get_args(Done))


class Seen(AsOf, frozen=True, kw_only=True):
    """The parameters of a page that a form may lead back to."""

    done: Done | None = None


_WORDS = {
    "booked": text("Booked. It is on the timeline and in your calendar feed."),
    "requested": text("Requested. The time is held for you until the laboratory answers."),
    "changed": text("The booking has been changed."),
    "cancel": text("The booking has been cancelled."),
    "approve": text("The booking has been approved."),
    "decline": text("The request has been declined."),
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
    "moved-together": text("The bookings have been moved."),
    "waiting": text("You are in line. When the time becomes free, it is offered to you."),
    "left": text("You have left the line."),
    "rate": text("The price has been set."),
    "recorded": text("Recorded."),
    "revoked": text("The calendar address has been revoked."),
    "signed-out": text("You have signed out."),
}


def done_words(done: str | None, language: Language) -> str | None:
    return None if done is None else language.text(_WORDS[done])
