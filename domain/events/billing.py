"""Events about what a company is asked to pay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from domain.event import Event
from domain.events.reservations import UsageType
from domain.period import Period
from domain.text import Text

StatementLineKind = Literal["use", "late", "adjustment"]
"""`use`: a use of the statement's own month; `late`: one of an earlier month that was entered after
that month's statement; `adjustment`: by how much a correction or waiver changed what earlier
statements asked for."""


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one reservation adds to a statement, names included, as they were then.

    `minutes` (paid for) and `fee` (KRW) are what this statement adds, less than nothing where an
    earlier one asked for too much. `used` and `krw_per_hour` are those of the line as it stands.
    """

    kind: StatementLineKind
    reservation_id: str
    device_id: str
    device_name: Text
    sector: str
    used: Period
    usage_type: UsageType
    krw_per_hour: int
    minutes: int
    fee: int
    waived: bool = False


class StatementIssued(Event, frozen=True, kw_only=True):
    """A company's statement of a month (`YYYY-MM`, Asia/Seoul): nothing in it ever changes.

    It holds everything that was recorded through `position`; what comes later goes to the next.
    `number` counts the company's statements from 1. `hours` (paid for) and `fee` (KRW) are the sums
    of its lines.
    """

    statement_id: str
    company_id: str
    company_name: Text
    company_kind: str | None = None
    month: str
    position: int
    number: int
    lines: tuple[StatementLine, ...]
    hours: float
    fee: int

    def further_tags(self) -> Iterator[str]:
        yield f"statement:{self.statement_id}"
        yield f"company:{self.company_id}/{self.month}"
