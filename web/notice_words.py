"""What notices say: a headline, a sentence with the remedy, and where to go on."""

from __future__ import annotations

from typing import NamedTuple

from domain.claims import is_of_claim
from domain.period import last_day_before
from projections.notices import Notice
from web.claim_words import CLAIM_WORDS
from web.entry_words import text
from web.language import Language


class Said(NamedTuple):
    """The words of a kind of notice. `%(deadline)s` is filled in where there is one."""

    title: str
    sentence: str


WORDS: dict[str, Said] = {
    "request": Said(
        text("A request waits for your answer"),
        text("Please approve or decline it by %(deadline)s; then it expires."),
    ),
    "no_show_suspected": Said(
        text("Did they come?"),
        text("No hand-out was recorded, perhaps through no fault of theirs. Please say so."),
    ),
    "safety_stop": Said(
        text("Safety stop"),
        text("Somebody stopped the device for safety. Please look at the problem."),
    ),
    "urgent_problem": Said(
        text("Urgent problem"), text("A problem was reported as urgent. Please look at it.")
    ),
    "calibration_due": Said(
        text("Calibration falls due"),
        text("The certificate ends on %(deadline)s. Please plan the calibration before that."),
    ),
    "requested": Said(
        text("A booking was requested for you"),
        text("The time is held for you until the laboratory answers."),
    ),
    "booked": Said(
        text("A device was booked for you"), text("If you did not expect this, please ask.")
    ),
    "approved": Said(text("Your request was approved"), text("The time is yours.")),
    "declined": Said(
        text("Your request was declined"), text("Please choose another time or device.")
    ),
    "declined_of_bundle": Said(
        text("Your request was declined"),
        text(
            "The other devices of its bundle stay booked. Please cancel them on the page of the "
            "bundle if you don't need them without this one."
        ),
    ),
    "expired": Said(
        text("Your request expired"),
        text("Nobody answered in time. You may ask again, or call the laboratory."),
    ),
    "moved": Said(
        text("Your booking was moved"), text("This is its new time. Please check that it suits.")
    ),
    "other_device": Said(
        text("Your booking is on another device now"), text("Please check that it suits.")
    ),
    "transferred": Said(
        text("You have taken over a booking"), text("It is under your bookings from now on.")
    ),
    "given_away": Said(
        text("Somebody else has your booking now"),
        text("It was handed to a colleague of your company. If that is wrong, please ask."),
    ),
    "shortened": Said(
        text("Your booking was shortened"),
        text("This is its new time. Please check that it suits."),
    ),
    "extended": Said(text("Your booking was extended"), text("This is its new time.")),
    "cancelled": Said(
        text("Your booking was cancelled"), text("Please choose another time or device.")
    ),
    "displaced": Said(
        text("Your booking lost its time"),
        text("An outage took it. You may book it again once, without notice."),
    ),
    "no_show": Said(
        text("Recorded as a no-show"),
        text("Nobody came, and its hours count. If that is wrong, please tell the laboratory."),
    ),
    "no_show_withdrawn": Said(
        text("The no-show was withdrawn"), text("It does not count against your company.")
    ),
    "return_overdue": Said(
        text("Please return the device"),
        text("Its booked time is over. Bring it back, or ask for an extension."),
    ),
    "late_predecessor": Said(
        text("Your device may be late"),
        text(
            "It was due back at %(deadline)s from the use before yours, and is still out. "
            "Please ask the laboratory before you set out."
        ),
    ),
    "offer": Said(
        text("The time that you wait for is free"),
        text("It is held for you until %(deadline)s. Accept it before that, or the next is asked."),
    ),
    "offer_extended": Said(
        text("You have longer to accept the offer"),
        text("The system was down for a while, so it is held for you until %(deadline)s."),
    ),
    "offer_expired": Said(
        text("The offer has expired"), text("You have left the line. You may join it again.")
    ),
    "offer_withdrawn": Said(
        text("The offer was withdrawn"),
        text("An outage took the time. You keep your place in line."),
    ),
    "offer_suspended": Said(
        text("The offer was withdrawn"),
        text(
            "New bookings of your company are suspended. You keep your place in line, and are "
            "asked again after the suspension if the time is free."
        ),
    ),
    "wish_passed": Said(
        text("The time that you waited for has begun"),
        text(
            "It could not be offered to you, so you no longer wait for it. Please choose another "
            "time of this device."
        ),
    ),
    "claim_passed": Said(
        text("Your displaced booking did not get its time back"),
        text("That time has begun. You may still book another once, without notice."),
    ),
    "wish_removed": Said(
        text("You no longer wait in line"), text("Somebody else left the line for you.")
    ),
    "suspended": Said(
        text("New bookings of your company are suspended"),
        text(
            "Bookings made before stand. Offers of the waiting list are withdrawn, and the places "
            "in line are kept. Please contact the laboratory."
        ),
    ),
    "suspended_for_no_shows": Said(
        text("New bookings of your company are suspended after no-shows"),
        text(
            "This was the last of them. Bookings made before stand; please cancel in time what "
            "you will not use. Offers of the waiting list are withdrawn, and the places in line "
            "are kept. The laboratory can lift the suspension: tell it if one was not your fault."
        ),
    ),
    "company_suspended": Said(
        text("A company was suspended after no-shows"),
        text(
            "It can't make new bookings, and its managers were told. Please look at the "
            "no-shows, and reinstate it when that is settled."
        ),
    ),
    "reinstated": Said(
        text("Your company may book again"),
        text("The suspension has been lifted. No-shows before that count no longer."),
    ),
}


_LOST = frozenset({"displaced", "claim_passed"})
_LEFT = frozenset({"offer_expired", "wish_removed"})
"""What leads on to the claim on another time: of a displaced booking's wish, these as well."""


def title_of(notice: Notice, language: Language) -> str:
    return language.text(_words(notice).title)


def sentence_of(notice: Notice, language: Language) -> str:
    """The sentence; a certificate is good through a day, everything else ends at an hour."""
    said = language.text(_words(notice).sentence)
    if notice.deadline is None:
        return said
    if notice.kind == "calibration_due":
        written = language.day(last_day_before(notice.deadline))
    else:
        written = language.moment(notice.deadline)
    return said % {"deadline": written} if "%(" in said else said


def path_of(notice: Notice) -> str:
    """The page on which the reader can do something about it."""
    match notice.kind:
        case kind if kind in _LOST or (kind in _LEFT and is_of_claim(notice.wish_id)):
            return "/claims"
        case "safety_stop" | "urgent_problem" | "calibration_due":
            return f"/devices/{notice.device_id}/maintenance"
        case "wish_passed":
            return f"/devices/{notice.device_id}"
        case _ if notice.reservation_id is not None:
            return f"/reservations/{notice.reservation_id}"
        case _ if notice.wish_id is not None:
            return "/mine"
        case _:
            return "/staff#suspended" if notice.kind == "company_suspended" else "/timeline"


def _words(notice: Notice) -> Said:
    of_claim = CLAIM_WORDS.get(notice.kind) if is_of_claim(notice.wish_id) else None
    return WORDS[notice.kind] if of_claim is None else Said(*of_claim)


def path_of_several(notice: Notice) -> str:
    """The page on which several of a kind wait for the reader."""
    return "/staff" if notice.kind == "request" else path_of(notice)
