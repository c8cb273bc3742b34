"""What a feed's entries say, for readers who may see them in full and for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.calendar import SHOWN, Entry
from projections.devices import Device
from web.entry_words import kind_word, sector_word, status_word, usage_word
from web.language import Language

if TYPE_CHECKING:
    from web.feed_text import Item


def summary(item: Item, device: Device | None, language: Language) -> str:
    """The title of an entry; `device` where the feed holds more than one device.

    What waits or is over says so in words too, since many programs ignore STATUS.
    """
    entry = item.entry
    title = _title(item, language)
    if device is not None:
        name = f"{entry.device_id} {device.name.in_language(language.code)}"
        title = f"{name} · {title}" if title else name
    if _own_offer(item):
        return f"[{_deadline(entry, language) or status_word(entry.status, language)}] {title}"
    marked = entry.kind == "reservation" and (entry.status not in SHOWN or _waits(item))
    return f"[{status_word(entry.status, language)}] {title}" if marked else title


def title_of_buffer(device: Device | None, part: str, language: Language) -> str:
    word = _buffer_word(part, language)
    return word if device is None else f"{device.device_id} · {word}"


def categories(item: Item, language: Language, part: str) -> list[str]:
    """Sector and kind of an entry, or of a `part` of it, `-before` or `-after`."""
    kind = _buffer_word(part, language) if part else kind_word(item.entry.kind, language)
    return [sector_word(item.entry.sector, language), kind]


def _buffer_word(part: str, language: Language) -> str:
    return language.text("Set-up") if part == "-before" else language.text("Clearing")


def description(item: Item, language: Language) -> str:
    """Line by line what the page of the entry says, without people's names."""
    entry, device = item.entry, item.device
    lines = []
    if device is not None:
        lines.append(f"{entry.device_id} {device.name.in_language(language.code)}")
    lines.append(language.text("Status: %(status)s", status=status_word(entry.status, language)))
    if deadline := _deadline(entry, language):
        lines.append(deadline)
    if item.company:
        lines.append(language.text("Company: %(name)s", name=item.company))
    if entry.kind == "reservation":
        kind = usage_word(entry.usage_type, language)
        lines.append(language.text("Usage type: %(kind)s", kind=kind))
    if item.text:
        purpose = entry.kind == "reservation"
        label = language.text("Purpose: %(text)s") if purpose else language.text("Reason: %(text)s")
        lines.append(label % {"text": item.text})
    return "\n".join(lines)


def _title(item: Item, language: Language) -> str:
    entry = item.entry
    if not item.full and entry.kind == "reservation":
        return language.text("Booked")
    if _own_offer(item):
        return language.text("Offered to you")
    if entry.kind != "reservation":
        word = kind_word(entry.kind, language)
        return f"{word} · {item.text}" if item.text else word
    # A purpose is often one word: the company tells the laboratory's people whose it is.
    known = [part for part in ("" if item.own else item.company, _first_line(item.text)) if part]
    return " · ".join(known) or language.text("Reservation")


def _own_offer(item: Item) -> bool:
    return item.full and item.own and item.entry.kind == "offer"


def _deadline(entry: Entry, language: Language) -> str:
    """Until when an offer that stands may be accepted; nothing for all other entries."""
    if entry.status != "offered" or entry.answer_by is None:
        return ""
    return language.text("Accept by %(when)s", when=language.moment(entry.answer_by))


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n", 1)[0][:200]


def _waits(item: Item) -> bool:
    return item.full and item.entry.status == "requested"
