"""Devices: commissioned, revised, given terms and a price, suspended, retired."""

from typing import Any

import msgspec
import pytest

from domain import events as e
from domain.decisions import Command
from domain.devices import (
    CommissionDevice,
    ResumeDevice,
    RetireDevice,
    SetTerms,
    SuspendDevice,
)
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from tests.scenario import (
    AUT,
    ENE,
    SEALED,
    STAFF,
    TEXT,
    company,
    device,
    given,
    nine,
    rate,
    reserve,
    ten,
)

COMMISSION = CommissionDevice(
    by=STAFF,
    device_id=AUT,
    name=TEXT,
    sector="automotive",
    site=TEXT,
    location=TEXT,
    registration_number="NFEC-2021-03-271105",
    keeper="jo",
    specification=(e.SpecificationLine(name=TEXT, value="1 kHz"),),
    keywords=("CAN",),
    compatible=(ENE,),
)
RENAME = msgspec.structs.replace(COMMISSION, name=Text(ko="새 이름", en="New name"))
SUSPEND = SuspendDevice(by=STAFF, device_id=AUT, reason=SEALED)
RESUME = ResumeDevice(by=STAFF, device_id=AUT)
RETIRE = RetireDevice(by=STAFF, device_id=AUT)


def set_terms(**terms: Any) -> Command:
    return SetTerms(by=STAFF, device_id=AUT, terms=TermsOfUse(**terms))


async def test_a_new_device() -> None:
    """The whole data sheet is in the event."""
    await (
        given()
        .when(COMMISSION)
        .happened(
            e.DeviceCommissioned,
            device_id=AUT,
            name=TEXT,
            sector="automotive",
            keeper="jo",
            specification=COMMISSION.specification,
            keywords=("CAN",),
            compatible=(ENE,),
        )
    )


async def test_the_same_device_again() -> None:
    """Loading the same data sheet twice changes nothing, revised or not."""
    past = given().when(COMMISSION)
    await past.when(COMMISSION).nothing_happened()
    await past.when(RENAME).happened(e.SpecificationRevised, name=RENAME.name)
    await past.when(RENAME).nothing_happened()


async def test_a_sector_never_changes() -> None:
    """Quotas count by sector, so a device stays in the one that it came in."""
    moved = msgspec.structs.replace(COMMISSION, sector="energy")
    past = given().when(COMMISSION, RENAME)
    await past.when(moved).rejected("sector_fixed", limit="automotive", actual="energy")


async def test_terms_are_set_once() -> None:
    """The same terms again change nothing; others replace them."""
    past = given().when(COMMISSION)
    await past.when(set_terms()).happened(e.TermsSet, sector="automotive", terms=TermsOfUse())
    await past.when(set_terms()).nothing_happened()
    await past.when(set_terms(slot_minutes=60)).happened(e.TermsSet)
    await past.when(set_terms()).happened(e.TermsSet)


async def test_a_price_is_set_once() -> None:
    """The same price again changes nothing; another replaces it."""
    past = given().when(COMMISSION)
    await past.when(rate(5_000)).happened(e.RateSet, krw_per_hour=5_000)
    await past.when(rate(5_000)).nothing_happened()
    await past.when(rate(0)).happened(e.RateSet, krw_per_hour=0)
    await past.when(rate(0)).nothing_happened()


async def test_suspending_and_resuming() -> None:
    """A device is suspended once and resumed once."""
    past = given(device())
    await past.when(RESUME).rejected("nothing_to_change")
    await past.when(SUSPEND).happened(e.DeviceSuspended, reason=SEALED)
    await past.when(SUSPEND).rejected("device_suspended")
    await past.when(RESUME).happened(e.DeviceResumed)
    await past.when(SUSPEND).happened(e.DeviceSuspended)


async def test_retiring() -> None:
    """A device retires once, from suspension too, and does not come back by being resumed."""
    past = given(device(), company()).when(SUSPEND)
    await past.when(RETIRE).happened(e.DeviceRetired)
    await past.when(RETIRE).rejected("nothing_to_change")
    await past.when(SUSPEND).rejected("device_retired")
    await past.when(RESUME).when(reserve(nine, ten)).rejected("device_retired")


@pytest.mark.parametrize("command", [set_terms(), rate(1), SUSPEND, RESUME, RETIRE])
async def test_an_unknown_device(command: Command) -> None:
    """What is not in the catalogue has neither terms nor a price nor a service."""
    await given().when(command).rejected("device_unknown", actual=AUT)
