"""CSV files to download (`booking.csv_text`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from litestar import Response

from booking.csv_text import Cell, csv_bytes, hours, wall_clock

__all__ = ["csv_file", "hours", "wall_clock"]


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """A download named `name`."""
    return Response(
        csv_bytes(headings, rows),
        media_type="text/csv",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
