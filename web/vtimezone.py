"""VTIMEZONE, built from the rule that a zone's TZif file ends with (RFC 8536, 3.3).

The rule in force from the file's last transition on is all that a feed needs, whose entries lie
around today. A zone without daylight saving, such as Asia/Seoul, has one STANDARD observance and
no recurrence rule.
"""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from web.calendar_text import content_line


def vtimezone(zone: ZoneInfo) -> bytes:
    """The zone's VTIMEZONE component.

    Raises ValueError for a zone whose clocks change: its times would have to be written in UTC.
    """
    name, offset = _standard_time(_footer(zone.key))
    lines = (
        ("BEGIN", "VTIMEZONE"),
        ("TZID", zone.key),
        ("BEGIN", "STANDARD"),
        ("DTSTART", "19700101T000000"),
        ("TZNAME", name),
        ("TZOFFSETFROM", offset),
        ("TZOFFSETTO", offset),
        ("END", "STANDARD"),
        ("END", "VTIMEZONE"),
    )
    return b"".join(content_line(*line) for line in lines)


def _standard_time(rule: str) -> tuple[str, str]:
    """Abbreviation and `+hhmm` of a POSIX TZ rule such as `KST-9`, whose sign is the other way."""
    match = re.fullmatch(r"<?([A-Z0-9+-]+?)>?([+-]?)(\d{1,3})(?::(\d\d))?", rule)
    if match is None:
        raise ValueError(f"the rule {rule!r} changes its clocks")
    name, sign, hours, minutes = match.groups()
    west = timedelta(hours=int(hours), minutes=int(minutes or 0))
    east = sign == "-" or not west
    total = int(west.total_seconds()) // 60
    return name, f"{'+' if east else '-'}{total // 60:02d}{total % 60:02d}"


def _footer(key: str) -> str:
    """The last line of a zone's TZif file, from where `zoneinfo` reads it too."""
    for folder in TZPATH:
        path = Path(folder, key)
        if path.is_file():
            content = path.read_bytes()
            break
    else:
        content = files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()
    return content.rsplit(b"\n", 2)[-2].decode("ascii")
