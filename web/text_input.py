"""Text that people and programs send, made into one form, or refused."""

from __future__ import annotations

import unicodedata
from typing import Any

from web.problem import FieldError, Invalid

LINE_BREAKS_AND_TABS = "\n\t"
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Embeddings, overrides and isolates of direction (UAX #9): text reads otherwise than it is."""
FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""Fillers of Hangul, the blank of Braille, joiners and variation selectors."""


def clean(field: str, value: Any) -> Any:
    """A value as a rule may see it: all text in it NFC, trimmed, its lines broken by LF.

    Raises Invalid for control characters and lone surrogates (OWASP ASVS 5.0, 1.1.1 and 2.2.1), and
    for what turns the direction of text or breaks its lines otherwise.
    Korean typed on different systems arrives composed or decomposed; NFC makes it equal.
    """
    match value:
        case str():
            return clean_text(field, value)
        case list():
            return [clean(f"{field}[{number}]", item) for number, item in enumerate(value)]
        case dict():
            return {name: clean(f"{field}.{name}", item) for name, item in value.items()}
        case _:
            return value


def clean_text(field: str, text: str) -> str:
    text = text.replace("\r\n", "\n")
    if any(_refused(character) for character in text):
        raise Invalid(FieldError(field=field, rule="characters"))
    text = unicodedata.normalize("NFC", text).strip()
    return "" if all(_unseen(character) for character in text) else text


def _unseen(character: str) -> bool:
    """Whether a character alone shows nothing: zero-width, directional, a filler, a blank."""
    unseen = unicodedata.category(character) in {"Cf", "Zs", "Zl", "Zp"}
    return unseen or character in FILLERS or character in LINE_BREAKS_AND_TABS


def _refused(character: str) -> bool:
    if character in LINE_BREAKS_AND_TABS:
        return False
    return character in TURNING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
