"""What msgspec says about a value, as a field, a rule and a limit that have words in ko and en."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin

import msgspec

from web.problem import FieldError


def error_from(name: str, message: str, kind: Any) -> FieldError:
    """The error that msgspec's `message` tells of the field `name`, which should be a `kind`."""
    text, _, path = message.partition(" - at `$")
    field = name + path.rstrip("`")
    for pattern, rule in _OF_OBJECTS:
        if found := re.match(pattern, text):
            return FieldError(field=f"{field}.{found.group(1)}", rule=rule)
    for pattern, rule in _RULES:
        if found := re.match(pattern, text):
            limit = found.group(1) if found.groups() else None
            if rule == "form":
                limit = next((one for part, one in _EXAMPLES if part in str(limit)), "AUT-001")
            return FieldError(field=field, rule=rule, limit=limit)
    if text.startswith("Invalid enum value"):
        asked = _at(path.rstrip("`"), kind)
        return FieldError(field=field, rule="choice", limit=", ".join(_choices(asked)))
    return FieldError(field=field, rule="value")


_OF_OBJECTS = (
    (r"Object missing required field `([^`]+)`", "required"),
    (r"Object contains unknown field `([^`]+)`", "unknown_field"),
)
_RULES = (
    (r"Expected `datetime` with a timezone", "offset"),
    (r"(?:Invalid RFC3339 encoded datetime|Timestamp is out of range|Expected `datetime)", "time"),
    (r"(?:Invalid RFC3339 encoded date|Expected `date)", "date"),
    (r"Expected `str` of length <= (\d+)", "too_long"),
    (r"Expected `str` of length >= (\d+)", "too_short"),
    (r"Expected `str` matching regex ['\"](.*)['\"]$", "form"),
    (r"Expected `array` of length <= (\d+)", "too_many"),
    (r"Expected `array` of length >= (\d+)", "too_few"),
    (r"Expected `(?:int|float)` <= (\S+)", "too_large"),
    (r"Expected `(?:int|float)` >= (\S+)", "too_small"),
    (r"Integer value out of range", "value"),
    (r"Expected `([^`]+)`", "type"),
)

_EXAMPLES = (
    ("24:00", "09:30"),
    ("{4}-", "2026-12"),
    ("[a-z_]", "slot_taken"),
    ("_+/-", "Asia/Seoul"),
    ("A-Za-z0-9", "AUT-001"),
)
"""Something of each form that a pattern asks for, by what the pattern has and others have not."""


def _at(path: str, kind: Any) -> Any:
    """The kind of the value at a path such as `.every` within a value of `kind`."""
    for name in re.findall(r"\.(\w+)", path):
        structs = (one for one in (kind, *get_args(kind)) if isinstance(one, type))
        struct = next((one for one in structs if issubclass(one, msgspec.Struct)), None)
        if struct is None:
            return kind
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
        kind = fields.get(name, kind)
    return kind


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [choice for part in get_args(kind) for choice in _choices(part)]
