"""The terms under which a device can be booked, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

MOST_OFFER_MINUTES = 31 * 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OpeningHours(msgspec.Struct, frozen=True, kw_only=True):
    """Spans of `HH:MM` wall-clock time in Asia/Seoul for each weekday; `24:00` ends a day."""

    mon: tuple[tuple[str, str], ...] = ()
    tue: tuple[tuple[str, str], ...] = ()
    wed: tuple[tuple[str, str], ...] = ()
    thu: tuple[tuple[str, str], ...] = ()
    fri: tuple[tuple[str, str], ...] = ()
    sat: tuple[tuple[str, str], ...] = ()
    sun: tuple[tuple[str, str], ...] = ()

    def on(self, weekday: int) -> tuple[tuple[str, str], ...]:
        """The spans of a weekday, Monday being 0."""
        spans: tuple[tuple[str, str], ...] = getattr(self, WEEKDAYS[weekday])
        return spans


_AROUND_THE_CLOCK = (("00:00", "24:00"),)
ALWAYS_OPEN = OpeningHours(**dict.fromkeys(WEEKDAYS, _AROUND_THE_CLOCK))


class TermsOfUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a company has to keep to. Lengths are minutes unless the name says days.

    `calibration_hours` of use after a calibration make the next one due, which is only a warning.
    `notice_minutes` is the least time between request and start, `horizon_days` the most.
    A device that `runs_unattended` may be booked across closed time: then only the start and the
    end (hand-out and return) have to lie within opening hours. A request expires when nobody
    answers it within `answer_within_minutes`; a reservation that is not handed out within
    `no_show_minutes` of its start is a no-show (0: never by itself). Freed time is held
    `offer_minutes` long for the first of those who wait for it.
    """

    slot_minutes: int = 30
    minimum_minutes: int = 30
    maximum_minutes: int = 480
    notice_minutes: int = 0
    horizon_days: int = 180
    buffer_before: int = 0
    buffer_after: int = 0
    opening_hours: OpeningHours = ALWAYS_OPEN
    closed_on_holidays: bool = True
    runs_unattended: bool = False
    approval_required: bool = False
    qualification_required: bool = False
    operator_required: bool = False
    calibration_required: bool = False
    irb_required: bool = False
    cancel_notice_minutes: int = 0
    calibration_hours: int | None = None
    answer_within_minutes: int = 2880
    no_show_minutes: int = 60
    offer_minutes: int = 1440


def flaws(terms: TermsOfUse) -> Iterator[tuple[str, object]]:
    """The names and values of terms that no booking could be held against."""
    lengths = ("slot_minutes", "minimum_minutes", "maximum_minutes", "horizon_days")
    for name in (*lengths, "offer_minutes"):
        if getattr(terms, name) <= 0:
            yield name, getattr(terms, name)
    for name in ("notice_minutes", "buffer_before", "buffer_after", "cancel_notice_minutes"):
        if getattr(terms, name) < 0:
            yield name, getattr(terms, name)
    if terms.offer_minutes > MOST_OFFER_MINUTES:
        yield "offer_minutes", terms.offer_minutes
    if terms.maximum_minutes < terms.minimum_minutes:
        yield "maximum_minutes", terms.maximum_minutes
    for weekday, name in enumerate(WEEKDAYS):
        spans = terms.opening_hours.on(weekday)
        clocks = [clock for span in spans for clock in span]
        if clocks != sorted(clocks) or not all(_CLOCK.fullmatch(clock) for clock in clocks):
            yield f"opening_hours.{name}", spans


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
