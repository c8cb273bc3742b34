"""The iCalendar part of a mail about a booking (RFC 5546, RFC 6047).

It is the entry of the feeds, as it stood after the event that the mail is about: the same UID and
SEQUENCE, so that a calendar program takes feed and mail for one entry, whichever comes first.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from booking.account import Account
from booking.testbed import Testbed
from domain.period import SEOUL
from projections import calendar, devices, usage
from projections.notices import Notice
from web import calendar_text as ical
from web.feed_text import PRODUCT, SHOWN_AS_HELD, Item, Writer, event_bytes
from web.language import Language
from web.vtimezone import vtimezone

Method = Literal["REQUEST", "CANCEL"]
GIVEN_AWAY = "given_away"
"""To whoever held the booking before; in that person's calendar it is no more."""
ABOUT_BOOKINGS = frozenset(
    {
        "requested",
        "booked",
        "approved",
        "declined",
        "declined_of_bundle",
        "expired",
        "moved",
        "other_device",
        "transferred",
        GIVEN_AWAY,
        "shortened",
        "extended",
        "cancelled",
        "displaced",
        "no_show",
        "no_show_withdrawn",
    }
)
"""Kinds of notices to the holder after which the booking in the holder's calendar is another."""


class Invitation(NamedTuple):
    """A calendar with one entry, and the method that the mail's part and the calendar name."""

    method: Method
    calendar: bytes


async def invitation(
    testbed: Testbed, notice: Notice, account: Account, language: Language, writer: Writer
) -> Invitation | None:
    """The part for a notice to its holder; None where a notice is about no booking of theirs."""
    reader, as_of = testbed.database.app, notice.position
    if notice.kind not in ABOUT_BOOKINGS or notice.reservation_id is None:
        return None
    entry = await calendar.reservation(reader, notice.reservation_id, as_of=as_of)
    if entry is None:
        return None
    if notice.kind == GIVEN_AWAY:
        entry = msgspec.structs.replace(entry, status="cancelled")
    company = await usage.company(reader, entry.company_id or "", as_of=as_of)
    item = Item(
        entry=entry,
        device=await devices.get_device(reader, entry.device_id, as_of=as_of),
        full=True,
        text=(await testbed.seals.open_many([entry.purpose or entry.reason]))[0],
        company=None if company is None else company.name.in_language(language.code),
        own=True,
    )
    method: Method = "REQUEST" if entry.status in SHOWN_AS_HELD else "CANCEL"
    people = (_organizer(testbed), _attendee(account, language))
    return Invitation(method, _calendar(method, event_bytes(item, writer, people)))


def _calendar(method: Method, event: bytes) -> bytes:
    opening = (
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    )
    lines = b"".join(ical.content_line(*line) for line in opening)
    return lines + vtimezone(SEOUL) + event + ical.content_line("END", "VCALENDAR")


def _organizer(testbed: Testbed) -> bytes:
    name, address = testbed.settings.mail_sender
    return ical.content_line(f"ORGANIZER{_common_name(name)}", f"mailto:{address}")


def _attendee(account: Account, language: Language) -> bytes:
    """Whoever holds the booking asked for it, so that no answer is expected (RSVP)."""
    parameters = "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
    name = _common_name(account.name(language.code))
    return ical.content_line(f"ATTENDEE;{parameters}{name}", f"mailto:{account.email}")


def _common_name(name: str) -> str:
    """The parameter CN, quoted; within quotes anything may stand but quotes (RFC 5545, 3.2)."""
    plain = ical.clean(name).replace("\n", " ").replace('"', "'").strip()
    return f';CN="{plain}"' if plain else ""
