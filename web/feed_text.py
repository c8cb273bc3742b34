"""A calendar feed as bytes (RFC 5545, RFC 7986): the same state gives the same bytes.

`DTSTAMP` and `LAST-MODIFIED` are the recorded time of the last event that changed an entry, never
the present. There is no METHOD (so DTSTAMP may say that) and no UID for the calendar itself, with
which some programs take the whole feed for one entry.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

import msgspec

from domain.period import SEOUL, Period
from projections.calendar import SHOWN, Entry
from projections.devices import Device
from web import calendar_text as ical
from web.feed_words import categories, description, summary, title_of_buffer
from web.language import Language
from web.vtimezone import vtimezone

RENDERER = "3"
"""Raised when the same entries come to be written differently; part of every ETag."""
PRODUCT = "-//testbed-booking//Testbed booking//EN"
MOST_ENTRIES = 1_000
MOST_OCTETS = 1_000_000
SHOWN_AS_HELD = frozenset(SHOWN)


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed says about itself. `changed_at` is when anything in it changed last."""

    name: str
    about: str
    url: str
    color: str
    changed_at: datetime | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with what its reader may know of it.

    `full` is False where the reader sees only that the time is taken: then there is no text, no
    address, and the UID is one that only this feed has.
    """

    entry: Entry
    device: Device | None
    full: bool
    text: str | None = None
    company: str | None = None
    own: bool = False


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """How a feed's entries are written: language, names in UIDs and addresses, buffers or not."""

    language: Language
    origin: str
    site: str
    secret: str
    names_device: bool
    buffers: bool

    def uid(self, item: Item, part: str = "") -> str:
        """Stable for the reservation's life; in redacted entries known to this feed alone."""
        name = f"{item.entry.entry_id}{part}"
        if not item.full:
            name = hmac.digest(self.secret.encode(), name.encode(), "sha256").hex()[:40]
        return f"{name}@{self.origin}"


def feed_bytes(heading: Heading, items: Iterable[Item], writer: Writer) -> bytes:
    """The whole calendar, at most 1,000 entries and 1 MB: what lies farthest ahead is left out."""
    parts = [*_opening(heading), vtimezone(SEOUL)]
    end = ical.content_line("END", "VCALENDAR")
    count, size = 0, sum(map(len, parts)) + len(end)
    for item in items:
        for event in _events(item, writer):
            if count == MOST_ENTRIES or size + len(event) > MOST_OCTETS:
                return b"".join((*parts, end))
            parts.append(event)
            count, size = count + 1, size + len(event)
    return b"".join((*parts, end))


def etag_of(body: bytes, epoch: str) -> str:
    """A strong tag (RFC 9110, 8.8.3), quoted.

    It is taken from the bytes, which follow from the position, the window and the renderer, and
    also from what is in no ledger: what the feed's reader may see today, and erased texts.
    """
    digest = hashlib.sha256(f"{epoch}|{RENDERER}|".encode() + body).hexdigest()
    return f'"{digest[:32]}"'


def _opening(heading: Heading) -> Iterator[bytes]:
    yield ical.content_line("BEGIN", "VCALENDAR")
    yield ical.content_line("VERSION", "2.0")
    yield ical.content_line("PRODID", PRODUCT)
    yield ical.content_line("CALSCALE", "GREGORIAN")
    for name in ("NAME", "X-WR-CALNAME"):
        yield ical.text_line(name, heading.name)
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        yield ical.text_line(name, heading.about)
    yield ical.content_line("X-WR-TIMEZONE", SEOUL.key)
    yield ical.content_line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
    yield ical.content_line("X-PUBLISHED-TTL", "PT1H")
    yield ical.content_line("URL;VALUE=URI", heading.url)
    yield ical.content_line("COLOR", heading.color)
    if heading.changed_at is not None:
        yield ical.content_line("LAST-MODIFIED", ical.utc(heading.changed_at))


def _events(item: Item, writer: Writer) -> Iterator[bytes]:
    entry = item.entry
    held = entry.status in SHOWN_AS_HELD
    before, after = entry.buffers if writer.buffers and held else (None, None)
    if before is not None:
        yield _event(item, writer, before, "-before")
    yield _event(item, writer, entry.held)
    if after is not None:
        yield _event(item, writer, after, "-after")


def event_bytes(item: Item, writer: Writer, further: Iterable[bytes]) -> bytes:
    """An entry as its feed has it, with further lines: ORGANIZER and ATTENDEE, in a mail."""
    return _event(item, writer, item.entry.held, further=further)


def _event(
    item: Item, writer: Writer, period: Period, buffer: str = "", further: Iterable[bytes] = ()
) -> bytes:
    entry, language = item.entry, writer.language
    held = entry.status in SHOWN_AS_HELD
    # Whether another company's request has been answered yet is that company's affair.
    asked = item.full and entry.status == "requested"
    status = "TENTATIVE" if asked or entry.kind == "offer" else "CONFIRMED"
    lines: list[bytes] = [
        ical.content_line("BEGIN", "VEVENT"),
        ical.content_line("UID", writer.uid(item, buffer)),
        ical.content_line("DTSTAMP", ical.utc(entry.changed_at)),
        ical.content_line("LAST-MODIFIED", ical.utc(entry.changed_at)),
        ical.content_line("SEQUENCE", str(entry.sequence)),
        *_times(period),
        ical.content_line("STATUS", status if held else "CANCELLED"),
        ical.content_line("TRANSP", "OPAQUE" if held else "TRANSPARENT"),
        ical.texts_line("CATEGORIES", categories(item, language, buffer)),
    ]
    named = item.device if writer.names_device else None
    if buffer:
        lines.append(ical.text_line("SUMMARY", title_of_buffer(named, buffer, language)))
    else:
        lines.append(ical.text_line("SUMMARY", summary(item, named, language)))
    if item.device is not None:
        place = (item.device.site, item.device.location)
        where = ", ".join(text.in_language(language.code) for text in place)
        lines.append(ical.text_line("LOCATION", where))
    if item.full:
        lines.append(ical.content_line("CREATED", ical.utc(entry.created_at)))
    if item.full and not buffer:
        lines.append(ical.text_line("DESCRIPTION", description(item, language)))
        lines.append(ical.content_line("URL;VALUE=URI", f"{writer.site}{path_of(item)}"))
    lines.extend((*further, ical.content_line("END", "VEVENT")))
    return b"".join(lines)


def path_of(item: Item) -> str:
    """Where the entry is shown to people, and one's own offer can be accepted."""
    entry = item.entry
    if entry.kind == "reservation":
        return f"/reservations/{entry.entry_id}"
    return "/mine" if entry.kind == "offer" and item.own else f"/devices/{entry.device_id}"


def _times(period: Period) -> Sequence[bytes]:
    start, end = period.start.astimezone(SEOUL), period.end.astimezone(SEOUL)
    if start.time() == end.time() == time.min:
        # Whole days are dates, the end being the day after the last.
        return (
            ical.content_line("DTSTART;VALUE=DATE", ical.whole_day(start.date())),
            ical.content_line("DTEND;VALUE=DATE", ical.whole_day(end.date())),
        )
    # Seconds are the finest that a calendar knows, and an end must come after its start.
    end = max(end, start.replace(microsecond=0) + timedelta(seconds=1))
    return (
        ical.content_line(f"DTSTART;TZID={SEOUL.key}", ical.local(start)),
        ical.content_line(f"DTEND;TZID={SEOUL.key}", ical.local(end)),
    )
