"""iCalendar's text: content lines as RFC 5545 asks for them, octet by octet.

Calendar programs differ in what they forgive. What is written here is what all of them read: UTF-8
without a byte order mark, CRLF, lines of at most 75 octets that are never cut inside a character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

OCTETS = 75  # RFC 5545, 3.1, without the line's end


def content_line(name: str, value: str) -> bytes:
    """One folded content line with its CRLF; `name` carries its parameters, `value` is encoded."""
    line = f"{name}:{value}".encode()
    if len(line) <= OCTETS:
        return line + b"\r\n"
    parts, start = [], 0
    # A continuation begins with a space, which counts.
    room = OCTETS
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # inside a UTF-8 sequence  # noqa: PLR2004
            end -= 1
        parts.append(line[start:end])
        start, room = end, OCTETS - 1
    parts.append(line[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def text_line(name: str, text: str) -> bytes:
    """A property of type TEXT, cleaned and escaped."""
    return content_line(name, escaped(text))


def texts_line(name: str, texts: Iterable[str]) -> bytes:
    """A property of several TEXT values, such as CATEGORIES: only the commas within are escaped."""
    return content_line(name, ",".join(escaped(text) for text in texts))


def escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11: backslash, semicolon, comma and newline escaped."""
    return clean(text).translate(_ESCAPES)


def clean(text: str) -> str:
    """Text that no calendar program stumbles over, in NFC.

    Without control characters (a stray BEL makes some drop the whole feed), lone surrogates, byte
    order marks and bidirectional overrides; every kind of line break is one newline.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", text))


def utc(moment: datetime) -> str:
    """A DATE-TIME in UTC, to the second below."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def local(moment: datetime) -> str:
    """A DATE-TIME on the clock of the moment's own zone."""
    return moment.strftime("%Y%m%dT%H%M%S")


def whole_day(day: date) -> str:
    return day.strftime("%Y%m%d")


_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
