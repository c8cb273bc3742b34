"""Made-up histories that keep the rules: commands drawn at random, decided as in real life."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.companies import RegisterCompany, SetQuota
from domain.decisions import Command, Recall
from domain.devices import CommissionDevice, SetRate, SetTerms
from domain.event import Recorded
from domain.handlers import decide
from domain.rejected import Rejected
from domain.terms_of_use import TermsOfUse
from tests.in_memory import InMemoryLedger
from tests.projections.drawing import COMPANIES, DEVICES, STAFF, TEXT, Drawing
from tests.projections.written import BEGIN


class History:
    """A past of appends. A command that the rules refuse adds nothing to it."""

    def __init__(self, random: Random, now: datetime) -> None:
        self.ledger = InMemoryLedger(now)
        self.appends: list[list[Recorded]] = []
        self._drawing = Drawing(random)

    @classmethod
    async def of(cls, seed: int, steps: int) -> History:
        """A history that is the same every time."""
        history = cls(Random(seed), BEGIN)  # noqa: S311 - made-up histories keep no secrets
        await history.begin()
        await history.walk(steps)
        return history

    @property
    def log(self) -> list[Recorded]:
        return self.ledger.log

    async def begin(self) -> None:
        """Two devices, one of them with approval and buffers, and two companies."""
        for device_id, sector in DEVICES.items():
            names = {"name": TEXT, "site": TEXT, "location": TEXT, "registration_number": "NFEC-1"}
            await self.give(CommissionDevice(by=STAFF, device_id=device_id, sector=sector, **names))
            await self.give(SetRate(by=STAFF, device_id=device_id, krw_per_hour=12_000))
        await self._set_terms("AUT-018", buffer_after=15)
        await self._set_terms("HEA-013", buffer_before=30, buffer_after=30, approval_required=True)
        for company_id in COMPANIES:
            register = RegisterCompany(
                by=STAFF, company_id=company_id, name=TEXT, sector="automotive", kind="startup"
            )
            await self.give(register)
            await self.give(SetQuota(by=STAFF, company_id=company_id, hours=500.0))

    async def walk(self, steps: int) -> None:
        for _ in range(steps):
            # More than the microseconds that positions add to a recorded time.
            self.ledger.now += timedelta(minutes=self._drawing.minutes())
            await self.give(self._drawing.command(self.ledger.now))

    async def give(self, command: Command) -> bool:
        """Decide one command; False when the rules refuse it or nothing changes."""
        try:
            happened = await decide(command, Recall(self.ledger))
        except Rejected:
            return False
        before = len(self.ledger.log)
        self.ledger.append(happened, by=command.by.account_id)
        for event in happened:
            self._drawing.hear(event)
        if happened:
            self.appends.append(self.ledger.log[before:])
        return bool(happened)

    async def _set_terms(self, device_id: str, **terms: Any) -> None:
        always: dict[str, Any] = {"closed_on_holidays": False, "cancel_notice_minutes": 60}
        now = TermsOfUse(**always | terms)
        await self.give(SetTerms(by=STAFF, device_id=device_id, terms=now))
