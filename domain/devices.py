"""Commands about the devices themselves: what they are, their terms, their price, their service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.device import Service
from domain.event import Event
from domain.rate import Rates
from domain.rejected import Rejected, Violation
from domain.sealed import Sealed
from domain.terms import Terms
from domain.terms_of_use import TermsOfUse, flaws
from domain.text import Text


class CommissionDevice(Command, frozen=True, kw_only=True):
    """Bring a device into the catalogue, or revise its data sheet where it is there already."""

    device_id: str
    name: Text
    sector: str
    site: Text
    location: Text
    registration_number: str
    keeper: str | None = None
    specification: tuple[e.SpecificationLine, ...] = ()
    keywords: tuple[str, ...] = ()
    compatible: tuple[str, ...] = ()


class SetTerms(Command, frozen=True, kw_only=True):
    device_id: str
    terms: TermsOfUse


class SetRate(Command, frozen=True, kw_only=True):
    """A price for companies of a kind, or (None) for all, while it is valid; see RateSet."""

    device_id: str
    krw_per_hour: int
    company_kind: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class SuspendDevice(Command, frozen=True, kw_only=True):
    device_id: str
    reason: Sealed | None = None


class ResumeDevice(Command, frozen=True, kw_only=True):
    device_id: str


class RetireDevice(Command, frozen=True, kw_only=True):
    device_id: str


class DataSheet(Fact):
    """What the catalogue says of a device, as set last; the sector never changes."""

    def __init__(self, device_id: str) -> None:
        self.device_id = device_id
        self.sector: str | None = None
        self.sheet: e.DeviceCommissioned | e.SpecificationRevised | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.DeviceCommissioned, e.SpecificationRevised)
        return [Query(types=types, tags=(f"device:{self.device_id}",), newest=True)]

    @property
    def keeper(self) -> str | None:
        """The account of who is responsible for the device (장비책임자)."""
        return self.sheet.keeper if self.sheet is not None else None

    @property
    def registration_number(self) -> str:
        return self.sheet.registration_number if self.sheet is not None else ""

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.DeviceCommissioned():
                self.sector, self.sheet = event.sector, event
            case e.SpecificationRevised():
                self.sheet = event
            case _:
                raise TypeError(f"a data sheet does not know {event!r}")


_SHEET_FIELDS = (
    "name",
    "site",
    "location",
    "registration_number",
    "keeper",
    "specification",
    "keywords",
    "compatible",
)


async def commission_device(command: CommissionDevice, recall: Recall) -> Happened:
    """Says nothing when nothing changed, so that loading a file twice changes nothing."""
    (known,) = await recall(DataSheet(command.device_id))
    sheet = {field: getattr(command, field) for field in _SHEET_FIELDS}
    if known.sheet is None:
        return [e.DeviceCommissioned(device_id=command.device_id, sector=command.sector, **sheet)]
    if known.sector != command.sector:
        raise Rejected("sector_fixed", limit=known.sector, actual=command.sector)
    if sheet == {field: getattr(known.sheet, field) for field in _SHEET_FIELDS}:
        return []
    return [e.SpecificationRevised(device_id=command.device_id, **sheet)]


async def set_terms(command: SetTerms, recall: Recall) -> Happened:
    known, terms = await recall(DataSheet(command.device_id), Terms(command.device_id))
    if known.sector is None:
        raise Rejected("device_unknown", actual=command.device_id)
    wrong = [
        Violation(rule="terms_invalid", limit=name, actual=value)
        for name, value in flaws(command.terms)
    ]
    if wrong:
        raise Rejected(violations=wrong)
    if terms.terms_version is not None and terms.now == command.terms:
        return []
    return [e.TermsSet(device_id=command.device_id, sector=known.sector, terms=command.terms)]


async def set_rate(command: SetRate, recall: Recall) -> Happened:
    begins, ends = command.valid_from, command.valid_until
    if begins is not None and ends is not None and ends <= begins:
        raise Rejected("rate_dates", limit=begins.isoformat(), actual=ends.isoformat())
    service, rates = await recall(Service(command.device_id), Rates(command.device_id))
    service.require_known()
    rate = e.RateSet(
        device_id=command.device_id,
        krw_per_hour=command.krw_per_hour,
        company_kind=command.company_kind,
        valid_from=begins,
        valid_until=ends,
    )
    return [] if rates.repeats(rate) else [rate]


async def suspend_device(command: SuspendDevice, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_in_service()
    return [e.DeviceSuspended(device_id=command.device_id, reason=command.reason)]


async def resume_device(command: ResumeDevice, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_known()
    if not service.suspended:
        raise Rejected("nothing_to_change")
    return [e.DeviceResumed(device_id=command.device_id)]


async def retire_device(command: RetireDevice, recall: Recall) -> Happened:
    (service,) = await recall(Service(command.device_id))
    service.require_known()
    if service.retired:
        raise Rejected("nothing_to_change")
    return [e.DeviceRetired(device_id=command.device_id)]
