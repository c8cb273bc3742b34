"""Whole numbers as command lines name them."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a number of a range; 85,000 may have its comma."""

    def read(text: str) -> int:
        digits = text.replace(",", "")
        short = len(digits) <= len(str(highest))
        if short and digits.isascii() and digits.isdigit() and lowest <= int(digits) <= highest:
            return int(digits)
        raise argparse.ArgumentTypeError(
            f"a whole number from {lowest:,} to {highest:,}, not {text!r}"
        )

    return read
