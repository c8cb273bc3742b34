"""The rule of a repeating booking as a command line says it: first date, how often, until when."""

from __future__ import annotations

import argparse
from datetime import UTC

from booking.commands.asking import add_asked, add_times, period_of
from booking.commands.common import Refused
from booking.commands.local_time import day_of
from booking.commands.numbers import whole
from domain.series import MOST_DATES, SeriesRule, zone_named
from domain.terms_of_use import WEEKDAYS

EVERY = ("day", "weekday", "week")
MOST_INTERVAL = 52
RULES = """
--from and --to are the first date's; the others have the same time on the clock of --zone.
A `weekday` is Monday to Friday. Times are those of Asia/Seoul unless they say an offset.
"""


def add_rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", metavar="DEVICE")
    add_times(parser)
    parser.add_argument("--every", choices=EVERY, required=True)
    interval = f"only each Nth day or week, 1 to {MOST_INTERVAL} (1)"
    parser.add_argument(
        "--interval", metavar="N", type=whole(1, MOST_INTERVAL), default=1, help=interval
    )
    on = f"weekdays such as mon,thu (of {','.join(WEEKDAYS)})"
    parser.add_argument("--on", metavar="DAYS", type=_weekdays, default=(), help=on)
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--until", metavar="DATE", type=day_of, help="the last date, included")
    end.add_argument(
        "--count", metavar="N", type=whole(1, MOST_DATES), help=f"so many dates, 1 to {MOST_DATES}"
    )
    zone = "whose clock the time keeps across daylight saving (Asia/Seoul)"
    parser.add_argument("--zone", metavar="NAME", type=zone_of, default="Asia/Seoul", help=zone)
    add_asked(parser)


def rule_of(options: argparse.Namespace) -> SeriesRule:
    """Raises Refused for times and days that do not go together."""
    period_of(options)
    if options.every == "weekday" and options.on:
        raise Refused("--every weekday is Monday to Friday; with --on, say --every week.")
    zone = zone_named(options.zone)
    start, end = (
        moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        for moment in (options.start, options.end)
    )
    return SeriesRule(
        first=start.date(),
        start=start.time(),
        minutes=int((end - start).total_seconds() // 60),
        zone=options.zone,
        every="week" if options.every == "week" else "day",
        interval=options.interval,
        weekdays=tuple(range(5)) if options.every == "weekday" else options.on,
        until=options.until,
        count=options.count,
    )


def zone_of(text: str) -> str:
    try:
        zone_named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a zone such as Europe/Berlin, not {text!r}") from error
    return text


def _weekdays(text: str) -> tuple[int, ...]:
    days = text.lower().split(",")
    if not all(day in WEEKDAYS for day in days):
        raise argparse.ArgumentTypeError(f"some of {','.join(WEEKDAYS)}, not {text!r}")
    return tuple(sorted({WEEKDAYS.index(day) for day in days}))
