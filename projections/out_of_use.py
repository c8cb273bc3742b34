"""Why a device cannot be booked at all at present, whatever its calendar says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from domain.period import Period
from projections.availability import slot_at_or_before
from projections.devices import Device

Reason = Literal["retired", "suspended", "safety_stop", "uncalibrated"]


def out_of_use(device: Device, *, stopped: bool, now: datetime) -> Reason | None:
    """None for a device that takes bookings; `stopped` is whether a safety stop holds for it.

    Where the terms ask for a calibration, a device without a valid one takes none either.
    """
    if device.state != "in_service":
        return device.state
    if stopped:
        return "safety_stop"
    valid_until = device.calibration_valid_until
    if device.terms.calibration_required and (valid_until is None or valid_until <= now):
        return "uncalibrated"
    return None


def while_calibrated(device: Device, free: Iterable[Period]) -> list[Period]:
    """Free spans as far as the calibration reaches, where the terms ask for one."""
    if not device.terms.calibration_required:
        return list(free)
    if device.calibration_valid_until is None:
        return []
    until = slot_at_or_before(device.calibration_valid_until, device.terms)
    shortest = timedelta(minutes=max(device.terms.minimum_minutes, device.terms.slot_minutes))
    ends = ((span.start, min(span.end, until)) for span in free)
    return [Period(start, end) for start, end in ends if end - start >= shortest]
