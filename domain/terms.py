"""The terms of booking a device, and whether a period keeps to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from domain import events as e
from domain.closures import Closures
from domain.decisions import Fact, Query
from domain.event import Event
from domain.period import SEOUL, Period, at_clock, days_touched, shown
from domain.rejected import Rejected, Violation
from domain.terms_of_use import TermsOfUse


class Terms(Fact):
    """The newest terms of a device; `terms_version` is the position where they were set."""

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.sector = ""
        self.now = TermsOfUse()
        self.terms_version: int | None = None

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.TermsSet,), tags=(f"device:{self.device_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:
        match event:
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
        yield Violation(rule="slot", limit=terms.slot_minutes, actual=shown(period.start))
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
        yield Violation(rule="past", limit=shown(now), actual=shown(period.start))
    elif period.start < earliest and not grace:
        yield Violation(rule="notice", limit=shown(earliest), actual=shown(period.start))
    if period.start > latest:
        yield Violation(rule="horizon", limit=terms.horizon_days, actual=shown(period.start))


def _opening(terms: TermsOfUse, period: Period, closures: Closures) -> Iterator[Violation]:
    spans = list(open_spans(terms, period, closures))
    if terms.runs_unattended:
        inside = any(span.start <= period.start < span.end for span in spans) and any(
            span.start < period.end <= span.end for span in spans
        )
    else:
        inside = any(span.contains(period) for span in spans)
    if not inside:
        yield Violation(
            rule="opening_hours",
            limit=_hours_of(terms, period.start.astimezone(SEOUL).date(), closures),
            actual=f"{shown(period.start)} ~ {shown(period.end)}",
        )


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
