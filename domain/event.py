"""What every event is: a frozen fact of the past with tags derived from what it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from eventsourcing.dcb.domain import Decision

from domain.period import Period, months_touched


class Occupancy(msgspec.Struct, frozen=True, kw_only=True):
    """Time that a device was held for a company before an event moved, shortened or ended it."""

    device_id: str
    company_id: str
    occupied: Period


class Event(msgspec.Struct, Decision, frozen=True, kw_only=True):
    """A fact of the past. Fields are only ever added, with defaults; meanings never change."""

    def as_dict(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def tags(self) -> list[str]:
        """The tags that rules find this event by, without repetition, in a fixed order."""
        return list(dict.fromkeys((*_id_tags(self), *_month_tags(self), *self.further_tags())))

    def further_tags(self) -> Iterator[str]:
        """Tags beyond those that follow from the fields' names."""
        yield from ()


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the ledger holds it, with its envelope.

    `recorded_at` is the ledger's own time (UTC). `by` and `on_behalf_of` are opaque account ids,
    `because` the position of the cause, `terms_version` the position of the terms that decided.
    """

    position: int
    recorded_at: datetime
    type: str
    tags: tuple[str, ...]
    event: Event
    by: str
    on_behalf_of: str | None = None
    because: int | None = None
    terms_version: int | None = None


_ID_FIELDS = (
    "reservation_id",
    "device_id",
    "company_id",
    "account_id",
    "group_id",
    "series_id",
    "outage_id",
    "breakdown_id",
    "problem_id",
    "wish_id",
)


def _id_tags(event: Event) -> Iterator[str]:
    for field in _ID_FIELDS:
        value = getattr(event, field, None)
        if value:
            yield f"{field.removesuffix('_id')}:{value}"


def _month_tags(event: Event) -> Iterator[str]:
    """A tag for each month that the event enters and, so that a month hears of it, leaves."""
    device_id, company_id = getattr(event, "device_id", None), getattr(event, "company_id", None)
    occupied: Period | None = getattr(event, "occupied", None)
    if occupied is not None and device_id:
        yield from occupied_tags(device_id, company_id, occupied)
    left: Occupancy | None = getattr(event, "left", None)
    if left is not None:
        yield from occupied_tags(left.device_id, left.company_id, left.occupied)


def occupied_tags(device_id: str, company_id: str | None, occupied: Period) -> Iterator[str]:
    for month in months_touched(occupied):
        yield f"device:{device_id}/{month}"
        if company_id:
            yield f"company:{company_id}/{month}"
