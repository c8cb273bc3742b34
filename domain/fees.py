"""What a use costs: its whole minutes, the slots that they begin, and the price of an hour."""

from __future__ import annotations

from math import ceil

from domain.period import Period


def whole_minutes(used: Period) -> int:
    """Minutes in hand, at least one; parts of a minute are dropped, in the company's favour."""
    return max(1, used.minutes)


def billed_minutes(used: Period, slot_minutes: int) -> int:
    """Minutes that are paid for: the time in hand, a begun slot of the terms counting whole."""
    return ceil(whole_minutes(used) / slot_minutes) * slot_minutes


def fee(minutes: int, krw_per_hour: int) -> int:
    """The fee in whole KRW; parts of a won are dropped, in the company's favour."""
    return minutes * krw_per_hour // 60
