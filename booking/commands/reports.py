"""`booking maintenance due` and `booking overrides`: what operators look up without a browser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from booking.account import Account
from booking.commands.common import Commands, add_data, command, say, with_testbed
from booking.commands.local_time import days_of
from booking.testbed import Testbed
from domain.period import last_day_before, shown
from projections.calibrations import Due, due_calibrations
from projections.overrides import Overridden, counts, list_overrides

WARNED_DAYS, LOOKED_BACK_DAYS = 30, 90
DUE_EXAMPLES = """\
  booking maintenance due                 within 30 days, or used up by hours
  booking maintenance due --days 0        what is past its certificate today
"""
OVERRIDES_EXAMPLES = """\
  booking overrides                       of the last 90 days
  booking overrides --days 365 --list
"""


def add(commands: Commands) -> None:
    upkeep = commands.add_parser("maintenance", help="what is due for calibration")
    actions = upkeep.add_subparsers(metavar="ACTION", required=True)
    about = "list devices whose calibration ends soon, is missing or is used up"
    parser = command(actions, "due", _due, about, DUE_EXAMPLES)
    _add_days(parser, WARNED_DAYS, "ending within so many days")
    about = "count the rules that the laboratory set aside for bookings"
    parser = command(commands, "overrides", _overrides, about, OVERRIDES_EXAMPLES)
    _add_days(parser, LOOKED_BACK_DAYS, "of the last so many days")
    parser.add_argument("--list", action="store_true", help="each of them, the newest first")


def _add_days(parser: argparse.ArgumentParser, default: int, about: str) -> None:
    about = f"{about} ({default})"
    parser.add_argument("--days", metavar="N", type=days_of, default=default, help=about)
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


def _overrides(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> tuple[list[Overridden], Mapping[str, Account]]:
        await testbed.projector.catch_up()
        end = datetime.now(UTC)
        start = end - timedelta(days=options.days)
        found = await list_overrides(testbed.database.app, start, end)
        return found, await testbed.accounts.many({one.by for one in found})

    found, people = with_testbed(options, work)
    say(f"Overrides of the last {options.days} days: {len(found)}.")
    counted = counts(found)
    by_name = {_name(people, one): number for one, number in counted.by_account.items()}
    for title, numbers in (
        ("rule", counted.by_rule),
        ("device", counted.by_device),
        ("person", by_name),
    ):
        for name, number in numbers.items():
            say(f"  {title:<8} {name:<24} {number}")
    for one in found if options.list else ():
        what = ", ".join(one.rules)
        who = _name(people, one.by)
        say(f"{shown(one.at)}  {one.device_id}  {one.reservation_id}  {what}  {who}")
    return 0


def _name(people: Mapping[str, Account], account_id: str) -> str:
    """Whoever was erased, and the system, are known by their id alone."""
    return people[account_id].name("en") if account_id in people else account_id
