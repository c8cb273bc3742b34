"""A version of a view folds the same for ever: what one wrote years ago, a replay writes again."""

from __future__ import annotations

import pytest

from projections.view import View
from projections.views import VIEWS
from tests.projections.folds import changed, folded, frozen


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_that_folds_otherwise_has_another_version(view: View) -> None:
    """Else rows that were written before would differ from a replay (see `folds.py`)."""
    before, now = frozen().get(view.name), folded()[view.name]
    if before is not None:
        assert changed(before, now) == [], f"raise the VERSION of {view.name}"


def test_every_version_is_frozen() -> None:
    """`python -m tests.projections.folds` after a VERSION rose or a kind of event came."""
    assert frozen() == folded()
