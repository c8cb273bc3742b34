"""Handing a booking on: the colleagues and the other devices that it could go to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from booking.account import Account
from booking.testbed import Testbed
from projections.calendar import Entry
from projections.devices import Device, list_devices

HANDED_ON = ("requested", "confirmed")
MOST_DEVICES = 500


class Choices(NamedTuple):
    """People of the company, devices that can be used instead, and all others in service."""

    colleagues: Sequence[Account]
    compatible: Sequence[Device]
    others: Sequence[Device]


async def choices_for(testbed: Testbed, entry: Entry, device: Device | None) -> Choices | None:
    """What the form offers; None where a booking stands so that nobody can be handed it."""
    if entry.status not in HANDED_ON or entry.company_id is None:
        return None
    people = await testbed.accounts.list(entry.company_id)
    found = await list_devices(testbed.database.app, limit=MOST_DEVICES)
    usable = [one for one in found if one.state == "in_service"]
    elsewhere = [one for one in usable if one.device_id != entry.device_id]
    named = device.compatible if device is not None else ()
    return Choices(
        [one for one in people if one.account_id != entry.account_id and one.disabled_at is None],
        [one for one in elsewhere if one.device_id in named],
        [one for one in elsewhere if one.device_id not in named],
    )
