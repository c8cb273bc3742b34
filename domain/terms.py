"""The terms of booking a device, and whether a period keeps to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from domain import events as e
from domain.closures import Closures
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import SEOUL, Period, at_clock, days_touched, stamp
from domain.rejected import Rejected, Violation
from domain.terms_of_use import WEEKDAYS, TermsOfUse


class Terms(Fact):
    """The newest terms of a device, or the newest that were set before a position.

    `terms_version` is the position where they were set.
    """

    def __init__(self, device_id: str, before: int | None = None) -> None:
        self.device_id = device_id
        self.before = before
        self.sector = ""
        self.now = TermsOfUse()
        self.terms_version: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        newest = self.before is None
        return [Query(types=(e.TermsSet,), tags=(f"device:{self.device_id}",), newest=newest)]

    def when(self, event: Event, position: int) -> None:
        match event:
            case e.TermsSet() if self.before is not None and position >= self.before:
                pass
            case e.TermsSet():
                self.sector, self.now, self.terms_version = event.sector, event.terms, position
            case _:
                raise TypeError(f"terms do not know {event!r}")

    def occupied(self, period: Period) -> Period:
        """The period with the device's buffers, which is the time that the device is not free."""
        return period.padded(
            timedelta(minutes=self.now.buffer_before), timedelta(minutes=self.now.buffer_after)
        )

    def require_known(self) -> None:
        if self.terms_version is None:
            raise Rejected("device_unknown", actual=self.device_id)

    def require_allowed(
        self,
        period: Period,
        *,
        now: datetime,
        closures: Closures,
        running: bool = False,
    ) -> None:
        """Refuses a period that breaks any term, naming all that it breaks.

        A `running` use has begun already, so its start needs no notice.
        """
        violations = [
            *_lengths(self.now, period),
            *([] if running else _notice(self.now, period, now)),
            *_opening(self.now, period, closures),
        ]
        if violations:
            raise Rejected(violations=violations)

    def is_late(self, period: Period, now: datetime) -> bool:
        """True when giving back time comes within the cancellation notice."""
        return now > period.start - timedelta(minutes=self.now.cancel_notice_minutes)


def _lengths(terms: TermsOfUse, period: Period) -> Iterator[Violation]:
    local = period.start.astimezone(SEOUL)
    offset = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    slot = timedelta(minutes=terms.slot_minutes)
    ragged = (offset + timedelta(microseconds=local.microsecond)) % slot or period.length % slot
    if ragged:
        yield Violation(rule="slot", limit=terms.slot_minutes, actual=stamp(period.start))
    if period.length < timedelta(minutes=terms.minimum_minutes):
        yield Violation(rule="minimum", limit=terms.minimum_minutes, actual=period.minutes)
    if period.length > timedelta(minutes=terms.maximum_minutes):
        yield Violation(rule="maximum", limit=terms.maximum_minutes, actual=period.minutes)


def _notice(terms: TermsOfUse, period: Period, now: datetime) -> Iterator[Violation]:
    earliest = now + timedelta(minutes=terms.notice_minutes)
    latest = now + timedelta(days=terms.horizon_days)
    # Without notice the slot that has just begun may still be booked, until it is over.
    grace = timedelta(0) if terms.notice_minutes else timedelta(minutes=terms.slot_minutes)
    if period.start < now and period.start <= now - grace:
        yield Violation(rule="past", limit=stamp(now), actual=stamp(period.start))
    elif period.start < earliest and not grace:
        yield Violation(rule="notice", limit=stamp(earliest), actual=stamp(period.start))
    if period.start > latest:
        yield Violation(rule="horizon", limit=terms.horizon_days, actual=stamp(period.start))


def _opening(terms: TermsOfUse, period: Period, closures: Closures) -> Iterator[Violation]:
    """The limit is the hours of the day that is wrong: the first, or the last of what may run on.

    What somebody has to attend stays within the hours that it starts in.
    """
    spans = list(open_spans(terms, period, closures))
    starts_in = next((span for span in spans if span.start <= period.start < span.end), None)
    ends_in = next((span for span in spans if span.start < period.end <= span.end), None)
    if starts_in and ends_in and (terms.runs_unattended or starts_in == ends_in):
        return
    days = list(days_touched(period))
    may_run_on = terms.runs_unattended and starts_in is not None
    yield Violation(
        rule="opening_hours",
        limit=_hours_of(terms, days[-1] if may_run_on else days[0], closures),
        actual=f"{stamp(period.start)} ~ {stamp(period.end)}",
        about=tuple(_about(terms, days, closures, starts_in, ends_in)),
    )


def _about(
    terms: TermsOfUse,
    days: Sequence[date],
    closures: Closures,
    starts_in: Period | None,
    ends_in: Period | None,
) -> Iterator[tuple[str, str]]:
    """What is wrong on which day; nothing where the hours of the only day say it."""
    why, value = _why_not(terms, days[0], closures)
    if len(days) == 1:
        if why != "hours":
            yield why, value
        return
    if starts_in is None:
        yield f"start_{why}", value
    why, value = _why_not(terms, days[-1], closures)
    if ends_in is None and (terms.runs_unattended or why != "hours"):
        yield f"end_{why}", value
    if starts_in is not None and not terms.runs_unattended:
        yield "closing", stamp(starts_in.end)


def _why_not(terms: TermsOfUse, day: date, closures: Closures) -> tuple[str, str]:
    """Why a time on a day is not allowed: the day is closed, or the time not in its hours."""
    if terms.closed_on_holidays and closures.closed(day):
        return "closure", day.isoformat()
    if not terms.opening_hours.on(day.weekday()):
        return "weekday", WEEKDAYS[day.weekday()]
    return "hours", _hours_of(terms, day, closures)


def open_spans(terms: TermsOfUse, period: Period, closures: Closures) -> Iterator[Period]:
    """The opening hours on the dates that a period touches, joined where they meet."""
    pending: Period | None = None
    for day in days_touched(period):
        for opens, closes in _spans_on(terms, day, closures):
            span = Period(at_clock(day, opens), at_clock(day, closes))
            if pending is not None and pending.end == span.start:
                pending = pending.until(span.end)
                continue
            if pending is not None:
                yield pending
            pending = span
    if pending is not None:
        yield pending


def _spans_on(terms: TermsOfUse, day: date, closures: Closures) -> tuple[tuple[str, str], ...]:
    if terms.closed_on_holidays and closures.closed(day):
        return ()
    return terms.opening_hours.on(day.weekday())


def _hours_of(terms: TermsOfUse, day: date, closures: Closures) -> str:
    spans = _spans_on(terms, day, closures)
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans) or "—"
