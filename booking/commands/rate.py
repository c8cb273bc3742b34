"""`booking rate list|set`: what an hour of a device costs, by kind of company and date."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import get_args

from booking.commands.common import Commands, add_data, command, say, topic, with_testbed
from booking.commands.displacing import add_by
from booking.commands.local_time import day_of, staff_named
from booking.commands.named import device_named
from booking.commands.numbers import whole
from booking.commands.tables import say_table
from booking.csv_text import Cell
from booking.fixture_files import CompanyKind
from booking.testbed import Testbed
from domain.devices import SetRate
from domain.period import SEOUL, shown
from domain.rate import holds, price_of
from projections import devices, statements
from projections.statements import Rate

KINDS: tuple[str, ...] = get_args(CompanyKind)
EVERYBODY = "everybody"
MOST_KRW = 100_000_000
MOST_DEVICES = 10_000
LIST_EXAMPLES = """\
  booking rate list                       what holds today, of every device
  booking rate list --on 2027-01-01
  booking rate list AUT-001               every price that was ever set
"""
SET_EXAMPLES = """\
  booking rate set AUT-001 12000
  booking rate set AUT-001 9000 --kind small --from 2027-01-01 --until 2028-01-01

KRW an hour for uses that begin on the dates in Asia/Seoul; --until is the first day on which the
price does not hold. The newest price of a company's own kind counts before that of everybody.
Uses that were returned already keep their price.
"""


def add(commands: Commands) -> None:
    actions = topic(commands, "rate", "prices of devices")
    parser = command(actions, "list", _list, "list prices in KRW an hour", LIST_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE", nargs="?", help="without it, all of them")
    parser.add_argument("--on", metavar="DAY", type=day_of, help="what holds then (today)")
    add_data(parser)
    parser = command(actions, "set", _set, "set the price of a device", SET_EXAMPLES)
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument(
        "krw", metavar="KRW", type=whole(0, MOST_KRW), help="an hour; 0 is free of charge"
    )
    parser.add_argument("--kind", choices=KINDS, help="of company; without it, everybody")
    parser.add_argument("--from", dest="start", metavar="DAY", type=day_of, help="first day")
    until = "first day on which it does not hold"
    parser.add_argument("--until", dest="end", metavar="DAY", type=day_of, help=until)
    add_by(parser)
    add_data(parser)


def _list(options: argparse.Namespace) -> int:
    day = options.on or datetime.now(SEOUL).date()

    async def work(testbed: Testbed, _url: str) -> dict[str, list[Rate]]:
        await testbed.projector.catch_up()
        reader = testbed.database.app
        if options.device is not None:
            ids = [(await device_named(testbed, options.device)).device_id]
        else:
            ids = await devices.device_ids(reader)
        return {one: await statements.rates_of(reader, one) for one in ids}

    found = with_testbed(options, work)
    say(f"KRW an hour on {day}:")
    say_table(("Device", EVERYBODY, *KINDS), [_on(day, one, found[one]) for one in found])
    if options.device is not None:
        say("\nAs they were set, newest first:")
        headings = ("Set", "For", "From", "Until", "KRW", "")
        say_table(headings, list(_history(found[options.device], day)))
    return 0


def _on(day: date, device_id: str, newest_first: Sequence[Rate]) -> Sequence[Cell | None]:
    prices = (price_of(newest_first[::-1], kind, day) for kind in (None, *KINDS))
    return device_id, *(price or 0 for price in prices)


def _history(rates: Sequence[Rate], day: date) -> Iterator[Sequence[Cell | None]]:
    for one in rates:
        dates = [None if each is None else f"{each}" for each in (one.valid_from, one.valid_until)]
        yield (
            *(shown(one.set_at), one.company_kind or EVERYBODY, *dates, one.krw_per_hour),
            "" if holds(one, day) else "not that day",
        )


def _set(options: argparse.Namespace) -> int:
    async def work(testbed: Testbed, _url: str) -> int:
        order = SetRate(
            by=await staff_named(testbed, options.by),
            device_id=options.device,
            krw_per_hour=options.krw,
            company_kind=options.kind,
            valid_from=options.start,
            valid_until=options.end,
        )
        return len((await testbed.booking.do(order)).events)

    if not with_testbed(options, work):
        say("That price is set already.")
        return 0
    dates = [
        f"{word} {day}" for word, day in (("from", options.start), ("until", options.end)) if day
    ]
    whom = " ".join((options.kind or EVERYBODY, *dates))
    say(f"{options.device}: {options.krw:,} KRW an hour for {whom}.")
    return 0
