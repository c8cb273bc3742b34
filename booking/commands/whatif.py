"""`booking whatif`: recorded requests decided once more, under proposed terms."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from booking.commands.common import (
    Commands,
    Refused,
    add_data,
    command,
    progress_bar,
    say,
    with_testbed,
)
from booking.testbed import Testbed
from booking.whatif_answer import ASSUMPTIONS, Otherwise
from booking.whatif_run import Answer, Compared, run_whatif, start_of, terms_at
from booking.whatif_terms import read_proposal
from domain.period import SEOUL, at_clock

EXAMPLES = """\
  booking whatif terms.yaml --since 2026-06-01
  booking whatif longer.yaml --since 2026-06-01 --most 0 > decided-otherwise.txt

FILE has the profiles of fixtures/terms.yaml, or terms by device, laid over those in force:
  devices:
    AUT-001: {maximum_minutes: 960}
    AUT-002: {profile: B, notice_minutes: 1440}
Which device has which profile is said by `profile`, by a devices.yaml given as a further FILE or,
in a demonstration, by the demonstration's own.
"""
MOST = 100
LONGEST_NUMBER = 9


def add(commands: Commands) -> None:
    about = "replay recorded requests under proposed terms; nothing is written"
    parser = command(commands, "whatif", _whatif, about, EXAMPLES)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="YAML or JSON file")
    parser.add_argument(
        "--since",
        metavar="DATE",
        required=True,
        type=_day,
        help="first day of the replay (Asia/Seoul), such as 2026-06-01",
    )
    parser.add_argument(
        "--most",
        metavar="N",
        type=_number,
        default=MOST,
        help=f"requests listed at most, 0 for all of them ({MOST})",
    )
    add_data(parser)


def _whatif(options: argparse.Namespace) -> int:
    since = at_clock(options.since, "00:00").astimezone(UTC)

    async def work(testbed: Testbed, _url: str) -> Answer:
        head = await testbed.ledger.head()
        if not head.position:
            raise Refused("this ledger is empty; there is nothing to replay.")
        if since >= head.recorded_at:
            last = head.recorded_at.astimezone(SEOUL)
            raise Refused(f"nothing was recorded since {options.since}; the last was {last:%F}.")
        await testbed.projector.catch_up()
        start = await start_of(testbed.ledger, since)
        # Devices that came later are known by the terms that they have now.
        in_force = await terms_at(testbed, head.position) | await terms_at(testbed, start)
        proposed = read_proposal(options.files, in_force, demonstration=head.demonstration)
        with progress_bar("Deciding once more") as progress:
            return await run_whatif(testbed, start, since, proposed, progress)

    answer = with_testbed(options, work)
    say("\n".join(_report(answer, options.most)))
    return 0


def _report(answer: Answer, most: int) -> Iterator[str]:
    span, whatif = answer.span, answer.whatif.found
    changed = ", ".join(answer.changed) or "none"
    yield f"From {_clock(span.start)} to {_clock(span.end)}, terms changed of: {changed}."
    decided, otherwise = whatif.counts["requests"], len(whatif.otherwise)
    yield f"Requests decided once more: {decided}, of which otherwise: {otherwise}."
    for name, number in sorted(whatif.counts.items()):
        if name != "requests" and number:
            yield f"  {number:>6}  {name}"
    if whatif.otherwise:
        yield ""
        yield from map(_line, whatif.otherwise[: most or None])
        left = len(whatif.otherwise) - most
        if most and left > 0:
            yield f"… and {left} more (--most 0 lists them all)."
    yield ""
    yield "Utilisation in % (hours in use / hours in operation), as it was and as proposed:"
    differing = [one for one in answer.utilisation if one.then != one.proposed]
    yield from map(_compared, differing)
    if not differing:
        yield "  the same for every device."
    yield ""
    yield ASSUMPTIONS


def _line(one: Otherwise) -> str:
    rules = f" [{', '.join(one.rules)}]" if one.rules else ""
    return (
        f"{one.position:>8}  {_clock(one.asked_at)}  {one.company_id} {one.request} {one.device_id}"
        f" {_clock(one.period.start)} – {_clock(one.period.end)}:"
        f" {one.recorded} → {one.proposed}{rules}"
    )


def _compared(one: Compared) -> str:
    return f"  {one.then.device_id:<10} " + " → ".join(
        f"{'—' if each.percent is None else format(each.percent, '.1f'):>6}"
        f" ({each.used_hours:g}/{each.operating_hours:g} h)"
        for each in (one.then, one.proposed)
    )


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a date such as 2026-06-01, not {text!r}") from error


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise argparse.ArgumentTypeError(f"a whole number, not {text!r}")
    return int(text)
