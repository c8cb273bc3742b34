"""Tables as commands answer them: in aligned columns, or as a CSV file for `--csv`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from booking.commands.columns import aligned
from booking.commands.common import Refused, say
from booking.commands.files import write_content
from booking.csv_text import Cell, csv_bytes, headings_in
from domain.text import Text

LANGUAGES = ("ko", "en")
NOTHING = "—"
STANDARD_OUTPUT = "-"


def add_csv(parser: argparse.ArgumentParser) -> None:
    about = "write a spreadsheet instead, also over one that is there; - is standard output"
    parser.add_argument("--csv", metavar="FILE", help=about)
    parser.add_argument(
        "--language", choices=LANGUAGES, default=LANGUAGES[0], help="of the spreadsheet (ko)"
    )


def say_table(headings: Sequence[str], rows: Iterable[Sequence[Cell | None]]) -> None:
    """Numbers stand at the right of their column, and have commas; what there is none of, `—`."""
    table = list(rows)
    numbers = [
        any(isinstance(row[place], int | float) for row in table) for place in range(len(headings))
    ]
    texts = [list(headings), *([_written(cell) for cell in row] for row in table)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(headings))]
    for line in aligned(
        [
            text.rjust(width) if is_number else text
            for text, width, is_number in zip(row, widths, numbers, strict=True)
        ]
        for row in texts
    ):
        say(line)


def write_csv(
    options: argparse.Namespace, headings: Sequence[Text], rows: Iterable[Sequence[Cell]]
) -> None:
    """The file that the options name, in their language."""
    write_file(options.csv, headings_in(options.language, headings), rows)


def write_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    lines = list(rows)
    content = csv_bytes(headings, lines)
    if name == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise Refused("standard output is closed.")
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_content(Path(name), content)
    say(f"{name}: {len(lines)} lines.")


def _written(cell: Cell | None) -> str:
    match cell:
        case None:
            return NOTHING
        case float():
            return f"{cell:,.2f}".rstrip("0").rstrip(".")
        case int():
            return f"{cell:,}"
        case _:
            return cell
