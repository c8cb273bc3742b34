"""Entries of a calendar and devices of a catalogue, made up for three days of a laboratory."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from domain.agenda import EntryKind
from domain.period import Period
from domain.terms_of_use import OpeningHours, TermsOfUse
from domain.text import Text
from projections.calendar import Entry, EntryStatus
from projections.devices import Closure, Device
from tests.scenario import AUT, NOW, at

NAME = Text(ko="이름", en="Name")
TODAY = Period(at("00:00"), at("2026-11-03 00:00"))
OFFICE = OpeningHours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "20:00"),)))
REFORMATION_DAY = Closure(day=date(2026, 11, 3), name=NAME)


def entry(
    start: datetime,
    end: datetime,
    *,
    before: timedelta = timedelta(0),
    after: timedelta = timedelta(0),
    kind: EntryKind = "reservation",
    status: EntryStatus = "confirmed",
    **fields: Any,
) -> Entry:
    """An entry of AUT-018 with its buffers."""
    return Entry(
        entry_id=f"{kind}-{start}",
        kind=kind,
        device_id=AUT,
        sector="automotive",
        company_id=None,
        account_id=None,
        status=status,
        period=Period(start, end),
        occupied=Period(start - before, end + after),
        sequence=0,
        created_at=NOW,
        changed_at=NOW,
        made_position=1,
        changed_position=1,
        **fields,
    )


def device(terms: TermsOfUse, device_id: str = AUT, **fields: Any) -> Device:
    fields = {"state": "in_service", "calibration_valid_until": None} | fields
    return Device(
        device_id=device_id,
        name=NAME,
        sector="automotive",
        site=NAME,
        location=NAME,
        registration_number="NFEC-1",
        keeper=None,
        specification=(),
        keywords=(),
        compatible=(),
        terms=terms,
        terms_version=1,
        krw_per_hour=0,
        breakdown_id=None,
        broken_until=None,
        in_hand=None,
        open_problems=0,
        **fields,
    )
