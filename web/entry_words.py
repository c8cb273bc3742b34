"""The field's standard terms for sectors, statuses and kinds, in the reader's language."""

from __future__ import annotations

from projections.calendar import Entry
from web.language import Language

SECTORS = ("automotive", "healthcare", "energy")


def text(message: str) -> str:
    """Marks a message for the catalogue; it is translated where the reader is known."""
    return message


_SECTORS = {
    "automotive": text("Automotive"),
    "healthcare": text("Healthcare"),
    "energy": text("Energy"),
}
_STATUSES = {
    "requested": text("Waiting for approval"),
    "confirmed": text("Confirmed"),
    "in_use": text("In use"),
    "returned": text("Returned"),
    "declined": text("Declined"),
    "expired": text("Expired"),
    "cancelled": text("Cancelled"),
    "displaced": text("Displaced by an outage"),
    "no_show": text("No-show"),
    "scheduled": text("Planned"),
    "broken": text("Broken down"),
    "repaired": text("Repaired"),
    "offered": text("Offered to the waiting list"),
    "accepted": text("Accepted"),
    "withdrawn": text("Offer withdrawn"),
    "left": text("Left the line"),
}
_WISHES = {
    "waiting": text("Waiting in line"),
    "offered": text("Offered"),
    "accepted": text("Accepted"),
    "expired": text("Not accepted in time"),
    "left": text("Left the line"),
    "passed": text("Began without an offer"),
}
_KINDS = {
    "reservation": text("Reservation"),
    "buffer": text("Buffer"),
    "offer": text("Offered to the waiting list"),
    "maintenance": text("Maintenance"),
    "calibration": text("Calibration"),
    "breakdown": text("Breakdown"),
    "closed": text("Closed"),
}
_ROLES = {
    "member": text("Member"),
    "manager": text("Company manager"),
    "staff": text("Laboratory staff"),
    "auditor": text("Auditor"),
    "administrator": text("Administrator"),
}
_COMPANY_KINDS = {
    "startup": text("Start-up"),
    "small": text("Small company"),
    "medium": text("Medium-sized company"),
    "large": text("Large company"),
    "university": text("University"),
    "institute": text("Research institute"),
}
_DOUBTS = {
    "system_down": text("The system was down for a while."),
    "device_out": text("The device was still out with the use before."),
    "device_broken": text("The device was broken down."),
    "safety_stop": text("The device was stopped for safety."),
    "device_suspended": text("Bookings of the device were suspended."),
    "device_retired": text("The device had been taken out of service."),
    "calibration_lapsed": text("The device had no valid calibration."),
}
_USAGE_TYPES = {
    "direct": text("Direct use"),
    "operated": text("Operated use"),
}


def sector_word(sector: str, language: Language) -> str:
    return language.text(_SECTORS.get(sector, sector))


def status_word(status: str, language: Language) -> str:
    return language.text(_STATUSES[status])


def wish_word(status: str, language: Language) -> str:
    """Where a wish of the waiting list stands."""
    return language.text(_WISHES[status])


def kind_word(kind: str, language: Language) -> str:
    return language.text(_KINDS[kind])


def role_word(role: str, language: Language) -> str:
    return language.text(_ROLES[role])


def doubt_words(doubt: str | None, language: Language) -> str:
    """Why a start that was missed may not be the company's fault, as a sentence."""
    return "" if doubt is None else language.text(_DOUBTS[doubt])


def usage_word(usage_type: str | None, language: Language) -> str:
    known = usage_type or "direct"
    return language.text(_USAGE_TYPES[known])


def company_kind_word(kind: str, language: Language) -> str:
    """이용기관 유형; a kind that companies were registered with freely is shown as it is."""
    return language.text(_COMPANY_KINDS.get(kind, kind))


def taken_word(entry: Entry, language: Language) -> str:
    """What somebody reads who may only know that the time is taken, and why."""
    if entry.kind != "reservation":
        return kind_word(entry.kind, language)
    if entry.status in {"requested", "in_use"}:
        return status_word(entry.status, language)
    return language.text("Booked")
