"""Loading: fixture files become commands, so that what is loaded keeps to the rules like all else.

Loading the same files again changes nothing: commands that repeat what is known bring about no
event.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from booking.app import LedgerSource
from booking.fixture_commands import (
    Ordered,
    closures,
    conditions,
    first_calibration,
    introductions,
)
from booking.fixture_files import DeviceFixture, FixtureError, Fixtures, PersonFixture
from booking.identity_error import IdentityError
from booking.passwords import DEMONSTRATION_PASSWORD
from booking.testbed import Testbed
from domain.actor import SYSTEM
from domain.companies import OpenLedger
from domain.decisions import Command, Recall
from domain.device import Calibration
from domain.people import AddAccount
from domain.period import SEOUL
from domain.rejected import Rejected
from domain.standing import Standing

DEMONSTRATION_EMAILS = (
    "kim@mudeung.example",
    "park@mudeung.example",
    "lee@hanbit.example",
    "staff@testbed.example",
    "auditor@testbed.example",
    "admin@testbed.example",
)
"""Who may sign in to a demonstration, with a password that everybody knows."""
COMMANDS_AT_ONCE = 32
"""Enough for group commit to help, and few enough to leave connections to others."""
DEFAULT_ORIGIN = "testbed.example"


async def open_ledger(testbed: Testbed, *, demonstration: bool, at: datetime | None = None) -> int:
    """Open the ledger unless it is open; returns the number of new events.

    Its origin, for ever in its checkpoints, is the host where people reach the service.
    """
    host = urlsplit(testbed.settings.public_url).hostname or ""
    origin = DEFAULT_ORIGIN if host in {"", "localhost", "127.0.0.1", "::1"} else host
    opening = OpenLedger(by=SYSTEM, origin=origin, demonstration=demonstration)
    return len((await testbed.booking.do(opening, at=at)).events)


async def load(testbed: Testbed, fixtures: Fixtures, *, at: datetime | None = None) -> int:
    """Load fixtures and public holidays into an opened ledger; returns the number of new events.

    `at` is the time of recording, which only a demonstration ledger accepts. People whose e-mail
    is known stay as they are. Raises FixtureError for an entry that rules or accounts refuse.
    """
    return await _Loading(testbed, fixtures, at).run()


class _Loading:
    def __init__(self, testbed: Testbed, fixtures: Fixtures, at: datetime | None) -> None:
        self._testbed = testbed
        self._fixtures = fixtures
        self._at = at
        self._turns = asyncio.Semaphore(COMMANDS_AT_ONCE)
        self._events = 0
        self._demonstration = False
        self._accounts: dict[str, str] = {}

    async def run(self) -> int:
        fixtures, accounts = self._fixtures, self._accounts
        self._demonstration = (await self._testbed.ledger.head()).demonstration
        await self._require_companies()
        # One after another: the order of accounts in the ledger is that of the file.
        for person in fixtures.people:
            account_id = accounts[person.email] = await self._account(person)
            role, company_id = person.role, person.company_id
            added = AddAccount(by=SYSTEM, account_id=account_id, role=role, company_id=company_id)
            await self._give(person.email, added)
        # The ledger names keepers by account, so theirs have to exist.
        for device in fixtures.devices:
            await self._require_keeper(device)
        await self._give_all(closures(datetime.now(UTC)))
        await self._give_all(introductions(fixtures, accounts))
        await self._give_all(conditions(fixtures, accounts))
        await asyncio.gather(*map(self._calibrate, range(len(fixtures.devices)), fixtures.devices))
        return self._events

    async def _give_all(self, ordered: Ordered) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for entry, command in ordered:
                    group.create_task(self._give(entry, command))
        except ExceptionGroup as errors:
            # One mistake at a time is enough to read.
            raise errors.exceptions[0] from None

    async def _give(self, entry: str, command: Command) -> None:
        async with self._turns:
            try:
                done = await self._testbed.booking.do(command, at=self._at)
            except Rejected as rejected:
                raise self._wrong(entry, str(rejected)) from rejected
        self._events += len(done.events)

    async def _account(self, person: PersonFixture) -> str:
        """The id of the person's account, made unless somebody has that e-mail already."""
        known = await self._testbed.accounts.by_email(person.email)
        if known is not None:
            return known.account_id
        signs_in = self._demonstration and person.email in DEMONSTRATION_EMAILS
        try:
            account = await self._testbed.accounts.add(
                person.email,
                person.name.ko,
                person.role,
                person.company_id,
                DEMONSTRATION_PASSWORD if signs_in else None,
                name_en=person.name.en,
                phone=person.phone,
                language=person.language,
                demonstration=self._demonstration,
            )
        except IdentityError as error:
            raise self._wrong(person.email, str(error)) from error
        return account.account_id

    async def _require_companies(self) -> None:
        """Refuse people of companies that neither the files nor the ledger know."""
        known = {company.company_id for company in self._fixtures.companies}
        for person in self._fixtures.people:
            if person.company_id is None or person.company_id in known:
                continue
            (standing,) = await self._recall()(Standing(person.company_id))
            if not standing.registered:
                raise self._wrong(person.email, f"company_id: no company {person.company_id!r}")
            known.add(person.company_id)

    async def _require_keeper(self, device: DeviceFixture) -> None:
        if device.keeper not in self._accounts:
            account = await self._testbed.accounts.by_email(device.keeper)
            if account is None:
                raise self._wrong(device.device_id, f"keeper: no account {device.keeper!r}")
            self._accounts[device.keeper] = account.account_id

    async def _calibrate(self, number: int, device: DeviceFixture) -> None:
        """Record a device's first certificate, as the file dates it or made up for a show."""
        given = device.calibration
        (calibration,) = await self._recall()(Calibration(device.device_id))
        if given is None or calibration.valid_until is not None:
            return
        day = given.calibrated
        if day is None and self._demonstration:
            # Some months apart, so that they do not all run out in the same week.
            day = self._today() - timedelta(days=30 * (number % 6))
        if day is not None:
            await self._give(device.device_id, first_calibration(device.device_id, given, day))

    def _today(self) -> date:
        return (self._at or datetime.now(UTC)).astimezone(SEOUL).date()

    def _recall(self) -> Recall:
        return Recall(LedgerSource(self._testbed.ledger, None))

    def _wrong(self, entry: str, message: str) -> FixtureError:
        file = self._fixtures.files.get(entry)
        return FixtureError(f"{f'{file}: ' if file else ''}{entry}: {message}")
