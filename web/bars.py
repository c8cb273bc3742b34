"""How the time that something holds becomes bars of a week, day by day.

A bar's place is two classes, `s18 e26`: the half hours of its day where it starts and ends. What it
is shows in a class and in words, for screen readers and for those who see no colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

import msgspec

from booking.account import Account
from domain.period import SEOUL, Period, day_period, days_touched
from projections.calendar import Entry
from web.access import may_see_company
from web.entry_words import kind_word, status_word, taken_word
from web.language import Language, clock

SLOTS = 48
HALF_HOUR = timedelta(minutes=30)
ROOM_FOR_HOUR, ROOM_FOR_WORDS, ROOM_OF_ICON = 0.25, 0.4, 0.12
"""Shares of a day's width from which a bar has room for its hour, and for words beside it."""
WIDER = 2.2
"""A day with a row of its own has so many times the room, on the narrowest screen as well."""
ICONS = {"maintenance": "wrench", "calibration": "crosshair", "breakdown": "triangle-alert"}


class Bar(NamedTuple):
    """A part of an entry within one day. `path` is where it leads, for those who may see it."""

    classes: str
    label: str
    words: str
    icon: str | None
    path: str | None


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks, when, and what they may read: texts by entry id, names of companies by id.

    `offers` says to which company an offered time is offered, as far as the reader may know.
    `day_in_row` is True where each day has a row of its own, not a column among seven.
    """

    account: Account
    language: Language
    now: datetime
    texts: Mapping[str, str | None]
    companies: Mapping[str, str]
    offers: Mapping[str, str] = {}
    full_hours: bool = False
    day_in_row: bool = False

    def sees(self, entry: Entry) -> bool:
        return entry.kind == "reservation" and may_see_company(self.account, entry.company_id)

    def owns(self, entry: Entry) -> bool:
        company_id = entry.company_id or self.offers.get(entry.entry_id)
        return company_id is not None and company_id == self.account.company_id


def bars_by_day(entries: Sequence[Entry], week: Period, viewer: Viewer) -> dict[date, list[Bar]]:
    """The bars of one device's entries (in order of their starts) on each day of the week."""
    bars: dict[date, list[Bar]] = {}
    taken_until: datetime | None = None
    for entry in entries:
        period = _shown_period(entry, viewer.now)
        over = taken_until is not None and period.start < taken_until
        for buffer in filter(None, entry.buffers):
            for day in _days_in(buffer, week):
                bars.setdefault(day, []).append(_buffer_bar(buffer, day, viewer))
        for day in _days_in(period, week):
            bars.setdefault(day, []).append(_bar(entry, period, day, viewer, over=over))
        taken_until = max(taken_until or period.end, period.end)
    return bars


def numbered_bar(number: int, period: Period, day: date) -> Bar:
    """Another time to book, with the number that it has in the list of them."""
    start, end, _, _ = _slots(period, day)
    words = f"{number}: {_hours(period, day)}"
    return Bar(f"alternative s{start} e{end} n", str(number), words, None, None)


def _days_in(period: Period, week: Period) -> Iterator[date]:
    part = period.part_in(week)
    if part is not None:
        yield from days_touched(part)


def slot_of(moment: datetime) -> int:
    """The half hour of its day in Asia/Seoul that a moment lies in, from 0 to 47."""
    local = moment.astimezone(SEOUL)
    return local.hour * 2 + local.minute // 30


def _shown_period(entry: Entry, now: datetime) -> Period:
    """The time in which it is, or was, held, whatever was booked."""
    if entry.status == "in_use" and entry.period.end < now:
        return entry.held.until(now)
    return entry.held


def _bar(entry: Entry, period: Period, day: date, viewer: Viewer, *, over: bool) -> Bar:
    start, end, continues, goes_on = _slots(period, day)
    classes = [_state(entry, viewer), f"s{start} e{end}"]
    classes += ["from"] if continues else []
    classes += ["on"] if goes_on else []
    classes += ["over"] if over else []
    width = _place(end, viewer) - _place(start, viewer)
    width *= WIDER if viewer.day_in_row else 1
    width -= ROOM_OF_ICON if entry.kind in ICONS else 0
    label = ""
    if width >= ROOM_FOR_HOUR:
        label = viewer.language.text("continued") if continues else clock(period.start)
    if width >= ROOM_FOR_WORDS or (continues and width >= ROOM_FOR_HOUR):
        label = f"{label} {_title(entry, viewer)}"
    if not label:
        classes.append("n")
    return Bar(
        classes=" ".join(classes),
        label=label,
        words=_words(entry, period, day, viewer, label),
        icon=ICONS.get(entry.kind),
        path=_path(entry, viewer),
    )


def _path(entry: Entry, viewer: Viewer) -> str | None:
    """Where those who may see it read more, or answer an offer."""
    if entry.entry_id in viewer.offers:
        return "/mine" if viewer.owns(entry) else f"/devices/{entry.device_id}"
    return f"/reservations/{entry.entry_id}" if viewer.sees(entry) else None


def _buffer_bar(period: Period, day: date, viewer: Viewer) -> Bar:
    start, end, _, _ = _slots(period, day)
    words = viewer.language.text("Buffer")
    return Bar(f"buffer s{start} e{end}", "", f"{words} {_hours(period, day)}", None, None)


def _state(entry: Entry, viewer: Viewer) -> str:
    own = viewer.owns(entry)
    if entry.kind != "reservation":
        return f"{entry.kind} own" if own else entry.kind
    if entry.status == "requested":
        return "pending own" if own else "pending"
    if entry.status == "in_use":
        return "live own" if own else "live"
    gone_by = " past" if entry.status == "returned" or entry.period.end <= viewer.now else ""
    return ("mine" if own else "other") + gone_by


def _title(entry: Entry, viewer: Viewer) -> str:
    """What stands in the bar: a purpose for one's own, a company for the laboratory."""
    if entry.entry_id in viewer.offers:
        own = viewer.owns(entry)
        company = viewer.companies.get(viewer.offers[entry.entry_id], "")
        return viewer.language.text("Offered to you") if own else company
    if not viewer.sees(entry):
        return taken_word(entry, viewer.language)
    if viewer.owns(entry):
        purpose = (viewer.texts.get(entry.entry_id) or "").split("\n", 1)[0]
        return purpose or viewer.language.text("My booking")
    return viewer.companies.get(entry.company_id or "", "")


def _words(entry: Entry, period: Period, day: date, viewer: Viewer, label: str) -> str:
    """What a bar is called. What stands in it is part of its name: who speaks it finds the bar."""
    language = viewer.language
    said = [f"{language.weekdays[day.weekday()]} {_hours(period, day)}"]
    title = _title(entry, viewer)
    titles = [] if title in label else [title]
    if entry.kind != "reservation":
        said += [kind_word(entry.kind, language), *titles]
    elif viewer.sees(entry):
        if viewer.owns(entry):
            said.append(language.text("My booking"))
        said += [status_word(entry.status, language), *titles]
    else:
        said += titles
    words = " ".join(dict.fromkeys(said))
    return words if label in words else f"{label}, {words}"


def _hours(period: Period, day: date) -> str:
    part = period.part_in(day_period(day)) or period
    end = clock(part.end)
    return f"{clock(part.start)}–{'24:00' if end == '00:00' else end}"


def _slots(period: Period, day: date) -> tuple[int, int, bool, bool]:
    """Start and end in half hours of the day, and whether it comes from before and goes on."""
    span = day_period(day)
    start = (period.start - span.start) / HALF_HOUR
    end = (period.end - span.start) / HALF_HOUR
    # A breakdown may begin at any minute; what is begun counts whole, and nothing has no width.
    first = max(0, int(start))
    last = min(SLOTS, max(ceil(end), first + 1))
    return first, last, start < 0, end > SLOTS


def _place(slot: int, viewer: Viewer) -> float:
    """Where a half hour lies in the width of a day, as the style sheet folds it."""
    if viewer.full_hours:
        return slot / SLOTS
    day = min(max(slot - 16, 0), 24)
    return (min(slot, 16) * 0.375 + day * 3.6667 + max(0, slot - 40) * 0.75) / 100
