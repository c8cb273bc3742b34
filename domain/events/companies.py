"""Events about companies and people, people by opaque account id only."""

from __future__ import annotations

from datetime import datetime

from domain.event import Event
from domain.sealed import Sealed
from domain.text import Text


class CompanyRegistered(Event, frozen=True, kw_only=True):
    company_id: str
    name: Text
    sector: str
    kind: str


class CompanyRenamed(Event, frozen=True, kw_only=True):
    company_id: str
    name: Text


class CompanySuspended(Event, frozen=True, kw_only=True):
    """No new bookings, nor offers of the waiting list: those that stand are withdrawn with it.

    `no_shows` are the reservations whose no-shows caused it, if they did.
    """

    company_id: str
    reason: Sealed | None = None
    no_shows: tuple[str, ...] = ()


class CompanyReinstated(Event, frozen=True, kw_only=True):
    company_id: str


class QuotaSet(Event, frozen=True, kw_only=True):
    """Hours that a company may use in each month of Asia/Seoul, of one sector or (None) of all.

    `hours` None removes the limit.
    """

    company_id: str
    sector: str | None = None
    hours: float | None = None


class MostAheadSet(Event, frozen=True, kw_only=True):
    """The most reservations that a company may have ahead of it; None removes the limit."""

    company_id: str
    reservations: int | None = None


class AccountAdded(Event, frozen=True, kw_only=True):
    account_id: str
    role: str
    company_id: str | None = None


class RoleGranted(Event, frozen=True, kw_only=True):
    """What an account may do from now on; `company_id` None is the laboratory's own people."""

    account_id: str
    role: str
    company_id: str | None = None


class RoleRevoked(Event, frozen=True, kw_only=True):
    account_id: str
    role: str


class QualificationGranted(Event, frozen=True, kw_only=True):
    """A person may use a device without an operator, until `valid_until` when that is given."""

    account_id: str
    device_id: str
    valid_until: datetime | None = None


class QualificationRevoked(Event, frozen=True, kw_only=True):
    account_id: str
    device_id: str


class PersonErased(Event, frozen=True, kw_only=True):
    account_id: str
