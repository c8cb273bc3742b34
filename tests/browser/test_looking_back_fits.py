"""The timeline of an earlier moment in a real browser: nothing covers anything."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

TOPS = """() => [...document.querySelectorAll('.week > *')]
    .map(one => one.getBoundingClientRect())
    .filter(box => box.height > 0)
    .map(box => [Math.round(box.top), Math.round(box.bottom)])"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/timeline", "/timeline?as_of=0", "/timeline?as_of=20"])
def test_every_row_of_the_timeline_begins_below_the_one_before(
    person: Callable[..., Any], width: int, path: str
) -> None:
    """The banner is one row more, and the table still takes only what is left."""
    kim = person(width)
    kim.sign_in("kim@mudeung.example")
    answer = kim.page.goto(path)
    assert answer is not None
    assert answer.status == 200
    rows = kim.page.evaluate(TOPS)
    assert len(rows) >= 3
    for (_, above), (below, _) in pairwise(rows):
        assert below >= above, rows
    table_top, table_bottom = rows[-1]
    assert table_bottom - table_top > 200
    assert kim.page.evaluate("innerHeight") >= table_bottom
