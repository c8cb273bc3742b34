"""`booking overrides`: rules that the laboratory set aside, looked up without a browser."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from booking.account import Account
from booking.commands.common import Commands, add_data, command, say, with_testbed
from booking.commands.local_time import days_of
from booking.commands.named import name_of
from booking.testbed import Testbed
from domain.period import shown
from projections.overrides import Overridden, counts, list_overrides

LOOKED_BACK_DAYS = 90
OVERRIDES_EXAMPLES = """\
  booking overrides                       of the last 90 days
  booking overrides --days 365 --list
"""


def add(commands: Commands) -> None:
    about = "count the rules that the laboratory set aside for bookings"
    parser = command(commands, "overrides", _overrides, about, OVERRIDES_EXAMPLES)
    days = f"of the last so many days ({LOOKED_BACK_DAYS})"
    parser.add_argument("--days", metavar="N", type=days_of, default=LOOKED_BACK_DAYS, help=days)
    parser.add_argument("--list", action="store_true", help="each of them, the newest first")
    add_data(parser)


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
    by_name = {name_of(people, one): number for one, number in counted.by_account.items()}
    for title, numbers in (
        ("rule", counted.by_rule),
        ("device", counted.by_device),
        ("person", by_name),
    ):
        for name, number in numbers.items():
            say(f"  {title:<8} {name:<24} {number}")
    for one in found if options.list else ():
        what = ", ".join(one.rules)
        who = name_of(people, one.by)
        say(f"{shown(one.at)}  {one.device_id}  {one.reservation_id}  {what}  {who}")
    return 0
