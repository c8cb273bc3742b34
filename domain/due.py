"""When something about a reservation falls due: its answer and its hand-out; and an offer's end.

Events carry `answer_by` and `promised_at` as they were decided, so that terms set later do not
move them; whoever makes a reservation takes both from `when_made`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.period import Period
from domain.terms_of_use import TermsOfUse

RETURN_TOLERANCE = timedelta(minutes=10)
"""How long after its booked time a device may come back before anyone is told."""

SOON = timedelta(days=1)
"""A booking that begins within this time of a late return's end is kept waiting by it."""
CALIBRATION_WARNING = timedelta(days=30)
"""How long before the end of a certificate the laboratory is told."""


def when_made(terms: TermsOfUse, period: Period, now: datetime, *, asks: bool) -> dict[str, Any]:
    """The fields that say when a reservation falls due, for the event that makes or moves it.

    `asks` is True for a request, which an answer is due for. A time that had begun before it was
    confirmed says when that was (`promised_at`), so that nobody has missed it at once.
    """
    if asks:
        return {"answer_by": answer_by(terms, period, now)}
    return {"promised_at": promised_at(period, now)}


def answer_by(terms: TermsOfUse, period: Period, now: datetime) -> datetime:
    """When a request made now expires: after the time to answer, and at its start at the latest.

    What has begun already can be answered until it is over.
    """
    over = period.start if period.start > now else period.end
    return min(now + timedelta(minutes=terms.answer_within_minutes), over)


def offer_until(terms: TermsOfUse, period: Period, now: datetime) -> datetime:
    """When an offer made now expires: after the time to accept, and at its start at the latest."""
    return min(now + timedelta(minutes=terms.offer_minutes), period.start)


def promised_at(period: Period, now: datetime) -> datetime | None:
    """The moment of a confirmation that came after the start, else None."""
    return now if now > period.start else None


def hand_out_by(terms: TermsOfUse, period: Period, promised: datetime | None) -> datetime | None:
    """When a reservation without a hand-out is a no-show; None where the terms know none.

    The grace of the terms counts from the start, or from the confirmation if that came later, and
    ends with the booked time.
    """
    if terms.no_show_minutes == 0:
        return None
    grace = timedelta(minutes=terms.no_show_minutes)
    return min(max(period.start, promised or period.start) + grace, period.end)


def overdue_from(period: Period) -> datetime:
    """When a device that is still out is overdue."""
    return period.end + RETURN_TOLERANCE
