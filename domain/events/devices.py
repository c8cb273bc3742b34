"""Events about devices: what they are, the terms of booking them, and their price."""

from __future__ import annotations

from datetime import date

import msgspec

from domain.event import Event
from domain.sealed import Sealed
from domain.terms_of_use import TermsOfUse
from domain.text import Text


class SpecificationLine(msgspec.Struct, frozen=True):
    """One line of a maker's data sheet, value with unit."""

    name: Text
    value: str


class DeviceCommissioned(Event, frozen=True, kw_only=True):
    device_id: str
    name: Text
    sector: str
    site: Text
    location: Text
    registration_number: str
    keeper: str | None = None
    specification: tuple[SpecificationLine, ...] = ()
    keywords: tuple[str, ...] = ()
    compatible: tuple[str, ...] = ()


class SpecificationRevised(Event, frozen=True, kw_only=True):
    device_id: str
    name: Text
    site: Text
    location: Text
    registration_number: str
    keeper: str | None = None
    specification: tuple[SpecificationLine, ...] = ()
    keywords: tuple[str, ...] = ()
    compatible: tuple[str, ...] = ()


class TermsSet(Event, frozen=True, kw_only=True):
    """The terms of booking a device from this event on. `sector` spares decisions a second look."""

    device_id: str
    sector: str
    terms: TermsOfUse


class RateSet(Event, frozen=True, kw_only=True):
    """The price of an hour of a device in KRW, for uses that begin from this event on.

    It is for companies of a kind (as in CompanyRegistered) or for all (None), and for uses that
    begin on a date (Asia/Seoul) from `valid_from` until before `valid_until`, where those are set.
    """

    device_id: str
    krw_per_hour: int
    company_kind: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class DeviceSuspended(Event, frozen=True, kw_only=True):
    device_id: str
    reason: Sealed | None = None


class DeviceResumed(Event, frozen=True, kw_only=True):
    device_id: str


class DeviceRetired(Event, frozen=True, kw_only=True):
    device_id: str
