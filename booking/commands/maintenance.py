"""`booking maintenance due|log|list`: what is due, and the maintenance log (유지보수일지)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from booking.commands.asking import sealed_of, text_of
from booking.commands.common import Commands, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import day_of, days_of, moment_of, staff_named
from booking.commands.named import device_named, name_of, one_of
from booking.commands.numbers import whole
from booking.commands.tables import add_csv, say_table, write_csv
from booking.csv_text import Cell, headings_in, wall_clock
from booking.testbed import Testbed
from domain.maintenance import LogMaintenance
from domain.period import at_clock, last_day_before, shown
from domain.sealed import Sealed
from domain.text import Text
from projections.calibrations import Due, due_calibrations
from projections.maintenance import LOG_HEADINGS, LogLine, maintenance_log

WARNED_DAYS = 30
MOST_KRW = 10_000_000_000
MOST_LISTED = 10_000
DUE_EXAMPLES = """\
  booking maintenance due                 within 30 days, or used up by hours
  booking maintenance due --days 0        what is past its certificate today
"""
LOG_EXAMPLES = """\
  booking maintenance log AUT-001 --work "filter changed" --by staff@lab.example
  booking maintenance log AUT-001 --work "fan replaced" --at "2026-12-07 14:00" \\
      --repairer "Hong, Mudeung Service" --parts "fan 120 mm" --cost 85000 --by staff@lab.example

These are the fields of the maintenance log (유지보수일지); texts are sealed under the account of
--by. The repair of a breakdown is a line by itself: `booking breakdown repaired`.
"""
LIST_EXAMPLES = """\
  booking maintenance list AUT-001
  booking maintenance list --from 2026-01-01 --to 2026-12-31 --csv maintenance-2026.csv
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "maintenance", "what is due, and the maintenance log")
    about = "list devices whose calibration ends soon, is missing or is used up"
    parser = command(actions, "due", _due, about, DUE_EXAMPLES)
    days = f"ending within so many days ({WARNED_DAYS})"
    parser.add_argument("--days", metavar="N", type=days_of, default=WARNED_DAYS, help=days)
    add_data(parser)
    _add_log(actions)
    parser = command(actions, "list", _list, "list what was done, newest first", LIST_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE", nargs="?", help="without it, all of them")
    parser.add_argument("--device", dest="of_device", metavar="ID", help="the same")
    parser.add_argument("--from", dest="first", metavar="DAY", type=day_of)
    parser.add_argument("--to", dest="last", metavar="DAY", type=day_of, help="belongs to it")
    add_csv(parser)
    add_data(parser)


def _add_log(actions: Commands) -> None:
    parser = command(actions, "log", _log, "log what was done to a device", LOG_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument("--work", metavar="TEXT", type=text_of, required=True, help="작업 내용")
    parser.add_argument("--at", metavar="TIME", type=moment_of, help="일시; now, if not given")
    parser.add_argument("--repairer", metavar="TEXT", type=text_of, help="수리자")
    parser.add_argument("--parts", metavar="TEXT", type=text_of, help="부품")
    parser.add_argument("--cost", metavar="KRW", type=whole(0, MOST_KRW), default=0, help="비용")
    add_by(parser)
    add_data(parser)


def _due(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> list[Due]:
        await testbed.projector.catch_up()
        within = timedelta(days=options.days)
        return await due_calibrations(testbed.database.app, datetime.now(UTC), within)

    found = with_testbed(options, work)
    for one in found:
        say(f"{one.device.device_id:<10} {', '.join(_why_due(one))}")
    if not found:
        say(f"No calibration is due within {options.days} days.")
    return 0


def _why_due(due: Due) -> Iterator[str]:
    if due.by_date and due.valid_until is None:
        yield "no certificate"
    elif due.valid_until is not None:
        yield f"valid until {last_day_before(due.valid_until):%Y-%m-%d}"
    if due.by_hours:
        yield f"{due.hours_used:g} of {due.calibration_hours} hours used"
    if due.required:
        yield "not bookable past it"


def _log(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> datetime:
        order = LogMaintenance(
            by=await staff_named(testbed, options.by),
            device_id=options.device,
            work=await sealed_of(testbed, options, "--work", options.work),
            at=options.at,
            repairer=await _sealed(testbed, options, "--repairer", options.repairer),
            parts=await _sealed(testbed, options, "--parts", options.parts),
            cost=options.cost,
        )
        at: datetime = (await testbed.booking.do(order)).events[0].event.at  # type: ignore[attr-defined]
        return at

    say(f"{options.device}  {shown(with_testbed(options, work))}  logged, {options.cost:,} KRW")
    return 0


async def _sealed(
    testbed: Testbed, options: argparse.Namespace, option: str, text: str | None
) -> Sealed | None:
    return await sealed_of(testbed, options, option, text) if text else None


def _list(options: argparse.Namespace) -> int:
    device_id = one_of(options.device, options.of_device, "--device")

    async def work(testbed: Testbed, _url: str) -> list[Sequence[Cell]]:
        await testbed.projector.catch_up()
        if device_id is not None:
            await device_named(testbed, device_id)
        found = await maintenance_log(
            testbed.database.app,
            device_id=device_id,
            start=None if options.first is None else at_clock(options.first, "00:00"),
            end=None if options.last is None else at_clock(options.last, "24:00"),
            limit=MOST_LISTED,
        )
        return await _rows(testbed, found, "en" if options.csv is None else options.language)

    rows = with_testbed(options, work)
    if options.csv is not None:
        write_csv(options, LOG_HEADINGS, rows)
    elif rows:
        say_table(headings_in("en", LOG_HEADINGS), rows)
    else:
        say("Nothing was logged.")
    return 0


async def _rows(testbed: Testbed, found: Sequence[LogLine], language: str) -> list[Sequence[Cell]]:
    people = await testbed.accounts.many({one.by for one in found})
    sealed = [text for one in found for text in (one.work, one.repairer, one.parts)]
    opened = iter(await testbed.seals.open_many(sealed))
    return [
        (
            *(wall_clock(one.at), one.device_id, next(opened) or _repair(one, language)),
            *(next(opened) or "", next(opened) or "", one.cost, name_of(people, one.by, language)),
        )
        for one in found
    ]


def _repair(line: LogLine, language: str) -> str:
    """What the line of a repair says of itself."""
    if line.broken_from is None:
        return ""
    since = shown(line.broken_from)
    return Text(
        f"고장 수리 완료 (고장: {since}부터)", f"repaired; broken since {since}"
    ).in_language(language)
