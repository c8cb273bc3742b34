"""Proposed terms out of files, laid over the terms in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from booking.fixture_files import (
    FixtureError,
    packaged_fixtures,
    profiles_in,
    read_yaml,
    terms_in,
)
from domain.terms_of_use import TermsOfUse

_KEYS = ("profiles", "devices")


def read_proposal(
    paths: Sequence[Path], in_force: Mapping[str, TermsOfUse], *, demonstration: bool
) -> dict[str, TermsOfUse]:
    """The terms that would be other ones, by device; the rest of `in_force` stays as it is.

    `devices` maps ids to keys of the terms, laid over those in force or over a `profile`; or it is
    the list of a devices.yaml, of which only `terms` and `terms_override` are read. Raises
    FixtureError for what does not fit, for unknown devices, and when nothing would change.
    """
    profiles: dict[str, dict[str, Any]] = {}
    named: dict[str, tuple[str, dict[str, Any], str | None]] = {}
    for path in paths:
        content = read_yaml(path)
        unknown = [str(key) for key in content if key not in _KEYS]
        if unknown:
            raise FixtureError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}")
        profiles |= profiles_in(path, content.get("profiles", {}))
        named |= _devices(path, content.get("devices", {}))
    if profiles and not any(profile for _, _, profile in named.values()):
        named = _demonstrated(named, in_force, profiles, demonstration=demonstration)
    proposed = {}
    for device_id, (place, keys, profile) in named.items():
        if device_id not in in_force:
            raise FixtureError(f"{place}: there is no such device with terms in this ledger")
        base = msgspec.to_builtins(in_force[device_id])
        if profile is not None:
            if profile not in profiles:
                raise FixtureError(f"{place}: no profile {profile!r} in these files")
            base = profiles[profile]
        terms = terms_in(place, {**base, **keys})
        if terms != in_force[device_id]:
            proposed[device_id] = terms
    if not proposed:
        raise FixtureError(f"{paths[0]}: these are the terms in force; nothing would change")
    return proposed


def _devices(path: Path, devices: object) -> dict[str, tuple[str, dict[str, Any], str | None]]:
    """Place, keys and profile of each device in a file."""
    found: dict[str, tuple[str, dict[str, Any], str | None]] = {}
    if isinstance(devices, dict):
        for device_id, keys in devices.items():
            place = f"{path}: devices: {device_id}"
            if not isinstance(keys, dict):
                raise FixtureError(f"{place}: should be a mapping of terms")
            rest = {key: value for key, value in keys.items() if key != "profile"}
            profile = keys.get("profile")
            found[str(device_id)] = (place, rest, None if profile is None else str(profile))
        return found
    if not isinstance(devices, list):
        raise FixtureError(f"{path}: devices: should be a mapping of ids to terms, or a list")
    for number, device in enumerate(devices, start=1):
        if not isinstance(device, dict) or "device_id" not in device or "terms" not in device:
            raise FixtureError(f"{path}: devices: {number}: needs device_id and terms")
        override = device.get("terms_override", {})
        place = f"{path}: devices: {device['device_id']}"
        if not isinstance(override, dict):
            raise FixtureError(f"{place}: terms_override: should be a mapping")
        found[str(device["device_id"])] = (place, override, str(device["terms"]))
    return found


def _demonstrated(
    named: dict[str, tuple[str, dict[str, Any], str | None]],
    in_force: Mapping[str, TermsOfUse],
    profiles: Mapping[str, Any],
    *,
    demonstration: bool,
) -> dict[str, tuple[str, dict[str, Any], str | None]]:
    """Profiles alone concern the devices that have them, which only a demonstration's are known."""
    if not demonstration:
        raise FixtureError(
            "no device has any of these profiles: name devices with `profile`, or give the "
            "devices.yaml that says which device has which"
        )
    path = packaged_fixtures() / "devices.yaml"
    having = {
        device_id: one
        for device_id, one in _devices(path, read_yaml(path).get("devices", [])).items()
        if device_id in in_force and one[2] in profiles
    }
    for device_id, (place, keys, _) in named.items():
        _, override, profile = having.get(device_id, (place, {}, None))
        having[device_id] = (place, {**override, **keys}, profile)
    return having
