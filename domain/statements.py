"""A company's statements: a month's uses and what they cost, frozen for ever.

What was billed once is never touched again. A correction, a waiver or a use that is entered after
its month's statement goes to the next statement, as the difference to what was asked for before;
so the sum of all statements is at any time what the uses in them cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.devices import DataSheet
from domain.event import Event
from domain.organisation import Organisation
from domain.period import Period, month_of, month_period, months_before, stamp
from domain.rejected import Rejected
from domain.text import Text

MONTHS_LOOKED_BACK = 24
"""Uses that were entered after their month's statement are looked for in this many months before
the statement's own; older ones take a further statement of their own month."""


class IssueStatement(Command, frozen=True, kw_only=True):
    """`month` is `YYYY-MM`, a month of Asia/Seoul that is over."""

    company_id: str
    month: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the use log as it stands."""

    reservation_id: str
    device_id: str
    sector: str
    used: Period
    usage_type: e.UsageType
    krw_per_hour: int
    minutes: int
    fee: int


class Lines(Fact):
    """A company's lines of the use log, corrected and waived, that a statement may have to hold.

    Lines of the month and of those before it are found by their months. Corrections and waivers
    are few, and may be of any line that was ever billed: of these all are read.
    """

    def __init__(self, company_id: str, month: str) -> None:
        self.company_id = company_id
        self.months = (*months_before(month, MONTHS_LOOKED_BACK), month)
        self.due: dict[str, Due] = {}
        self.waived: set[str] = set()

    @property
    def queries(self) -> Sequence[Query]:
        tag = f"company:{self.company_id}"
        return [
            Query(types=(e.UsageCorrected, e.UsageWaived), tags=(tag,)),
            *(Query(types=(e.UsageLogged,), tags=(f"{tag}/{month}",)) for month in self.months),
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.UsageLogged() | e.UsageCorrected():
                self.due[event.reservation_id] = Due(
                    reservation_id=event.reservation_id,
                    device_id=event.device_id,
                    sector=event.sector,
                    used=event.used,
                    usage_type=event.usage_type,
                    krw_per_hour=event.krw_per_hour,
                    minutes=event.billed_minutes,
                    fee=event.fee,
                )
            case e.UsageWaived():
                self.waived.add(event.reservation_id)
            case _:
                raise TypeError(f"lines do not know {event!r}")


class Billed(Fact):
    """What a company's statements asked for so far."""

    def __init__(self, company_id: str) -> None:
        self.company_id = company_id
        self.statements: list[e.StatementIssued] = []
        self.last: dict[str, e.StatementLine] = {}
        self.minutes: dict[str, int] = {}
        self.fee: dict[str, int] = {}

    @property
    def queries(self) -> Sequence[Query]:
        return [Query(types=(e.StatementIssued,), tags=(f"company:{self.company_id}",))]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.StatementIssued():
                self.statements.append(event)
                for line in event.lines:
                    key = line.reservation_id
                    self.last[key] = line
                    self.minutes[key] = self.minutes.get(key, 0) + line.minutes
                    self.fee[key] = self.fee.get(key, 0) + line.fee
            case _:
                raise TypeError(f"what was billed does not know {event!r}")

    def of_month(self, month: str) -> list[e.StatementIssued]:
        return [statement for statement in self.statements if statement.month == month]


async def issue_statement(command: IssueStatement, recall: Recall) -> Happened:
    """A first statement holds its whole month; a further one of the same month, what came since."""
    company_id, month = command.company_id, command.month
    end = month_period(month).end
    organisation, billed, lines = await recall(
        Organisation(company_id), Billed(company_id), Lines(company_id, month)
    )
    name = organisation.require_known()
    if recall.now < end:
        raise Rejected("month_unfinished", limit=stamp(end), actual=stamp(recall.now))
    entries = sorted(_entries(billed, lines, month), key=_by_time)
    earlier = billed.of_month(month)
    if earlier and not entries:
        raise Rejected("statement_issued", limit=month, actual=earlier[-1].statement_id)
    names = await _names(recall, {entry["device_id"] for entry in entries})
    frozen = tuple(
        e.StatementLine(**entry, device_name=names[entry["device_id"]]) for entry in entries
    )
    suffix = f"-{len(earlier) + 1}" if earlier else ""
    return [
        e.StatementIssued(
            statement_id=f"{company_id}-{month}{suffix}",
            company_id=company_id,
            company_name=name,
            company_kind=organisation.kind,
            month=month,
            position=recall.position,
            number=len(billed.statements) + 1,
            lines=frozen,
            hours=sum(line.minutes for line in frozen) / 60,
            fee=sum(line.fee for line in frozen),
        )
    ]


def _entries(billed: Billed, lines: Lines, month: str) -> Iterator[dict[str, Any]]:
    """The lines of a statement, without the names of their devices."""
    months = {statement.month for statement in billed.statements}
    for reservation_id, due in lines.due.items():
        if reservation_id in billed.last:
            continue
        of_month = month_of(due.used.start)
        if of_month == month:
            yield _entry("late" if month in months else "use", due, lines)
        elif of_month < month and of_month in months:
            yield _entry("late", due, lines)
    for reservation_id, line in billed.last.items():
        known = lines.due.get(reservation_id)
        minutes = known.minutes if known else billed.minutes[reservation_id]
        # Without its figures in reach, a line was not corrected; it may have been waived.
        fee = known.fee if known else billed.fee[reservation_id]
        waived = reservation_id in lines.waived
        change = (
            minutes - billed.minutes[reservation_id],
            (0 if waived else fee) - billed.fee[reservation_id],
        )
        if change != (0, 0):
            yield {
                "kind": "adjustment",
                **{name: getattr(known or line, name) for name in _CARRIED},
                "minutes": change[0],
                "fee": change[1],
                "waived": waived,
            }


_CARRIED = ("reservation_id", "device_id", "sector", "used", "usage_type", "krw_per_hour")


def _entry(kind: e.StatementLineKind, due: Due, lines: Lines) -> dict[str, Any]:
    waived = due.reservation_id in lines.waived
    return {
        "kind": kind,
        **{name: getattr(due, name) for name in _CARRIED},
        "minutes": due.minutes,
        "fee": 0 if waived else due.fee,
        "waived": waived,
    }


def _by_time(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["used"], entry["reservation_id"]


async def _names(recall: Recall, device_ids: set[str]) -> dict[str, Text]:
    """The names of devices as the catalogue has them now, to be frozen with the lines."""
    if not device_ids:
        return {}
    sheets = await recall(*(DataSheet(device_id) for device_id in sorted(device_ids)))
    return {
        sheet.device_id: sheet.sheet.name if sheet.sheet else Text(sheet.device_id, sheet.device_id)
        for sheet in sheets
    }
