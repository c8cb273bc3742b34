"""What the worker notices in a simulated year so that people hear of it: ending certificates."""

from __future__ import annotations

from functools import partial

from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain.actor import SYSTEM
from domain.calibration import NoticeCalibrationDue
from domain.due import CALIBRATION_WARNING


def follow_certificate(stage: Stage, device: KnownDevice) -> None:
    """Have it noticed when the device's newest certificate is about to end."""
    valid_until = device.calibration.valid_until
    if valid_until is not None and not stage.present:  # where the web processes' worker notices
        stage.at(valid_until - CALIBRATION_WARNING, partial(_notice, stage, device))


async def _notice(stage: Stage, device: KnownDevice) -> None:
    await stage.give(NoticeCalibrationDue(by=SYSTEM, device_id=device.device_id))
