"""The habits of a made-up year, as `simulation.yaml` gives them; each key is explained there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec

from booking.fixture_files import FixtureError, read_yaml
from domain.terms_of_use import TermsOfUse

Choice = TypeVar("Choice")
Weights = dict[str, float]
Letters = dict[str, float]
"""Figures by the letter of a device's terms, see `letter_of`."""


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A triangular distribution between `least` and `most` with its peak at `typical`."""

    least: float
    typical: float
    most: float

    def draw(self, rng: Random) -> float:
        return rng.triangular(self.least, self.most, self.typical)


class Habits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    weekday_weights: Weights
    hour_weights: dict[int, float]
    month_weights: dict[int, float]
    weekly_demand: Letters
    device_popularity: Weights
    duration_weights: dict[str, dict[int, float]]
    lead_days: dict[str, Spread]
    company_weights: Weights
    own_sector_share: float
    quota_fill_limit: dict[str, float]
    series_per_year: float
    bundles_per_year: float
    bundles: list[list[str]]
    people_weights: dict[int, float]
    irb_number_pattern: str
    cancellation_share: float
    late_cancellation_share: float
    no_show_share: float
    reschedule_share: float
    shorten_share: float
    extend_share: float
    decline_share: float
    approval_hours: Spread
    early_return_share: float
    early_return_minutes: Spread
    late_return_share: float
    late_return_minutes: Spread
    hand_out_minutes: Spread
    usage_correction_share: float
    breakdowns_per_device_year: Letters
    breakdown_hours: Spread
    breakdown_extension_share: float
    breakdown_extension_hours: Spread
    problems_per_device_year: float
    calibration_interval_months: dict[str, int]
    calibration_notice_days: int
    calibration_hours: Letters
    maintenance_interval_weeks: Letters
    maintenance_notice_days: int
    maintenance_hours: Letters
    purposes: dict[str, list[str]]
    cancellation_reasons: list[str]
    decline_reasons: list[str]
    return_remarks: Weights
    breakdown_reasons: dict[str, list[str]]
    problem_descriptions: dict[str, list[str]]
    maintenance_reasons: list[str]
    calibration_reasons: list[str]

    def fill_limit(self, company_id: str) -> float:
        """The share of a month's quota at which the simulator stops booking for a company."""
        return self.quota_fill_limit.get(company_id, self.quota_fill_limit["default"])

    def calibration_months(self, device_id: str) -> int:
        intervals = self.calibration_interval_months
        return intervals.get(device_id, intervals["default"])


def read_habits(path: Path) -> Habits:
    """Raises FixtureError, naming the key."""
    try:
        return msgspec.convert(read_yaml(path), Habits, strict=True)
    except msgspec.ValidationError as error:
        raise FixtureError(f"{path}: {error}") from error


def letter_of(terms: TermsOfUse) -> str:
    """The profile in terms.yaml that terms resemble; habits differ by profile, not by device."""
    if terms.runs_unattended:
        return "D" if terms.maximum_minutes > _FIVE_DAYS else "C"
    if terms.irb_required:
        return "E"
    if terms.qualification_required:
        return "B"
    return "A" if terms.closed_on_holidays else "O"


def weighted(rng: Random, weights: Mapping[Choice, float]) -> Choice:
    """One of the keys, each as often as its weight says. At least one weight is above 0."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def one_of(rng: Random, choices: Sequence[Choice]) -> Choice:
    return choices[rng.randrange(len(choices))]


def poisson(rng: Random, mean: float) -> int:
    """How often something happens that happens `mean` times on average (Knuth's method)."""
    count, chance = 0, rng.random()
    limit = 2.718281828459045**-mean
    while chance > limit:
        count += 1
        chance *= rng.random()
    return count


_FIVE_DAYS = 5 * 24 * 60
