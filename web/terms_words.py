"""The terms of booking a device as sentences, for people who decide whether it suits them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from domain.terms_of_use import WEEKDAYS, TermsOfUse
from projections.devices import Device
from web.language import Language


def terms_in_words(device: Device, language: Language) -> Sequence[str]:
    """One sentence for each term, the lengths in the largest units that fit."""
    return list(_sentences(device.terms, language))


def _sentences(terms: TermsOfUse, language: Language) -> Iterator[str]:
    say, length = language.text, language.length
    yield say(
        "From %(least)s to %(most)s, in steps of %(slot)s",
        least=length(terms.minimum_minutes),
        most=length(terms.maximum_minutes),
        slot=length(terms.slot_minutes),
    )
    yield say("Open: %(hours)s", hours=", ".join(_hours(terms, language)))
    if terms.runs_unattended:
        yield say("Runs through nights and weekends; hand-out and return in opening hours")
    if terms.notice_minutes:
        yield say("Book at least %(time)s ahead", time=length(terms.notice_minutes))
    yield say("Bookings open %(time)s ahead", time=length(terms.horizon_days * 24 * 60))
    if terms.buffer_before:
        yield say("The laboratory sets it up for %(time)s before", time=length(terms.buffer_before))
    if terms.buffer_after:
        yield say("The laboratory clears it for %(time)s after", time=length(terms.buffer_after))
    yield from _conditions(terms, language)
    if terms.cancel_notice_minutes:
        yield say(
            "Free cancellation until %(time)s before the start; later it counts in full",
            time=length(terms.cancel_notice_minutes),
        )
    if terms.no_show_minutes:
        yield say(
            "Not picked up within %(time)s of the start, it is a no-show",
            time=length(terms.no_show_minutes),
        )


def _conditions(terms: TermsOfUse, language: Language) -> Iterator[str]:
    say, length = language.text, language.length
    if terms.approval_required:
        yield say(
            "Needs the laboratory's approval, given within %(time)s; the time is held meanwhile",
            time=length(terms.answer_within_minutes),
        )
    if terms.qualification_required:
        yield say("One of your people has to be trained on it, or book operated use")
    if terms.operator_required:
        yield say("Run by the laboratory's operator only")
    if terms.irb_required:
        yield say("Used on people: needs an IRB approval number")
    if terms.calibration_required:
        yield say("Only while its calibration is valid")


def _hours(terms: TermsOfUse, language: Language) -> Iterator[str]:
    """Days with the same hours together: Mon–Fri 08:00–20:00."""
    days = [(number, terms.opening_hours.on(number)) for number in range(len(WEEKDAYS))]
    if all(spans == (("00:00", "24:00"),) for _, spans in days):
        yield language.text("around the clock")
        return
    for spans, group in groupby(days, key=lambda day: day[1]):
        numbers = [number for number, _ in group]
        if spans:
            first, last = language.weekdays[numbers[0]], language.weekdays[numbers[-1]]
            named = first if first == last else f"{first}–{last}"
            yield f"{named} " + ", ".join(f"{opens}–{closes}" for opens, closes in spans)
