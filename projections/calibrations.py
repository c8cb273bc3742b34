"""Which devices need calibration soon: by the calendar of their certificate, or by hours of use.

Warnings only. What a booking is refused for is decided from the ledger (`domain.device`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, exists, func, not_, select

from domain.due import CALIBRATION_WARNING
from projections import due as deadline
from projections.devices import Device, list_devices
from projections.devices_fold import conditions
from projections.maintenance_fold import certificates
from projections.notices_fold import notices
from projections.query import Reader, fetch
from projections.usage_fold import lines
from projections.view import valid

WARNING_SHARE = 0.9
"""A device is due by use when it has used up this much of its hours."""
MOST_DEVICES = 1000


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose calibration is due. `required` says that it cannot be booked without one.

    `hours_used` are hours in hand since the certificate, counted where the terms limit them.
    """

    device: Device
    required: bool
    certificate: str | None
    laboratory: str | None
    calibrated_at: datetime | None
    valid_until: datetime | None
    hours_used: float | None
    calibration_hours: int | None
    by_date: bool
    by_hours: bool


async def due_calibrations(
    reader: Reader, now: datetime, within: timedelta, *, as_of: int | None = None
) -> list[Due]:
    """Devices in service whose certificate ends within a time, is missing, or is used up.

    The first to end comes first; a device that was never calibrated is due where it has to be.
    """
    found = await list_devices(reader, limit=MOST_DEVICES, as_of=as_of)
    rows = await fetch(reader, select(certificates).where(valid(certificates, as_of)))
    known = {row["device_id"]: row for row in rows}
    used = await _hours_since(reader, as_of)
    dues = [
        _due(one, known.get(one.device_id, {}), used.get(one.device_id, 0.0), now + within)
        for one in found
        if one.state != "retired"
    ]
    due = [one for one in dues if one.by_date or one.by_hours]
    return sorted(due, key=lambda one: (one.valid_until or now, one.device.device_id))


async def certificates_ending(reader: Reader, now: datetime, most: int) -> list[deadline.Due]:
    """Certificates of devices in service that end within the time of warning, untold as yet."""
    told = and_(
        notices.c.kind == "calibration_due",
        notices.c.device_id == certificates.c.device_id,
        notices.c.deadline == certificates.c.valid_until,
    )
    query = (
        select(certificates.c.device_id, certificates.c.at, certificates.c.valid_until)
        .join(conditions, conditions.c.device_id == certificates.c.device_id)
        .where(
            valid(certificates, None),
            valid(conditions, None),
            not_(conditions.c.retired),
            certificates.c.valid_until <= now + CALIBRATION_WARNING,
            not_(exists().where(valid(notices, None), told)),
        )
        .order_by(certificates.c.valid_until, certificates.c.device_id)
        .limit(most)
    )
    return [
        deadline.Due(
            at=row["valid_until"] - CALIBRATION_WARNING, id=row["device_id"], since=row["at"]
        )
        for row in await fetch(reader, query)
    ]


async def _hours_since(reader: Reader, as_of: int | None) -> dict[str, float]:
    """Hours in hand of each device in uses that began after its newest certificate, or ever."""
    minutes = func.sum(lines.c.minutes).label("minutes")
    joined = lines.outerjoin(
        certificates,
        (certificates.c.device_id == lines.c.device_id) & valid(certificates, as_of),
    )
    since = certificates.c.at.is_(None) | (lines.c.used_from >= certificates.c.at)
    query = (
        select(lines.c.device_id, minutes)
        .select_from(joined)
        .where(valid(lines, as_of), since)
        .group_by(lines.c.device_id)
    )
    return {row["device_id"]: row["minutes"] / 60 for row in await fetch(reader, query)}


def _due(device: Device, row: Mapping[str, Any], hours: float, until: datetime) -> Due:
    values = {name: row.get(name) for name in ("certificate", "laboratory", "valid_until")}
    valid_until, limit = device.calibration_valid_until, device.terms.calibration_hours
    missing = valid_until is None and device.terms.calibration_required
    return Due(
        device=device,
        required=device.terms.calibration_required,
        **(values | {"valid_until": valid_until}),
        calibrated_at=row.get("at"),
        hours_used=None if limit is None else round(hours, 2),
        calibration_hours=limit,
        by_date=missing or (valid_until is not None and valid_until <= until),
        by_hours=limit is not None and hours >= limit * WARNING_SHARE,
    )
