"""Lines in aligned columns, as wide as they are read: a Hangul syllable takes two places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

GAP = "  "


def aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """One line a row. A column that is empty in all rows takes no room; nothing is cut off."""
    table = list(rows)
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [
            cell + " " * (width - cell_len(cell))
            for cell, width in zip(row, widths, strict=True)
            if width
        ]
        yield GAP.join(cells).rstrip()
