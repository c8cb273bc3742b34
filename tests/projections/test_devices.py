"""The catalogue, found by any word in it, and the condition that each device is in."""

from __future__ import annotations

from datetime import date
from typing import Any
from unicodedata import normalize

import asyncpg
import pytest

from booking.database import Database
from domain import events as e
from domain.period import Period
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from projections.devices import closures_between, device_ids, get_device, list_devices
from projections.devices_fold import VIEW as DEVICES
from projections.projector import Projector
from tests.projections.written import WrittenLedger
from tests.scenario import AUT, ENE, HEA, SEALED, TEXT, closure, device, nine, noon, taken, ten


def analyser(**fields: Any) -> e.DeviceCommissioned:
    """A device with a data sheet."""
    line = e.SpecificationLine(name=Text(ko="대역폭", en="Bandwidth"), value="100 % of 1 GHz_")
    return e.DeviceCommissioned(
        **{
            "device_id": AUT,
            "name": Text(ko="네트워크 분석기", en="Network Analyser"),
            "sector": "automotive",
            "site": TEXT,
            "location": TEXT,
            "registration_number": "NFEC-2021-03-271105",
            "specification": (line,),
            "keywords": ("CAN FD", "차량"),
            "compatible": (ENE,),
        }
        | fields
    )


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("network", True),
        ("ANALYSER network", True),
        ("분석기", True),
        (normalize("NFD", "분석기"), True),
        ("can fd", True),
        ("bandwidth 1 ghz", True),
        ("271105", True),
        ("aut-018", True),
        ("100 %", True),
        ("ghz_", True),
        ("network%analyser", False),
        ("n_twork", False),
        ("network oscilloscope", False),
        ("value", False),
        ("  ", True),
    ],
)
async def test_a_search_finds_every_word_anywhere(
    ledger: WrittenLedger, projector: Projector, database: Database, q: str, found: bool
) -> None:
    """In names, specification, keywords and numbers, in any case, and never as a pattern."""
    await ledger.append(analyser())
    await projector.catch_up()
    assert [one.device_id for one in await list_devices(database.app, q=q)] == [AUT] * found


async def test_a_device_is_told_in_full(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Data sheet, terms with the position that set them, price; and what a revision changes."""
    await ledger.append(analyser())
    terms = TermsOfUse(buffer_after=15, calibration_required=True)
    version = await ledger.append(e.TermsSet(device_id=AUT, sector="automotive", terms=terms))
    await ledger.append(e.RateSet(device_id=AUT, krw_per_hour=33_000))
    await projector.catch_up()
    found = await get_device(database.app, AUT)
    assert found is not None
    assert (found.terms, found.terms_version, found.krw_per_hour) == (terms, version, 33_000)
    assert (found.specification, found.keywords) == (analyser().specification, ("CAN FD", "차량"))
    assert (found.compatible, found.name.en) == ((ENE,), "Network Analyser")
    assert await get_device(database.app, "AUT-999") is None
    sheet = {name: getattr(analyser(), name) for name in ("site", "location")}
    await ledger.append(
        e.SpecificationRevised(device_id=AUT, name=TEXT, registration_number="NFEC-2", **sheet)
    )
    await projector.catch_up()
    revised = await get_device(database.app, AUT)
    assert revised is not None
    assert (revised.name, revised.sector, revised.specification) == (TEXT, "automotive", ())
    assert (revised.terms, revised.krw_per_hour) == (terms, 33_000)
    assert await list_devices(database.app, q="bandwidth") == []


async def test_the_condition_of_a_device(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Suspended, broken, handed out, calibrated, with open problems; and back again."""
    await ledger.append(*device(), *device(HEA))
    booked = taken(nine, ten)
    shared = {name: getattr(booked, name) for name in e.ReservationEvent.__struct_fields__}
    broken = {"breakdown_id": "b-1", "device_id": AUT, "occupied": Period(nine, noon)}
    problem = {"device_id": AUT, "problem_id": "p-1"}
    out = e.DeviceHandedOut(**shared, at=nine)
    back = e.DeviceReturned(**shared, handed_out_at=nine, at=ten)
    steps: list[tuple[e.Event, str, Any]] = [
        (e.DeviceSuspended(device_id=AUT), "state", "suspended"),
        (e.DeviceResumed(device_id=AUT), "state", "in_service"),
        (e.BreakdownReported(**broken, expected_until=noon), "broken_until", noon),
        (e.DeviceRepaired(**broken, at=noon, was=broken["occupied"]), "broken_until", None),
        (out, "in_hand", "r-1"),
        (back, "in_hand", None),
        (
            e.CalibrationRecorded(device_id=AUT, at=nine, valid_until=noon, certificate="KC-1"),
            "calibration_valid_until",
            noon,
        ),
        (e.ProblemReported(**problem, text=SEALED), "open_problems", 1),
        (e.ProblemReported(device_id=AUT, problem_id="p-2", text=SEALED), "open_problems", 2),
        (e.ProblemResolved(**problem), "open_problems", 1),
        (e.DeviceSuspended(device_id=AUT), "state", "suspended"),
        (e.DeviceRetired(device_id=AUT), "state", "retired"),
        (e.DeviceResumed(device_id=AUT), "state", "retired"),
    ]
    untouched = None
    for event, field, value in steps:
        await ledger.append(event)
        await projector.catch_up("devices")
        found = await get_device(database.app, AUT)
        assert getattr(found, field) == value, event
        other = await get_device(database.app, HEA)
        untouched = untouched or other
        assert other == untouched


async def test_devices_are_listed_by_sector_and_paged(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """In order of id, a page after the last id of the one before."""
    await ledger.append(*device(HEA, "healthcare"), *device(), *device(ENE, "energy"))
    await projector.catch_up()
    assert await device_ids(database.app) == [AUT, ENE, HEA]
    assert await device_ids(database.app, sector="energy") == [ENE]
    page = await list_devices(database.app, limit=2)
    assert [one.device_id for one in page] == [AUT, ENE]
    page = await list_devices(database.app, limit=2, after=ENE)
    assert [one.device_id for one in page] == [HEA]
    page = await list_devices(database.app, sector="healthcare")
    assert [one.device_id for one in page] == [HEA]


async def test_closed_days_from_and_up_to(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """The last day is not included; a closure that was taken back, and set again, is there once."""
    for day in ("2026-12-25", "2027-01-01", "2027-02-06"):
        await ledger.append(closure(day))
    christmas = date(2026, 12, 25)
    await ledger.append(e.ClosureRemoved(day=christmas))
    await projector.catch_up()
    span = christmas, date(2027, 2, 6)
    days = [one.day for one in await closures_between(database.app, *span)]
    assert days == [date(2027, 1, 1)]
    await ledger.append(closure("2026-12-25"))
    await projector.catch_up()
    days = [one.day for one in await closures_between(database.app, *span)]
    assert days == [christmas, date(2027, 1, 1)]


async def test_the_application_reads_views_and_cannot_write_them(
    ledger: WrittenLedger, projector: Projector, database: Database
) -> None:
    """Only the projector's role moves rows."""
    await ledger.append(*device())
    await projector.catch_up()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.app.execute(f"UPDATE {DEVICES.schema}.devices SET sector = 'energy'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.app.execute("UPDATE views.positions SET position = 0")
