"""What msgspec says about a value, as a field, a rule and a limit that have words in ko and en."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin

from web.problem import FieldError


def error_from(name: str, message: str, kind: Any) -> FieldError:
    """The error that msgspec's `message` tells of the field `name`, which should be a `kind`."""
    text, _, path = message.partition(" - at `$")
    field = name + path.rstrip("`")
    for pattern, rule in _RULES:
        if found := re.match(pattern, text):
            limit = found.group(1) if found.groups() else None
            return FieldError(field=field, rule=rule, limit=limit)
    if text.startswith("Invalid enum value"):
        return FieldError(field=field, rule="choice", limit=", ".join(_choices(kind)))
    return FieldError(field=field, rule="value")


_RULES = (
    (r"Expected `datetime` with a timezone", "offset"),
    (r"(?:Invalid RFC3339 encoded datetime|Timestamp is out of range|Expected `datetime)", "time"),
    (r"(?:Invalid RFC3339 encoded date|Expected `date)", "date"),
    (r"Expected `str` of length <= (\d+)", "too_long"),
    (r"Expected `str` of length >= (\d+)", "too_short"),
    (r"Expected `str` matching regex", "form"),
    (r"Expected `array` of length <= (\d+)", "too_many"),
    (r"Expected `(?:int|float)` <= (\S+)", "too_large"),
    (r"Expected `(?:int|float)` >= (\S+)", "too_small"),
    (r"Integer value out of range", "value"),
    (r"Expected `([^`]+)`", "type"),
)


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [choice for part in get_args(kind) for choice in _choices(part)]
