"""Who looks back sees what was free, and what was recent, at that time and not today."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

import pytest

from booking.ledger import Request, drafted
from booking.passwords import DEMONSTRATION_PASSWORD
from booking.testbed import Testbed, open_testbed
from booking.writer import Draft
from domain import companies, devices
from domain import events as e
from domain.actor import SYSTEM
from domain.people import AddAccount
from domain.stored import Envelope
from domain.text import Text
from tests.conftest import Copies
from tests.web.conftest import BENCH, World, running, tomorrow, world_settings
from web.app import create_app

AUDITOR = "auditor@testbed.example"
NAME = Text("분석기", "Analyser")
THEN = tomorrow("10:00", -100)
DAY = timedelta(days=1)


@pytest.fixture
async def old_world(copies: Copies, signatures: None) -> AsyncIterator[World]:
    """AUT-018 and an override, recorded a hundred days ago; an auditor, added today."""
    del signatures
    with copies.one() as url:
        async with open_testbed(url, world_settings()) as testbed:
            await _load(testbed)
        app = create_app(url, world_settings())
        async with running(app), AsyncExitStack() as stack:
            yield World(url, app, stack)


async def test_what_is_free_keeps_to_the_terms_of_then(old_world: World) -> None:
    """The past, the notice and what is beyond the horizon are not free, looking back or not."""
    auditor, path = await old_world.client(AUDITOR), "/api/devices/AUT-018/availability"
    head = str((await old_world.testbed.ledger.head()).position)
    now = tomorrow("00:00", 0)
    for as_of, begins in ((THEN.isoformat(), THEN), (head, now), (None, now)):
        more = {} if as_of is None else {"as_of": as_of}
        around = {"from": (begins - 2 * DAY).isoformat(), "to": (begins + DAY).isoformat()}
        free = (await auditor.get(path, params=around | more)).json()["free"]
        assert datetime.fromisoformat(free[0]["start"]) > begins - timedelta(minutes=30)
        beyond = {"from": (begins + 182 * DAY).isoformat(), "to": (begins + 190 * DAY).isoformat()}
        assert (await auditor.get(path, params=beyond | more)).json()["free"] == []


async def test_devices_that_were_free_then(old_world: World) -> None:
    """A time that is over was still to come, and one of today's horizon was beyond that of then."""
    auditor = await old_world.client(AUDITOR)
    for days, was, still in ((-101, False, False), (-90, True, False), (100, False, True)):
        start = tomorrow("13:00", days)
        query = {"free_from": start.isoformat(), "free_to": (start + DAY / 24).isoformat()}
        for more, free in (({"as_of": THEN.isoformat()}, was), ({}, still)):
            answer = await auditor.get("/api/devices", params=query | more)
            assert bool(answer.json()["items"]) is free, (days, more)


async def test_the_last_days_are_those_before_then(old_world: World) -> None:
    """What was set aside at that very position counts; today it is more than 90 days ago."""
    auditor, ledger = await old_world.client(AUDITOR), old_world.testbed.ledger
    then = str(await ledger.position_at(THEN))
    for more, count in (({"as_of": then}, 1), ({"as_of": THEN.isoformat()}, 1), ({}, 0)):
        report = (await auditor.get("/api/overrides", params=more)).json()
        assert report["count"] == count, report


async def _load(testbed: Testbed) -> None:
    do = partial(testbed.booking.do, at=THEN)
    await do(companies.OpenLedger(by=SYSTEM, origin="testbed.example", demonstration=True))
    await do(
        devices.CommissionDevice(
            by=SYSTEM,
            device_id="AUT-018",
            name=NAME,
            sector="automotive",
            site=NAME,
            location=NAME,
            registration_number="NFEC-1",
        )
    )
    await do(devices.SetTerms(by=SYSTEM, device_id="AUT-018", terms=BENCH))
    account = await testbed.accounts.add(
        AUDITOR, "한감사", "auditor", None, DEMONSTRATION_PASSWORD, demonstration=True
    )
    reason = await testbed.seals.seal(account.account_id, "급한 시험")
    about = {"reservation_id": "r-1", "device_id": "AUT-018", "company_id": "mudeung"}
    overridden = e.PolicyOverridden(**about, rules=("maximum",), reason=reason)
    request = Request.of("a-test", None, b"")
    stored = drafted([overridden], request, Envelope(by="a-test", digest=request.digest))
    await testbed.ledger.append(
        Draft(request_tag=request.tag, digest=request.digest, events=stored, at=THEN)
    )
    await testbed.booking.do(AddAccount(by=SYSTEM, account_id=account.account_id, role="auditor"))
    await testbed.projector.catch_up()
