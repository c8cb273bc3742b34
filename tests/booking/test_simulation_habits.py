"""The habits that the simulation follows, as their file says."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from booking.demonstration import demonstration_fixtures
from booking.fixture_files import FixtureError
from booking.simulation_habits import letter_of, poisson, read_habits


def test_habits_differ_by_terms() -> None:
    """Every device of the fixtures is recognised by the profile that its file names."""
    fixtures = demonstration_fixtures()
    assert {one.device_id: one.terms for one in fixtures.devices} == {
        device_id: letter_of(terms) for device_id, terms in fixtures.terms.items()
    }


def test_wrong_habits_name_the_key(tmp_path: Path) -> None:
    """A habit that is missing is named with its file."""
    path = tmp_path / "simulation.yaml"
    path.write_text("no_show_share: 0.1\n", encoding="utf-8")
    with pytest.raises(FixtureError, match=r"simulation.yaml: Object missing required field"):
        read_habits(path)


def test_chance_events_come_as_often_as_they_should() -> None:
    """Poisson's numbers have the mean that was asked for."""
    rng = Random(1)  # noqa: S311 - dice
    numbers = [poisson(rng, 2.5) for _ in range(5_000)]
    assert sum(numbers) / len(numbers) == pytest.approx(2.5, abs=0.1)
