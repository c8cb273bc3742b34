"""Fixture files: devices, terms, companies and people as data, read strictly.

A file holds any of the lists `profiles`, `devices`, `companies` and `people`, and the prices of
kinds of companies in `company_rates`; their keys are explained in the files themselves. Whoever
mistypes one hears which file, entry and key it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import yaml

from domain import events as e
from domain.terms_of_use import OpeningHours, TermsOfUse
from domain.text import Text

Sector = Literal["automotive", "healthcare", "energy"]
CompanyKind = Literal["startup", "small", "medium", "large", "university", "institute"]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Positive = Annotated[int, msgspec.Meta(gt=0)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9-]{1,40}\Z")]
Entry = TypeVar("Entry", bound=msgspec.Struct)


class FixtureError(Exception):
    """A fixture file cannot be used; the text names the file, the entry and the key."""


class CalibrationFixture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`valid_until` counts months from the calibration, which was `calibrated` on that day."""

    valid_until: Positive
    calibrated: date | None = None
    certificate: str = ""


class DeviceFixture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    device_id: Identifier
    name: Text
    sector: Sector
    site: Text
    location: Text
    registration_number: str
    keeper: str
    rate: Annotated[int, msgspec.Meta(ge=0)]
    terms: str
    terms_override: dict[str, Any] = {}
    specification: tuple[e.SpecificationLine, ...] = ()
    keywords: tuple[str, ...] = ()
    compatible: tuple[str, ...] = ()
    calibration: CalibrationFixture | None = None


class QuotaFixture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sector: Sector | Literal["all"]
    hours_per_month: Annotated[float, msgspec.Meta(ge=0)]


class CompanyFixture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    company_id: Identifier
    name: Text
    sector: Sector
    kind: CompanyKind
    registered: date | None = None
    quota: tuple[QuotaFixture, ...] = ()
    most_ahead: Positive | None = None


class _CompanyRates(msgspec.Struct, frozen=True):
    company_rates: dict[CompanyKind, Percent]


class PersonFixture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: str
    name: Text
    role: Literal["member", "manager", "staff", "auditor", "administrator"]
    company_id: str | None = None
    phone: str = ""
    language: Literal["ko", "en"] = "ko"
    qualifications: tuple[str, ...] = ()


class Fixtures(msgspec.Struct, frozen=True, kw_only=True):
    """What some files hold together, in their order.

    `terms` are those of each device; `files` tells which file an entry came from, by its id.
    `company_rates` is what kinds of companies pay, in per cent of a device's rate.
    """

    devices: Sequence[DeviceFixture]
    terms: Mapping[str, TermsOfUse]
    companies: Sequence[CompanyFixture]
    people: Sequence[PersonFixture]
    files: Mapping[str, Path]
    company_rates: Mapping[CompanyKind, int] = {}


def packaged_fixtures() -> Path:
    """The folder of the demonstration's files: within a wheel, or beside the packages."""
    here = Path(__file__).parent
    return next(
        folder for folder in (here / "fixtures", here.parent / "fixtures") if folder.is_dir()
    )


def read_fixtures(paths: Sequence[Path]) -> Fixtures:
    """Everything in some files. Raises FixtureError for what is wrong in one or among them."""
    profiles: dict[str, dict[str, Any]] = {}
    files: dict[str, Path] = {}
    devices: list[DeviceFixture] = []
    companies: list[CompanyFixture] = []
    people: list[PersonFixture] = []
    company_rates: dict[CompanyKind, int] = {}
    for path in paths:
        content = _read(path)
        profiles |= profiles_in(path, content.get("profiles", {}))
        devices += _entries(path, content, "devices", DeviceFixture)
        companies += _entries(path, content, "companies", CompanyFixture)
        people += _entries(path, content, "people", PersonFixture)
        given = {"company_rates": content.get("company_rates", {})}
        company_rates |= _convert(f"{path}", given, _CompanyRates).company_rates
        for entry_id in _ids_in(content):
            if entry_id in files:
                raise FixtureError(f"{path}: {entry_id}: is there twice")
            files[entry_id] = path
    return Fixtures(
        devices=devices,
        terms={one.device_id: _terms_of(files[one.device_id], one, profiles) for one in devices},
        companies=companies,
        people=people,
        files=files,
        company_rates=company_rates,
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """A file's mapping. Raises FixtureError when it cannot be read or holds no mapping."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise FixtureError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise FixtureError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise FixtureError(f"{path}: holds no lists of devices, companies, people or profiles")
    return content


# The loader in C reads the fifty devices ten times as fast; some builds come without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LISTS = ("profiles", "devices", "companies", "people", "company_rates")
_IDS = {"devices": "device_id", "companies": "company_id", "people": "email"}


def _read(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    unknown = [str(key) for key in content if key not in _LISTS]
    if unknown:
        raise FixtureError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(_LISTS)}")
    return content


def _entries(
    path: Path, content: Mapping[str, Any], key: str, entry_type: type[Entry]
) -> Iterator[Entry]:
    entries = content.get(key, [])
    if not isinstance(entries, list):
        raise FixtureError(f"{path}: {key}: should be a list")
    for number, entry in enumerate(entries, start=1):
        yield _convert(f"{path}: {key}: {_id_of(key, entry) or number}", entry, entry_type)


def _ids_in(content: Mapping[str, Any]) -> Iterator[str]:
    for key in _IDS:
        yield from (_id_of(key, entry) for entry in content.get(key, []))


def _id_of(key: str, entry: object) -> str:
    """The id by which an entry is spoken of; empty where it has none."""
    return str(entry.get(_IDS[key], "")) if isinstance(entry, dict) else ""


def _convert(place: str, entry: object, entry_type: type[Entry]) -> Entry:
    try:
        return msgspec.convert(entry, entry_type, strict=True)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$")
        key = at.rstrip("`").lstrip(".")
        raise FixtureError(f"{place}: {f'{key}: ' if key else ''}{message}") from error


class _Profile(TermsOfUse, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Text = Text("", "")


class _Week(OpeningHours, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def profiles_in(path: Path, profiles: object) -> dict[str, dict[str, Any]]:
    """The profiles of a file by their letters, every key of them checked."""
    if not isinstance(profiles, dict):
        raise FixtureError(f"{path}: profiles: should be a mapping of letters to terms")
    for letter, terms in profiles.items():
        terms_in(f"{path}: profiles: {letter}", terms)
    return {str(letter): terms for letter, terms in profiles.items()}


def _terms_of(
    path: Path, device: DeviceFixture, profiles: Mapping[str, dict[str, Any]]
) -> TermsOfUse:
    place = f"{path}: devices: {device.device_id}"
    if device.terms not in profiles:
        raise FixtureError(f"{place}: terms: no profile {device.terms!r} in these files")
    return terms_in(f"{place}: terms_override", {**profiles[device.terms], **device.terms_override})


def terms_in(place: str, terms: object) -> TermsOfUse:
    """A mapping as terms; FixtureError, which begins with `place`, for what does not fit."""
    profile = _convert(place, terms, _Profile)
    if isinstance(terms, dict) and "opening_hours" in terms:
        _convert(f"{place}: opening_hours", terms["opening_hours"], _Week)
    for day in OpeningHours.__struct_fields__:
        edges = [edge for span in getattr(profile.opening_hours, day) for edge in span]
        clocks = all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", edge) for edge in edges)
        # Clocks of this form sort like the times that they name.
        if not clocks or sorted(set(edges)) != edges:
            raise FixtureError(f"{place}: opening_hours.{day}: should be spans like 09:00, 18:00")
    values = {field: getattr(profile, field) for field in TermsOfUse.__struct_fields__}
    return TermsOfUse(**values)
