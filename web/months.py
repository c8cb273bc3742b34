"""Months of Asia/Seoul in addresses: `?month=2026-12`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from domain.bookable import EARLIEST, LATEST
from domain.period import Period, month_period
from web.problem import wrong

MonthText = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}\Z")]
"""`YYYY-MM`; whether there is such a month, `span_of` says."""


def span_of(month: str) -> Period:
    """The time of a month; raises Invalid for one that there is not."""
    try:
        span = month_period(month)
    except (ValueError, OverflowError) as error:
        raise wrong("month", "month") from error
    if not EARLIEST <= span.start < span.end <= LATEST:
        raise wrong("month", "month")
    return span
