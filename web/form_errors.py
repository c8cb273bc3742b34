"""What is wrong with a form, at its fields and on top, where each is named as the page names it."""

from __future__ import annotations

from collections.abc import Mapping

from web.entry_words import text
from web.errors import field_errors
from web.language import in_language
from web.problem import Invalid

_FORM_FIELDS = {
    "start": "start_time",
    "end": "end_time",
    "override.rules": "override_rules",
    "override.reason": "override_reason",
}
"""Fields of the API that a form has under another name; an end before its start is a wrong hour."""
_LABELS = {
    "start_day": text("Start"),
    "start_time": text("Start"),
    "end_day": text("End"),
    "end_time": text("End"),
    "from": text("First day"),
    "to": text("Last day"),
    "month": text("Month of the utilisation"),
    "at_day": text("Day"),
    "at_time": text("Time (HH:MM)"),
    "first": text("First date"),
    "until": text("Last date"),
    "count": text("How many times"),
    "interval": text("Interval"),
    "purpose": text("Purpose"),
    "reason": text("Reason"),
    "override_rules": text("Rules that must not refuse this booking"),
    "override_reason": text("Why they are set aside"),
    "company_id": text("Company"),
    "device_id": text("Device"),
    "people": text("Who comes along"),
    "account": text("Person"),
    "irb_number": text("IRB approval number"),
    "usage_type": text("Usage type"),
    "samples": text("Samples tested"),
    "staff_minutes": text("Staff's minutes"),
    "notes": text("Notes for the use log"),
    "krw_per_hour": text("KRW an hour"),
    "text": text("What is wrong"),
    "what_was_done": text("What was done"),
    "urgency": text("Urgency"),
    "work": text("Work done"),
    "repairer": text("Repairer"),
    "parts": text("Parts"),
    "cost": text("Cost in KRW"),
    "certificate": text("Certificate number"),
    "laboratory": text("Calibration laboratory"),
    "valid_through": text("Valid through"),
    "kind": text("Kind"),
    "every_weeks": text("Every how many weeks"),
    "expected_day": text("Expected to be repaired"),
    "expected_time": text("Expected to be repaired"),
}


def words_by_field(invalid: Invalid, language: str) -> dict[str, str]:
    """The words for each field of a form, by the name that it has in the form."""
    return {
        _form_field(error["field"]): error["message"] for error in field_errors(invalid, language)
    }


def with_labels(errors: Mapping[str, str], language: str) -> list[str]:
    """The same for the top of a page, each with the label of its field."""
    said = in_language(language)
    return [
        f"{said.text(_LABELS[field])}: {words}" if field in _LABELS else words
        for field, words in errors.items()
    ]


def _form_field(field: str) -> str:
    plain = field.partition("[")[0]
    return _FORM_FIELDS.get(plain, plain)
