"""Moments that staff enter after the fact, as forms have them: a day and a clock time.

A use goes out and comes back at any minute, so the hour is typed and not chosen from slots. All of
it is on the clock of Asia/Seoul.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from web.forms import read
from web.problem import Invalid
from web.when import ClockText, moment_at

ENTERED = ("at", "start", "end")
"""The fields of `web.step_bodies` that are such moments."""


class _Clock(msgspec.Struct, frozen=True):
    day: date
    time: ClockText


def in_moments(fields: dict[str, Any]) -> dict[str, Any]:
    """A form's fields with every `…_day` and `…_time` as the one moment that the API takes.

    Raises Invalid, naming the part that is missing or wrong.
    """
    rest = dict(fields)
    for name in ENTERED:
        parts = {part: rest.pop(f"{name}_{part}", None) for part in ("day", "time")}
        given = {part: value for part, value in parts.items() if value is not None}
        if given:
            clock = _read(name, given)
            rest[name] = moment_at(f"{name}_day", clock.day, clock.time).isoformat()
    return rest


def _read(name: str, given: dict[str, Any]) -> _Clock:
    try:
        return read(_Clock, given, strict=False)
    except Invalid as invalid:
        named = (
            msgspec.structs.replace(error, field=f"{name}_{error.field}")
            for error in invalid.errors
        )
        raise Invalid(*named) from invalid
