"""What a feed holds, by its scope, and how much of it its reader may see today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from booking.account import Account
from booking.feed_tokens import Feed
from booking.testbed import Testbed
from domain.agenda import EntryKind
from domain.period import SEOUL, Period, day_period
from projections import devices as catalogue
from projections import usage
from projections.calendar import SHOWN, Entry, entries_between
from projections.devices import Device
from projections.newest_change import newest_change
from web.access import may_see_company
from web.entry_words import SECTORS, sector_word
from web.feed_text import MOST_ENTRIES, Heading, Item
from web.language import Language, in_language

OUTAGES: tuple[EntryKind, ...] = ("maintenance", "calibration", "breakdown")
DAYS_BACK, DAYS_AHEAD = 31, 365
DAYS_KEPT = 14
"""How long one's own feed still shows what was cancelled, so that every program hears of it."""
MOST_OWN = 5_000
_COLORS = {"automotive": "royalblue", "healthcare": "seagreen", "energy": "darkorange"}


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """A feed before it is written."""

    heading: Heading
    items: Sequence[Item]
    names_device: bool
    buffers: bool


def window_around(now: datetime) -> Period:
    """From 31 days back to 365 ahead, from midnight to midnight of Asia/Seoul."""
    today = now.astimezone(SEOUL).date()
    first = day_period(today - timedelta(days=DAYS_BACK))
    return first.until(day_period(today + timedelta(days=DAYS_AHEAD)).end)


async def contents_of(
    testbed: Testbed, feed: Feed, window: Period, as_of: int | None
) -> Contents | None:
    """The feed as its account may see it now; None where it may not, or no longer."""
    language = in_language(feed.language)
    named = await _named(testbed, feed, language, as_of)
    if named is None:
        return None
    reader, (scope, _, _) = testbed.database.app, feed.scope.partition(":")
    selection = _selection(feed)
    changed_at = await newest_change(reader, **await _changes(testbed, feed, as_of), as_of=as_of)
    found = await entries_between(reader, window.start, window.end, **selection, as_of=as_of)
    if scope == "mine":
        since = window.start + timedelta(days=DAYS_BACK - DAYS_KEPT)
        found = [one for one in found if one.status in SHOWN or one.changed_at >= since]
    devices = await catalogue.list_devices(reader, limit=1_000, as_of=as_of)
    return Contents(
        heading=Heading(
            name=named[0],
            about=named[1],
            url=f"{testbed.settings.public_url}/timeline",
            color=named[2],
            changed_at=changed_at,
        ),
        items=await _items(testbed, feed, found[:MOST_ENTRIES], devices, language),
        names_device=scope != "device",
        buffers=scope == "device",
    )


def shows_companies(feed: Feed) -> bool:
    """Whether a reader of the laboratory or of audit sees what companies booked, and why."""
    scope = feed.scope.partition(":")[0]
    everybodys = scope in {"device", "sector", "company"}
    return everybodys and feed.detail == "full" and feed.account.sees_everything


async def _items(
    testbed: Testbed,
    feed: Feed,
    found: Sequence[Entry],
    devices: Sequence[Device],
    language: Language,
) -> list[Item]:
    """Entries with what the reader may know; sealed text is opened for those alone."""
    account = feed.account
    full = [_in_full(feed, entry) for entry in found]
    readable = [
        (entry.purpose or entry.reason) if is_full and _reads_text(account, entry) else None
        for entry, is_full in zip(found, full, strict=True)
    ]
    texts = await testbed.seals.open_many(readable)
    by_id = {device.device_id: device for device in devices}
    companies = {
        company.company_id: company.name.in_language(language.code)
        for company in await usage.companies(testbed.database.app)
    }
    return [
        Item(
            entry=entry,
            device=by_id.get(entry.device_id),
            full=is_full,
            text=text,
            company=companies.get(entry.company_id or "") if is_full else None,
            own=entry.company_id is not None and entry.company_id == account.company_id,
        )
        for entry, is_full, text in zip(found, full, texts, strict=True)
    ]


def _in_full(feed: Feed, entry: Entry) -> bool:
    """Whether this reader sees more of an entry than that the time is taken."""
    if feed.detail == "busy":
        return False
    if feed.account.sees_everything or entry.kind not in {"reservation", "offer"}:
        return True
    # Feeds of a sector are passed around within companies, so they name nobody's bookings.
    return entry.company_id == feed.account.company_id and not feed.scope.startswith("sector:")


def _reads_text(account: Account, entry: Entry) -> bool:
    """The reasons of outages are the laboratory's own notes."""
    return account.sees_everything or entry.company_id == account.company_id


def _selection(feed: Feed) -> Mapping[str, Any]:
    scope, _, target = feed.scope.partition(":")
    match scope:
        case "device":
            return {"device_ids": [target], "limit": MOST_ENTRIES}
        case "sector":
            return {"sector": target, "limit": MOST_ENTRIES}
        case "company":
            return {"company_id": target, "limit": MOST_ENTRIES}
        case "maintenance":
            return {"kinds": OUTAGES, "limit": MOST_ENTRIES}
        case _:
            own = {"account_id": feed.account.account_id, "statuses": None}
            return {**own, "limit": MOST_OWN}


async def _changes(testbed: Testbed, feed: Feed, as_of: int | None) -> Mapping[str, Any]:
    """The part of the calendar whose changes are this feed's."""
    scope, _, target = feed.scope.partition(":")
    match scope:
        case "device":
            return {"device_ids": [target]}
        case "sector":
            ids = await catalogue.device_ids(testbed.database.app, sector=target, as_of=as_of)
            return {"device_ids": ids}
        case "company":
            return {"company_id": target}
        case "maintenance":
            return {"kinds": OUTAGES}
        case _ if feed.account.company_id is not None:
            # What a person gave to a colleague has left the person's feed, not the company.
            return {"company_id": feed.account.company_id}
        case _:
            return {"account_id": feed.account.account_id}


async def _named(
    testbed: Testbed, feed: Feed, language: Language, as_of: int | None
) -> tuple[str, str, str] | None:
    """Name, description and colour; None where there is no such thing for this reader."""
    reader, (scope, _, target) = testbed.database.app, feed.scope.partition(":")
    say, code = language.text, language.code
    device = company = None
    if scope == "device":
        device = await catalogue.get_device(reader, target, as_of=as_of)
    if scope == "company" and may_see_company(feed.account, target):
        company = await usage.company(reader, target, as_of=as_of)
    if device is not None:
        name = f"{target} {device.name.in_language(code)}"
        return (
            name,
            say("Bookings and outages of this device"),
            _COLORS.get(device.sector, "steelblue"),
        )
    if company is not None:
        name = say("Bookings of %(name)s", name=company.name.in_language(code))
        return name, say("All bookings of this company"), "mediumpurple"
    if scope == "sector" and target in SECTORS:
        name = say("%(sector)s devices", sector=sector_word(target, language))
        return name, say("When the devices of this sector are taken"), _COLORS[target]
    return {
        "maintenance": (
            say("Maintenance, calibration and breakdowns"),
            say("Outages of all devices"),
            "goldenrod",
        ),
        "mine": (say("My device bookings"), say("Bookings that I answer for"), "steelblue"),
    }.get(scope)
