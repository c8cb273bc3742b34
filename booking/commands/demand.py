"""`booking demand` and `booking utilisation`: which device to buy next, and how busy they are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from booking.commands.common import Commands, Refused, add_data, command, say, with_testbed
from booking.commands.local_time import day_of, month_of_year
from booking.commands.named import noted
from booking.commands.tables import add_csv, say_table, write_csv
from booking.csv_text import SECTORS, WEEKDAYS, Cell, headings_in, word_in
from booking.testbed import Testbed
from domain.bookable import LONGEST
from domain.period import SEOUL, Period, at_clock, month_of, month_period
from domain.rule_names import rule_name
from domain.text import Text
from projections import buying, demand, utilisation
from projections.buying import COVERED_BY_OTHERS, Candidate
from projections.demand import COUNTED_ONCE, Wish
from projections.utilisation import DEFINITION, Utilisation

LOOKED_BACK, LOOKED_AHEAD = timedelta(days=180), timedelta(days=30)
"""Without dates: requests are for time to come, too."""
GROUPS = {
    "device": (Text("장비", "Device"), demand.by_device),
    "rule": (Text("거절 사유", "Rule"), demand.by_rule),
    "month": (Text("월", "Month"), demand.by_month),
    "sector": (Text("분야", "Sector"), demand.by_sector),
}
HOUR, RANKING = "hour", "ranking"
COUNTS = (
    *(Text("요청", "Requests"), Text("그중 대기", "Of which waited")),
    *(Text("기업", "Companies"), Text("시간", "Hours")),
)
OF_WEEK = (Text("요일", "Weekday"), Text("시", "Hour"), Text("시간", "Hours"))
RANKED = (
    *(Text("장비", "Device"), Text("요청", "Requests"), Text("기업", "Companies")),
    *(Text("거절된 시간", "Unmet (h)"), Text("대체 가능", "Covered by others (h)")),
    *(Text("점검·고장", "Out (h)"), Text("남은 시간", "Left (h)")),
)
USED = (
    *(Text("장비", "Device"), Text("가동시간", "In use (h)")),
    *(Text("운용시간", "In operation (h)"), Text("가동률(%)", "Utilisation (%)")),
)
DEMAND_EXAMPLES = """\
  booking demand                                         by device, the last half year
  booking demand --by hour --from 2026-07-01 --to 2026-12-31
  booking demand --by device --rule slot_taken --waiting
  booking demand --by ranking --csv buy-next.csv         which device to buy next

Both days belong to the span, at most 366 days; it is that of the time that was asked for.
"""
UTILISATION_EXAMPLES = """\
  booking utilisation --month 2026-11
  booking utilisation --month 2026-11 --csv utilisation.csv
"""


def add(commands: Commands) -> None:
    about = "count what companies asked for in vain: refusals and waiting"
    parser = command(commands, "demand", _demand, about, DEMAND_EXAMPLES)
    parser.add_argument("--by", choices=(*GROUPS, HOUR, RANKING), default="device")
    parser.add_argument("--from", dest="first", metavar="DAY", type=day_of)
    parser.add_argument("--to", dest="last", metavar="DAY", type=day_of)
    parser.add_argument("--rule", metavar="RULE", help="what this rule refused, as --by rule names")
    parser.add_argument("--waiting", action="store_true", help="what then waited in line")
    add_csv(parser)
    add_data(parser)
    about = "show how busy each device was in a month (가동률)"
    parser = command(commands, "utilisation", _utilisation, about, UTILISATION_EXAMPLES)
    parser.add_argument("--month", metavar="YYYY-MM", type=month_of_year, required=True)
    add_csv(parser)
    add_data(parser)


def _demand(options: argparse.Namespace) -> int:
    span = _span(options)

    async def work(testbed: Testbed, _url: str) -> tuple[list[Wish], list[Candidate]]:
        await testbed.projector.catch_up()
        await noted(testbed, "read demand", "all companies")
        reader = testbed.database.app
        every = await demand.unmet_wishes(reader, span.start, span.end)
        found = [one for one in every if options.rule is None or options.rule in one.rules]
        found = demand.waiting_only(found) if options.waiting else found
        return found, await buying.ranking(reader, found) if options.by == RANKING else []

    found, ranked = with_testbed(options, work)
    headings, rows = _counted(options, found, ranked)
    if options.csv is not None:
        write_csv(options, headings, rows)
        return 0
    waited = len(demand.waiting_only(found))
    hours = sum(one.period.hours for one in found)
    say(f"Requests in vain: {len(found)}, of which {waited} waited; {hours:,.2f} h.")
    if rows:
        say_table(headings_in("en", headings), rows)
    say(f"\n{(COVERED_BY_OTHERS if options.by == RANKING else COUNTED_ONCE).en}")
    return 0


def _counted(
    options: argparse.Namespace, found: Sequence[Wish], ranked: Sequence[Candidate]
) -> tuple[Sequence[Text], list[Sequence[Cell]]]:
    language = "en" if options.csv is None else options.language
    if options.by == HOUR:
        return OF_WEEK, list(_by_hour(found, language))
    if options.by == RANKING:
        return RANKED, [
            (
                *(one.device_id, one.requests, one.companies),
                *(one.unmet, one.covered, one.out, one.left),
            )
            for one in ranked
        ]
    key, count = GROUPS[options.by]
    return (key, *COUNTS), [
        (
            _said(options.by, one.key, language),
            *(one.requests, one.waited, one.companies, one.hours),
        )
        for one in count(found)
    ]


def _said(by: str, key: str, language: str) -> str:
    """What is counted, in the words of a Korean file; otherwise as options take it."""
    if by == "sector":
        return word_in(language, SECTORS, key)
    return rule_name(key).ko if by == "rule" and language == "ko" else key


def _by_hour(found: Sequence[Wish], language: str) -> Iterator[Sequence[Cell]]:
    for weekday, day in zip(WEEKDAYS, demand.by_hour(found), strict=True):
        for hour, hours in enumerate(day):
            if hours:
                yield word_in(language, WEEKDAYS, weekday), f"{hour:02d}:00", hours


def _span(options: argparse.Namespace) -> Period:
    now = datetime.now(UTC)
    first = options.first or (now - LOOKED_BACK).astimezone(SEOUL).date()
    last = options.last or (now + LOOKED_AHEAD).astimezone(SEOUL).date()
    if last < first:
        raise Refused("--to is not before --from.")
    if last - first >= LONGEST:
        raise Refused(f"from --from to --to are at most {LONGEST.days} days.")
    return Period(at_clock(first, "00:00"), at_clock(last, "24:00"))


def _utilisation(options: argparse.Namespace) -> int:
    now, month = datetime.now(UTC), month_period(options.month)
    if month.start >= now:
        raise Refused(f"{options.month} has not begun; the newest month is {month_of(now)}.")
    span = month.until(min(month.end, now))

    async def work(testbed: Testbed, _url: str) -> list[Utilisation]:
        await testbed.projector.catch_up()
        return await utilisation.utilisation(testbed.database.app, span)

    rows = [
        (one.device_id, one.used_hours, one.operating_hours, one.percent)
        for one in with_testbed(options, work)
    ]
    if options.csv is not None:
        cells = [tuple("" if cell is None else cell for cell in row) for row in rows]
        write_csv(options, USED, cells)
        return 0
    say_table(headings_in("en", USED), rows)
    say(f"\n{DEFINITION.en}")
    return 0
