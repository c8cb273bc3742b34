"""Whether a device can be had now, and if not, why or from when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from domain.period import SEOUL, at_clock
from projections.calendar import Entry
from projections.devices import Device
from projections.out_of_use import Reason, out_of_use
from web.language import Language, clock


class DeviceState(NamedTuple):
    """A class for the style sheet (`free`, `down`, `suspended`, `taken`) and the words for it."""

    name: str
    words: str


def state_now(
    device: Device,
    entries: Sequence[Entry],
    closed: Collection[date],
    now: datetime,
    language: Language,
    *,
    stopped: bool,
) -> DeviceState:
    """The state of a device from its entries (in order of their starts) around `now`.

    `stopped` is whether a safety stop holds for it.
    """
    reason = out_of_use(device, stopped=stopped, now=now)
    if reason is not None:
        name = "down" if reason == "safety_stop" else "suspended"
        return DeviceState(name, _why(reason, language))
    if device.breakdown_id is not None:
        return DeviceState("down", language.text("Broken down"))
    free_from = now
    for entry in entries:
        held = entry.occupied
        if entry.status == "in_use" and held.end <= now:
            return DeviceState("taken", language.text("In use"))
        if held.start <= free_from < held.end:
            free_from = held.end
    if free_from > now:
        return DeviceState("taken", _from(free_from, now, language))
    if _open(device, closed, now):
        return DeviceState("free", language.text("Free now"))
    return DeviceState("taken", language.text("Closed now"))


def _why(reason: Reason, language: Language) -> str:
    return {
        "retired": language.text("Retired"),
        "suspended": language.text("Bookings suspended"),
        "safety_stop": language.text("Stopped for safety"),
        "uncalibrated": language.text("Calibration expired"),
    }[reason]


def _from(moment: datetime, now: datetime, language: Language) -> str:
    local, today = moment.astimezone(SEOUL), now.astimezone(SEOUL).date()
    if local.date() == today:
        return language.text("from %(when)s", when=clock(moment))
    if (local.date() - today).days == 1:
        return language.text("from tomorrow")
    return language.text("from %(when)s", when=language.short_day(local.date()))


def _open(device: Device, closed: Collection[date], now: datetime) -> bool:
    today = now.astimezone(SEOUL).date()
    if device.terms.closed_on_holidays and today in closed:
        return False
    spans = device.terms.opening_hours.on(today.weekday())
    return any(at_clock(today, opens) <= now < at_clock(today, closes) for opens, closes in spans)
