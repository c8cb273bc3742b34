"""The demonstration's data files hold what the contract promises and agree with each other."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

FIXTURES = Path(__file__).parents[2] / "fixtures"

# The letters of the profiles in the order of the catalogue, one for each device of a sector.
PROFILES_IN_ORDER = {
    "AUT": "CBABCBBBAACBDDDCCO",
    "HEA": "EEEEEEEEEEEBOABC",
    "ENE": "BDBABCCDBCBDOACA",
}
SECTORS = {"AUT": "automotive", "HEA": "healthcare", "ENE": "energy"}
PLAIN = ("AUT-018", "HEA-013", "ENE-013")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TERMS_KEYS = {
    *("name", "slot_minutes", "minimum_minutes", "maximum_minutes", "notice_minutes"),
    *("horizon_days", "buffer_before", "buffer_after", "opening_hours", "closed_on_holidays"),
    *("runs_unattended", "approval_required", "qualification_required", "operator_required"),
    *("calibration_required", "irb_required", "cancel_notice_minutes"),
}
COMPANY_KINDS = {"startup", "small", "medium", "large", "university", "institute"}
# Minutes (shortest, longest), buffers, days of notice, then approval, qualification, IRB.
PROFILE_TERMS = {
    "A": (60, 480, 0, 15, 0, False, False, False),
    "B": (120, 480, 30, 30, 3, False, True, False),
    "C": (240, 5 * 1440, 60, 60, 7, True, False, False),
    "D": (1440, 28 * 1440, 60, 120, 7, True, False, False),
    "E": (60, 240, 15, 30, 7, True, False, True),
    "O": (30, 480, 0, 15, 0, False, False, False),
}
DEMONSTRATION = {
    "kim@mudeung.example": ("member", "mudeung"),
    "park@mudeung.example": ("manager", "mudeung"),
    "lee@hanbit.example": ("manager", "hanbit"),
    "staff@testbed.example": ("staff", None),
    "auditor@testbed.example": ("auditor", None),
    "admin@testbed.example": ("administrator", None),
}


def fixture(name: str) -> Any:
    """Read the fixture file of that name."""
    return yaml.safe_load((FIXTURES / f"{name}.yaml").read_text(encoding="utf-8"))


PROFILES: dict[str, dict[str, Any]] = fixture("terms")["profiles"]
DEVICES: list[dict[str, Any]] = fixture("devices")["devices"]
COMPANIES: list[dict[str, Any]] = fixture("companies")["companies"]
PEOPLE: list[dict[str, Any]] = fixture("people")["people"]
SIMULATION: dict[str, Any] = fixture("simulation")
DEVICE_BY_ID = {device["device_id"]: device for device in DEVICES}


def terms_of(device: dict[str, Any]) -> dict[str, Any]:
    """Return the device's profile with its own overrides."""
    return {**PROFILES[device["terms"]], **device.get("terms_override", {})}


def names_in(node: object) -> Iterator[dict[str, str]]:
    """Yield every Korean and English pair anywhere in the data."""
    if isinstance(node, dict):
        if "ko" in node or "en" in node:
            yield node
        for value in node.values():
            yield from names_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from names_in(value)


def test_every_profile_has_the_same_keys() -> None:
    """Six profiles of terms carry exactly the keys that booking terms have."""
    assert list(PROFILES) == ["A", "B", "C", "D", "E", "O"]
    assert {letter: set(terms) ^ TERMS_KEYS for letter, terms in PROFILES.items()} == {
        letter: set() for letter in PROFILES
    }


@pytest.mark.parametrize("letter", PROFILE_TERMS)
def test_profiles_say_what_was_agreed(letter: str) -> None:
    """Each profile carries the agreed lengths, buffers, notice and permissions."""
    terms = PROFILES[letter]
    assert PROFILE_TERMS[letter] == (
        terms["minimum_minutes"],
        terms["maximum_minutes"],
        terms["buffer_before"],
        terms["buffer_after"],
        terms["notice_minutes"] / 1440,
        terms["approval_required"],
        terms["qualification_required"],
        terms["irb_required"],
    )
    assert terms["runs_unattended"] is (letter in "CD")
    assert terms["closed_on_holidays"] is (letter != "O")


@pytest.mark.parametrize("letter", PROFILE_TERMS)
def test_every_profile_can_be_booked(letter: str) -> None:
    """Lengths fit the grid, notice ends before the horizon, and the shortest fits opening hours."""
    terms = PROFILES[letter]
    slot = terms["slot_minutes"]
    assert 1440 % slot == terms["minimum_minutes"] % slot == terms["maximum_minutes"] % slot == 0
    assert terms["minimum_minutes"] <= terms["maximum_minutes"]
    assert terms["notice_minutes"] + terms["maximum_minutes"] < terms["horizon_days"] * 1440
    assert list(terms["opening_hours"]) == WEEKDAYS
    for spans in terms["opening_hours"].values():
        edges = [minute_of_day(edge) for span in spans for edge in span]
        assert all(earlier < later for earlier, later in pairwise(edges))
        assert all(edge % slot == 0 for edge in edges)
        assert terms["runs_unattended"] or all(
            end - start >= terms["minimum_minutes"]
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        )


def minute_of_day(text: str) -> int:
    """Read "HH:MM" as minutes after midnight; "24:00" is the day's end."""
    if text == "24:00":
        return 1440
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def test_fifty_devices_in_the_catalogues_order() -> None:
    """The three sectors hold 18, 16 and 16 devices, numbered without gaps, with their profiles."""
    expected = [
        (f"{prefix}-{number:03d}", SECTORS[prefix], letter)
        for prefix, letters in PROFILES_IN_ORDER.items()
        for number, letter in enumerate(letters, start=1)
    ]
    assert [(d["device_id"], d["sector"], d["terms"]) for d in DEVICES] == expected
    sizes = Counter(device["sector"] for device in DEVICES)
    assert sizes == {"automotive": 18, "healthcare": 16, "energy": 16}
    assert len({d["name"]["ko"] for d in DEVICES} | {d["name"]["en"] for d in DEVICES}) == 100


@pytest.mark.parametrize("device_id", PLAIN)
def test_plain_bench_devices_carry_the_contracts_terms(device_id: str) -> None:
    """Three devices are open round the clock, with no approval and no qualification."""
    terms = terms_of(DEVICE_BY_ID[device_id])
    always = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
    assert terms["slot_minutes"] == 30
    assert (terms["minimum_minutes"], terms["maximum_minutes"]) == (30, 480)
    assert (terms["buffer_before"], terms["buffer_after"], terms["horizon_days"]) == (0, 15, 180)
    assert (terms["opening_hours"], terms["closed_on_holidays"]) == (always, False)
    assert not [key for key, value in terms.items() if key.endswith("_required") and value]
    assert terms["notice_minutes"] == 0


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device["device_id"])
def test_a_device_reads_like_a_data_sheet(device: dict[str, Any]) -> None:
    """Each device has 4 to 7 entries of specification, a rate, a register number and a keeper."""
    assert 4 <= len(device["specification"]) <= 7
    values = [entry["value"] for entry in device["specification"]]
    assert all(isinstance(value, str) and value.strip() for value in values)
    assert any(re.search(r"\d", value) for value in values)
    assert isinstance(device["rate"], int)
    assert device["rate"] > 0
    assert device["rate"] % 100 == 0
    assert re.fullmatch(r"NFEC-20\d\d-(0[1-9]|1[0-2])-2\d{5}", device["registration_number"])
    keeper = next(p for p in PEOPLE if p["email"] == device["keeper"])
    assert keeper["role"] == "staff"
    assert device["keywords"]


def test_registration_numbers_are_unique() -> None:
    """No two devices share a number in the equipment register."""
    assert len({device["registration_number"] for device in DEVICES}) == 50


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device["device_id"])
def test_what_a_device_refers_to_exists(device: dict[str, Any]) -> None:
    """Stand-ins are other devices, overrides are keys of terms, calibrations have a validity."""
    assert set(device["compatible"]) <= set(DEVICE_BY_ID) - {device["device_id"]}
    assert set(device.get("terms_override", {})) <= TERMS_KEYS - {"name"}
    assert terms_of(device)["calibration_required"] is ("calibration" in device)
    assert device.get("calibration", {"valid_until": 12})["valid_until"] >= 6


def test_a_dozen_companies_with_quotas() -> None:
    """Companies have a slug, a known sector and kind, a registration day and a quota."""
    assert len({company["company_id"] for company in COMPANIES}) == len(COMPANIES) == 12
    for company in COMPANIES:
        assert re.fullmatch(r"[a-z]+", company["company_id"])
        assert company["sector"] in SECTORS.values()
        assert company["kind"] in COMPANY_KINDS
        assert date.fromisoformat(company["registered"]) < date(2025, 1, 1)
        assert all(line["hours_per_month"] > 0 for line in company["quota"])
        sectors = [line["sector"] for line in company["quota"]]
        assert set(sectors) <= {*SECTORS.values(), "all"}
        assert len(set(sectors)) == len(sectors) > 0
        assert company["most_ahead"] > 0


def test_forty_people_and_the_demonstration_accounts() -> None:
    """E-mail addresses are unique and reserved; the demonstration accounts have their roles."""
    assert len({person["email"] for person in PEOPLE}) == len(PEOPLE) == 40
    assert len({person["phone"] for person in PEOPLE}) == 40
    accounts = {p["email"]: (p["role"], p["company_id"]) for p in PEOPLE}
    assert {email: accounts.get(email) for email in DEMONSTRATION} == DEMONSTRATION
    companies = {company["company_id"] for company in COMPANIES}
    for person in PEOPLE:
        assert person["email"].endswith(f"@{person['company_id'] or 'testbed'}.example")
        assert person["company_id"] in companies | {None}
        assert (person["company_id"] is None) is (person["role"] not in {"member", "manager"})
        assert re.fullmatch(r"010-0000-\d{4}", person["phone"])
        assert person["language"] in {"ko", "en"}
    managers = {p["company_id"] for p in PEOPLE if p["role"] == "manager"}
    assert managers == companies


def test_qualifications_name_devices_that_ask_for_one() -> None:
    """People are qualified only where terms ask for it, and every such device has a user."""
    asking = {d["device_id"] for d in DEVICES if terms_of(d)["qualification_required"]}
    held = [device_id for person in PEOPLE for device_id in person["qualifications"]]
    assert set(held) <= asking
    users = [person for person in PEOPLE if person["company_id"]]
    assert {device_id for user in users for device_id in user["qualifications"]} == asking
    assert next(p for p in PEOPLE if p["email"] == "kim@mudeung.example")["qualifications"] == []


def test_every_name_is_given_in_korean_and_english() -> None:
    """Whatever people read by name is there in both languages, names of things in Hangul."""
    pairs = list(names_in([PROFILES, DEVICES, COMPANIES, PEOPLE]))
    assert len(pairs) > 400
    for pair in pairs:
        assert set(pair) == {"ko", "en"}
        assert pair["ko"].strip()
        assert pair["en"].strip()
        assert not re.search(r"[가-힣]", pair["en"])
    named = [item["name"]["ko"] for item in [*DEVICES, *COMPANIES, *PEOPLE]]
    assert all(re.search(r"[가-힣]", name) for name in named)


def test_simulated_requests_fit_the_terms() -> None:
    """Lengths and leads that the simulator draws are allowed by the profile they are drawn for."""
    for letter, terms in PROFILES.items():
        lengths = SIMULATION["duration_weights"][letter]
        assert all(
            terms["minimum_minutes"] <= length <= terms["maximum_minutes"]
            and length % terms["slot_minutes"] == 0
            for length in lengths
        )
        lead = SIMULATION["lead_days"][letter]
        assert terms["notice_minutes"] / 1440 <= lead["least"] < lead["typical"] < lead["most"]
        longest_days = max(lengths) / 1440
        assert lead["most"] + longest_days <= terms["horizon_days"]


def test_simulated_year_has_the_shape_of_a_working_year() -> None:
    """Weights cover every hour, day and month: lunch dip, quiet holidays, busy autumn."""
    hours, months = SIMULATION["hour_weights"], SIMULATION["month_weights"]
    assert (list(hours), list(months)) == (list(range(24)), list(range(1, 13)))
    assert list(SIMULATION["weekday_weights"]) == WEEKDAYS
    assert hours[12] < min(hours[11], hours[13]) / 2
    assert sorted(sorted(months, key=months.__getitem__)[:2]) == [1, 8]
    assert sorted(sorted(months, key=months.__getitem__)[-2:]) == [10, 11]
    assert sum(months.values()) == pytest.approx(12, abs=0.05)
    shares = {key: value for key, value in SIMULATION.items() if key.endswith("_share")}
    assert all(0 < share < 1 for share in shares.values())
    assert {len(set(SIMULATION["purposes"][sector])) for sector in SECTORS.values()} == {20}
    assert set(SIMULATION["company_weights"]) == {c["company_id"] for c in COMPANIES}
    assert set(SIMULATION["device_popularity"]) <= set(DEVICE_BY_ID)
