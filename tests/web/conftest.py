"""What the tests of the web share: a small world in a real database, and clients of its people.

The world is loaded once through real commands; each test gets a copy of that database.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from booking.config import Settings
from booking.passwords import DEMONSTRATION_PASSWORD
from booking.postgres import EmbeddedServer
from booking.testbed import Testbed, open_testbed
from domain import companies, devices
from domain.actor import SYSTEM
from domain.people import AddAccount
from domain.period import SEOUL, at_clock
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from tests.conftest import Copies, copy_database, run, url_of
from web.app import HANDLERS, create_app

BENCH = TermsOfUse(closed_on_holidays=False, buffer_after=15)
"""The terms of the three plain bench devices, open at all hours."""
APPROVED = TermsOfUse(closed_on_holidays=False, approval_required=True, cancel_notice_minutes=1440)
DEVICES = (
    (
        "AUT-018",
        "automotive",
        Text("차량 내 네트워크 분석기", "In-vehicle network analyser"),
        BENCH,
    ),
    ("HEA-013", "healthcare", Text("생체신호 시뮬레이터", "Biosignal simulator"), BENCH),
    ("ENE-013", "energy", Text("전력 분석기", "Power analyser"), BENCH),
    ("AUT-011", "automotive", Text("전자파 챔버", "EMC chamber"), APPROVED),
)
COMPANIES = (
    ("mudeung", "automotive", Text("(주)무등모빌리티", "Mudeung Mobility")),
    ("hanbit", "healthcare", Text("한빛헬스케어", "Hanbit Healthcare")),
)
PEOPLE = (
    ("kim@mudeung.example", "김하늘", "member", "mudeung"),
    ("park@mudeung.example", "박도윤", "manager", "mudeung"),
    ("lee@hanbit.example", "이수민", "manager", "hanbit"),
    ("staff@testbed.example", "정직원", "staff", None),
    ("auditor@testbed.example", "한감사", "auditor", None),
    ("admin@testbed.example", "오관리", "administrator", None),
)
KRW_PER_HOUR = 12_000
TEMPLATE = "web_world"


@dataclass
class World:
    """The application over a small world, run in this process; `clients` are kept by e-mail."""

    url: str
    app: Litestar
    stack: AsyncExitStack
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def testbed(self) -> Testbed:
        testbed: Testbed = self.app.state.testbed
        return testbed

    async def client(self, email: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A program with an API token of this account; without e-mail, a visitor."""
        headers = {"Accept-Language": "en"}
        if email is not None:
            account = await self.testbed.accounts.by_email(email)
            assert account is not None
            token = await self.testbed.api_tokens.issue(account.account_id, "test")
            headers["Authorization"] = f"Bearer {token}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=("203.0.113.7", 40000)),
            base_url="http://127.0.0.1:8000",
            headers=headers,
            **options,
        )
        return await self.stack.enter_async_context(client)


@pytest.fixture(scope="session")
def worlds(server: EmbeddedServer, migrated: str) -> Iterator[Copies]:
    """Copies of a database with the small world in it, which is made once."""
    name = f"{TEMPLATE}_{uuid4().hex[:8]}"
    run(copy_database(server, name, migrated))
    run(_load(url_of(server, name)))
    with Copies(server, name) as copies:
        yield copies


@pytest.fixture
def world_url(worlds: Copies) -> Iterator[str]:
    """The URL of a fresh copy of the world, gone after the test."""
    with worlds.one() as url:
        yield url


@pytest.fixture(scope="session")
def signatures() -> None:
    """Reads the handlers' signatures once: every application's handlers are copies of these."""
    for name in HANDLERS:
        for handler in importlib.import_module(name).route_handlers:
            assert handler.parsed_fn_signature


@pytest.fixture
async def world(world_url: str, signatures: None) -> AsyncIterator[World]:
    """The application on a copy of the world."""
    del signatures  # only so that making the application takes half as long
    app = create_app(world_url, world_settings())
    async with running(app), AsyncExitStack() as stack:
        yield World(world_url, app, stack)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """A lifespan in a task of its own, since fixtures end in another task than they began in."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    living = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait((living, waiting), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        stop.set()
        waiting.cancel()
        await living


@pytest.fixture
def testbed(world: World) -> Testbed:
    """What the application works with, for looking behind it."""
    return world.testbed


@pytest.fixture
def client_for(world: World) -> Callable[[str | None], Any]:
    """To be called with an e-mail and awaited: a client with that account's API token."""
    return world.client


def world_settings(**options: object) -> Settings:
    return Settings.from_environment({}, demo=True, app_connections=5, **options)


def tomorrow(clock: str, days: int = 1) -> datetime:
    """The moment of a wall-clock time in Asia/Seoul, some days from today."""
    today: date = datetime.now(SEOUL).date()
    return at_clock(today + timedelta(days=days), clock)


def asked(
    clock: str = "10:00", until: str = "12:00", *, days: int = 1, **more: Any
) -> dict[str, Any]:
    """The body of a request for a reservation of a plain device."""
    body = {
        "device_id": "AUT-018",
        "start": tomorrow(clock, days).isoformat(),
        "end": tomorrow(until, days).isoformat(),
        "purpose": "CAN FD 지연 측정",
    }
    return body | more


async def _load(url: str) -> None:
    async with open_testbed(url, world_settings()) as testbed:
        do = testbed.booking.do
        await do(companies.OpenLedger(by=SYSTEM, origin="testbed.example", demonstration=True))
        for company_id, sector, name in COMPANIES:
            await do(
                companies.RegisterCompany(
                    by=SYSTEM, company_id=company_id, name=name, sector=sector, kind="medium"
                )
            )
            await do(companies.SetQuota(by=SYSTEM, company_id=company_id, hours=400))
        for device_id, sector, name, terms in DEVICES:
            await _commission(testbed, device_id, sector, name, terms)
        for email, name_ko, role, company_id in PEOPLE:
            account = await testbed.accounts.add(
                email, name_ko, role, company_id, DEMONSTRATION_PASSWORD, demonstration=True
            )
            await do(
                AddAccount(
                    by=SYSTEM, account_id=account.account_id, role=role, company_id=company_id
                )
            )
        await testbed.projector.catch_up()


async def _commission(
    testbed: Testbed, device_id: str, sector: str, name: Text, terms: TermsOfUse
) -> None:
    do = testbed.booking.do
    others = [known for known, of_sector, _, _ in DEVICES if of_sector == sector]
    await do(
        devices.CommissionDevice(
            by=SYSTEM,
            device_id=device_id,
            name=name,
            sector=sector,
            site=Text("광주", "Gwangju"),
            location=Text("1층", "1F"),
            registration_number=f"NFEC-{device_id}",
            compatible=tuple(other for other in others if other != device_id),
        )
    )
    await do(devices.SetTerms(by=SYSTEM, device_id=device_id, terms=terms))
    await do(devices.SetRate(by=SYSTEM, device_id=device_id, krw_per_hour=KRW_PER_HOUR))
